// Package approval keeps requests: what one person of the staff (the maker) asks for, and another (the checker) approves.
//
// A request is decided once, in the commit that also does what was asked for: there is no approval without the act and no act
// without the approval, however often and from wherever it is approved. That maker and checker are two people is decided there,
// and held by the database too. A refused act leaves the request open, to be tried again when what stood against it is gone.
//
// The package does not know what is asked for: kind and arguments are the use cases' affair, as is who may make and who may
// check. It proves nobody's identity.
package approval

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// Life is how long a request may wait for its checker.
const Life = 7 * 24 * time.Hour

// State is how far a request is. Numbers are stored: never reuse one.
type State int16

// The states.
const (
	Open      State = 1
	Approved  State = 2
	Rejected  State = 3 // by a checker
	Withdrawn State = 4 // by its maker
)

// String returns the state as people read it.
func (s State) String() string {
	switch s {
	case Open:
		return "open"
	case Approved:
		return "approved"
	case Rejected:
		return "rejected"
	case Withdrawn:
		return "withdrawn"
	}
	return "unknown"
}

// Request is what was asked for and what became of it.
type Request struct {
	No        int64
	Kind      string // such as "issue"; ASCII, at most 40 characters
	Args      []byte // JSON, at most 1,500 characters, without secrets
	Maker     string
	MadeAt    time.Time
	ExpiresAt time.Time
	State     State
	Checker   string // who approved or rejected it, or ""
	DecidedAt time.Time
	Attempts  int64      // how often it was approved and the act then refused
	Refusal   fault.Code // of the last such attempt
	Note      string     // why it was rejected; at most 200 characters
	Posting   id.ID      // what its act posted; zero for none
}

// Late reports whether the request can no longer be approved.
func (r Request) Late(at time.Time) bool { return !at.Before(r.ExpiresAt) }

// PostingID is the ID under which the act of a request is posted in that attempt: approved twice, it is done once.
func PostingID(no, attempt int64) id.ID {
	return id.Derive(keyOf(no), fmt.Sprintf("senti.request.v1:%d", attempt))
}

func keyOf(no int64) id.ID { return id.Number('r', no) }

// Lengths of columns; SQLite does not enforce them.
const (
	mostKind = 40
	mostArgs = 1500
	mostNote = 200
)

// Store reads requests as last committed, and makes the companions that write them. It is safe for concurrent use.
type Store struct{ db *db.DB }

// NewStore returns the store of the requests in a database.
func NewStore(d *db.DB) *Store { return &Store{d} }

// Get returns a request, or request_not_found.
func (s *Store) Get(ctx context.Context, no int64) (Request, error) {
	found, err := s.list(ctx, `WHERE no = ?`, no)
	if err != nil {
		return Request{}, err
	}
	if len(found) == 0 {
		return Request{}, fault.New(fault.RequestNotFound)
	}
	return found[0], nil
}

// List returns up to limit requests in that state, newest first; state 0 is all.
func (s *Store) List(ctx context.Context, state State, limit int) ([]Request, error) {
	if state == 0 {
		return s.list(ctx, `ORDER BY no DESC LIMIT ?`, limit)
	}
	return s.list(ctx, `WHERE state = ? ORDER BY no DESC LIMIT ?`, int64(state), limit)
}

func (s *Store) list(ctx context.Context, where string, args ...any) ([]Request, error) {
	var found []Request
	err := s.db.Each(ctx, selectRequests+where, args, func(rows *sql.Rows) error {
		r, err := scan(rows)
		found = append(found, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("approval: read: %w", err)
	}
	return found, nil
}

const selectRequests = `
	SELECT no, kind, args, maker, made_at, expires_at, state, checker, decided_at, attempts, refusal, note, posting
	FROM   requests
	`

func scan(rows *sql.Rows) (r Request, err error) {
	var made, expires, decided int64
	var checker sql.NullString
	var posting []byte
	err = rows.Scan(&r.No, &r.Kind, &r.Args, &r.Maker, &made, &expires, &r.State, &checker, &decided, &r.Attempts, &r.Refusal,
		&r.Note, &posting)
	if err != nil {
		return r, err
	}
	r.MadeAt, r.ExpiresAt, r.Checker = time.UnixMicro(made).UTC(), time.UnixMicro(expires).UTC(), checker.String
	if decided > 0 {
		r.DecidedAt = time.UnixMicro(decided).UTC()
	}
	if posting != nil {
		r.Posting, err = id.FromBytes(posting)
	}
	return r, err
}

// table is the requests as the ledger commits them. There is one for all stores: the ledger keeps one image of a row per table.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

var requests = &table{}

// Name is the table's name.
func (*table) Name() string { return "requests" }

// Load reads requests by the keys of their numbers.
func (*table) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = int64(binary.BigEndian.Uint64(k[8:])) // the inverse of keyOf
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectRequests+`WHERE no IN`, values, func(rows *sql.Rows) error {
		r, err := scan(rows)
		found[keyOf(r.No)] = &r
		return err
	})
	return found, err
}

var (
	keyColumns = []string{"no"}
	setColumns = []string{"state", "checker", "decided_at", "attempts", "refusal", "note", "posting"}
)

// Write inserts or replaces requests.
func (*table) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 13
	args := make([]any, 0, columns*len(rows))
	for _, row := range rows {
		r := row.(*Request)
		var checker, posting any
		var decided int64
		if r.Checker != "" {
			checker = r.Checker
		}
		if !r.Posting.IsZero() {
			posting = r.Posting[:]
		}
		if !r.DecidedAt.IsZero() {
			decided = r.DecidedAt.UnixMicro()
		}
		args = append(args, r.No, r.Kind, string(r.Args), r.Maker, r.MadeAt.UnixMicro(), r.ExpiresAt.UnixMicro(), int64(r.State),
			checker, decided, r.Attempts, string(r.Refusal), r.Note, posting)
	}
	return db.InsertMany(`INSERT INTO requests (no, kind, args, maker, made_at, expires_at, state, checker, decided_at, attempts,
		refusal, note, posting) VALUES `, columns, args, d.Upsert(keyColumns, setColumns))
}
