package deal

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Day is what a customer did at counters on one day. It bounds what agents can earn by moving the same money round and round.
type Day struct {
	Customer int64
	Date     int32 // yyyymmdd in the market's zone
	In, Out  int64 // cash paid in, cash paid out
	Own      int64 // the part of both at the customer's own counter
	Turned   int64 // the part of In that has gone out again
	Loops    int64 // how many withdrawals paid out what was paid in before on the same day

	parts parts // what Parts returns; also of the day before, as far as it matters
}

// After is the day after one more deal.
func (d Day) After(in, out int64) Day {
	if out > 0 && d.In > d.Turned {
		d.Turned = min(d.In, d.Turned+out)
		d.Loops++
	}
	d.In += in
	d.Out += out
	return d
}

// Before is the day without a deal that was undone, or without a part of it. Of what went round, no less is forgotten than was the
// deal's: rather is a later deal taken for a loop than an earlier one not.
func (d Day) Before(in, out int64, marks Marks) Day {
	d.In, d.Out = max(0, d.In-in), max(0, d.Out-out)
	if marks.Has(Own) {
		d.Own = max(0, d.Own-in-out)
	}
	if marks.Has(Loop) && out > 0 {
		d.Loops = max(0, d.Loops-1)
		d.Turned = max(0, d.Turned-out)
	}
	d.Turned = min(d.Turned, d.In)
	return d
}

// Earns reports whether a deal on top of this day earns a commission: once a customer has looped more often than is paid,
// nothing more of that day does.
func (d Day) Earns(in, out int64, loopsPaid int) bool {
	return d.After(in, out).Loops <= int64(loopsPaid)
}

// Count is one deal as the customer's day sees it.
type Count struct {
	Customer  int64
	In, Out   int64
	Own       bool  // at the customer's own counter
	OwnMax    int64 // the most at the own counter in a day
	Earning   bool  // the plan pays a commission
	LoopsPaid int   // as the plan was made for

	Part  Part      // a deposit as later ones are to see it; of deal zero for anything else
	Split Splitting // when it looks like a part of another
	Seen  Seen      // what it looked like when the plan was made
}

// AddCounted returns the companions that write a new deal, as Add does, and count it, as Counted does. The deal is marked Loop as the
// day says at the commit, so that it can be taken off the day again as it was counted.
func (s *Store) AddCounted(d Deal, c Count) []ledger.Companion {
	looped := new(bool) // set by the first and read by the second, each time the plan is decided
	return []ledger.Companion{counted{s, c, looped}, addition{s, d, looped}}
}

// Counted returns the companion that counts a deal into its customer's day, the day of the commit. It refuses with
// own_wallet_limit (max, left) what is too much at the own counter, and with counter_changed a plan that pays a commission
// which the day, as it is at the commit, does not earn, or a deposit that looks otherwise beside those made before it than when
// the plan was made: the customer was at another counter meanwhile.
func (s *Store) Counted(c Count) ledger.Companion { return counted{s, c, new(bool)} }

type counted struct {
	store  *Store
	count  Count
	looped *bool
}

// Table is the days' table.
func (c counted) Table() ledger.Table { return c.store.days }

// Key is the customer.
func (c counted) Key() id.ID { return customerKey(c.count.Customer) }

func customerKey(customer int64) id.ID { return id.Number('c', customer) }

func customerOf(key id.ID) int64 { return int64(binary.BigEndian.Uint64(key[8:])) }

// Check refuses what the day has no room for.
func (c counted) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	was := c.day(row, at)
	if sum := c.count.In + c.count.Out; c.count.Own && sum > c.count.OwnMax-was.Own {
		left := max(0, c.count.OwnMax-was.Own)
		return nil, fault.New(fault.OwnWalletLimit, "max", fault.Minor(c.count.OwnMax), "left", fault.Minor(left))
	}
	if c.count.Earning && !was.Earns(c.count.In, c.count.Out, c.count.LoopsPaid) {
		return nil, fault.New(fault.CounterChanged)
	}
	if p := c.count.Part; !p.Deal.IsZero() && c.count.Split.Look(p, was.Parts()) != c.count.Seen {
		return nil, fault.New(fault.CounterChanged)
	}
	return nil, nil
}

