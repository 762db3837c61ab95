package ledger_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// tampering is one wrong thing done to the tables by hand, and the words by which Verify must report it.
type tampering struct {
	name string
	sql  string // statements, separated by semicolons
	want string
}

// The postings of the books that are tampered with, by their number: see books. A is account 1000, B is 1001, C is 1002.
// Chained: the chain of hashes alone would show these.
var breaksTheChain = []tampering{
	{"an amount altered", "UPDATE legs SET amount = amount - 1 WHERE seq = 6 AND account = 1000", "posting 6 (%) was altered"},
	{"a balance altered", "UPDATE legs SET balance = balance + 1 WHERE seq = 6 AND account = 1000", "posting 6 (%) was altered"},
	{"a counted amount altered", "UPDATE legs SET counted = 0 WHERE seq = 6 AND account = 1000", "posting 6 (%) was altered"},
	{"a leg moved to another account", "UPDATE legs SET account = 1002 WHERE seq = 6 AND account = 1001", "posting 6 (%) was altered"},
	{"two legs swapped", "UPDATE legs SET account = -1 WHERE seq = 6 AND account = 1000; UPDATE legs SET account = 1000 WHERE seq = 6 AND account = 1001; UPDATE legs SET account = 1001 WHERE seq = 6 AND account = -1", "posting 6 (%) was altered"},
	{"a leg deleted", "DELETE FROM legs WHERE seq = 6 AND account = 1", "posting 6 (%) was altered"},
	{"a leg added", "INSERT INTO legs (seq, account, amount, balance, held, counted) VALUES (6, 1002, 5, 5, 0, 0)", "posting 6 (%) was altered"},
	{"a hash altered", "UPDATE postings SET hash = request WHERE seq = 6", "posting 6 (%) was altered"},
	{"a time altered", "UPDATE postings SET at = at + 1 WHERE seq = 6", "posting 6 (%) was altered"},
	{"a kind altered", "UPDATE postings SET kind = 7 WHERE seq = 6", "posting 6 (%) was altered"},
	{"the rules altered", "UPDATE postings SET rules = 'ke.tariff@2019-01-01' WHERE seq = 6", "posting 6 (%) was altered"},
	{"a refusal made an acceptance", "UPDATE postings SET refusal = NULL WHERE seq = 7", "posting 7 (%) was altered"},
	{"an ID altered", "UPDATE postings SET id = 'sixteen letters.' WHERE seq = 6", "posting 6 (%) was altered"},
	{"a posting deleted", "DELETE FROM postings WHERE seq = 6", "posting 7 follows 5: some are missing"},
	{"a posting and its legs deleted", "DELETE FROM postings WHERE seq = 6; DELETE FROM legs WHERE seq = 6", "posting 7 follows 5: some are missing"},
	{"a hold act altered", "UPDATE hold_acts SET amount = amount + 1 WHERE seq = 8", "posting 8 (%) was altered"},
	{"an expiry altered", "UPDATE hold_acts SET expires_at = expires_at + 1 WHERE seq = 8", "posting 8 (%) was altered"},
	{"the tail deleted", "DELETE FROM postings WHERE seq > 11", "the sequencer stands at posting 12"},
	{"the sequencer deleted", "DELETE FROM sequencer", "no sequencer row"},
	{"the sequencer altered", "UPDATE sequencer SET receipt = receipt + 1", "the sequencer stands at"},
}

