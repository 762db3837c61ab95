package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"senti/wallet/db"
)

// Store reads the chain as last committed, and makes the companions that lengthen it. It is safe for concurrent use.
type Store struct{ db *db.DB }

// NewStore returns the store of the audit chain in a database.
func NewStore(d *db.DB) *Store { return &Store{d} }

// Filter says which entries are wanted. The zero value of a field wants all.
type Filter struct {
	Actor  string
	Act    string // the act, or with a dot at the end all that begin so: "agent."
	Object string
	From   time.Time // and later
	To     time.Time // before it
	Before int64     // numbers below it: the next page
	Limit  int       // at most so many; 0 means 100
}

const mostEntries = 100

// List returns the entries that the filter wants, newest first.
func (s *Store) List(ctx context.Context, f Filter) ([]Entry, error) {
	where, args := f.conditions()
	if f.Limit <= 0 {
		f.Limit = mostEntries
	}
	var found []Entry
	err := s.db.Each(ctx, selectEntries+where+` ORDER BY n DESC LIMIT ?`, append(args, f.Limit), func(rows *sql.Rows) error {
		e, err := scanEntry(rows)
		found = append(found, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("audit: read: %w", err)
	}
	return found, nil
}

// conditions are fixed texts; what was asked for travels as arguments.
func (f Filter) conditions() (where string, args []any) {
	var all []string
	add := func(condition string, values ...any) { all, args = append(all, condition), append(args, values...) }
	if f.Actor != "" {
		add("actor = ?", f.Actor)
	}
	if prefix, family := strings.CutSuffix(f.Act, "."); family {
		add("act >= ? AND act < ?", prefix+".", prefix+"/") // "/" follows "." in ASCII
	} else if f.Act != "" {
		add("act = ?", f.Act)
	}
	if f.Object != "" {
		add("object = ?", f.Object)
	}
	if !f.From.IsZero() {
		add("at >= ?", f.From.UnixMicro())
	}
	if !f.To.IsZero() {
		add("at < ?", f.To.UnixMicro())
	}
	if f.Before > 0 {
		add("n < ?", f.Before)
	}
	if len(all) == 0 {
		return "", nil
	}
	return "WHERE " + strings.Join(all, " AND "), args
}

// Head returns where the chain ends; the zero Head for a chain without entries. Kept elsewhere, it proves later that nothing was
// cut off.
func (s *Store) Head(ctx context.Context) (Head, error) {
	h, err := readHead(ctx, s.db)
	if err != nil {
		return Head{}, fmt.Errorf("audit: read the chain's end: %w", err)
	}
	return h, nil
}

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }
