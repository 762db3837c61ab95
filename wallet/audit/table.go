package audit

import (
	"context"
	"database/sql"
	"errors"

	"senti/wallet/db"
	"senti/wallet/id"
)

// The two tables are the same for all stores: the ledger keeps one image of a row per table, and the chain has one end however
// many stores a process makes.
var (
	heads   = &headTable{}
	entries = &entryTable{}
)

// headTable is the chain's end as the ledger commits it; the image is *Head.
type headTable struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*headTable) Name() string { return "audit_head" }

// Load reads the end of the chain.
func (*headTable) Load(ctx context.Context, q *db.DB, _ []id.ID) (map[id.ID]any, error) {
	h, err := readHead(ctx, q)
	if err != nil || h.N == 0 {
		return nil, err
	}
	return map[id.ID]any{headKey: &h}, nil
}

func readHead(ctx context.Context, q *db.DB) (h Head, err error) {
	var hash []byte
	err = q.QueryRow(ctx, `SELECT n, hash FROM audit_head WHERE id = 1`).Scan(&h.N, &hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Head{}, nil
	case err != nil:
		return Head{}, err
	case len(hash) != len(h.Hash):
		return Head{}, errors.New("audit: the row of the chain's end is damaged")
	}
	h.Hash = [32]byte(hash)
	return h, nil
}

// Write moves the end of the chain.
func (*headTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	var args []any
	for _, r := range rows {
		h := r.(*Head)
		args = append(args, int64(1), h.N, h.Hash[:])
	}
	return db.InsertMany(`INSERT INTO audit_head (id, n, hash) VALUES `, 3, args, d.Upsert([]string{"id"}, []string{"n", "hash"}))
}

// entryTable is the entries: added and never changed.
type entryTable struct{ _ byte } // as headTable

// Name is the table's name.
func (*entryTable) Name() string { return "audit" }

// Load is never called, as no companion names an entry.
func (*entryTable) Load(context.Context, *db.DB, []id.ID) (map[id.ID]any, error) {
	return nil, errors.New("audit: entries are added, never locked")
}

// Write inserts the entries.
func (*entryTable) Write(_ *db.Dialect, rows []any) []db.Stmt {
	const columns = 9
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		e := r.(*Entry)
		var posting any
		if !e.Posting.IsZero() {
			posting = e.Posting[:]
		}
		args = append(args, e.N, e.At.UnixMicro(), e.Act.Actor, e.Act.Act, e.Act.Object, e.Act.Detail, e.Refusal, posting, e.Hash[:])
	}
	return db.InsertMany(`INSERT INTO audit (n, at, actor, act, object, detail, refusal, posting, hash) VALUES `, columns, args, "")
}

const selectEntries = `
	SELECT n, at, actor, act, object, detail, refusal, posting, hash
	FROM   audit
	`

func scanEntry(rows *sql.Rows) (e Entry, err error) {
	var at int64
	var posting, hash []byte
	err = rows.Scan(&e.N, &at, &e.Act.Actor, &e.Act.Act, &e.Act.Object, &e.Act.Detail, &e.Refusal, &posting, &hash)
	if err != nil {
		return e, err
	}
	if len(hash) != len(e.Hash) || (posting != nil && len(posting) != len(e.Posting)) {
		return e, errors.New("audit: an entry's binary columns have the wrong length")
	}
	e.At, e.Hash = fromMicros(at), [32]byte(hash)
	if posting != nil {
		e.Posting = id.ID(posting)
	}
	return e, nil
}
