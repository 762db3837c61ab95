package intent

import (
	"context"
	"errors"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Open returns the companion that writes the intent, opened at the time of the commit. An intent that is opened and closed
// by one plan (a registration) gets both companions.
func (s *Store) Open(in Intent) ledger.Companion { return opening{newRow{s.intents}, in} }

type opening struct {
	newRow
	intent Intent
}

// Finish writes the intent, also when the plan that opens it is refused: then a closing says why.
func (c opening) Finish(_ any, o *ledger.Outcome) any { return c.intent.Opened(o.At) }

// Close returns the companion that closes the intent with what becomes of the plan, and refuses the plan with
// intent_expired when the quote is too old. The end is called once, with the outcome, for the text that the conversation ends
// with; "" when it goes on.
func (s *Store) Close(in Intent, end func(*ledger.Outcome) string) ledger.Companion {
	return closing{newRow{s.closings}, in.ID, in.ExpiresAt, end}
}

type closing struct {
	newRow
	intent    id.ID
	expiresAt time.Time // zero for an intent that the same plan opens
	end       func(*ledger.Outcome) string
}

type closingRow struct {
	intent id.ID
	Closing
}

// Check refuses a quote that is too old.
func (c closing) Check(_ any, at time.Time) (keep any, refusal *fault.Error) {
	if !c.expiresAt.IsZero() && !at.Before(c.expiresAt) {
		return nil, fault.New(fault.IntentExpired)
	}
	return nil, nil
}

// Finish writes what became of it.
func (c closing) Finish(_ any, o *ledger.Outcome) any {
	row := closingRow{c.intent, Closing{State: Accepted, Receipt: o.Receipt, End: c.end(o), ClosedAt: o.At}}
	if !o.Accepted {
		row.State, row.Code = Refused, o.Refusal.Code
	}
	return row
}

// Note returns the companions that keep how a conversation ended which needs no intent beforehand, because its plan posts
// nothing: an intent, opened and closed by that plan. When the conversation goes on (the end is "") they write nothing.
func (s *Store) Note(in Intent, end func(*ledger.Outcome) string) []ledger.Companion {
	return []ledger.Companion{note{s.Open(in), end}, note{s.Close(in, end), end}}
}

type note struct {
	ledger.Companion
	end func(*ledger.Outcome) string
}

// Finish writes the row if the conversation is over.
func (n note) Finish(row any, o *ledger.Outcome) any {
	if n.end(o) == "" {
		return nil
	}
	return n.Companion.Finish(row, o)
}

// Cancel returns the companion that refuses its plan with intent_expired and closes the intent: with the intent's ID and
// request on the plan, nothing can be posted under it any more, and what was posted before comes back as the outcome.
func (s *Store) Cancel(in Intent) ledger.Companion {
	return cancellation{closing{newRow: newRow{s.closings}, intent: in.ID, end: noEnd}}
}

type cancellation struct{ closing }

// Check always refuses.
func (cancellation) Check(any, time.Time) (keep any, refusal *fault.Error) {
	return nil, fault.New(fault.IntentExpired)
}

func noEnd(*ledger.Outcome) string { return "" }

// newRow is the part of a companion that only adds a row.
type newRow struct{ *table }

// Table is the table the row is added to.
func (r newRow) Table() ledger.Table { return r.table }

// Key is zero: nothing else can name the row.
func (newRow) Key() id.ID { return id.ID{} }

// Check never refuses.
func (newRow) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// table is one of the package's two tables as the ledger writes them: rows are added and never changed.
type table struct {
	name    string
	insert  string
	columns int
	values  func(args []any, row any) []any
}

// Name is the table's name.
func (t *table) Name() string { return t.name }

// Load is never called, as no companion names a row.
func (t *table) Load(context.Context, *db.DB, []id.ID) (map[id.ID]any, error) {
	return nil, errors.New("intent: rows are added, never locked")
}

// Write inserts the rows.
func (t *table) Write(_ *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, t.columns*len(rows))
	for _, r := range rows {
		args = t.values(args, r)
	}
	return db.InsertMany(t.insert, t.columns, args, "")
}

func newIntentsTable() *table {
	return &table{"intents", `
		INSERT INTO intents (id, kind, customer, phone, gateway, session, turn, terms, opened_at, expires_at) VALUES `, 10,
		func(args []any, row any) []any {
			in := row.(Intent)
			return append(args, in.ID[:], int64(in.Kind), in.Customer, string(in.Phone), in.Gateway, in.Session[:],
				int64(in.Turn), in.Terms, in.OpenedAt.UnixMicro(), in.ExpiresAt.UnixMicro())
		}}
}

func newClosingsTable() *table {
	return &table{"intent_closings", `
		INSERT INTO intent_closings (intent, state, code, receipt, end_text, closed_at) VALUES `, 6,
		func(args []any, row any) []any {
			c := row.(closingRow)
			return append(args, c.intent[:], int64(c.State), string(c.Code), c.Receipt, c.End, c.ClosedAt.UnixMicro())
		}}
}
