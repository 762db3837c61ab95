package deal

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Ask is a cash-out that an operator asks a customer to approve. A customer has one at a time.
type Ask struct {
	ID        id.ID // the intent that says what is asked
	Customer  int64
	Till      int64
	Operator  int64
	Amount    int64
	Fee       int64
	Shop      string // as the customer sees it
	State     AskState
	AskedAt   time.Time
	ExpiresAt time.Time
	Posting   id.ID // the cash-out that it became, zero for none
}

// AskState is what became of a request. Numbers are stored: never reuse one. That an open one has expired is for the clock.
type AskState int16

// The states of a request.
const (
	AskOpen      AskState = 1
	AskApproved  AskState = 2
	AskRefused   AskState = 3 // by the customer
	AskCancelled AskState = 4 // by the operator
	AskExpired   AskState = 5 // nobody answered in time, and both have been told
)

// Pending reports whether the customer can still answer.
func (a Ask) Pending(at time.Time) bool { return a.State == AskOpen && at.Before(a.ExpiresAt) }

// AskCustomer returns the companions that put a request to a customer. They refuse with ask_pending while another waits, and with
// asked_often (max) when so many of that operator's requests of the day to that customer have come to nothing.
func (s *Store) AskCustomer(a Ask, most int) []ledger.Companion {
	return []ledger.Companion{
		askTurn{s, a.Customer, a.ID, a.ExpiresAt, true},
		askCount{s, a.Customer, a.Operator, 1, int64(most)},
		asking{s, a},
	}
}

type asking struct {
	store *Store
	ask   Ask
}

// Table is the requests' table.
func (a asking) Table() ledger.Table { return a.store.asks }

// Key is the request.
func (a asking) Key() id.ID { return a.ask.ID }

// Check refuses a request that is there already.
func (a asking) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if row != nil {
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish writes the request if the plan was accepted.
func (a asking) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := a.ask
	next.State, next.AskedAt = AskOpen, o.At
	return &next
}

// AnswerAsk returns the companions that answer a request, as it was read, with the posting of an approval. They refuse with ask_gone
// when it was answered or its time is over.
func (s *Store) AnswerAsk(was Ask, answer AskState, posting id.ID) []ledger.Companion {
	out := []ledger.Companion{answering{s, was.ID, answer, posting}, askTurn{s, was.Customer, was.ID, time.Time{}, false}}
	if answer == AskApproved {
		out = append(out, askCount{s, was.Customer, was.Operator, -1, 0})
	}
	return out
}

// ExpireAsk returns the companions that end a request once its time is over. They refuse with ask_gone when it was answered.
func (s *Store) ExpireAsk(was Ask) []ledger.Companion {
	return []ledger.Companion{answering{s, was.ID, AskExpired, id.ID{}}, askTurn{s, was.Customer, was.ID, time.Time{}, false}}
}

type answering struct {
	store   *Store
	ask     id.ID
	answer  AskState
	posting id.ID
}

// Table is the requests' table.
func (a answering) Table() ledger.Table { return a.store.asks }

// Key is the request.
func (a answering) Key() id.ID { return a.ask }

// Check refuses an answer that comes too late, and an end that comes too early.
func (a answering) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(*Ask); !ok || was.State != AskOpen || was.Pending(at) == (a.answer == AskExpired) {
		return nil, fault.New(fault.AskGone)
	}
	return nil, nil
}

// Finish writes the answer if the plan was accepted.
func (a answering) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := *row.(*Ask)
	next.State, next.Posting = a.answer, a.posting
	return &next
}

// askTurn sees to it that a customer has one request at a time: a row for each of them says which, and until when.
type askTurn struct {
	store    *Store
	customer int64
	ask      id.ID
	until    time.Time // zero: it is over
	begin    bool
}

// turn is a row image of the turns.
type turn struct {
	customer int64
	ask      id.ID
	until    time.Time
}

// Table is the turns' table.
func (t askTurn) Table() ledger.Table { return t.store.turns }

// Key is the customer.
func (t askTurn) Key() id.ID { return customerKey(t.customer) }

// Check refuses a second request.
func (t askTurn) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(*turn); t.begin && ok && at.Before(was.until) {
		return nil, fault.New(fault.AskPending)
	}
	return nil, nil
}

// Finish notes the request, or that it is over.
func (t askTurn) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	if was, ok := row.(*turn); !t.begin && (!ok || was.ask != t.ask) {
		return nil // a later request's turn, after this one's time
	}
	next := turn{t.customer, t.ask, t.until}
	if t.until.IsZero() {
		next.until = o.At
	}
	return &next
}

// askCount counts the requests of an operator to a customer on one day that came to nothing: each is an SMS to somebody who may not
// want any.
type askCount struct {
	store              *Store
	customer, operator int64
	change             int64
	most               int64
}

