package network

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

// Directory reads the network as last committed, and makes the companions that write it. It is safe for concurrent use.
type Directory struct {
	db   *db.DB
	zone *time.Location

	agents    *table[Agent]
	stores    *table[Store]
	tills     *table[Till]
	operators *table[Operator]
	duties    *table[duty]
	phones    *table[claim]
	codes     *table[claim]
	documents *table[Document]
	guesses   *table[guess]

	byPhone    db.Loader[msisdn.Number, Post]
	byOperator db.Loader[int64, Post]
	byCode     db.Loader[ShopCode, Place]
	byTill     db.Loader[int64, Place]
}

// NewDirectory returns the directory of the network in a database. An operator's day is counted by the dates of zone, the market's.
func NewDirectory(d *db.DB, zone *time.Location) *Directory {
	dir := &Directory{
		db: d, zone: zone,
		agents: newAgents(), stores: newStores(), tills: newTills(), operators: newOperators(), duties: newDuties(),
		phones: newPhones(), codes: newCodes(), documents: newDocuments(), guesses: newGuesses(),
	}
	dir.byPhone.Read = func(ctx context.Context, phones []msisdn.Number) (map[msisdn.Number]Post, error) {
		return keyed(phones, func(values []any) ([]Post, error) { return dir.posts(ctx, postByPhone, values) },
			func(p Post) msisdn.Number { return p.Operator.Phone })
	}
	dir.byOperator.Read = func(ctx context.Context, operators []int64) (map[int64]Post, error) {
		return keyed(operators, func(values []any) ([]Post, error) { return dir.posts(ctx, postByID, values) },
			func(p Post) int64 { return p.Operator.ID })
	}
	dir.byCode.Read = func(ctx context.Context, codes []ShopCode) (map[ShopCode]Place, error) {
		return keyed(codes, func(values []any) ([]Place, error) { return dir.places(ctx, placeByCode, values) },
			func(p Place) ShopCode { return p.Till.Code })
	}
	dir.byTill.Read = dir.Places
	return dir
}

// ByPhone returns the operator with that number and where he works, or not_operator. A closed operator is none. Callers at the same
// time share a query.
func (d *Directory) ByPhone(ctx context.Context, phone msisdn.Number) (Post, error) {
	return got(ctx, &d.byPhone, phone, fault.NotOperator)
}

// ByOperator returns the operator of that number, closed ones too, and where he works or last worked; or not_operator.
func (d *Directory) ByOperator(ctx context.Context, operator int64) (Post, error) {
	return got(ctx, &d.byOperator, operator, fault.NotOperator)
}

// ByCode returns the till with that shop code, or shop_not_found. Whether it does business is for the caller to ask.
func (d *Directory) ByCode(ctx context.Context, code ShopCode) (Place, error) {
	return got(ctx, &d.byCode, code, fault.ShopNotFound)
}

// ByTill returns the till of that number, or till_not_found.
func (d *Directory) ByTill(ctx context.Context, till int64) (Place, error) {
	return got(ctx, &d.byTill, till, fault.TillNotFound)
}

// ByFloat returns the till whose float that ledger account is, or till_not_found.
func (d *Directory) ByFloat(ctx context.Context, account int64) (Place, error) {
	return first(d.places(ctx, placeByFloat, []any{account}))
}

// Places returns many tills at once, by number; what does not exist is absent.
func (d *Directory) Places(ctx context.Context, tills []int64) (map[int64]Place, error) {
	return keyed(tills, func(values []any) ([]Place, error) { return d.places(ctx, placeByTill, values) },
		func(p Place) int64 { return p.Till.ID })
}

