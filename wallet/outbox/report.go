package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/id"
)

// Settled is a message of which a report told for the first time what became of it.
type Settled struct {
	Route string
	State State
	Took  time.Duration // from when a provider took it on until that came to pass; negative when that is not known
}

// Report is the sms.ReportHandler of what providers say became of messages. Any number of reports may come at once, twice, in any
// order and before the message is marked as taken on; the first final one stands.
func (s *Store) Report(ctx context.Context, reports []sms.Report) error {
	now := s.clock.Now().UnixMicro()
	byName, byMessage := map[string]said{}, map[id.ID]said{}
	for _, r := range reports {
		if !r.Fate.Final() {
			continue
		}
		what := said{r.Fate, word(r.Reason), now}
		if !r.At.IsZero() {
			what.at = r.At.UnixMicro()
		}
		switch {
		case !r.Message.IsZero():
			keepFirst(byMessage, r.Message, what)
		case r.ProviderRef != "":
			keepFirst(byName, refName(r.Gateway, r.ProviderRef), what)
		}
	}
	if len(byName)+len(byMessage) == 0 {
		return nil
	}
	var news []Settled
	err := s.db.Transact(ctx, func(tx *db.DB) (err error) {
		found, err := meet(ctx, tx, byName, now)
		if err != nil {
			return err
		}
		for message, what := range byMessage {
			found[message] = what
		}
		news, err = settle(ctx, tx, found)
		return err
	})
	if err != nil {
		return fmt.Errorf("outbox: take in reports: %w", err)
	}
	s.tell(news)
	return nil
}

// Watch lets a function hear of every message of which it becomes known what came of it. It is set before the store is used.
func (s *Store) Watch(settled func(Settled)) { s.settled = settled }

func (s *Store) tell(news []Settled) {
	if s.settled == nil {
		return
	}
	for _, n := range news {
		s.settled(n)
	}
}

// said is a final report.
type said struct {
	fate   sms.Fate
	reason string
	at     int64 // microseconds
}

// state is the state of a message of which that was said.
func (s said) state() State {
	if s.fate == sms.Delivered {
		return Delivered
	}
	return Undelivered
}

func keepFirst[K comparable](all map[K]said, key K, what said) {
	if _, ok := all[key]; !ok {
		all[key] = what
	}
}

// refName is the name of a message in message_refs.
func refName(gateway, ref string) string { return ascii(gateway, 40) + ":" + ascii(ref, 64) }

// ref is a row of message_refs: a message, a final report, or both.
type ref struct {
	message id.ID // zero: nobody knows yet whose name it is
	said    said  // of fate Buffered: nothing yet
}

// meet returns what was said of the messages with those names, and keeps what was said of names that nobody knows yet until mark
// comes with the message. Both lock the name's row before they look at it, so that one of the two finds the other's.
func meet(ctx context.Context, tx *db.DB, byName map[string]said, now int64) (map[id.ID]said, error) {
	found := map[id.ID]said{}
	names := sortedKeys(byName)
	known, err := readRefs(ctx, tx, names)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { _, ok := known[name]; return ok })
	if len(names) > 0 {
		args := make([]any, 0, 5*len(names))
		for _, name := range names {
			what := byName[name]
			args = append(args, name, int64(what.fate), what.reason, what.at, now)
		}
		err := tx.Run(ctx, db.InsertMany(`INSERT INTO message_refs (name, fate, reason, said_at, made_at) VALUES `, 5, args,
			tx.Dialect().Upsert([]string{"name"}, nil)))
		if err != nil {
			return nil, err
		}
		late, err := readRefs(ctx, tx, names) // those that came meanwhile, and our own, which name no message
		if err != nil {
			return nil, err
		}
		for name, r := range late {
			known[name] = r
		}
	}
	for name, r := range known {
		if !r.message.IsZero() {
			keepFirst(found, r.message, byName[name])
		}
	}
	return found, nil
}

// readRefs returns the rows of names, and locks them.
func readRefs(ctx context.Context, tx *db.DB, names []string) (map[string]ref, error) {
	values := make([]any, len(names))
	for i := range names {
		values[i] = names[i]
	}
	found := make(map[string]ref, len(names))
	return found, eachLocked(ctx, tx, `SELECT name, message, fate, reason, said_at FROM message_refs WHERE name IN`, values, func(rows *sql.Rows) error {
		var name string
		var message []byte
		var r ref
		err := rows.Scan(&name, &message, &r.said.fate, &r.said.reason, &r.said.at)
		if err == nil && message != nil {
			r.message, err = id.FromBytes(message)
		}
		found[name] = r
		return err
	})
}

// eachLocked is db.EachIn for rows that the transaction will write.
func eachLocked(ctx context.Context, tx *db.DB, query string, values []any, scan func(*sql.Rows) error) error {
	for _, list := range db.Lists(values) {
		if err := tx.Each(ctx, query+" ("+db.Marks(len(list))+") "+tx.Dialect().ForUpdate, list, scan); err != nil {
			return err
		}
	}
	return nil
}