// What the chain does not cover, or what is still wrong when somebody made the chain fit.
var breaksTheSums = []tampering{
	{"an account's balance altered", "UPDATE accounts SET balance = balance + 1 WHERE id = 1000", "account 1000 shows"},
	{"money moved between accounts", "UPDATE accounts SET balance = balance - 1 WHERE id = 1000; UPDATE accounts SET balance = balance + 1 WHERE id = 1001", "account 1001 shows"},
	{"an account's held money altered", "UPDATE accounts SET held = 0 WHERE id = 1000", "account 1000 shows"},
	{"a day's turnover altered", "UPDATE accounts SET out_day = 0 WHERE id = 1000", "account 1000 shows a turnover"},
	{"a month's turnover altered", "UPDATE accounts SET in_month = 0 WHERE id = 1001", "account 1001 shows a turnover"},
	{"an account's last posting altered", "UPDATE accounts SET seq = 5 WHERE id = 1000", "account 1000 names posting 5 as its last"},
	{"an account deleted", "DELETE FROM accounts WHERE id = 1001", "account 1001, which does not exist"},
	{"an account made another type", "UPDATE accounts SET type = 4 WHERE id = 1001", "leaves account 1001 with"},
	{"an account made another currency", "UPDATE accounts SET currency = 'UGX' WHERE id = 1001", "UGX"},
	{"an account with money invented", "INSERT INTO accounts (id, type, currency, class, flags, balance, held, day, month, out_day, in_day, out_month, in_month, seq, opened_at) VALUES (7, 1, 'KES', 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0)", "account 7 shows 9"},
	{"what is left of a hold altered", "UPDATE holds SET remaining = remaining - 1 WHERE state = 1", "shows 49 of 50"},
	{"a hold given to another account", "UPDATE holds SET account = 1001 WHERE state = 1", "its acts say"},
	{"a hold's expiry altered", "UPDATE holds SET expires_at = expires_at + 1 WHERE state = 1", "its acts say"},
	{"an open hold marked released", "UPDATE holds SET state = 3 WHERE state = 1", "is in state 3"},
	{"a captured hold marked expired", "UPDATE holds SET state = 4 WHERE state = 2", "is in state 4"},
	{"a hold deleted", "DELETE FROM holds WHERE state = 1", "has acts but no row"},
	{"a hold invented", "INSERT INTO holds (id, account, amount, remaining, expires_at, state) VALUES ('sixteen letters.', 1000, 5, 0, 0, 2)", "never taken by a posting"},
	{"legs of no posting, after the last", "INSERT INTO legs (seq, account, amount, balance, held, counted) VALUES (99, 1000, 5, 5, 0, 0)", "belongs to posting 99, which does not exist"},
	{"legs of no posting, before the first", "INSERT INTO legs (seq, account, amount, balance, held, counted) VALUES (0, 1000, 5, 5, 0, 0)", "belongs to posting 0, which does not exist"},
	{"a hold act of no posting", "INSERT INTO hold_acts (seq, n, hold_id, verb, account, amount, expires_at) VALUES (99, 0, 'sixteen letters.', 1, 1000, 5, 0)", "belongs to posting 99, which does not exist"},

	{"an amount altered, and the chain", "UPDATE legs SET amount = amount - 1 WHERE seq = 6 AND account = 1000", "the legs of posting 6 sum to -1 KES"},
	{"a balance altered, and the chain", "UPDATE legs SET balance = balance + 1 WHERE seq = 6 AND account = 1000", "posting 6 says account 1000 has"},
	{"money made of nothing, and the chain", "UPDATE legs SET amount = amount + 500, balance = balance + 500 WHERE seq = 6 AND account = 1001; UPDATE accounts SET balance = balance + 500 WHERE id = 1001", "the legs of posting 6 sum to 500 KES"},
	{"a balance below the floor, and the chain", "UPDATE legs SET amount = -2000, balance = -1000 WHERE seq = 6 AND account = 1000", "posting 6 takes account 1000 below its floor"},
	{"more held than there is, and the chain", "UPDATE legs SET held = 5000 WHERE seq = 8; UPDATE hold_acts SET amount = 5000 WHERE seq = 8", "posting 8 takes account 1000 below its floor"},
	{"a receipt left out, and the chain", "UPDATE postings SET receipt_no = 99 WHERE seq = 6", "posting 6 has receipt 99"},
	{"a receipt for a refusal, and the chain", "UPDATE postings SET receipt_no = 4 WHERE seq = 7", "posting 7 has a receipt but moved no money"},
	{"an acceptance made a refusal, and the chain", "UPDATE postings SET refusal = 'busy', receipt_no = 0 WHERE seq = 6", "posting 6 was refused but has legs"},
	{"an unknown kind, and the chain", "UPDATE postings SET kind = 99 WHERE seq = 6", "unknown kind 99"},
	{"a posting older than the one before it, and the chain", "UPDATE postings SET at = 5 WHERE seq = 6", "posting 6 is older"},
	{"a capture after the expiry, and the chain", "UPDATE hold_acts SET expires_at = 5 WHERE seq = 8", "captures hold % after its expiry"},
	{"an expiry before its time, and the chain", "UPDATE hold_acts SET verb = 4 WHERE seq = 10", "expires hold % before its time"},
	{"more captured than held, and the chain", "UPDATE hold_acts SET amount = 500 WHERE seq = 9", "frees 500 of hold"},
	{"a posting before the first", "INSERT INTO postings (seq, id, kind, request, refusal, receipt_no, corrects, rules, at, hash) SELECT 0, 'sixteen letters.', kind, request, refusal, 0, NULL, rules, at, hash FROM postings WHERE seq = 1", "posting 0 stands outside the chain"},
	{"a hold taken twice, and the chain", "UPDATE hold_acts SET hold_id = (SELECT x FROM (SELECT hold_id AS x FROM hold_acts WHERE seq = 8) AS y) WHERE seq = 11", "a second time"},
	{"a hold act without its leg, and the chain", "DELETE FROM legs WHERE seq = 11", "posting 11 changes a hold of account 1000 without a leg"},
}