// One join each. A phone and a code are looked up where they are claimed; all else is by primary key.
var (
	placeFields = columnsOf("t", tillColumns) + `,
	       ` + columnsOf("s", storeColumns) + `,
	       ` + columnsOf("a", agentColumns) + `,
	       COALESCE(p.id, 0), COALESCE(p.parent, 0), COALESCE(p.kind, ''), COALESCE(p.payable, 0), COALESCE(p.created_at, 0),
	       COALESCE(p.name, ''), COALESCE(p.class, 0), COALESCE(p.nominated, 0), COALESCE(p.status, ''), COALESCE(p.parts, 0),
	       COALESCE((SELECT MIN(m.id) FROM operators m WHERE m.till = t.id AND m.status = 'active'), 0)`
	above = `
	  JOIN stores s ON s.id = t.store
	  JOIN agents a ON a.id = t.agent
	  LEFT JOIN agents p ON p.id = a.parent`
	postFields = columnsOf("o", operatorColumns) + `,
	       COALESCE(w.day, 0), COALESCE(w.in_day, 0), COALESCE(w.out_day, 0), COALESCE(w.refusals, 0), COALESCE(w.barred_until, 0),
	       ` + placeFields
	work = `
	  LEFT JOIN operator_duties w ON w.operator = o.id
	  JOIN tills t ON t.id = o.till` + above

	placeByTill  = `SELECT ` + placeFields + ` FROM tills t` + above + ` WHERE t.id IN`
	placeByFloat = `SELECT ` + placeFields + ` FROM tills t` + above + ` WHERE t.float_account IN`
	placeByCode  = `SELECT ` + placeFields + ` FROM shop_codes c JOIN tills t ON t.id = c.till` + above + ` WHERE c.code IN`
	postByID     = `SELECT ` + postFields + ` FROM operators o` + work + ` WHERE o.id IN`
	postByPhone  = `SELECT ` + postFields + ` FROM operator_phones n JOIN operators o ON o.id = n.operator` + work + ` WHERE n.phone IN`
)

func (d *Directory) places(ctx context.Context, query string, values []any) (out []Place, err error) {
	err = d.db.EachIn(ctx, query, values, func(rows *sql.Rows) error {
		var p Place
		out = append(out, p)
		return rows.Scan(out[len(out)-1].fields()...)
	})
	return out, err
}

func (d *Directory) posts(ctx context.Context, query string, values []any) (out []Post, err error) {
	err = d.db.EachIn(ctx, query, values, func(rows *sql.Rows) error {
		var p Post
		err := rows.Scan(append(workFields(&p.Operator), p.fields()...)...)
		out = append(out, p)
		return err
	})
	return out, err
}

func (p *Place) fields() []any {
	all := append(tillFields(&p.Till), storeFields(&p.Store)...)
	all = append(all, agentFields(&p.Agent)...)
	return append(append(all, agentFields(&p.Super)...), &p.Attendant)
}

// workFields are an operator with what he did on his last day.
func workFields(o *Operator) []any {
	return append(operatorFields(o), &o.Today.Date, &o.Today.In, &o.Today.Out, &o.Refusals, moment{&o.BarredUntil})
}

// got asks a loader, and says not found with a code.
func got[K comparable, V any](ctx context.Context, l *db.Loader[K, V], key K, missing fault.Code) (V, error) {
	row, found, err := l.Get(ctx, key)
	switch {
	case err != nil:
		return row, fmt.Errorf("network: read: %w", err)
	case !found:
		return row, fault.New(missing)
	}
	return row, nil
}

// keyed reads the rows of many keys at once.
func keyed[K comparable, V any](keys []K, read func(values []any) ([]V, error), keyOf func(V) K) (map[K]V, error) {
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = plain(k)
	}
	rows, err := read(values)
	out := make(map[K]V, len(rows))
	for _, r := range rows {
		out[keyOf(r)] = r
	}
	return out, err
}

// plain is a key as drivers take it.
func plain(key any) any {
	switch k := key.(type) {
	case msisdn.Number:
		return string(k)
	case ShopCode:
		return string(k)
	}
	return key
}

func first(places []Place, err error) (Place, error) {
	switch {
	case err != nil:
		return Place{}, fmt.Errorf("network: read: %w", err)
	case len(places) == 0:
		return Place{}, fault.New(fault.TillNotFound)
	}
	return places[0], nil
}
