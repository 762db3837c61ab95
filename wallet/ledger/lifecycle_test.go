package ledger_test

import (
	"context"
	"errors"
	"math"
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

// gate is a plan that holds the committer up: entered is closed when it is being decided, and it waits for leave.
type gate struct {
	plan           *ledger.Plan
	entered, leave chan struct{}
	once           sync.Once
}

func newGate(table ledger.Table) *gate {
	g := &gate{entered: make(chan struct{}), leave: make(chan struct{})}
	g.plan = &ledger.Plan{ID: ids.New(), Kind: ledger.Register, Companions: []ledger.Companion{&companion{table: table,
		check: func(any, time.Time) (any, *fault.Error) {
			g.once.Do(func() { close(g.entered) })
			<-g.leave
			return nil, nil
		}}}}
	return g
}

func TestACallerWhoGivesUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, table := open(t, d, clock.NewFake(noon)), newTallies(t, d)
		w := seed(t, l, 2, 1000)
		g, waiting := newGate(table), send(w[0], w[1], 100, 5, 2)
		early, late := make(chan error, 1), make(chan error, 1)
		ctxLate, giveUpLate := context.WithCancel(bg)
		go func() { _, err := l.Commit(ctxLate, g.plan); late <- err }()
		<-g.entered

		// The committer is busy with the gate, so this one waits in the queue and can be taken back.
		ctxEarly, giveUpEarly := context.WithCancel(bg)
		go func() { _, err := l.Commit(ctxEarly, waiting); early <- err }()
		for l.Waiting() == 0 {
			yield()
		}
		giveUpEarly()
		if err := <-early; !fault.HasCode(err, fault.Busy) || !errors.Is(err, context.Canceled) {
			t.Errorf("given up before its turn: %v, want busy", err)
		}
		// The gate itself is past taking back.
		giveUpLate()
		if err := <-late; !fault.HasCode(err, fault.OutcomeUnknown) {
			t.Errorf("given up during its turn: %v, want outcome_unknown", err)
		}
		close(g.leave)

		if o := must(t, l, g.plan); !o.Replayed {
			t.Error("asked again, the plan given up too late should have been committed the first time")
		}
		if o := must(t, l, waiting); o.Replayed {
			t.Error("the plan given up in time was committed all the same")
		}
		ended, giveUp := context.WithCancel(bg)
		giveUp()
		never := send(w[0], w[1], 100, 5, 2)
		if _, err := l.Commit(ended, never); !fault.HasCode(err, fault.Busy) {
			t.Errorf("given up before the call: %v, want busy", err)
		}
		if o := must(t, l, never); o.Replayed {
			t.Error("a plan given up before the call was committed")
		}
		wantBalance(t, l, w[0], 1000-2*107, 0)
		wantBooksRight(t, d)
	})
}

func TestAFullQueueIsBusy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const room = 4
		l := open(t, d, clock.NewFake(noon), func(o *ledger.Options) { o.Queue = room })
		table := newTallies(t, d)
		w := seed(t, l, 2, 0)
		must(t, l, issue(w[0], 1000))
		g := newGate(table)
		var wg sync.WaitGroup
		commit := func(p *ledger.Plan) {
			wg.Add(1)
			go func() { defer wg.Done(); must(t, l, p) }()
		}
		commit(g.plan)
		<-g.entered
		for n := range room {
			commit(send(w[0], w[1], 10, 1, 1))
			for l.Waiting() <= n {
				yield()
			}
		}
		full := send(w[0], w[1], 10, 1, 1)
		if o := wantCode(t, l, full, fault.Busy); o != nil {
			t.Error("busy came with an outcome")
		}
		close(g.leave)
		wg.Wait()
		if _, found, _ := l.Posting(bg, full.ID); found {
			t.Error("what was answered busy is in the books")
		}
		wantBalance(t, l, w[1], 10*room, 0)
		wantBooksRight(t, d)
	})
}

func TestCloseCommitsWhatWaits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, table := open(t, d, clock.NewFake(noon), func(o *ledger.Options) { o.MaxBatch = 7 }), newTallies(t, d)
		w := seed(t, l, 2, 1_000_000)
		g := newGate(table)
		var wg sync.WaitGroup
		var accepted atomic.Int64
		commit := func(p *ledger.Plan) {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if _, err := l.Commit(bg, p); err == nil {
					accepted.Add(1)
				}
			}()
		}
		commit(g.plan)
		<-g.entered
		const plans = 40
		for range plans {
			commit(send(w[0], w[1], 10, 1, 1))
		}
		for l.Waiting() < plans {
			yield()
		}
		closed := make(chan struct{})
		go func() { l.Close(); close(closed) }()
		close(g.leave)
		<-closed
		wg.Wait()
		if accepted.Load() != plans+1 {
			t.Errorf("%d were accepted, want %d", accepted.Load(), plans+1)
		}
		wantCode(t, l, send(w[0], w[1], 10, 1, 1), fault.Busy)
		l.Close() // a second time does no harm
		wantBalance(t, l, w[1], 1_000_000+10*plans, 0)
		wantBooksRight(t, d)
	})
}