// books makes twelve postings; the numbers are those that the tables above speak of.
func books(t *testing.T, d *db.DB) *ledger.Ledger {
	t.Helper()
	c := clock.NewFake(noon)
	l := open(t, d, c)
	seed(t, l, 0, 0)                                             // 1
	must(t, l, openWallet(1000))                                 // 2
	must(t, l, openWallet(1001))                                 // 3
	must(t, l, openWallet(1002))                                 // 4
	must(t, l, issue(1000, 1000))                                // 5
	must(t, l, send(1000, 1001, 300, 5, 2))                      // 6
	wantCode(t, l, send(1000, 1001, 3000, 5, 2), "insufficient") // 7
	first, second := id.Derive(id.ID{4}, "1"), id.Derive(id.ID{4}, "2")
	must(t, l, take(first, 1000, 100, c.Now().Add(time.Minute)))  // 8
	must(t, l, capture(first, 1000, 1001, 60))                    // 9
	must(t, l, capture(first, 1000, 1001, 40))                    // 10
	must(t, l, take(second, 1000, 50, c.Now().Add(time.Minute)))  // 11
	if o := must(t, l, send(1001, 1002, 10, 5, 2)); o.Seq != 12 { // 12
		t.Fatalf("the last posting is %d", o.Seq)
	}
	return l
}

func TestVerifyReportsEveryTampering(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		books(t, d)
		wantBooksRight(t, d)
		for _, c := range breaksTheChain {
			t.Run(c.name, func(t *testing.T) { wantReported(t, tamper(t, d, c, false), c) })
		}
		for _, c := range breaksTheSums {
			t.Run(c.name, func(t *testing.T) {
				r := tamper(t, d, c, true)
				wantReported(t, r, c)
				for _, p := range r.Problems {
					if strings.Contains(p, "was altered") {
						t.Errorf("the chain was made to fit, but: %s", p)
					}
				}
			})
		}
		wantBooksRight(t, d)
	})
}

// tamper does the wrong thing, verifies, and takes it back.
func tamper(t *testing.T, d *db.DB, c tampering, rehash bool, known ...ledger.Head) (r *ledger.Report) {
	t.Helper()
	tampered(t, d, c, rehash, func(tx *db.DB) {
		var err error
		if r, err = ledger.Verify(bg, tx, nairobi(t), known...); err != nil {
			t.Fatal(err)
		}
	})
	return r
}

