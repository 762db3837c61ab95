package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// What staff look at is found by the age of the messages' IDs and read through: messages have no index by phone or state, as every one that
// is written would pay for it. IDs that were derived lie anywhere; only a look at all of the table, with a zero time, sees those too.

// Letter is a message with all that is on record of it.
type Letter struct {
	ID       id.ID
	To       msisdn.Number
	Kind     Kind
	State    State
	Text     string
	At       time.Time // when it was written
	Due      time.Time // when it is tried next; zero when it is not
	DoneAt   time.Time // when it was taken on or given up; zero while it waits
	Attempts int64
	Segments int64
	Route    string
	Reason   string    // why it was not taken on, or did not arrive
	ToldAt   time.Time // when its owner was told otherwise, or it was tried anew; zero if not
}

const selectLetter = `
	SELECT id, phone, kind, state, body, created_at, due_at, done_at, attempts, segments, route, error, told_at
	  FROM messages`

// Of returns the messages to a phone since a time, newest first.
func (s *Store) Of(ctx context.Context, phone msisdn.Number, since time.Time, limit int) ([]Letter, error) {
	return s.letters(ctx, ` WHERE id > ? AND phone = ? ORDER BY created_at DESC, id DESC LIMIT ?`, sinceID(since), string(phone), int64(limit))
}

// Dead returns the messages since a time that nobody took on, or that did not arrive, newest first.
func (s *Store) Dead(ctx context.Context, since time.Time, limit int) ([]Letter, error) {
	return s.letters(ctx, ` WHERE id > ? AND state IN (2, 4) ORDER BY created_at DESC, id DESC LIMIT ?`, sinceID(since), int64(limit))
}

// Letter returns one message; false when there is none with that ID.
func (s *Store) Letter(ctx context.Context, message id.ID) (Letter, bool, error) {
	all, err := s.letters(ctx, ` WHERE id = ?`, message)
	if err != nil || len(all) == 0 {
		return Letter{}, false, err
	}
	return all[0], true, nil
}

// sinceID is what all IDs made since then come after; the zero ID for a zero time.
func sinceID(since time.Time) id.ID {
	if since.IsZero() {
		return id.ID{}
	}
	return id.Before(since)
}

func (s *Store) letters(ctx context.Context, where string, args ...any) ([]Letter, error) {
	var all []Letter
	err := s.db.Each(ctx, selectLetter+where, args, func(rows *sql.Rows) error {
		var l Letter
		var key []byte
		var phone string
		var at int64
		var due, done, told sql.NullInt64
		err := rows.Scan(&key, &phone, &l.Kind, &l.State, &l.Text, &at, &due, &done, &l.Attempts, &l.Segments, &l.Route, &l.Reason, &told)
		if err != nil {
			return err
		}
		l.To, l.At = msisdn.Number(phone), time.UnixMicro(at).UTC()
		l.Due, l.DoneAt, l.ToldAt = orZero(due), orZero(done), orZero(told)
		l.ID, err = id.FromBytes(key)
		all = append(all, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: read messages: %w", err)
	}
	return all, nil
}

func orZero(micros sql.NullInt64) time.Time {
	if !micros.Valid {
		return time.Time{}
	}
	return time.UnixMicro(micros.Int64).UTC()
}

// RouteFigures are what became of the messages of one route, or of those that none has taken on ("").
type RouteFigures struct {
	Route    string
	By       [len(stateWords)]int64 // messages, by State
	Segments int64
	Waited   time.Duration // on average, from when one was written until it was taken on
}

// Routes returns the figures of every route that messages have left by since a time, by name.
func (s *Store) Routes(ctx context.Context, since time.Time) ([]RouteFigures, error) {
	byRoute := map[string]*RouteFigures{}
	taken := map[string]int64{}
	err := s.db.Each(ctx, `
		SELECT route, state, COUNT(*), SUM(segments), SUM(CASE WHEN done_at > created_at THEN done_at - created_at ELSE 0 END)
		  FROM messages
		 WHERE id > ?
		 GROUP BY route, state`, []any{sinceID(since)}, func(rows *sql.Rows) error {
		var route string
		var state State
		var n, segments, waited int64
		if err := rows.Scan(&route, &state, &n, &segments, &waited); err != nil {
			return err
		}
		f := byRoute[route]
		if f == nil {
			f = &RouteFigures{Route: route}
			byRoute[route] = f
		}
		if state >= 0 && int(state) < len(f.By) {
			f.By[state] += n
		}
		if f.Segments += segments; segments > 0 { // only what was taken on has been counted
			f.Waited += time.Duration(waited) * time.Microsecond
			taken[route] += n
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: add up routes: %w", err)
	}
	all := make([]RouteFigures, 0, len(byRoute))
	for _, name := range sortedKeys(byRoute) {
		f := *byRoute[name]
		f.Waited /= time.Duration(max(1, taken[name]))
		all = append(all, f)
	}
	return all, nil
}
