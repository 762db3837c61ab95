package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// TestRandomActsAgreeWithTheModel does random things through two ledgers on one database, as two processes would, and
// compares every outcome, balance, hold and turnover with the model. Each of rapid's checks has wallets of its own; clock and
// system accounts go on from check to check.
func TestRandomActsAgreeWithTheModel(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, a, b *db.DB) {
		t.Parallel()
		c := clock.NewFake(noon)
		world := &random{clock: c, model: newModel(nairobi(t)), ledgers: []*ledger.Ledger{open(t, a, c), open(t, b, c)}}
		for number, n := range map[int64]ledger.NewAccount{
			feeIncome: {Type: ledger.FeeIncome, Currency: "KES"}, taxPayable: {Type: ledger.TaxPayable, Currency: "KES"},
			trust: {Type: ledger.Trust, Currency: "KES"}, ugandanTrust: {Type: ledger.Trust, Currency: "UGX"},
		} {
			n.ID = number
			world.commit(t, 0, &ledger.Plan{ID: ids.New(), Kind: ledger.Register, Open: []ledger.NewAccount{n}})
		}
		rapid.Check(t, func(rt *rapid.T) {
			world.wallets, world.holds, world.plans = nil, nil, nil
			for range 3 {
				world.open(rt)
				world.issue(rt)
				world.hold(rt)
			}
			rt.Repeat(map[string]func(*rapid.T){
				"": world.compare, "open": world.open, "issue": world.issue, "send": world.send, "block": world.block,
				"hold": world.hold, "hold more": world.hold, "issue more": world.issue, "capture part": world.capture, "capture": world.capture, "release": world.release, "expire": world.expire,
				"sweep": world.sweep, "undo": world.undo, "replay": world.replay, "conflict": world.conflict, "clock": world.moveClock,
			})
		})
		r := wantBooksRight(t, a)
		if r.Postings != world.model.seq {
			t.Errorf("%d postings, the model has %d", r.Postings, world.model.seq)
		}
		t.Logf("%d postings, %d holds", r.Postings, r.Holds)
	})
}

const ugandanTrust = 11

type random struct {
	clock   *clock.Fake
	model   *model
	ledgers []*ledger.Ledger
	wallets []int64
	holds   []id.ID
	plans   []*ledger.Plan
}

// commit sends a plan to one of the ledgers and holds the answer against the model's.
func (w *random) commit(t rapid.TB, via int, p *ledger.Plan) {
	t.Helper()
	_, replay := w.model.spent[p.ID]
	want, ok := w.model.commit(p, w.clock.Now())
	o, err := w.ledgers[via].Commit(bg, p)
	if !ok {
		if !fault.HasCode(err, fault.Conflict) {
			t.Fatalf("%s: %v, want a conflict", p.Kind, err)
		}
		return
	}
	if o == nil {
		t.Fatalf("%s: no outcome but %v", p.Kind, err)
	}
	got := modelPosting{plan: want.plan, at: o.At, seq: o.Seq, receipt: o.ReceiptNo, legs: o.Legs}
	if o.Refusal != nil {
		got.refusal = o.Refusal.Encode()
	}
	if len(got.legs) == 0 {
		got.legs = nil
	}
	if !reflect.DeepEqual(got, want) || o.Replayed != replay || o.Accepted != (want.refusal == "") {
		t.Fatalf("%s: got %+v\nwant %+v", p.Kind, *o, want)
	}
	w.plans = append(w.plans, p)
}

func (w *random) via(t *rapid.T) int { return rapid.IntRange(0, len(w.ledgers)-1).Draw(t, "via") }

func (w *random) wallet(t *rapid.T) int64 { return rapid.SampledFrom(w.wallets).Draw(t, "wallet") }

func (w *random) amount(t *rapid.T) int64 { return rapid.Int64Range(1, 300).Draw(t, "amount") }

func (w *random) compare(t *rapid.T) {
	numbers := append([]int64{feeIncome, taxPayable, trust, ugandanTrust}, w.wallets...)
	got, err := w.ledgers[0].Accounts(bg, numbers)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range numbers {
		if got[n] != w.model.accounts[n] {
			t.Fatalf("account %d is %+v\nwant %+v", n, got[n], w.model.accounts[n])
		}
	}
}

func (w *random) open(t *rapid.T) {
	n := ledger.FirstNumber + int64(len(w.model.accounts))
	if again := rapid.IntRange(0, 9).Draw(t, "again"); again == 0 && len(w.wallets) > 0 {
		n = w.wallet(t)
	} else {
		w.wallets = append(w.wallets, n)
	}
	currency := rapid.SampledFrom([]string{"KES", "KES", "KES", "UGX"}).Draw(t, "currency")
	w.commit(t, w.via(t), &ledger.Plan{ID: ids.New(), Kind: ledger.Register,
		Open: []ledger.NewAccount{{ID: n, Type: ledger.Wallet, Currency: currency, Class: 1}}})
}

