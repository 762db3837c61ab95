package ledger

import (
	"context"
	"database/sql"
	"errors"

	"senti/wallet/db"
	"senti/wallet/id"
)

// accountTable and holdTable make the ledger's own rows travel the same road as other packages' companions.
type accountTable struct{}

type holdTable struct{}

// accountKey is the key of an account's row image.
func accountKey(account int64) id.ID { return id.Number('a', account) }

func (*accountTable) Name() string { return "accounts" }

// Load reads accounts; the images are *Account.
func (*accountTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	out := make(map[id.ID]any, len(keys))
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = accountOf(k)
	}
	err := q.EachIn(ctx, `
		SELECT id, type, currency, class, flags, balance, held, day, month, out_day, in_day, out_month, in_month, seq, opened_at
		FROM   accounts
		WHERE  id IN`, args, func(rows *sql.Rows) error {
		a, err := scanAccount(rows)
		if err == nil {
			out[accountKey(a.ID)] = a
		}
		return err
	})
	return out, err
}

func accountOf(key id.ID) int64 {
	var n int64
	for _, b := range key[8:] {
		n = n<<8 | int64(b)
	}
	return n
}

func scanAccount(rows *sql.Rows) (*Account, error) {
	var a Account
	var opened int64
	t := &a.Turnover
	err := rows.Scan(&a.ID, &a.Type, &a.Currency, &a.Class, &a.Flags, &a.Balance, &a.Held,
		&t.Day, &t.Month, &t.OutDay, &t.InDay, &t.OutMonth, &t.InMonth, &a.Seq, &opened)
	a.OpenedAt = fromMicros(opened)
	return &a, err
}

// Write upserts accounts.
func (*accountTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, 15*len(rows))
	for _, r := range rows {
		a := r.(*Account)
		t := a.Turnover
		args = append(args, a.ID, int64(a.Type), a.Currency, int64(a.Class), int64(a.Flags), a.Balance, a.Held,
			int64(t.Day), int64(t.Month), t.OutDay, t.InDay, t.OutMonth, t.InMonth, a.Seq, micros(a.OpenedAt))
	}
	return db.InsertMany(`INSERT INTO accounts (id, type, currency, class, flags, balance, held, day, month,
		out_day, in_day, out_month, in_month, seq, opened_at) VALUES `, 15, args,
		d.Upsert([]string{"id"}, []string{"class", "flags", "balance", "held", "day", "month",
			"out_day", "in_day", "out_month", "in_month", "seq"}))
}

// hold is a hold's present state.
type hold struct {
	id        id.ID
	account   int64
	amount    int64 // as taken
	remaining int64 // still set aside
	expiresAt int64 // UTC microseconds
	state     int16
}

// States of a hold. Numbers are stored.
const (
	holdOpen     int16 = 1
	holdCaptured int16 = 2 // nothing is left of it, the last part was captured
	holdReleased int16 = 3
	holdExpired  int16 = 4
)

func (*holdTable) Name() string { return "holds" }

// Load reads holds; the images are *hold.
func (*holdTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	out := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, `
		SELECT id, account, amount, remaining, expires_at, state
		FROM   holds
		WHERE  id IN`, idArgs(keys), func(rows *sql.Rows) error {
		h := &hold{}
		var key []byte
		if err := rows.Scan(&key, &h.account, &h.amount, &h.remaining, &h.expiresAt, &h.state); err != nil {
			return err
		}
		h.id = id.ID(key)
		out[h.id] = h
		return nil
	})
	return out, err
}

// Write upserts holds.
func (*holdTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, 6*len(rows))
	for _, r := range rows {
		h := r.(*hold)
		args = append(args, h.id[:], h.account, h.amount, h.remaining, h.expiresAt, int64(h.state))
	}
	return db.InsertMany(`INSERT INTO holds (id, account, amount, remaining, expires_at, state) VALUES `, 6, args,
		d.Upsert([]string{"id"}, []string{"remaining", "state"}))
}

func idArgs(ids []id.ID) []any {
	args := make([]any, len(ids))
	for i := range ids {
		args[i] = ids[i][:]
	}
	return args
}

