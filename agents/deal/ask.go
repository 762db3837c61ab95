package deal

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Ask is a cash-out that an operator asks a customer to approve. A customer has one at a time.
type Ask struct {
	Customer  int64
	Intent    id.ID // what the customer approves; also the deal's
	Till      int64
	Operator  int64
	Amount    int64
	Fee       int64
	Shop      string // as the customer sees it
	State     AskState
	AskedAt   time.Time
	ExpiresAt time.Time
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

// AskCustomer returns the companion that puts a request to a customer. It refuses with ask_pending while another waits.
func (s *Store) AskCustomer(a Ask) ledger.Companion { return asking{s, a} }

type asking struct {
	store *Store
	ask   Ask
}

// Table is the requests' table.
func (a asking) Table() ledger.Table { return a.store.asks }

// Key is the customer.
func (a asking) Key() id.ID { return customerKey(a.ask.Customer) }

// Check refuses a second request.
func (a asking) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(*Ask); ok && was.Pending(at) {
		return nil, fault.New(fault.AskPending)
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

// AnswerAsk returns the companion that answers the request of that intent. It refuses with ask_gone when the request was
// answered, has expired, or gave way to another.
func (s *Store) AnswerAsk(customer int64, intent id.ID, answer AskState) ledger.Companion {
	return answering{s, customer, intent, answer}
}

type answering struct {
	store    *Store
	customer int64
	intent   id.ID
	answer   AskState
}

// Table is the requests' table.
func (a answering) Table() ledger.Table { return a.store.asks }

// Key is the customer.
func (a answering) Key() id.ID { return customerKey(a.customer) }

// Check refuses an answer that comes too late.
func (a answering) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(*Ask); !ok || was.Intent != a.intent || !was.Pending(at) {
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
	next.State = a.answer
	return &next
}

// ExpireAsk returns the companion that ends the request of that intent once its time is over. It refuses with ask_gone when it
// was answered, or gave way to another.
func (s *Store) ExpireAsk(customer int64, intent id.ID) ledger.Companion {
	return askExpiry{answering{s, customer, intent, AskExpired}}
}

type askExpiry struct{ answering }

// Check refuses an end that comes too early, or too late.
func (a askExpiry) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(*Ask); !ok || was.Intent != a.intent || was.State != AskOpen || was.Pending(at) {
		return nil, fault.New(fault.AskGone)
	}
	return nil, nil
}

// AsksDue returns the requests whose time is over at t and that nobody has ended, the longest due first, from the one after that one
// on: the zero value for all.
func (s *Store) AsksDue(ctx context.Context, t time.Time, after Ask, limit int) ([]Ask, error) {
	from := after.ExpiresAt.UnixMicro()
	return s.readAsks(ctx, `
		 WHERE state = ? AND expires_at <= ? AND (expires_at > ? OR expires_at = ? AND customer > ?)
		 ORDER BY expires_at, customer LIMIT ?`, int64(AskOpen), t.UnixMicro(), from, from, after.Customer, int64(limit))
}

// AskOf returns the last request put to a customer, whatever became of it; false when there was none. Callers at the same time
// share a query.
func (s *Store) AskOf(ctx context.Context, customer int64) (Ask, bool, error) {
	a, found, err := s.askOf.Get(ctx, customer)
	if err != nil {
		return Ask{}, false, fmt.Errorf("deal: read a request: %w", err)
	}
	return a, found, nil
}

// PendingAsk returns the request that a customer can answer at that time; false when there is none.
func (s *Store) PendingAsk(ctx context.Context, customer int64, at time.Time) (Ask, bool, error) {
	a, found, err := s.AskOf(ctx, customer)
	if err != nil || !found || !a.Pending(at) {
		return Ask{}, false, err
	}
	return a, true, nil
}

// AsksOfTill returns the newest requests from a till that were made at or after since, newest first. Of each customer it has
// the last request only.
func (s *Store) AsksOfTill(ctx context.Context, till int64, since time.Time, limit int) ([]Ask, error) {
	return s.readAsks(ctx, ` WHERE till = ? AND asked_at >= ? ORDER BY asked_at DESC, customer LIMIT ?`,
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

func (s *Store) asksOf(ctx context.Context, customers []int64) (map[int64]Ask, error) {
	values := make([]any, len(customers))
	for i, c := range customers {
		values[i] = c
	}
	found := make(map[int64]Ask, len(customers))
	return found, s.db.EachIn(ctx, selectAsk+` WHERE customer IN`, values, func(rows *sql.Rows) error {
		a, err := scanAsk(rows)
		found[a.Customer] = a
		return err
	})
}

// askTable is the requests as the ledger commits them: one row for each customer.
type askTable struct{ _ byte } // as dealTable

// Name is the table's name.
func (*askTable) Name() string { return "counter_asks" }

const selectAsk = `
	SELECT customer, intent, till, operator, amount, fee, shop, state, asked_at, expires_at
	  FROM counter_asks`

func scanAsk(rows *sql.Rows) (a Ask, err error) {
	var intent []byte
	var asked, expires int64
	err = rows.Scan(&a.Customer, &intent, &a.Till, &a.Operator, &a.Amount, &a.Fee, &a.Shop, &a.State, &asked, &expires)
	if err != nil {
		return Ask{}, err
	}
	a.AskedAt, a.ExpiresAt = time.UnixMicro(asked).UTC(), time.UnixMicro(expires).UTC()
	return a, scanIDs(idColumn{intent, &a.Intent})
}

// Load reads requests.
func (*askTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	customers := make([]any, len(keys))
	for i, k := range keys {
		customers[i] = customerOf(k)
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectAsk+` WHERE customer IN`, customers, func(rows *sql.Rows) error {
		a, err := scanAsk(rows)
		found[customerKey(a.Customer)] = &a
		return err
	})
	return found, err
}

var (
	askKey = []string{"customer"}
	askSet = []string{"intent", "till", "operator", "amount", "fee", "shop", "state", "asked_at", "expires_at"}
)

// Write inserts or replaces requests.
func (*askTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 10
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		a := r.(*Ask)
		args = append(args, a.Customer, a.Intent, a.Till, a.Operator, a.Amount, a.Fee, a.Shop, int64(a.State),
			a.AskedAt.UnixMicro(), a.ExpiresAt.UnixMicro())
	}
	return db.InsertMany(`
		INSERT INTO counter_asks (customer, intent, till, operator, amount, fee, shop, state, asked_at, expires_at) VALUES `,
		columns, args, d.Upsert(askKey, askSet))
}