// Finish counts if the plan was accepted.
func (c counted) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	was := c.day(row, o.At)
	next := was.After(c.count.In, c.count.Out)
	*c.looped = next.Loops > was.Loops
	if c.count.Own {
		next.Own += c.count.In + c.count.Out
	}
	if p := c.count.Part; !p.Deal.IsZero() {
		p.At = o.At
		next.parts = next.parts.with(p, c.count.Split.Since)
	}
	return &next
}

// day is the day of a moment so far. A day never goes backwards.
func (c counted) day(row any, at time.Time) Day {
	today := c.store.dayOf(at)
	d, ok := row.(*Day)
	if ok && d.Date >= today {
		return *d
	}
	next := Day{Customer: c.count.Customer, Date: today}
	if ok {
		next.parts = d.parts // what is made of several deposits is made across midnight too
	}
	return next
}

// Uncounted returns the companion that takes a deal off its customer's day, or a part of it (In or Out), when it was undone: if that day
// (yyyymmdd) is still the customer's last. It refuses nothing.
func (s *Store) Uncounted(c Count, marks Marks, day int32) ledger.Companion {
	return uncounted{s, c, marks, day}
}

type uncounted struct {
	store *Store
	count Count
	marks Marks
	day   int32
}

// Table is the days' table.
func (c uncounted) Table() ledger.Table { return c.store.days }

// Key is the customer.
func (c uncounted) Key() id.ID { return customerKey(c.count.Customer) }

// Check never refuses.
func (uncounted) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish takes it off if the plan was accepted.
func (c uncounted) Finish(row any, o *ledger.Outcome) any {
	was, ok := row.(*Day)
	if !o.Accepted || !ok || was.Date != c.day {
		return nil
	}
	next := was.Before(c.count.In, c.count.Out, c.marks)
	return &next
}

// DayOf returns what a customer has done at counters on the day of a moment. Callers at the same time share a query.
func (s *Store) DayOf(ctx context.Context, customer int64, at time.Time) (Day, error) {
	d, found, err := s.byCustomer.Get(ctx, customer)
	if err != nil {
		return Day{}, fmt.Errorf("deal: read the day of a customer: %w", err)
	}
	if today := s.dayOf(at); !found || d.Date < today {
		return Day{Customer: customer, Date: today, parts: d.parts}, nil
	}
	return d, nil
}

func (s *Store) daysOf(ctx context.Context, customers []int64) (map[int64]Day, error) {
	values := make([]any, len(customers))
	for i, c := range customers {
		values[i] = c
	}
	found := make(map[int64]Day, len(customers))
	return found, s.db.EachIn(ctx, selectDay, values, func(rows *sql.Rows) error {
		d, err := scanDay(rows)
		found[d.Customer] = d
		return err
	})
}

// dayTable is the days as the ledger commits them: one row for each customer, of the last day at a counter.
type dayTable struct{ _ byte } // as dealTable

// Name is the table's name.
func (*dayTable) Name() string { return "counter_days" }

// KeepRows keeps the customers of a busy hour.
func (*dayTable) KeepRows() int { return 100_000 }

const selectDay = `SELECT customer, date, in_sum, out_sum, own_sum, turned, loops, parts FROM counter_days WHERE customer IN`

func scanDay(rows *sql.Rows) (d Day, err error) {
	var packed []byte
	err = rows.Scan(&d.Customer, &d.Date, &d.In, &d.Out, &d.Own, &d.Turned, &d.Loops, &packed)
	d.parts = parts(packed)
	return d, err
}

// Load reads days.
func (*dayTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	customers := make([]any, len(keys))
	for i, k := range keys {
		customers[i] = customerOf(k)
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectDay, customers, func(rows *sql.Rows) error {
		d, err := scanDay(rows)
		found[customerKey(d.Customer)] = &d
		return err
	})
	return found, err
}

var (
	dayKey = []string{"customer"}
	daySet = []string{"date", "in_sum", "out_sum", "own_sum", "turned", "loops", "parts"}
)

// Write inserts or replaces days.
func (*dayTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 8
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		day := r.(*Day)
		args = append(args, day.Customer, int64(day.Date), day.In, day.Out, day.Own, day.Turned, day.Loops, []byte(day.parts))
	}
	return db.InsertMany(`INSERT INTO counter_days (customer, date, in_sum, out_sum, own_sum, turned, loops, parts) VALUES `,
		columns, args, d.Upsert(dayKey, daySet))
}
