package survey

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// Store reads questions and records as last committed, and makes the companions that write them. It is safe for concurrent use.
type Store struct {
	db        *db.DB
	questions *table[Question]
	customers *table[lastOf]
	records   *table[Record]
}

// NewStore returns the store of the questions in a database.
func NewStore(d *db.DB) *Store { return &Store{d, newQuestions(), newCustomers(), newRecords()} }

// Due returns the planned questions whose time has come, the longest due first, from the one after that one on: the zero value for all.
func (s *Store) Due(ctx context.Context, now time.Time, after Question, limit int) ([]Question, error) {
	from := after.Due.UnixMicro()
	return list(ctx, s, s.questions, ` WHERE due_at <= ? AND (due_at > ? OR due_at = ? AND id > ?) ORDER BY due_at, id LIMIT ?`,
		now.UnixMicro(), from, from, after.Deal, limit)
}

// OfTill returns the newest questions asked about a till at or after since, newest first: what stands behind its record.
func (s *Store) OfTill(ctx context.Context, till int64, since time.Time, limit int) ([]Question, error) {
	return list(ctx, s, s.questions, ` WHERE till = ? AND asked_at >= ? ORDER BY asked_at DESC, id DESC LIMIT ?`, till, since.UnixMicro(), limit)
}

// LastOf returns the last question that a customer was asked; false when there was none.
func (s *Store) LastOf(ctx context.Context, customer int64) (Question, bool, error) {
	all, err := list(ctx, s, s.questions, ` WHERE id IN (SELECT question FROM survey_customers WHERE customer = ?)`, customer)
	if err != nil || len(all) == 0 {
		return Question{}, false, err
	}
	return all[0], true, nil
}

// Record returns what customers say of a till.
func (s *Store) Record(ctx context.Context, till int64) (Record, error) {
	all, err := list(ctx, s, s.records, ` WHERE till = ?`, till)
	if err != nil || len(all) == 0 {
		return Record{Till: till}, err
	}
	return all[0], nil
}

// Records returns what customers say of tills, by till; one of which nobody has said anything is absent.
func (s *Store) Records(ctx context.Context, tills []int64) (map[int64]Record, error) {
	keys := make([]id.ID, len(tills))
	for i, t := range tills {
		keys[i] = numbered(t)
	}
	rows, err := s.records.Load(ctx, s.db, keys)
	if err != nil {
		return nil, fmt.Errorf("survey: read records: %w", err)
	}
	out := make(map[int64]Record, len(rows))
	for _, row := range rows {
		r := row.(*Record)
		out[r.Till] = *r
	}
	return out, nil
}

func list[T any](ctx context.Context, s *Store, t *table[T], where string, args ...any) (out []T, err error) {
	err = s.db.Each(ctx, t.query()+where, args, func(rows *sql.Rows) error {
		var r T
		err := rows.Scan(t.fields(&r)...)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("survey: read: %w", err)
	}
	return out, nil
}

// lastOf is when a customer was asked last, and what.
type lastOf struct {
	customer int64
	question id.ID
	askedAt  time.Time
}

// table is one table of the package as the ledger commits it. A row image is a *T that nobody alters.
type table[T any] struct {
	name    string
	columns []string // the key first
	fixed   int      // how many columns, from the first on, are never updated
	arg     func(key id.ID) any
	keyOf   func(*T) id.ID
	fields  func(*T) []any // where the columns are scanned to
	values  func(*T) []any // what is written to them
}

// Name is the table's name.
func (t *table[T]) Name() string { return t.name }

func (t *table[T]) query() string {
	return `SELECT ` + strings.Join(t.columns, ", ") + ` FROM ` + t.name
}

// Load reads rows by key.
func (t *table[T]) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = t.arg(k)
	}
	found := make(map[id.ID]any, len(keys))
	return found, q.EachIn(ctx, t.query()+` WHERE `+t.columns[0]+` IN`, args, func(rows *sql.Rows) error {
		r := new(T)
		err := rows.Scan(t.fields(r)...)
		found[t.keyOf(r)] = r
		return err
	})
}

