// Package outbox keeps the text messages that must leave, and sends them.
//
// A message is written in the commit of the money it tells of, as the text it will be: no receipt without money, no money
// without its receipt. A worker sends what is due, again and again with growing pauses, and says which messages were taken on.
// A message is tried until a provider takes it on, or refuses it for good, as it does a number that cannot be, or it is no longer worth
// sending: how long that is, its kind says. One that was given up stays on record with the reason. A worker that dies between sending and
// saying so sends twice.
//
// Providers report what became of what they took on: the phone has it, or will not get it. A report may come before the message is
// marked as taken on, twice, out of order or never.
//
// A code in a text is there until the message is over, and not a moment longer: see AddCode.
//
// The package writes no texts and knows no provider (package sms does).
package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
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
	Failed  State = 2 // nobody took it on, and nobody will be asked again; the reason is on record

	Delivered   State = 3 // the phone has it
	Undelivered State = 4 // the phone will not get it, says the provider that took it on
	Unknown     State = 5 // a provider took it on, and nobody said what became of it
)

// String is the state's word, for lists and metrics.
func (s State) String() string {
	if s < 0 || int(s) >= len(stateWords) {
		return "state " + strconv.FormatInt(int64(s), 10)
	}
	return stateWords[s]
}

var stateWords = [...]string{"waiting", "sent", "failed", "delivered", "undelivered", "unknown"}

// Lost reports whether the person did not get the message, as far as is known.
func (s State) Lost() bool { return s == Failed || s == Undelivered }

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

	settled  func(Settled) // nil: nobody listens
	networks networks

	states db.Loader[id.ID, State]
	lost   db.Loader[id.ID, Lost]
	missed db.Loader[msisdn.Number, []Lost]
}

// NewStore returns the store of the messages in a database.
func NewStore(d *db.DB, c clock.Clock) *Store {
	s := &Store{db: d, clock: c, table: &table{}, networks: networks{db: d, clock: c}}
	s.states.Read, s.lost.Read, s.missed.Read = s.readStates, s.LostAmong, s.lostOf
	return s
}

// Add returns the companion that writes a message when its plan is accepted. The text is asked for once, with the outcome; ""
// means that nothing is to be said.
func (s *Store) Add(k Kind, message id.ID, to msisdn.Number, text func(*ledger.Outcome) string) ledger.Companion {
	return addition{table: s.table, kind: k, message: message, to: to, text: text}
}

// AddRefused is Add for a plan that is to be refused: the message is written when it is, for the first time, and not when it is accepted.
func (s *Store) AddRefused(k Kind, message id.ID, to msisdn.Number, text func(*ledger.Outcome) string) ledger.Companion {
	return addition{table: s.table, kind: k, message: message, to: to, text: text, refused: true}
}