// TestTheBooksTimeIsTheCommits lets the ledger stand idle: what comes then bears the time when it came.
func TestTheBooksTimeIsTheCommits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		l := open(t, d, c)
		w := seed(t, l, 2, 1000)
		for range 5 {
			c.Advance(8 * time.Hour)
			if o := must(t, l, send(w[0], w[1], 10, 1, 1)); !o.At.Equal(c.Now()) {
				t.Errorf("posted at %s, but it is %s", o.At, c.Now())
			}
		}
	})
}

// TestAnExpiryTriedTooEarlyIsTriedAgain spends the posting ID that the sweep would use, as a clock that steps back could.
func TestAnExpiryTriedTooEarlyIsTriedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		l := open(t, d, c)
		w := seed(t, l, 1, 1000)
		first, second := ids.New(), ids.New()
		must(t, l, take(first, w[0], 100, c.Now().Add(time.Minute)))
		must(t, l, take(second, w[0], 200, c.Now().Add(time.Minute)))
		early := &ledger.Plan{ID: id.Derive(first, "expire"), Kind: ledger.HoldEnd,
			Holds: []ledger.HoldAct{{Verb: ledger.ExpireHold, Hold: first, Account: w[0]}}}
		wantCode(t, l, early, fault.HoldNotExpired)
		c.Advance(time.Minute)
		if n, err := l.Expire(bg, c.Now(), 10); n != 2 || err != nil {
			t.Errorf("the sweep expired %d, %v; want 2", n, err)
		}
		wantBalance(t, l, w[0], 1000, 0)
		wantBooksRight(t, d)
	})
}

// TestNumbersAreNeverGivenTwice asks two ledgers on one database for numbers at once.
func TestNumbersAreNeverGivenTwice(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, a, b *db.DB) {
		ledgers := []*ledger.Ledger{open(t, a, clock.System{}), open(t, b, clock.System{})}
		var seen sync.Map
		var wg sync.WaitGroup
		for n := range 500 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				no := number(t, ledgers[n%2])
				if _, twice := seen.LoadOrStore(no, true); twice || no < ledger.FirstNumber {
					t.Errorf("number %d was given twice or is too small", no)
				}
			}()
		}
		wg.Wait()
	})
}

// TestPlansThatNoDataCouldMakeRight are mistakes of the caller: internal, nothing done, the ID not spent.
func TestPlansThatNoDataCouldMakeRight(t *testing.T) {
	t.Parallel()
	legs := func(l ...ledger.Leg) []ledger.Leg { return l }
	act := func(a ledger.HoldAct) []ledger.HoldAct { return []ledger.HoldAct{a} }
	long := string(make([]byte, 81))
	cases := map[string]ledger.Plan{
		"legs that do not sum to zero":   {Kind: ledger.Send, Legs: legs(ledger.Leg{Account: 1000, Amount: -5}, ledger.Leg{Account: 1001, Amount: 4})},
		"one leg":                        {Kind: ledger.Send, Legs: legs(ledger.Leg{Account: 1000, Amount: 5})},
		"a leg of nothing":               {Kind: ledger.Send, Legs: legs(ledger.Leg{Account: 1000}, ledger.Leg{Account: 1001})},
		"two legs on one account":        {Kind: ledger.Send, Legs: legs(ledger.Leg{Account: 1000, Amount: -5}, ledger.Leg{Account: 1000, Amount: 5})},
		"legs that overflow":             {Kind: ledger.Issue, Legs: legs(ledger.Leg{Account: 1000, Amount: math.MaxInt64}, ledger.Leg{Account: 1001, Amount: math.MaxInt64}, ledger.Leg{Account: trust, Amount: 2})},
		"given back, correcting nothing": {Kind: ledger.CashOutReturn, Legs: legs(ledger.Leg{Account: 1000, Amount: -5, Counted: -5}, ledger.Leg{Account: 1001, Amount: 5})},
		"counted below zero":             {Corrects: ids.New(), Kind: ledger.Send, Legs: legs(ledger.Leg{Account: 1000, Amount: -5, Counted: -5}, ledger.Leg{Account: 1001, Amount: 5})},
		"a kind that does not exist":     {Kind: 99},
		"money moved by no legs":         {Kind: ledger.Send},
		"a hold of nothing":              {Kind: ledger.HoldTake, Holds: act(ledger.HoldAct{Verb: ledger.TakeHold, Hold: ids.New(), Account: 1000, ExpiresAt: noon})},
		"a hold that never ends":         {Kind: ledger.HoldTake, Holds: act(ledger.HoldAct{Verb: ledger.TakeHold, Hold: ids.New(), Account: 1000, Amount: 5})},
		"a hold without an ID":           {Kind: ledger.HoldTake, Holds: act(ledger.HoldAct{Verb: ledger.TakeHold, Account: 1000, Amount: 5, ExpiresAt: noon})},
		"a capture of less than zero":    {Kind: ledger.Capture, Holds: act(ledger.HoldAct{Verb: ledger.CaptureHold, Hold: ids.New(), Account: 1000, Amount: -5})},
		"an unknown act":                 {Kind: ledger.HoldEnd, Holds: act(ledger.HoldAct{Verb: 9, Hold: ids.New(), Account: 1000})},
		"rules too long for the column":  {Kind: ledger.Register, Rules: long},
		"rules that are not ASCII":       {Kind: ledger.Register, Rules: "tarif é"},
		"a currency too long":            {Kind: ledger.Register, Open: []ledger.NewAccount{{ID: 1005, Type: ledger.Wallet, Currency: "LOYALTYPOINTS"}}},
		"no currency":                    {Kind: ledger.Register, Open: []ledger.NewAccount{{ID: 1005, Type: ledger.Wallet}}},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d, clock.NewFake(noon))
		seed(t, l, 2, 1000)
		before := wantBooksRight(t, d)
		for name, p := range cases {
			p.ID = ids.New()
			if o := wantCode(t, l, &p, fault.Internal); o != nil {
				t.Errorf("%s: came with an outcome", name)
			}
		}
		noID := send(1000, 1001, 5, 1, 1)
		noID.ID = id.ID{}
		wantCode(t, l, noID, fault.Internal)
		wantCode(t, l, &ledger.Plan{Open: []ledger.NewAccount{{ID: 1005, Type: ledger.Wallet, Currency: "KES"}}}, fault.Internal)
		if r := wantBooksRight(t, d); r.Postings != before.Postings {
			t.Error("a mistake was posted")
		}
	})
}