// Write inserts or replaces rows.
func (t *table[T]) Write(d *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, len(t.columns)*len(rows))
	for _, r := range rows {
		args = append(args, t.values(r.(*T))...)
	}
	return db.InsertMany(`INSERT INTO `+t.name+` (`+strings.Join(t.columns, ", ")+`) VALUES `, len(t.columns), args,
		d.Upsert(t.columns[:1], t.columns[t.fixed:]))
}

func newQuestions() *table[Question] {
	return &table[Question]{
		name: "surveys", fixed: 6, arg: func(key id.ID) any { return key }, keyOf: func(q *Question) id.ID { return q.Deal },
		columns: []string{"id", "kind", "customer", "phone", "till", "code", "state", "until_at", "due_at", "asked_at", "answered_at"},
		fields: func(q *Question) []any {
			return []any{key{&q.Deal}, &q.Kind, &q.Customer, number{&q.Phone}, &q.Till, &q.Code, &q.State, moment{&q.Until}, moment{&q.Due},
				moment{&q.AskedAt}, moment{&q.AnsweredAt}}
		},
		values: func(q *Question) []any {
			return []any{q.Deal, int64(q.Kind), q.Customer, string(q.Phone), q.Till, q.Code, int64(q.State), micros(q.Until), micros(q.Due),
				micros(q.AskedAt), micros(q.AnsweredAt)}
		},
	}
}

func newCustomers() *table[lastOf] {
	return &table[lastOf]{
		name: "survey_customers", fixed: 1, arg: numberOf, keyOf: func(l *lastOf) id.ID { return numbered(l.customer) },
		columns: []string{"customer", "question", "asked_at"},
		fields:  func(l *lastOf) []any { return []any{&l.customer, key{&l.question}, moment{&l.askedAt}} },
		values:  func(l *lastOf) []any { return []any{l.customer, l.question, micros(l.askedAt)} },
	}
}

func newRecords() *table[Record] {
	return &table[Record]{
		name: "survey_records", fixed: 1, arg: numberOf, keyOf: func(r *Record) id.ID { return numbered(r.Till) },
		columns: []string{"till", "since", "yes", "no", "cases", "all_asked", "all_yes", "all_no", "all_cases"},
		fields: func(r *Record) []any {
			return []any{&r.Till, moment{&r.Since}, &r.Yes, &r.No, &r.Cases, &r.AllAsked, &r.AllYes, &r.AllNo, &r.AllCases}
		},
		values: func(r *Record) []any {
			return []any{r.Till, micros(r.Since), r.Yes, r.No, r.Cases, r.AllAsked, r.AllYes, r.AllNo, r.AllCases}
		},
	}
}

// numbered is the key of a row that is keyed by a number, numberOf its inverse.
func numbered(n int64) id.ID { return id.Number('s', n) }

func numberOf(key id.ID) any { return int64(binary.BigEndian.Uint64(key[8:])) }

// moment scans a column of UTC microseconds; NULL is the zero time.
type moment struct{ t *time.Time }

// Scan is for database/sql.
func (m moment) Scan(value any) error {
	switch us := value.(type) {
	case nil:
		*m.t = time.Time{}
	case int64:
		*m.t = time.UnixMicro(us).UTC()
	default:
		return fmt.Errorf("survey: a time is a %T", value)
	}
	return nil
}

func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// key scans an ID.
type key struct{ to *id.ID }

// Scan is for database/sql.
func (k key) Scan(value any) (err error) {
	b, _ := value.([]byte)
	*k.to, err = id.FromBytes(b)
	return err
}

// number scans a phone number.
type number struct{ to *msisdn.Number }

// Scan is for database/sql.
func (n number) Scan(value any) error {
	switch text := value.(type) {
	case string:
		*n.to = msisdn.Number(text)
	case []byte:
		*n.to = msisdn.Number(text)
	default:
		return fmt.Errorf("survey: a phone is a %T", value)
	}
	return nil
}

// Purge deletes at most limit questions whose time was over before a moment, answered or not, and returns how many. What came of
// them stays on the records of the tills.
func (s *Store) Purge(ctx context.Context, over time.Time, limit int) (int, error) {
	return db.Prune(ctx, s.db, "surveys", "id", `WHERE until_at < ? AND due_at IS NULL ORDER BY until_at`, []any{over.UnixMicro()}, limit)
}
