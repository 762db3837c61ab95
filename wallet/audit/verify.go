package audit

import (
	"context"
	"database/sql"
	"fmt"

	"senti/wallet/db"
)

// Report is what Verify found. The chain is whole when Problems is empty.
type Report struct {
	Entries  int64
	Head     Head     // the last entry
	Problems []string // what is wrong, in words; at most maxProblems
}

// maxProblems keeps the report of a ruined chain readable.
const maxProblems = 50

// OK reports whether the chain is whole.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

func (r *Report) wrong(format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

// verifyChunk is how many entries are read at a time.
const verifyChunk = 5000

// Verify proves the chain from the tables alone, in one read snapshot, beside live writers: every entry follows from the one
// before it, without a gap, up to the end that the last commit left, and through the heads that are known from elsewhere.
func Verify(ctx context.Context, d *db.DB, known ...Head) (*Report, error) {
	v := &verifier{report: &Report{}, known: map[int64][32]byte{}}
	for _, h := range known {
		v.known[h.N] = h.Hash
	}
	err := d.Snapshot(ctx, func(view *db.DB) error {
		for {
			before := v.read
			if err := v.chunk(ctx, view); err != nil {
				return err
			}
			if v.read-before < verifyChunk {
				return v.end(ctx, view)
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("audit: verify: %w", err)
	}
	return v.report, nil
}

// verifier walks the entries once, in their order.
type verifier struct {
	report *Report
	known  map[int64][32]byte
	read   int
	last   Entry
}

func (v *verifier) chunk(ctx context.Context, view *db.DB) error {
	where, args := `ORDER BY n LIMIT ?`, []any{verifyChunk}
	if v.read > 0 {
		where, args = `WHERE n > ? ORDER BY n LIMIT ?`, []any{v.last.N, verifyChunk}
	}
	return view.Each(ctx, selectEntries+where, args, func(rows *sql.Rows) error {
		e, err := scanEntry(rows)
		if err == nil {
			v.entry(e)
		}
		return err
	})
}

// entry checks one entry against the one before it.
func (v *verifier) entry(e Entry) {
	v.read++
	v.report.Entries++
	if e.N != v.last.N+1 {
		v.report.wrong("audit entry %d follows %d: some are missing", e.N, v.last.N)
	}
	if v.read > 1 && e.At.Before(v.last.At) {
		v.report.wrong("audit entry %d is older than the one before it", e.N)
	}
	if e.chained(v.last.Hash) != e.Hash {
		v.report.wrong("audit entry %d (%s by %s) was altered: its link does not follow from its row", e.N, e.Act.Act, e.Act.Actor)
	}
	if hash, ok := v.known[e.N]; ok && hash != e.Hash {
		v.report.wrong("audit entry %d is not the one whose link was recorded elsewhere", e.N)
	}
	v.last = e
}

// end checks that the chain ends where the last commit says, so that a cut tail shows.
func (v *verifier) end(ctx context.Context, view *db.DB) error {
	v.report.Head = Head{v.last.N, v.last.Hash}
	for n := range v.known {
		if n > v.last.N {
			v.report.wrong("audit entry %d was recorded elsewhere, but the chain ends at %d: its tail was cut", n, v.last.N)
		}
	}
	h, err := readHead(ctx, view)
	if err != nil {
		return err
	}
	if h != v.report.Head {
		v.report.wrong("the audit chain ends at %d, but the last commit left it at %d", v.last.N, h.N)
	}
	return nil
}