func (w *random) issue(t *rapid.T) {
	p, from := issue(w.wallet(t), 3*w.amount(t)), rapid.SampledFrom([]int64{trust, trust, trust, ugandanTrust}).Draw(t, "trust")
	p.Legs[0].Account, p.Legs[1].Counted = from, p.Legs[1].Amount
	w.commit(t, w.via(t), p)
}

func (w *random) send(t *rapid.T) {
	from, to := w.wallet(t), w.wallet(t)
	if from == to {
		to = 5 // nobody
	}
	w.commit(t, w.via(t), send(from, to, w.amount(t), 5, 2))
}

// undo gives back a send, or a part of it, with what that had counted; some are undone twice.
func (w *random) undo(t *rapid.T) {
	var sends []*ledger.Plan
	for _, p := range w.plans {
		if p.Kind == ledger.Send && w.model.spent[p.ID].refusal == "" {
			sends = append(sends, p)
		}
	}
	if len(sends) == 0 {
		return
	}
	undone := rapid.SampledFrom(sends).Draw(t, "undone")
	part := rapid.Int64Range(1, undone.Legs[1].Amount).Draw(t, "part")
	w.commit(t, w.via(t), &ledger.Plan{ID: ids.New(), Kind: ledger.CashOutReturn, Corrects: undone.ID, Legs: []ledger.Leg{
		{Account: undone.Legs[1].Account, Amount: -part, Counted: -part}, {Account: undone.Legs[0].Account, Amount: part, Counted: -part}}})
}

func (w *random) block(t *rapid.T) {
	n, flags := w.wallet(t), rapid.SampledFrom([]ledger.Flags{0, 0, 0, ledger.DebitBlocked, ledger.CreditBlocked, ledger.Unproven, ledger.Closed}).Draw(t, "flags")
	if _, err := w.ledgers[w.via(t)].Commit(bg, &ledger.Plan{Change: []ledger.AccountChange{{Account: n, Flags: &flags}}}); err != nil {
		t.Fatal(err)
	}
	w.model.tick(w.clock.Now())
	a := w.model.accounts[n]
	a.Flags = flags
	w.model.accounts[n] = a
}

func (w *random) hold(t *rapid.T) {
	key := ids.New()
	if len(w.holds) > 0 && rapid.IntRange(0, 9).Draw(t, "again") == 0 {
		key = w.anyHold(t)
	}
	w.holds = append(w.holds, key)
	w.commit(t, w.via(t), take(key, w.wallet(t), w.amount(t), w.clock.Now().Add(rapid.SampledFrom(
		[]time.Duration{0, time.Microsecond, time.Minute, 24 * time.Hour}).Draw(t, "for"))))
}

// anyHold is one of this check's holds, or of nobody's.
func (w *random) anyHold(t *rapid.T) id.ID {
	if len(w.holds) == 0 {
		return ids.New() // one that nobody took
	}
	return rapid.SampledFrom(w.holds).Draw(t, "hold")
}

// holder is whose hold it is, and now and then somebody else.
func (w *random) holder(t *rapid.T, key id.ID) int64 {
	if h, ok := w.model.holds[key]; ok && rapid.IntRange(0, 9).Draw(t, "stranger") > 0 {
		return h.account
	}
	return w.wallet(t)
}

func (w *random) capture(t *rapid.T) {
	key := w.anyHold(t)
	from, to := w.holder(t, key), w.wallet(t)
	if from == to {
		to = feeIncome
	}
	p := capture(key, from, to, w.amount(t))
	p.Holds[0].Final = rapid.Bool().Draw(t, "final")
	w.commit(t, w.via(t), p)
}

func (w *random) release(t *rapid.T) { w.end(t, ledger.ReleaseHold) }

func (w *random) expire(t *rapid.T) { w.end(t, ledger.ExpireHold) }

func (w *random) end(t *rapid.T, verb ledger.HoldVerb) {
	key := w.anyHold(t)
	w.commit(t, w.via(t), &ledger.Plan{ID: ids.New(), Kind: ledger.HoldEnd,
		Holds: []ledger.HoldAct{{Verb: verb, Hold: key, Account: w.holder(t, key)}}})
}

// sweep expires all that is due. The model learns of each expiry from its posting.
func (w *random) sweep(t *rapid.T) {
	l := w.ledgers[w.via(t)]
	want := w.model.due(w.clock.Now(), 1000)
	before := maps.Clone(w.model.holds)
	if n, err := l.Expire(bg, w.clock.Now(), 1000); err != nil || n != want {
		t.Fatalf("the sweep expired %d, %v; want %d", n, err, want)
	}
	type swept struct {
		o *ledger.Outcome
		p *ledger.Plan
	}
	var all []swept
	for key, h := range before {
		if h.left == 0 || w.clock.Now().Before(h.until) {
			continue
		}
		p := &ledger.Plan{ID: id.Derive(key, "expire"), Kind: ledger.HoldEnd,
			Holds: []ledger.HoldAct{{Verb: ledger.ExpireHold, Hold: key, Account: h.account}}}
		o, found, err := l.Posting(bg, p.ID)
		if err != nil || !found {
			t.Fatalf("hold %s was not expired: %v", key, err)
		}
		all = append(all, swept{o, p})
	}
	slices.SortFunc(all, func(a, b swept) int { return int(a.o.Seq - b.o.Seq) })
	for _, s := range all {
		if got, _ := w.model.commit(s.p, w.clock.Now()); got.seq != s.o.Seq || !reflect.DeepEqual(got.legs, s.o.Legs) {
			t.Fatalf("the sweep posted %+v\nwant %+v", *s.o, got)
		}
	}
}

