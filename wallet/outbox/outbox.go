// Package outbox keeps the text messages that must leave, and sends them.
//
// A message is written in the commit of the money it tells of, as the text it will be: no receipt without money, no money
// without its receipt. A worker sends what is due, again and again with growing pauses, and says which messages were taken on.
// A message is tried until a provider takes it on, however long that takes, or refuses it for good, as it does a number that
// cannot be: the refusal is then on record and counted. A worker that dies between sending and saying so sends twice.
//
// The package writes no texts and knows no provider (package sms does). It does not know whether a phone got a message.
package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// State is how far a message got. Numbers are stored: never reuse one.
type State int64

// The states of a message.
const (
	Waiting State = 0
	Sent    State = 1 // a provider took it on
	Failed  State = 2 // a provider refused it for good, and nobody will be asked again
)

// MessageID returns the ID of the n-th message of a posting, n from 1 to 63. It sorts near the posting's own, so new rows stay
// at the end of the table, and a message is found from its posting without an index.
func MessageID(posting id.ID, n byte) id.ID {
	posting[8] ^= n // the highest random byte; its two upper bits are the UUID's variant
	return posting
}

// Store writes and counts messages. It is safe for concurrent use.
type Store struct {
	db    *db.DB
	clock clock.Clock
	table *table

	states db.Loader[id.ID, State]
}

// NewStore returns the store of the messages in a database.
func NewStore(d *db.DB, c clock.Clock) *Store {
	s := &Store{db: d, clock: c, table: &table{}}
	s.states.Read = s.readStates
	return s
}

// Add returns the companion that writes a message when its plan is accepted. The text is asked for once, with the outcome; ""
// means that nothing is to be said.
func (s *Store) Add(message id.ID, to msisdn.Number, text func(*ledger.Outcome) string) ledger.Companion {
	return addition{s.table, message, to, text}
}

// StateOf returns how far a message got; false when there is none with that ID. Callers at the same time share a query.
func (s *Store) StateOf(ctx context.Context, message id.ID) (State, bool, error) {
	state, found, err := s.states.Get(ctx, message)
	if err != nil {
		return Waiting, false, fmt.Errorf("outbox: read message: %w", err)
	}
	if !found {
		return Waiting, false, nil
	}
	return state, true, nil
}

// readStates reads the states of the messages that exist.
func (s *Store) readStates(ctx context.Context, messages []id.ID) (map[id.ID]State, error) {
	values := make([]any, len(messages))
	for i := range messages {
		values[i] = messages[i]
	}
	found := make(map[id.ID]State, len(messages))
	return found, s.db.EachIn(ctx, `SELECT id, state FROM messages WHERE id IN`, values, func(rows *sql.Rows) error {
		var key []byte
		var state State
		if err := rows.Scan(&key, &state); err != nil {
			return err
		}
		message, err := id.FromBytes(key)
		found[message] = state
		return err
	})
}

// Depth returns how many messages wait.
func (s *Store) Depth(ctx context.Context) (int64, error) {
	var n int64
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM messages WHERE due_at IS NOT NULL`).Scan(&n); err != nil {
		return 0, fmt.Errorf("outbox: count messages: %w", err)
	}
	return n, nil
}

// OldestAge returns for how long the oldest waiting message has waited; 0 when none waits.
func (s *Store) OldestAge(ctx context.Context) (time.Duration, error) {
	var created sql.NullInt64
	err := s.db.QueryRow(ctx, `SELECT MIN(created_at) FROM messages WHERE due_at IS NOT NULL`).Scan(&created)
	if err != nil {
		return 0, fmt.Errorf("outbox: look for the oldest message: %w", err)
	}
	if !created.Valid {
		return 0, nil
	}
	return max(0, s.clock.Now().Sub(time.UnixMicro(created.Int64))), nil
}

type addition struct {
	table   *table
	message id.ID
	to      msisdn.Number
	text    func(*ledger.Outcome) string
}

type newMessage struct {
	id   id.ID
	to   msisdn.Number
	text string
	at   int64 // microseconds
}

// Table is the messages' table.
func (a addition) Table() ledger.Table { return a.table }

// Key is zero: nothing else can name the row.
func (addition) Key() id.ID { return id.ID{} }

// Check never refuses.
func (addition) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes the message, due at once, if the plan was accepted.
func (a addition) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	text := a.text(o)
	if text == "" {
		return nil
	}
	return newMessage{a.message, a.to, text, o.At.UnixMicro()}
}

// table is the messages as the ledger writes them: it adds rows and never reads or changes one. The worker does that.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*table) Name() string { return "messages" }

// Load is never called, as no companion names a row.
func (*table) Load(context.Context, *db.DB, []id.ID) (map[id.ID]any, error) {
	return nil, errors.New("outbox: messages are added, never locked")
}

// Write inserts messages.
func (*table) Write(_ *db.Dialect, rows []any) []db.Stmt {
	const columns = 5
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		m := r.(newMessage)
		args = append(args, m.id[:], m.at, string(m.to), m.text, m.at)
	}
	return db.InsertMany(`INSERT INTO messages (id, due_at, phone, body, created_at) VALUES `, columns, args, "")
}
