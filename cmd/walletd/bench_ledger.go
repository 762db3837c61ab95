package main

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"

	"senti/wallet"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

type benchLedgerCmd struct {
	benchFlags
	Hot      bool `help:"Everyone pays one account."`
	Postings int  `help:"Have at least so many postings in the tables before measuring: bare transfers, committed as any other."`
}

// Run measures wallet.Send on intents that were opened beforehand, at most as many as preparedSends a second.
func (b benchLedgerCmd) Run(ctx context.Context) error {
	a, people, err := b.start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = a.stop() }() // what was measured is printed
	if err := b.fill(ctx, a); err != nil {
		return err
	}
	intents, err := b.openIntents(ctx, a, people)
	if err != nil {
		return err
	}
	run := &ledgerRun{tally: newTally(b.benchFlags), app: a, intents: intents, acked: make([]ack, len(intents))}
	if run.before, err = countPostings(ctx, a); err != nil {
		return err
	}
	return b.measure(ctx, a, run.tally, run.one, run.verify)
}

// fill makes the tables as full as a ledger that has been at work for long.
func (b benchLedgerCmd) fill(ctx context.Context, a *app) error {
	var have int64
	if b.Postings == 0 {
		return nil
	}
	if err := a.db.QueryRow(ctx, `SELECT COUNT(*) FROM postings`).Scan(&have); err != nil {
		return err
	}
	if have >= int64(b.Postings) {
		return nil
	}
	fmt.Printf("bench: committing %d postings\n", int64(b.Postings)-have)
	accounts := make([]int64, 0, b.Customers)
	err := a.db.Each(ctx, `SELECT account FROM customers`, nil, func(rows *sql.Rows) error {
		var account int64
		err := rows.Scan(&account)
		accounts = append(accounts, account)
		return err
	})
	if err != nil {
		return err
	}
	return inParallel(b.Postings-int(have), func(i int) error {
		from, to := accounts[(i*7919)%len(accounts)], accounts[(i*7919+1+i%97)%len(accounts)]
		_, err := a.ledger.Commit(ctx, &ledger.Plan{ID: id.Random{}.New(), Kind: ledger.Send,
			Legs: []ledger.Leg{{Account: from, Amount: -1}, {Account: to, Amount: 1}}})
		return err
	})
}

// preparedSends is how many intents are opened for each second of measuring: more than any machine tried so far commits.
const preparedSends = 25_000

// openedIntent is a quote that waits for its PIN.
type openedIntent struct {
	intent id.ID
	pin    pin.PIN
}

// openIntents opens the intents that the measured sends go through with. It is not part of what is measured.
func (b benchLedgerCmd) openIntents(ctx context.Context, a *app, people []person) ([]openedIntent, error) {
	n := min(b.Seconds*preparedSends, b.Seconds*b.Clients*2_000)
	fmt.Printf("bench: opening %d intents\n", n)
	intents := make([]openedIntent, n)
	amount := 150 * a.market.Currency.MinorPerUnit() // in a band with a fee
	return intents, inParallel(n, func(i int) error {
		from, to := people[i%len(people)], people[(i+1+i/len(people))%len(people)]
		if b.Hot {
			from, to = people[1+i%(len(people)-1)], people[0]
		}
		q, err := a.wallet.QuoteSend(ctx, wallet.SendRequest{From: from.phone, To: to.phone, Amount: amount})
		intents[i] = openedIntent{q.Intent, from.pin}
		return err
	})
}

// ack is what one acknowledged send promised.
type ack struct {
	intent id.ID
	code   string
}

type ledgerRun struct {
	*tally
	app     *app
	intents []openedIntent
	next    atomic.Int64
	acked   []ack
	before  int64 // sends in the tables
}

// one sends once; false when there is nothing left to send.
func (r *ledgerRun) one(ctx context.Context, worker int) bool {
	i := r.next.Add(1) - 1
	if i >= int64(len(r.intents)) {
		return false
	}
	in := r.intents[i]
	took := stopwatch()
	receipt, err := r.app.wallet.Send(context.WithoutCancel(ctx), in.intent, in.pin)
	if err != nil {
		r.failed(err)
		return true
	}
	r.latency.add(worker, took())
	r.acked[i] = ack{in.intent, receipt.Code}
	r.done.Add(1)
	return true
}

// verify checks that every acknowledged send is in the tables once, that nothing else is, and that the books are right.
func (r *ledgerRun) verify(ctx context.Context) (bool, error) {
	after, err := countPostings(ctx, r.app)
	if err != nil {
		return false, err
	}
	if after-r.before != r.done.Load() {
		fmt.Printf("bench: %d sends acknowledged, %d in the tables\n", r.done.Load(), after-r.before)
		return false, nil
	}
	var wrong atomic.Int64
	err = inParallel(len(r.acked), func(i int) error {
		if r.acked[i].code == "" {
			return nil
		}
		o, found, err := r.app.ledger.Posting(ctx, r.acked[i].intent)
		if err == nil && (!found || !o.Accepted || o.Receipt != r.acked[i].code) {
			wrong.Add(1)
		}
		return err
	})
	if err != nil || wrong.Load() > 0 {
		fmt.Printf("bench: %d acknowledged sends are not in the tables as acknowledged\n", wrong.Load())
		return false, err
	}
	return booksRight(ctx, r.app)
}

// booksRight runs the same proof as walletd verify.
func booksRight(ctx context.Context, a *app) (bool, error) {
	report, err := ledger.Verify(ctx, a.db, a.market.Zone)
	if err != nil {
		return false, err
	}
	for _, p := range report.Problems {
		fmt.Println("bench: WRONG:", p)
	}
	return report.OK(), nil
}

// countPostings returns how many sends there are.
func countPostings(ctx context.Context, a *app) (int64, error) { return sendsIn(ctx, a.db) }

// seedersMost is how many goroutines prepare a bench: enough to fill the committer's batches.
const seedersMost = 1024

// inParallel runs work for 0 to n-1 in ascending order on many goroutines, and returns the first error.
func inParallel(n int, work func(i int) error) error {
	var next atomic.Int64
	var once sync.Once
	var first error
	var wg sync.WaitGroup
	for range min(n, seedersMost) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if err := work(int(i)); err != nil {
					once.Do(func() { first = err })
					return
				}
			}
		})
	}
	wg.Wait()
	return first
}

// person is one of a bench's customers.
type person struct {
	phone msisdn.Number
	pin   pin.PIN
}