func (w *random) replay(t *rapid.T) {
	w.commit(t, w.via(t), rapid.SampledFrom(w.plans).Draw(t, "plan"))
}

// conflict sends a spent ID with another request or another kind.
func (w *random) conflict(t *rapid.T) {
	other := *rapid.SampledFrom(w.plans).Draw(t, "plan")
	switch {
	case rapid.Bool().Draw(t, "another request"), other.Kind.Undoes(): // of another kind it would make no sense
		other.Request[31]++
	case other.Kind == ledger.HoldTake:
		other.Kind = ledger.HoldEnd
	default:
		other.Kind = ledger.HoldTake
	}
	w.commit(t, w.via(t), &other)
}

// moveClock moves it by a little or a lot, back, or to the very expiry of a hold.
func (w *random) moveClock(t *rapid.T) {
	step := rapid.SampledFrom([]time.Duration{-time.Hour, time.Microsecond, time.Second, time.Hour, 30 * time.Hour}).Draw(t, "step")
	if len(w.holds) > 0 && rapid.Bool().Draw(t, "to an expiry") {
		off := rapid.SampledFrom([]time.Duration{-time.Microsecond, 0, time.Microsecond}).Draw(t, "off")
		if h, ok := w.model.holds[w.anyHold(t)]; ok {
			w.clock.Set(h.until.Add(off))
			return
		}
	}
	w.clock.Advance(step)
}

// TestManyAtOnceOverFewAccounts lets many callers send at random; what was acknowledged must be what the accounts say.
func TestManyAtOnceOverFewAccounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		const callers, each, start = 64, 60, 300
		l := open(t, d, clock.System{}, func(o *ledger.Options) { o.MaxBatch = 50 })
		w := seed(t, l, 5, start)
		var mu sync.Mutex
		moved, accepted, refused := map[int64]int64{}, int64(0), 0
		var wg sync.WaitGroup
		for caller := range callers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				r := rand.New(rand.NewPCG(1, uint64(caller)))
				for range each {
					p := randomSend(r, w)
					o, err := commitOften(r, l, p)
					if err != nil && !fault.HasCode(err, fault.Insufficient) {
						t.Errorf("send: %v", err)
						return
					}
					mu.Lock()
					for _, leg := range o.Legs {
						if moved[leg.Account] += leg.Amount; leg.Balance < 0 {
							t.Errorf("account %d fell to %d", leg.Account, leg.Balance)
						}
					}
					if o.Accepted {
						accepted++
					} else {
						refused++
					}
					mu.Unlock()
				}
			}()
		}
		wg.Wait()
		for i, n := range append(w, feeIncome, taxPayable) {
			opening := int64(start)
			if i >= len(w) {
				opening = 0
			}
			wantBalance(t, l, n, opening+moved[n], 0)
		}
		if accepted == 0 || refused == 0 {
			t.Errorf("%d accepted, %d refused: nothing was fought over", accepted, refused)
		}
		if r := wantBooksRight(t, d); r.Postings != callers*each+int64(1+2*len(w)) {
			t.Errorf("%d postings for %d sends", r.Postings, callers*each)
		}
	})
}

func randomSend(r *rand.Rand, w []int64) *ledger.Plan {
	from := r.IntN(len(w))
	to := (from + 1 + r.IntN(len(w)-1)) % len(w)
	return send(w[from], w[to], 1+r.Int64N(150), 2, 1)
}

// commitOften commits a plan once, or twice in a row, or twice at once; twice must give one outcome and its repeat.
func commitOften(r *rand.Rand, l *ledger.Ledger, p *ledger.Plan) (*ledger.Outcome, error) {
	var x, y answer
	switch r.IntN(3) {
	case 0:
		return l.Commit(bg, p)
	case 1:
		x.outcome, x.err = l.Commit(bg, p)
		y.outcome, y.err = l.Commit(bg, p)
	case 2:
		x, y = both(l, l, p, p)
	}
	if x.outcome == nil || y.outcome == nil {
		return nil, errors.Join(x.err, y.err)
	}
	if x.outcome.Replayed {
		x, y = y, x
	}
	if x.outcome.Replayed || !y.outcome.Replayed || !reflect.DeepEqual(normal(x.outcome), replayedAs(y.outcome)) {
		return nil, fmt.Errorf("committed twice: %+v and %+v", *x.outcome, *y.outcome)
	}
	return x.outcome, x.err
}