// asked is a row image of the counts.
type asked struct {
	key   id.ID
	date  int32
	count int64
}

// Table is the counts' table.
func (c askCount) Table() ledger.Table { return c.store.counts }

// Key is the customer and the operator.
func (c askCount) Key() id.ID { return pairKey(c.customer, c.operator) }

func pairKey(customer, operator int64) (key id.ID) {
	binary.BigEndian.PutUint64(key[:8], uint64(customer))
	binary.BigEndian.PutUint64(key[8:], uint64(operator))
	return key
}

// Check refuses one request too many.
func (c askCount) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	if c.change > 0 && c.of(row, at).count >= c.most {
		return nil, fault.New(fault.AskedOften, "max", c.most)
	}
	return nil, nil
}

// Finish counts if the plan was accepted.
func (c askCount) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := c.of(row, o.At)
	next.count = max(0, next.count+c.change)
	return &next
}

// of is the count of a moment's day so far. A day never goes backwards.
func (c askCount) of(row any, at time.Time) asked {
	today := c.store.dayOf(at)
	if was, ok := row.(*asked); ok && was.date >= today {
		return *was
	}
	return asked{c.Key(), today, 0}
}

// AskedToday returns how many requests of that operator to that customer have come to nothing on the day of a moment.
func (s *Store) AskedToday(ctx context.Context, customer, operator int64, at time.Time) (int64, error) {
	c := askCount{store: s, customer: customer, operator: operator}
	found, err := s.counts.Load(ctx, s.db, []id.ID{c.Key()})
	if err != nil {
		return 0, fmt.Errorf("deal: count requests: %w", err)
	}
	return c.of(found[c.Key()], at).count, nil
}

// AsksDue returns the requests whose time is over at t and that nobody has ended, the longest due first, from the one after that one
// on: the zero value for all.
func (s *Store) AsksDue(ctx context.Context, t time.Time, after Ask, limit int) ([]Ask, error) {
	from := after.ExpiresAt.UnixMicro()
	return s.readAsks(ctx, ` WHERE a.state = ? AND a.expires_at <= ? AND (a.expires_at > ? OR a.expires_at = ? AND a.id > ?)
		 ORDER BY a.expires_at, a.id LIMIT ?`, int64(AskOpen), t.UnixMicro(), from, from, after.ID, int64(limit))
}

// Ask returns a request; the fault is ask_gone for one that there is not.
func (s *Store) Ask(ctx context.Context, which id.ID) (Ask, error) {
	all, err := s.readAsks(ctx, ` WHERE a.id = ?`, which)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.AskGone)
	}
	if err != nil {
		return Ask{}, err
	}
	return all[0], nil
}

// PendingAsk returns the request that a customer can answer at that time; false when there is none.
func (s *Store) PendingAsk(ctx context.Context, customer int64, at time.Time) (Ask, bool, error) {
	a, found, err := s.LastAsk(ctx, customer)
	if err != nil || !found || !a.Pending(at) {
		return Ask{}, false, err
	}
	return a, true, nil
}

// LastAsk returns the last request put to a customer, whatever became of it; false when there was none. Callers at the same time
// share a query.
func (s *Store) LastAsk(ctx context.Context, customer int64) (Ask, bool, error) {
	a, found, err := s.askOf.Get(ctx, customer)
	if err != nil {
		return Ask{}, false, fmt.Errorf("deal: read a request: %w", err)
	}
	return a, found, nil
}

// AsksOfTill returns the newest requests from a till that were made at or after since, newest first.
func (s *Store) AsksOfTill(ctx context.Context, till int64, since time.Time, limit int) ([]Ask, error) {
	return s.readAsks(ctx, ` WHERE a.till = ? AND a.asked_at >= ? ORDER BY a.asked_at DESC, a.id DESC LIMIT ?`,
		till, since.UnixMicro(), int64(limit))
}

func (s *Store) readAsks(ctx context.Context, where string, args ...any) ([]Ask, error) {
	var all []Ask
	err := s.db.Each(ctx, selectAsk+where, args, func(rows *sql.Rows) error {
		a, err := scanAsk(rows)
		all = append(all, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("deal: read requests: %w", err)
	}
	return all, nil
}

// lastAsks are the last requests put to customers, whatever became of them.
func (s *Store) lastAsks(ctx context.Context, customers []int64) (map[int64]Ask, error) {
	values := make([]any, len(customers))
	for i, c := range customers {
		values[i] = c
	}
	found := make(map[int64]Ask, len(customers))
	return found, s.db.EachIn(ctx, selectAsk+` JOIN ask_turns t ON t.ask = a.id WHERE t.customer IN`, values, func(rows *sql.Rows) error {
		a, err := scanAsk(rows)
		found[a.Customer] = a
		return err
	})
}