// AddUntil is Add for a message that is worth sending until a moment of its own, and not for the life of its kind.
func (s *Store) AddUntil(until time.Time, k Kind, message id.ID, to msisdn.Number, text func(*ledger.Outcome) string) ledger.Companion {
	return addition{table: s.table, kind: k, until: until, message: message, to: to, text: text}
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

// Queue is how many messages of a kind wait, and since when.
type Queue struct {
	Kind    Kind
	Waiting int64
	Oldest  time.Duration // how long the oldest of them has waited
	Late    [len(Ages)]int64
}

// Ages are the ages that a Queue counts messages above.
var Ages = [...]time.Duration{time.Minute, 10 * time.Minute, time.Hour}

// Queues returns what waits, of the kinds of which something does.
func (s *Store) Queues(ctx context.Context) ([]Queue, error) {
	now := s.clock.Now()
	byKind := map[Kind]*Queue{}
	ages := make([]any, len(Ages))
	for i, age := range Ages {
		ages[i] = now.Add(-age).UnixMicro()
	}
	// The queue that all enter by, and the lanes: in this way both are found by the index.
	for _, lanes := range []string{"lane = 0", "lane > 0"} {
		err := s.db.Each(ctx, `
			SELECT kind, COUNT(*), MIN(created_at), SUM(CASE WHEN created_at < ? THEN 1 ELSE 0 END),
			       SUM(CASE WHEN created_at < ? THEN 1 ELSE 0 END), SUM(CASE WHEN created_at < ? THEN 1 ELSE 0 END)
			  FROM messages
			 WHERE `+lanes+` AND due_at IS NOT NULL
			 GROUP BY kind`, ages, func(rows *sql.Rows) error {
			var q Queue
			var oldest int64
			if err := rows.Scan(&q.Kind, &q.Waiting, &oldest, &q.Late[0], &q.Late[1], &q.Late[2]); err != nil {
				return err
			}
			q.Oldest = max(0, now.Sub(time.UnixMicro(oldest)))
			if byKind[q.Kind] == nil {
				byKind[q.Kind] = &Queue{Kind: q.Kind}
			}
			byKind[q.Kind].add(q)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("outbox: count what waits: %w", err)
		}
	}
	all := make([]Queue, 0, len(byKind))
	for _, k := range sortedKeys(byKind) {
		all = append(all, *byKind[k])
	}
	return all, nil
}

func (q *Queue) add(more Queue) {
	q.Waiting += more.Waiting
	q.Oldest = max(q.Oldest, more.Oldest)
	for i := range q.Late {
		q.Late[i] += more.Late[i]
	}
}

type addition struct {
	table   *table
	kind    Kind
	until   time.Time // zero: for the life of its kind
	message id.ID
	to      msisdn.Number
	text    func(*ledger.Outcome) string
	refused bool     // written if the plan is refused, and not if it is accepted
	scrub   []string // pairs, for strings.NewReplacer
}

type newMessage struct {
	id     id.ID
	to     msisdn.Number
	text   string
	at     int64 // microseconds
	kind   Kind
	until  any // until_at: microseconds, or nil
	masked any // the text without its codes, or nil
}

// Table is the messages' table.
func (a addition) Table() ledger.Table { return a.table }

// Key is zero: nothing else can name the row.
func (addition) Key() id.ID { return id.ID{} }

// Check never refuses.
func (addition) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes the message, due at once, if the plan was accepted, or refused as it was meant to be.
func (a addition) Finish(_ any, o *ledger.Outcome) any {
	if o.Accepted == a.refused || a.to.IsNone() { // whoever it is about has no number any more
		return nil
	}
	text := a.text(o)
	if text == "" {
		return nil
	}
	m := newMessage{id: a.message, to: a.to, text: text, at: o.At.UnixMicro(), kind: a.kind, masked: a.mask(text)}
	if !a.until.IsZero() {
		m.until = a.until.UnixMicro()
	}
	return m
}

// table is the messages as the ledger writes them: it adds rows and never reads or changes one. The worker does that.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*table) Name() string { return "messages" }

// Load is never called, as no companion names a row.
func (*table) Load(context.Context, *db.DB, []id.ID) (map[id.ID]any, error) {
	return nil, errors.New("outbox: messages are added, never locked")
}

// room is what a new row holds in the place of the name that a provider will give it. The row is then not longer when it is marked than
// when it was written: one that grows in its full page makes MariaDB write the whole page anew, which was a third of all that a send writes.
// It is as long as a UUID, the name of a route and a few numbers.
const room = "................................................"

// Write inserts messages. Receipts are what most of them are, and what the columns' defaults say: they are written as fast as can be.
func (*table) Write(_ *db.Dialect, rows []any) []db.Stmt {
	receipts := make([]any, 0, 6*len(rows))
	var others []any
	var recalls []db.Stmt
	for _, r := range rows {
		if given, ok := r.(recalled); ok {
			recalls = append(recalls, given.stmts()...)
			continue
		}
		m := r.(newMessage)
		if m.kind == Receipt && m.until == nil && m.masked == nil {
			receipts = append(receipts, m.id[:], m.at, string(m.to), m.text, m.at, room)
			continue
		}
		others = append(others, m.id[:], m.at, string(m.to), m.text, m.at, room, int64(m.kind), m.until, m.masked)
	}
	return slices.Concat(recalls,
		db.InsertMany(`INSERT INTO messages (id, due_at, phone, body, created_at, provider_ref) VALUES `, 6, receipts, ""),
		db.InsertMany(`INSERT INTO messages (id, due_at, phone, body, created_at, provider_ref, kind, until_at, masked) VALUES `, 9, others, ""))
}