// TestSumsThatWrapAround tries to make money in one currency against another by amounts whose sums pass the largest integer.
func TestSumsThatWrapAround(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d, clock.NewFake(noon))
		const quarter = 1 << 62
		mint := &ledger.Plan{ID: ids.New(), Kind: ledger.Issue}
		var accounts []ledger.NewAccount
		for n := range int64(4) {
			accounts = append(accounts, ledger.NewAccount{ID: 10 + n, Type: ledger.Trust, Currency: "UGX"},
				ledger.NewAccount{ID: 1000 + n, Type: ledger.Wallet, Currency: "KES"})
			mint.Legs = append(mint.Legs, ledger.Leg{Account: 10 + n, Amount: -quarter}, ledger.Leg{Account: 1000 + n, Amount: quarter})
		}
		must(t, l, &ledger.Plan{ID: ids.New(), Kind: ledger.Register, Open: accounts})
		wantCode(t, l, mint, fault.CurrencyMixed)

		// Turnover does not wrap around either: it would open a spent limit.
		must(t, l, &ledger.Plan{ID: ids.New(), Kind: ledger.Register,
			Open: []ledger.NewAccount{{ID: trust + 100, Type: ledger.Trust, Currency: "KES"}}})
		counted := func() *ledger.Plan {
			return &ledger.Plan{ID: ids.New(), Kind: ledger.Issue, Legs: []ledger.Leg{
				{Account: trust + 100, Amount: -1}, {Account: 1000, Amount: 1, Counted: math.MaxInt64}}}
		}
		must(t, l, counted())
		wantCode(t, l, counted(), fault.Internal)
		wantBooksRight(t, d)
	})
}

// Two people change an account's flags without knowing of each other: each flag is raised and lowered by itself.
func TestFlagsRaisedAndLowered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d, clock.NewFake(noon))
		account := seed(t, l, 1, 1000)[0]
		for _, c := range []struct {
			raise, lower, want ledger.Flags
		}{
			{raise: ledger.DebitBlocked, want: ledger.DebitBlocked},
			{raise: ledger.Joint, want: ledger.DebitBlocked | ledger.Joint},
			{lower: ledger.CreditBlocked, want: ledger.DebitBlocked | ledger.Joint},
			{lower: ledger.DebitBlocked, raise: ledger.CreditBlocked, want: ledger.CreditBlocked | ledger.Joint},
		} {
			must(t, l, &ledger.Plan{Change: []ledger.AccountChange{{Account: account, Raise: c.raise, Lower: c.lower}}})
			if a, err := l.Account(bg, account); err != nil || a.Flags != c.want {
				t.Errorf("raised %b, lowered %b: %b, %v; want %b", c.raise, c.lower, a.Flags, err, c.want)
			}
		}
	})
}