// tampered does the wrong thing, looks at it, and takes it back.
func tampered(t *testing.T, d *db.DB, c tampering, rehash bool, look func(tx *db.DB)) {
	t.Helper()
	errUndo := errors.New("take it back")
	err := d.TransactOnce(bg, func(tx *db.DB) error {
		for _, stmt := range strings.Split(c.sql, ";") {
			if n, err := tx.Exec(bg, stmt); err != nil || n == 0 {
				t.Fatalf("%s: %d rows, %v", stmt, n, err)
			}
		}
		if rehash {
			if err := ledger.Rehash(bg, tx); err != nil {
				t.Fatal(err)
			}
		}
		look(tx)
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
}

func wantReported(t *testing.T, r *ledger.Report, c tampering) {
	t.Helper()
	start, end, _ := strings.Cut(c.want, "%")
	for _, p := range r.Problems {
		if i := strings.Index(p, start); i >= 0 && strings.Contains(p[i:], end) {
			return
		}
	}
	t.Errorf("nothing says %q, but %d others do: %s", c.want, len(r.Problems), strings.Join(r.Problems, "; "))
}

// TestVerifyKnowsHeads cuts the tail off so well that the tables agree with themselves; only who saw the head knows.
func TestVerifyKnowsHeads(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		books(t, d)
		whole := wantBooksRight(t, d)
		head := ledger.Head{Seq: whole.Seq, Chain: whole.Chain}
		cut := tampering{sql: `DELETE FROM legs WHERE seq = 12; DELETE FROM postings WHERE seq = 12;
			UPDATE accounts SET balance = 400, seq = 10, in_day = 300, out_day = 0, out_month = 0 WHERE id = 1001;
			UPDATE accounts SET balance = 0, seq = 0, day = 0, month = 0, in_day = 0, in_month = 0 WHERE id = 1002;
			UPDATE accounts SET balance = 5, seq = 6 WHERE id = 1; UPDATE accounts SET balance = 2, seq = 6 WHERE id = 2;
			UPDATE sequencer SET seq = 11, receipt = receipt - 1`, want: "its tail was cut"}
		if r := tamper(t, d, cut, true); !r.OK() {
			t.Fatalf("the cut shows without the head, so this test proves nothing: %v", r.Problems)
		}
		wantReported(t, tamper(t, d, cut, true, head), cut)

		rewritten := tampering{sql: "UPDATE postings SET rules = 'other' WHERE seq = 6", want: "posting 12 is not the one whose link was recorded"}
		if r := tamper(t, d, rewritten, true); !r.OK() {
			t.Fatalf("a chain made to fit shows without the head: %v", r.Problems)
		}
		wantReported(t, tamper(t, d, rewritten, true, head), rewritten)

		if r, err := ledger.Verify(bg, d, nairobi(t), head, ledger.Head{Seq: 12, Chain: head.Chain}); err != nil || !r.OK() {
			t.Errorf("the right head is reported: %v, %v", r, err)
		}
	})
}

// TestVerifyBesideALiveWriter verifies again and again while sends go on.
func TestVerifyBesideALiveWriter(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d, clock.System{})
		w := seed(t, l, 20, 10_000)
		var stop atomic.Bool
		var wg sync.WaitGroup
		for c := range 16 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for n := 0; !stop.Load(); n++ {
					_, err := l.Commit(bg, send(w[(c+n)%20], w[(c+n+1+n%18)%20], 10, 1, 1))
					if err != nil && !fault.HasCode(err, fault.Insufficient) {
						t.Error(err)
					}
				}
			}()
		}
		first, last := int64(0), int64(0)
		for n := 0; n < 8 || last < first+500; n++ {
			r := wantBooksRight(t, d)
			if last = r.Seq; n == 0 {
				first = last
			}
			if t.Failed() {
				break
			}
		}
		stop.Store(true)
		wg.Wait()
		wantBooksRight(t, d)
	})
}

func TestVerifyAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if r := wantBooksRight(t, d); r.Postings != 0 {
			t.Errorf("%d postings", r.Postings)
		}
	})
}