// standing is what is on record of a message.
type standing struct {
	state  State
	route  string
	doneAt sql.NullInt64
	phone  string
	kind   Kind
}

// read returns what is on record of the messages that exist, and locks their rows. The IDs are in ascending order, so that no two
// who do that wait for each other.
func read(ctx context.Context, tx *db.DB, messages []id.ID) (map[id.ID]standing, error) {
	values := make([]any, len(messages))
	for i := range messages {
		values[i] = messages[i]
	}
	found := make(map[id.ID]standing, len(messages))
	return found, eachLocked(ctx, tx, `SELECT id, state, route, done_at, phone, kind FROM messages WHERE id IN`, values, func(rows *sql.Rows) error {
		var key []byte
		var r standing
		if err := rows.Scan(&key, &r.state, &r.route, &r.doneAt, &r.phone, &r.kind); err != nil {
			return err
		}
		message, err := id.FromBytes(key)
		found[message] = r
		return err
	})
}

var settleSet = []string{"due_at", "state", "done_at", "error"}

// settle writes what was said of messages, unless the same or better is on record. It names only rows that exist, so the insert
// always turns into an update.
func settle(ctx context.Context, tx *db.DB, all map[id.ID]said) ([]Settled, error) {
	messages := sortedIDs(all)
	known, err := read(ctx, tx, messages)
	if err != nil {
		return nil, err
	}
	var news []Settled
	var args, secret, lost []any
	for _, message := range messages {
		r, ok := known[message]
		what := all[message]
		if !ok || !r.state.learns(what.state()) {
			continue
		}
		told := Settled{Route: r.route, State: what.state(), Took: -1}
		if r.doneAt.Valid {
			told.Took = max(0, time.Duration(what.at-r.doneAt.Int64)*time.Microsecond)
		} else {
			r.doneAt.Int64 = what.at // a report was quicker than the mark, or told what an unclear answer did not
		}
		news = append(news, told)
		if r.kind.Once() {
			secret = append(secret, message)
		}
		args = append(args, message, nil, int64(what.state()), r.doneAt.Int64, what.reason)
		if what.state().Lost() && r.kind.missed() {
			lost = append(lost, message, r.phone)
		}
	}
	err = tx.Run(ctx, append(db.InsertMany(`INSERT INTO messages (id, due_at, state, done_at, error) VALUES `, 5, args,
		tx.Dialect().Upsert(markKey, settleSet)), noteLost(tx.Dialect(), lost)...))
	if err != nil {
		return nil, err
	}
	return news, scrub(ctx, tx, secret)
}

// GiveUp stops waiting for reports of messages that were taken on before a moment, at most limit of them, and returns how many that
// were: what became of those is unknown, unless a report still comes that brings our own ID. It may be called at any time and by anybody.
func (s *Store) GiveUp(ctx context.Context, before time.Time, limit int) (int, error) {
	var names []string
	err := s.db.Each(ctx, `SELECT name FROM message_refs WHERE made_at < ? ORDER BY made_at LIMIT ?`,
		[]any{before.UnixMicro(), int64(limit)}, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			names = append(names, name)
			return err
		})
	if err == nil && len(names) > 0 {
		slices.Sort(names)
		err = s.forget(ctx, names)
	}
	if err != nil {
		return 0, fmt.Errorf("outbox: give reports up: %w", err)
	}
	return len(names), nil
}

func (s *Store) forget(ctx context.Context, names []string) error {
	var news []Settled
	err := s.db.Transact(ctx, func(tx *db.DB) error {
		refs, err := readRefs(ctx, tx, names)
		if err != nil {
			return err
		}
		waited := map[id.ID]bool{}
		values := make([]any, len(names))
		for i, name := range names {
			waited[refs[name].message] = true
			values[i] = name
		}
		if news, err = unheard(ctx, tx, sortedIDs(waited)); err != nil {
			return err
		}
		for _, list := range db.Lists(values) {
			if _, err := tx.Exec(ctx, `DELETE FROM message_refs WHERE name IN (`+db.Marks(len(list))+`)`, list...); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.tell(news)
	}
	return err
}

// unheard writes that nobody said what became of those of the messages that are sent.
func unheard(ctx context.Context, tx *db.DB, messages []id.ID) ([]Settled, error) {
	known, err := read(ctx, tx, messages)
	if err != nil {
		return nil, err
	}
	var news []Settled
	var args []any
	for _, message := range messages {
		if r := known[message]; r.state == Sent {
			news = append(news, Settled{Route: r.route, State: Unknown, Took: -1})
			args = append(args, message, int64(Unknown))
		}
	}
	return news, tx.Run(ctx, db.InsertMany(`INSERT INTO messages (id, state) VALUES `, 2, args,
		tx.Dialect().Upsert(markKey, []string{"state"})))
}

// learns reports whether a final report changes the state. Of a message that was given up it may still tell that the phone has it: an answer
// may have been misread.
func (s State) learns(final State) bool {
	switch s {
	case Waiting, Sent, Unknown:
		return true
	case Failed:
		return final == Delivered
	}
	return false
}
