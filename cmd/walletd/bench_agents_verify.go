package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"senti/agents"
	"senti/wallet"
	"senti/wallet/ledger"
)

// look counts the cash-ins, cash-outs and sends in the tables that moved money.
func (r *agentsRun) look(ctx context.Context) (acts int64, err error) {
	err = r.app.db.QueryRow(ctx, `SELECT COUNT(*) FROM postings WHERE kind IN (?, ?, ?) AND refusal IS NULL`,
		int64(ledger.CashIn), int64(ledger.CashOut), int64(ledger.Send)).Scan(&acts)
	return acts, err
}

// verify checks that every acknowledged act is in the tables as it was acknowledged and nothing else is, that the commissions are those of
// the bands to the cent, for each agent too, and that the books are right.
func (r *agentsRun) verify(ctx context.Context) (bool, error) {
	after, err := r.look(ctx)
	if err != nil {
		return false, err
	}
	if done := r.done.Load(); after-r.before != done {
		fmt.Printf("bench: %d acts acknowledged, %d in the tables\n", done, after-r.before)
		return false, nil
	}
	if right, err := r.acknowledgementsRight(ctx); err != nil || !right {
		return false, err
	}
	if right, err := r.commissionsRight(ctx); err != nil || !right {
		return false, err
	}
	return booksRight(ctx, r.app)
}

// acknowledgementsRight looks every acknowledged act up: its posting is there, was accepted, is of its kind, and has the receipt that was
// told.
func (r *agentsRun) acknowledgementsRight(ctx context.Context) (bool, error) {
	acts := slices.Concat(append(slices.Clone(r.whole), r.acts)...)
	var wrong, looked atomic.Int64
	err := inParallel(len(acts), func(i int) error {
		act := acts[i]
		if act.posting.IsZero() {
			return nil
		}
		looked.Add(1)
		o, found, err := r.app.ledger.Posting(ctx, act.posting)
		if err == nil && (!found || !o.Accepted || o.Kind != act.kind || o.Receipt == "" || act.code != "" && o.Receipt != act.code) {
			wrong.Add(1)
		}
		return err
	})
	if err != nil {
		return false, err
	}
	if wrong.Load() > 0 || looked.Load() != r.done.Load() {
		fmt.Printf("bench: of %d acknowledged acts %d were looked up, and %d are not in the tables as acknowledged\n", r.done.Load(), looked.Load(), wrong.Load())
		return false, nil
	}
	fmt.Printf("bench: each of %d acknowledged acts is in the tables as acknowledged\n", looked.Load())
	return true, nil
}

// alone is how often each act is done alone to see what it writes.
const alone = 40

// rowsByAct does each kind of act a few times alone, so that nothing else writes beside it, and prints the rows it has written, by table:
// inserted and replaced, by its quote and by the act itself. In a batch of many acts a row that several of them touch is written
// once.
func (r *agentsRun) rowsByAct(ctx context.Context) error {
	fmt.Printf("bench: rows written by act, quote included, when it is alone; besides, each transaction writes a row of its own and the sequencer's\n")
	for _, a := range []struct {
		name  string
		quote func(i int) (benchAct, error)
	}{
		{"cash-in", func(i int) (benchAct, error) { return r.cashIn(ctx, i, 1_000) }},
		{"cash-in that waits", func(i int) (benchAct, error) { return r.cashIn(ctx, i, 10_000) }},
		{"cash-out", func(i int) (benchAct, error) { return r.cashOut(ctx, i) }},
		{"send", func(i int) (benchAct, error) { return r.send(ctx, i) }},
	} {
		start, err := r.written(ctx)
		if err != nil {
			return err
		}
		acts, quotes := make([]benchAct, 0, alone), 0
		for ; len(acts) < alone; quotes++ {
			act, err := a.quote(quotes)
			if err != nil {
				return fmt.Errorf("%s, alone: %w", a.name, err)
			}
			if act.waits == (a.name == "cash-in that waits") { // else the lot fell on the customer
				acts = append(acts, act)
			}
		}
		quoted, err := r.written(ctx)
		if err != nil {
			return err
		}
		for i := range acts {
			if err := r.confirm(ctx, &acts[i]); err != nil {
				return fmt.Errorf("%s, alone: %w", a.name, err)
			}
		}
		done, err := r.written(ctx)
		if err != nil {
			return err
		}
		for table := range done {
			done[table] = (quoted[table]-start[table])/float64(quotes) + (done[table]-quoted[table])/alone
		}
		printRows(a.name, done)
	}
	return nil
}

func printRows(act string, rows map[string]float64) {
	var parts []string
	sum := 0.0
	for table, n := range rows {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %.2f", table, n))
			sum += n
		}
	}
	slices.Sort(parts)
	fmt.Printf("bench: %-18s %5.2f rows: %s\n", act, sum, strings.Join(parts, ", "))
}

// written is how many rows the ledger has written, by table. An empty plan waits for the batches before it to be counted.
func (r *agentsRun) written(ctx context.Context) (map[string]float64, error) {
	if _, err := r.app.ledger.Commit(ctx, &ledger.Plan{}); err != nil {
		return nil, err
	}
	families, err := r.app.metrics.registry.Gather()
	rows := map[string]float64{}
	for _, f := range families {
		if f.GetName() != "senti_rows_written_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			rows[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
		}
	}
	return rows, err
}

func (r *agentsRun) cashIn(ctx context.Context, i int, units int64) (benchAct, error) {
	who, till := r.people[i%len(r.people)], r.tills[i%len(r.tills)]
	q, err := r.app.agents.QuoteCashIn(ctx, agents.CashInRequest{Operator: till.operator, To: who.phone, Amount: units * r.app.market.Currency.MinorPerUnit()})
	return benchAct{kind: ledger.CashIn, intent: q.Intent, pin: till.pin, customer: who.phone, waits: q.Waits}, err
}

func (r *agentsRun) cashOut(ctx context.Context, i int) (benchAct, error) {
	who, till := r.people[i%len(r.people)], r.tills[i%len(r.tills)]
	q, err := r.app.agents.QuoteCashOut(ctx, agents.CashOutRequest{From: who.phone, Shop: till.code, Amount: 1_000 * r.app.market.Currency.MinorPerUnit()})
	return benchAct{kind: ledger.CashOut, intent: q.Intent, pin: who.pin}, err
}

func (r *agentsRun) send(ctx context.Context, i int) (benchAct, error) {
	who, to := r.people[i%len(r.people)], r.people[(i+1)%len(r.people)]
	q, err := r.app.wallet.QuoteSend(ctx, wallet.SendRequest{From: who.phone, To: to.phone, Amount: 1_000 * r.app.market.Currency.MinorPerUnit()})
	return benchAct{kind: ledger.Send, intent: q.Intent, pin: who.pin}, err
}
