package ussd_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"senti/wallet/db/dbtest"
)

// expire ends what nobody has answered in time, and says how much of it there was.
func (w *world) expire() string {
	w.t.Helper()
	ctx, said := context.Background(), ""
	for _, what := range []struct {
		name string
		end  func(context.Context, int) (int, error)
	}{{"deposit", w.agents.ExpireCashIns}, {"request", w.agents.ExpireAsks}, {"code", w.agents.ExpireCashCodes}} {
		n, err := what.end(ctx, 100)
		w.must(err)
		if n > 0 {
			said += fmt.Sprintf("%s: %d\n", what.name, n)
		}
	}
	if said == "" {
		return "nothing was due"
	}
	return said[:len(said)-1]
}

// A withdrawal code is shown on a page, lost, shown again by redial and from the menu, and is in no text of the database and in no log.
func TestNoCodeIsKept(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.openShops()
	for _, line := range strings.Split(`dial *384*2*2# from 0712000001
> 500
lost> 4826
dial *384# from 0712000001
> 1
> 4826
dial *384*2*2# from 0712000001
> 1
> 4826
restart
repeat
dial *384*2# from 0712000011
> 0712000001
> 2
> (code 0712000001)
> 6284
sms`, "\n") {
		w.obey(line)
	}
	code := w.codes[w.number("0712000001")]
	if len(code) != 6 {
		t.Fatalf("no code: %q", code)
	}
	if strings.Contains(w.log.String(), code) {
		t.Error("the code was logged")
	}
	ctx := context.Background()
	var tables []string
	w.must(w.db.Each(ctx, `SELECT name FROM sqlite_master WHERE type = 'table'`, nil, func(rows *sql.Rows) error {
		tables = append(tables, "")
		return rows.Scan(&tables[len(tables)-1])
	}))
	for _, table := range tables {
		w.must(w.db.Each(ctx, `SELECT * FROM `+table, nil, func(rows *sql.Rows) error { return w.without(table, code, rows) }))
	}
}

// without asserts that no text of a row has that in it.
func (w *world) without(table, secret string, rows *sql.Rows) error {
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, to := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		to[i] = &values[i]
	}
	if err := rows.Scan(to...); err != nil {
		return err
	}
	for i, v := range values {
		text, _ := v.(string)
		if raw, ok := v.([]byte); ok {
			text = string(raw)
		}
		if strings.Contains(text, secret) {
			w.t.Errorf("%s.%s: the code stands in %q", table, columns[i], text)
		}
	}
	return nil
}
