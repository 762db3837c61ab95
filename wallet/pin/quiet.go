package pin

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// usedEvery is how often the use of a PIN is written down. Its row is read for every PIN that is typed but then written once a
// week, so that knowing who still uses a wallet costs a payment nothing.
const usedEvery = 7 * 24 * time.Hour

// inUse reports whether nothing new is to be said about the PIN's use at that time.
func (v *verifier) inUse(at time.Time) bool { return v.quiet == 0 && at.Sub(v.quietSince) < usedEvery }

// Quiet is a PIN that was not typed for some time. Only the owner types it, so this is what tells a wallet that is in use from one
// that others pay into.
type Quiet struct {
	Subject
	Told  int       // how often the owner was told so
	Since time.Time // when that was last; for Told 0, the last use or up to a week before it
}

// Quiet returns up to limit PINs of a kind whose owners were told that often, the last time at or before that moment, or, if never,
// have surely not typed them since. Those that have been quiet for longest come first, from the one after that one on: the zero value
// for all.
func (s *Store) Quiet(ctx context.Context, kind Kind, told int, before time.Time, after Quiet, limit int) ([]Quiet, error) {
	first, next := id.ID{byte(kind)}, id.ID{byte(kind) + 1}
	if told == 0 {
		before = before.Add(-usedEvery)
	}
	var all []Quiet
	from := max(0, after.Since.UnixMicro()) // 0 is no time
	err := s.db.Each(ctx, `
		SELECT   subject, quiet_since
		FROM     pins
		WHERE    quiet = ? AND (quiet_since > ? OR quiet_since = ? AND quiet_since > 0 AND subject > ?) AND quiet_since <= ?
		AND      subject >= ? AND subject < ?
		ORDER BY quiet_since, subject
		LIMIT    ?`, []any{int64(told), from, from, after.key(), before.UnixMicro(), first, next, int64(limit)}, func(rows *sql.Rows) error {
		var subject []byte
		var since int64
		if err := rows.Scan(&subject, &since); err != nil {
			return err
		}
		k, err := id.FromBytes(subject)
		all = append(all, Quiet{subjectOf(k), told, time.UnixMicro(since).UTC()})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pin: look for quiet ones: %w", err)
	}
	return all, nil
}

// Tell returns the companion that notes how often the owner of a quiet PIN was told by now. The fault is conflict if the PIN was
// typed, or its owner told, since it was found quiet.
func (s *Store) Tell(q Quiet, told int) ledger.Companion { return telling{s, q, told} }

type telling struct {
	store *Store
	quiet Quiet
	told  int
}

// Table is the verifiers' table.
func (t telling) Table() ledger.Table { return t.store.table }

// Key is the subject.
func (t telling) Key() id.ID { return t.quiet.key() }

// Check looks whether all is still quiet.
func (t telling) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	v, ok := row.(*verifier)
	if !ok || v.quiet != int64(t.quiet.Told) || !v.quietSince.Equal(t.quiet.Since) {
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish notes it if the plan was accepted.
func (t telling) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := *row.(*verifier)
	next.quiet, next.quietSince = int64(t.told), o.At
	return &next
}

// Used returns the companion that notes an act of the subject's own which took no PIN, when its plan is accepted. Of a subject without
// a PIN it notes nothing.
func (s *Store) Used(subject Subject) ledger.Companion { return using{s, subject.key()} }

type using struct {
	store *Store
	key   id.ID
}

// Table is the verifiers' table.
func (u using) Table() ledger.Table { return u.store.table }

// Key is the subject.
func (u using) Key() id.ID { return u.key }

// Check never refuses.
func (using) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish notes it, as rarely as the use of the PIN.
func (using) Finish(row any, o *ledger.Outcome) any {
	v, ok := row.(*verifier)
	if !ok || !o.Accepted || v.inUse(o.At) {
		return nil
	}
	next := *v
	next.quiet, next.quietSince = 0, o.At
	return &next
}
