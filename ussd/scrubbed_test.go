package ussd_test

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/outbox"
)

// noCodeStays looks for the codes that phones were shown and sent, when all messages have left: a database keeps none of them, used or
// not, in any table. What a deposit code and the code of a question are good for, any phone may know: they are no secrets.
func (w *world) noCodeStays() {
	w.t.Helper()
	w.clock.Advance(time.Minute) // a process that was started anew waits for the lease of the one before
	w.texted()
	for _, found := range w.codesKept() {
		w.t.Error(found)
	}
}

// codesKept says where codes are.
func (w *world) codesKept() (found []string) {
	w.t.Helper()
	var alone []*regexp.Regexp
	for _, code := range w.drawn {
		if len(code) == 6 { // shorter ones are amounts and years by chance: they are looked for in what was sent, below
			alone = append(alone, regexp.MustCompile(`(?:^|[^0-9A-Za-z.])`+code+`(?:$|[^0-9A-Za-z])`))
		}
	}
	for _, table := range w.tables() {
		w.must(w.db.Each(context.Background(), "SELECT * FROM "+table, nil, func(rows *sql.Rows) error {
			row, err := values(rows)
			for _, code := range alone {
				if at := code.FindString(row); at != "" {
					found = append(found, fmt.Sprintf("%s holds code %q", table, at))
				}
			}
			return err
		}))
	}
	w.must(w.db.Each(context.Background(), `SELECT body FROM messages WHERE kind = ?`, []any{int64(outbox.Code)}, func(rows *sql.Rows) error {
		var body string
		err := rows.Scan(&body)
		if at := codeShown.FindString(body); at != "" || !strings.Contains(body, outbox.Scrubbed) {
			found = append(found, fmt.Sprintf("a message that was sent still says %q", body))
		}
		return err
	}))
	return found
}

// tables are all that there are but one: whose a deposit code is has a row for each code there can be.
func (w *world) tables() (all []string) {
	w.t.Helper()
	list := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if w.db.Dialect().Name == "mysql" {
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()`
	}
	w.must(w.db.Each(context.Background(), list, nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		if name != "deposit_codes" {
			all = append(all, name)
		}
		return err
	}))
	return all
}

// values are the texts of a row, and whatever else may hold text.
func values(rows *sql.Rows) (string, error) {
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	row, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		into[i] = &row[i]
	}
	err = rows.Scan(into...)
	var all strings.Builder
	for _, v := range row {
		switch v := v.(type) {
		case []byte:
			fmt.Fprintf(&all, "%s\n", v)
		case string:
			fmt.Fprintln(&all, v)
		}
	}
	return all.String(), err
}

// A search that finds nothing proves nothing before it has found something: before a message leaves, its code is there.
func TestTheSearchFindsCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "en")
		w.openShops()
		w.register("0712000098 Fatuma Ali 31520774")
		if found := w.codesKept(); len(found) == 0 {
			t.Error("nothing was found before the code was sent")
		}
		w.noCodeStays()
		if len(w.drawn) != 1 {
			t.Errorf("%d codes were sent, want one", len(w.drawn))
		}
	})
}
