package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
)

// Report is what Verify found. The books are right when Problems is empty.
type Report struct {
	Postings int64
	Legs     int64
	Accounts int64
	Holds    int64
	Seq      int64            // the last posting
	Chain    [32]byte         // its link
	Sums     map[string]int64 // sum of all balances by currency; every one must be zero
	Problems []string         // what is wrong, in words; at most maxProblems
}

// maxProblems keeps the report of a ruined ledger readable.
const maxProblems = 50

// OK reports whether the books are right.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

func (r *Report) wrong(format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

// Head is a place in the chain that was seen earlier, for instance in a log.
type Head struct {
	Seq   int64
	Chain [32]byte
}

// Verify proves the books from the tables alone, in one read snapshot, beside live writers: the legs of every posting sum
// to zero, every balance, held amount and turnover is what its legs and holds say, no account is below its floor, and the
// postings form an unbroken chain that leads to the sequencer and passes through the heads that are known from elsewhere.
func Verify(ctx context.Context, d *db.DB, zone *time.Location, known ...Head) (*Report, error) {
	v := &verifier{
		zone: zone, report: &Report{Sums: map[string]int64{}}, known: map[int64][32]byte{},
		running: map[int64]*Account{}, holds: map[id.ID]*hold{}, types: map[int64]*Account{},
	}
	for _, h := range known {
		v.known[h.Seq] = h.Chain
	}
	err := d.Snapshot(ctx, func(view *db.DB) error {
		v.view = view
		for _, step := range []func(context.Context) error{v.accounts, v.postings, v.strays, v.balances, v.openHolds, v.sequencer} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: verify: %w", err)
	}
	return v.report, nil
}

// verifier walks the tables once, in the ledger's order, and keeps what each account and hold should be.
type verifier struct {
	view    *db.DB
	zone    *time.Location
	report  *Report
	known   map[int64][32]byte
	types   map[int64]*Account // as the table says
	running map[int64]*Account // as the legs say
	holds   map[id.ID]*hold    // as the hold acts say
	seq     int64
	receipt int64
	chain   [32]byte
	at      int64
	scratch []byte

	corrected map[id.ID]*record // of this chunk: what its postings give back was counted by these
}

// accounts reads the present state of all accounts.
func (v *verifier) accounts(ctx context.Context) error {
	return v.view.Each(ctx, `
		SELECT id, type, currency, class, flags, balance, held, day, month, out_day, in_day, out_month, in_month, seq, opened_at
		FROM   accounts`, nil, func(rows *sql.Rows) error {
		a, err := scanAccount(rows)
		if err == nil {
			v.types[a.ID] = a
			v.report.Accounts++
			v.report.Sums[a.Currency] += a.Balance
		}
		return err
	})
}

// verifyChunk is how many postings are held in memory at a time.
const verifyChunk = 5000

// postings walks the chain.
func (v *verifier) postings(ctx context.Context) error {
	for {
		chunk, err := v.chunk(ctx, verifyChunk)
		if err != nil {
			return err
		}
		if len(chunk) == 0 {
			return nil
		}
		for _, r := range chunk {
			v.posting(r)
		}
	}
}

// chunk reads the next postings, as many as that at most, with their legs and hold acts.
func (v *verifier) chunk(ctx context.Context, most int) ([]*record, error) {
	var chunk []*record
	bySeq := map[int64]*record{}
	err := v.view.Each(ctx, selectPostings+`WHERE seq > ? ORDER BY seq LIMIT ?`, []any{v.seq, most}, func(rows *sql.Rows) error {
		r, err := scanPosting(rows)
		if err == nil {
			chunk, bySeq[r.seq] = append(chunk, r), r
		}
		return err
	})
	if err != nil || len(chunk) == 0 {
		return nil, err
	}
	last := chunk[len(chunk)-1].seq
	err = v.view.Each(ctx, `SELECT seq, account, amount, balance, held, counted FROM legs
		WHERE seq > ? AND seq <= ? ORDER BY seq, account`, []any{v.seq, last}, func(rows *sql.Rows) error {
		seq, leg, err := scanLeg(rows)
		if err != nil {
			return err
		}
		v.report.Legs++
		if r := bySeq[seq]; r != nil {
			r.legs = append(r.legs, leg)
		} else {
			v.report.wrong("a leg of account %d belongs to posting %d, which does not exist", leg.Account, seq)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := v.acts(ctx, bySeq, last); err != nil {
		return nil, err
	}
	v.corrected, err = v.countedBefore(ctx, chunk)
	return chunk, err
}

// countedBefore reads the postings of which a chunk gives back what they had counted.
func (v *verifier) countedBefore(ctx context.Context, chunk []*record) (map[id.ID]*record, error) {
	var ids []id.ID
	for _, r := range chunk {
		if slices.ContainsFunc(r.legs, func(l PostedLeg) bool { return l.Counted < 0 }) {
			ids = append(ids, r.corrects)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return loadRecords(ctx, v.view, ids)
}

func (v *verifier) acts(ctx context.Context, bySeq map[int64]*record, last int64) error {
	return v.view.Each(ctx, selectActs+`WHERE seq > ? AND seq <= ? ORDER BY seq, n`, []any{v.seq, last}, func(rows *sql.Rows) error {
		seq, a, err := scanAct(rows)
		if err != nil {
			return err
		}
		if r := bySeq[seq]; r != nil {
			r.acts = append(r.acts, a)
		} else {
			v.report.wrong("a hold act belongs to posting %d, which does not exist", seq)
		}
		return nil
	})
}

// posting checks one posting against the chain and moves the accounts and holds it touched.
func (v *verifier) posting(r *record) {
	v.report.Postings++
	if r.seq != v.seq+1 {
		v.report.wrong("posting %d follows %d: some are missing", r.seq, v.seq)
	}
	if r.at < v.at {
		v.report.wrong("posting %d is older than the one before it", r.seq)
	}
	if want := r.chained(v.chain, &v.scratch); want != r.hash {
		v.report.wrong("posting %d (%s) was altered: its link does not follow from its rows", r.seq, r.id)
	}
	if head, ok := v.known[r.seq]; ok && head != r.hash {
		v.report.wrong("posting %d is not the one whose link was recorded elsewhere", r.seq)
	}
	spec, ok := r.kind.Spec()
	if !ok {
		v.report.wrong("posting %d has the unknown kind %d", r.seq, r.kind)
	}
	moves := spec.Money && r.refusal == ""
	switch {
	case moves && r.receiptNo != v.receipt+1:
		v.report.wrong("posting %d has receipt %d after %d", r.seq, r.receiptNo, v.receipt)
	case !moves && r.receiptNo != 0:
		v.report.wrong("posting %d has a receipt but moved no money", r.seq)
	}
	if r.refusal != "" && len(r.legs)+len(r.acts) > 0 {
		v.report.wrong("posting %d was refused but has legs", r.seq)
	}
	v.seq, v.chain, v.at, v.receipt = r.seq, r.hash, r.at, max(v.receipt, r.receiptNo)
	v.legs(r)
}

func (v *verifier) legs(r *record) {
	held := v.applyActs(r)
	sums := map[string]int64{}
	for _, leg := range r.legs {
		a := v.account(leg.Account)
		if t := v.types[leg.Account]; t == nil {
			v.report.wrong("posting %d touches account %d, which does not exist", r.seq, leg.Account)
		} else {
			a.Type, a.Currency = t.Type, t.Currency
		}
		if overflows(sums[a.Currency], leg.Amount) || overflows(a.Balance, leg.Amount) {
			v.report.wrong("posting %d holds amounts that overflow", r.seq)
		}
		sums[a.Currency] += leg.Amount
		a.Balance += leg.Amount
		a.Held += held[leg.Account]
		delete(held, leg.Account)
		a.Seq = r.seq
		if a.Balance != leg.Balance || a.Held != leg.Held {
			v.report.wrong("posting %d says account %d has %d (%d held); its legs say %d (%d held)",
				r.seq, a.ID, leg.Balance, leg.Held, a.Balance, a.Held)
		}
		if a.Type.Floored() && a.Available() < 0 {
			v.report.wrong("posting %d takes account %d below its floor", r.seq, a.ID)
		}
		if a.Held < 0 || (a.Type.Ceilinged() && a.Balance > 0) {
			v.report.wrong("posting %d leaves account %d with %d, %d held", r.seq, a.ID, a.Balance, a.Held)
		}
		v.count(a, leg, r)
	}
	for currency, sum := range sums {
		if sum != 0 {
			v.report.wrong("the legs of posting %d sum to %d %s", r.seq, sum, currency)
		}
	}
	for account := range held {
		v.report.wrong("posting %d changes a hold of account %d without a leg", r.seq, account)
	}
}

func (v *verifier) day(micros int64) int32 {
	y, m, d := fromMicros(micros).In(v.zone).Date()
	return int32(y*10_000 + int(m)*100 + d)
}

// count moves a turnover as the leg of a posting does.
func (v *verifier) count(a *Account, leg PostedLeg, r *record) {
	if leg.Amount == 0 {
		return
	}
	roll(&a.Turnover, v.day(r.at))
	if leg.Counted < 0 {
		before := v.corrected[r.corrects]
		if before == nil || before.seq >= r.seq || before.countedOn(leg.Account) < -leg.Counted {
			v.report.wrong("posting %d gives back %d of the turnover of account %d, which the posting it corrects did not count",
				r.seq, -leg.Counted, leg.Account)
			return
		}
		giveBack(&a.Turnover, leg.Amount, -leg.Counted, v.day(before.at))
		return
	}
	if leg.Amount < 0 {
		a.Turnover.OutDay += leg.Counted
		a.Turnover.OutMonth += leg.Counted
		return
	}
	a.Turnover.InDay += leg.Counted
	a.Turnover.InMonth += leg.Counted
}

func (v *verifier) account(number int64) *Account {
	a, ok := v.running[number]
	if !ok {
		a = &Account{ID: number}
		v.running[number] = a
	}
	return a
}

// applyActs replays what the posting did to holds and returns by how much each account's held amount changes.
func (v *verifier) applyActs(r *record) map[int64]int64 {
	held := map[int64]int64{}
	for _, a := range r.acts {
		h := v.holds[a.hold]
		if a.verb == TakeHold {
			if h != nil {
				v.report.wrong("posting %d takes hold %s a second time", r.seq, a.hold)
			}
			v.holds[a.hold] = &hold{id: a.hold, account: a.account, amount: a.amount, remaining: a.amount,
				expiresAt: a.expiresAt, state: holdOpen}
			held[a.account] += a.amount
			continue
		}
		if h == nil || h.account != a.account || a.amount > h.remaining || a.amount < 0 {
			v.report.wrong("posting %d frees %d of hold %s, which has not that much", r.seq, a.amount, a.hold)
			continue
		}
		if a.verb == CaptureHold && r.at >= h.expiresAt {
			v.report.wrong("posting %d captures hold %s after its expiry", r.seq, a.hold)
		}
		if a.verb == ExpireHold && r.at < h.expiresAt {
			v.report.wrong("posting %d expires hold %s before its time", r.seq, a.hold)
		}
		h.remaining -= a.amount
		held[a.account] -= a.amount
		if h.remaining == 0 {
			h.state = closedBy[a.verb]
		}
	}
	return held
}

// closedBy is the state in which the act that frees the last of a hold leaves it.
var closedBy = map[HoldVerb]int16{CaptureHold: holdCaptured, ReleaseHold: holdReleased, ExpireHold: holdExpired}

// strays looks for legs and hold acts outside the walk along the postings, before the first or after the last.
func (v *verifier) strays(ctx context.Context) error {
	for query, problem := range map[string]string{
		`SELECT DISTINCT seq FROM legs WHERE seq < 1 OR seq > ? ORDER BY seq LIMIT ?`:      "a leg belongs to posting %d, which does not exist",
		`SELECT DISTINCT seq FROM hold_acts WHERE seq < 1 OR seq > ? ORDER BY seq LIMIT ?`: "a hold act belongs to posting %d, which does not exist",
		`SELECT seq FROM postings WHERE seq < 1 OR seq > ? ORDER BY seq LIMIT ?`:           "posting %d stands outside the chain",
	} {
		err := v.view.Each(ctx, query, []any{v.seq, maxProblems}, func(rows *sql.Rows) error {
			var seq int64
			if err := rows.Scan(&seq); err != nil {
				return err
			}
			v.report.wrong(problem, seq)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// balances compares the accounts with what their legs say.
func (v *verifier) balances(context.Context) error {
	for number, a := range v.types {
		r := v.running[number]
		if r == nil {
			r = &Account{}
		}
		if a.Balance != r.Balance || a.Held != r.Held {
			v.report.wrong("account %d shows %d (%d held); its legs say %d (%d held)", number, a.Balance, a.Held, r.Balance, r.Held)
		}
		if a.Seq != r.Seq {
			v.report.wrong("account %d names posting %d as its last; its legs end at %d", number, a.Seq, r.Seq)
		}
		if a.Turnover != r.Turnover {
			v.report.wrong("account %d shows a turnover of %+v; its legs say %+v", number, a.Turnover, r.Turnover)
		}
	}
	for currency, sum := range v.report.Sums {
		if sum != 0 {
			v.report.wrong("all balances in %s sum to %d, not zero", currency, sum)
		}
	}
	return nil
}

// openHolds compares the holds with what their acts say.
func (v *verifier) openHolds(ctx context.Context) error {
	err := v.view.Each(ctx, `SELECT id, account, amount, remaining, expires_at, state FROM holds`, nil, func(rows *sql.Rows) error {
		var key []byte
		var h hold
		if err := rows.Scan(&key, &h.account, &h.amount, &h.remaining, &h.expiresAt, &h.state); err != nil {
			return err
		}
		h.id = id.ID(key)
		v.report.Holds++
		want := v.holds[h.id]
		delete(v.holds, h.id)
		switch {
		case want == nil:
			v.report.wrong("hold %s was never taken by a posting", h.id)
		case want.account != h.account || want.amount != h.amount || want.remaining != h.remaining || want.expiresAt != h.expiresAt:
			v.report.wrong("hold %s shows %d of %d; its acts say %d of %d", h.id, h.remaining, h.amount, want.remaining, want.amount)
		case want.state != h.state:
			v.report.wrong("hold %s is in state %d; its acts leave it in %d", h.id, h.state, want.state)
		}
		return nil
	})
	for key := range v.holds {
		v.report.wrong("hold %s has acts but no row", key)
	}
	return err
}

// sequencer checks that the chain ends where the last batch says, so that a cut tail shows.
func (v *verifier) sequencer(ctx context.Context) error {
	v.report.Seq, v.report.Chain = v.seq, v.chain
	for seq := range v.known {
		if seq > v.seq {
			v.report.wrong("posting %d was recorded elsewhere, but the chain ends at %d: its tail was cut", seq, v.seq)
		}
	}
	h, err := readHead(ctx, v.view)
	if errors.Is(err, sql.ErrNoRows) {
		if v.seq > 0 {
			v.report.wrong("there are postings but no sequencer row")
		}
		return nil
	}
	if err != nil {
		return err
	}
	if h.seq != v.seq || h.chain != v.chain || h.receipt != v.receipt {
		v.report.wrong("the sequencer stands at posting %d, receipt %d; the chain ends at %d, %d", h.seq, h.receipt, v.seq, v.receipt)
	}
	return nil
}