// writeRecords renders postings, legs and hold acts.
func writeRecords(records []*record) []db.Stmt {
	var postings, legs, acts []any
	postings = make([]any, 0, 10*len(records))
	legs = make([]any, 0, 6*4*len(records))
	for _, r := range records {
		var refusal, corrects any
		if r.refusal != "" {
			refusal = r.refusal
		}
		if !r.corrects.IsZero() {
			corrects = r.corrects[:]
		}
		postings = append(postings, r.seq, r.id[:], int64(r.kind), r.request[:], refusal, r.receiptNo, corrects,
			r.rules, r.at, r.hash[:])
		for _, l := range r.legs {
			legs = append(legs, r.seq, l.Account, l.Amount, l.Balance, l.Held, l.Counted)
		}
		for n, a := range r.acts {
			acts = append(acts, r.seq, int64(n), a.hold[:], int64(a.verb), a.account, a.amount, a.expiresAt)
		}
	}
	out := db.InsertMany(`INSERT INTO postings (seq, id, kind, request, refusal, receipt_no, corrects, rules, at, hash)
		VALUES `, 10, postings, "")
	out = append(out, db.InsertMany(`INSERT INTO legs (seq, account, amount, balance, held, counted) VALUES `, 6, legs, "")...)
	return append(out, db.InsertMany(`INSERT INTO hold_acts (seq, n, hold_id, verb, account, amount, expires_at)
		VALUES `, 7, acts, "")...)
}

// countRecords are the rows that writeRecords writes, by table.
func countRecords(records []*record) map[string]int {
	rows := map[string]int{}
	if len(records) > 0 {
		rows["postings"] = len(records)
	}
	for _, r := range records {
		if len(r.legs) > 0 {
			rows["legs"] += len(r.legs)
		}
		if len(r.acts) > 0 {
			rows["hold_acts"] += len(r.acts)
		}
	}
	return rows
}

const selectPostings = `
	SELECT seq, id, kind, request, refusal, receipt_no, corrects, rules, at, hash
	FROM   postings
	`

func scanPosting(rows *sql.Rows) (*record, error) {
	var r record
	var key, request, corrects, hash []byte
	var refusal sql.NullString
	err := rows.Scan(&r.seq, &key, &r.kind, &request, &refusal, &r.receiptNo, &corrects, &r.rules, &r.at, &hash)
	if err != nil {
		return nil, err
	}
	if len(key) != 16 || len(request) != 32 || len(hash) != 32 || (corrects != nil && len(corrects) != 16) {
		return nil, errors.New("ledger: a posting's binary columns have the wrong length")
	}
	r.id, r.request, r.hash, r.refusal = id.ID(key), [32]byte(request), [32]byte(hash), refusal.String
	if corrects != nil {
		r.corrects = id.ID(corrects)
	}
	return &r, nil
}

// loadRecords reads the postings with these IDs, legs and hold acts included, by ID.
func loadRecords(ctx context.Context, q *db.DB, ids []id.ID) (map[id.ID]*record, error) {
	out := map[id.ID]*record{}
	bySeq := map[int64]*record{}
	var seqs []any
	err := q.EachIn(ctx, selectPostings+`WHERE id IN`, idArgs(ids), func(rows *sql.Rows) error {
		r, err := scanPosting(rows)
		if err != nil {
			return err
		}
		out[r.id], bySeq[r.seq] = r, r
		seqs = append(seqs, r.seq)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = q.EachIn(ctx, `SELECT seq, account, amount, balance, held, counted FROM legs WHERE seq IN`, seqs,
		func(rows *sql.Rows) error {
			seq, leg, err := scanLeg(rows)
			if err == nil {
				bySeq[seq].legs = append(bySeq[seq].legs, leg)
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	return out, q.EachIn(ctx, selectActs+`WHERE seq IN`, seqs, func(rows *sql.Rows) error {
		seq, act, err := scanAct(rows)
		if err == nil {
			bySeq[seq].acts = append(bySeq[seq].acts, act)
		}
		return err
	})
}

const selectActs = `
	SELECT seq, hold_id, verb, account, amount, expires_at
	FROM   hold_acts
	`

func scanAct(rows *sql.Rows) (seq int64, a actRow, err error) {
	var key []byte
	if err := rows.Scan(&seq, &key, &a.verb, &a.account, &a.amount, &a.expiresAt); err != nil {
		return 0, a, err
	}
	a.hold, err = id.FromBytes(key)
	return seq, a, err
}

func scanLeg(rows *sql.Rows) (seq int64, leg PostedLeg, err error) {
	err = rows.Scan(&seq, &leg.Account, &leg.Amount, &leg.Balance, &leg.Held, &leg.Counted)
	return seq, leg, err
}
