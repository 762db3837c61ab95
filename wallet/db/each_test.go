package db_test

import (
	"database/sql"
	"errors"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

func TestEach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const rows = 2_000 // more than one list holds
		var values, args []any
		for i := range int64(rows) {
			values = append(values, "n"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)))
			args = append(args, values[i], i)
		}
		err := d.Run(t.Context(), db.InsertMany(`INSERT INTO numbers (name, next_free) VALUES `, 2, args, ""))
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		add := func(r *sql.Rows) error {
			var n int64
			err := r.Scan(&n)
			sum += n
			return err
		}
		for name, c := range map[string]struct {
			read func() error
			want int64
		}{
			"every row": {func() error { return d.Each(t.Context(), `SELECT next_free FROM numbers`, nil, add) }, rows * (rows - 1) / 2},
			"by argument": {func() error {
				return d.Each(t.Context(), `SELECT next_free FROM numbers WHERE next_free < ?`, []any{3}, add)
			}, 3},
			"in many lists": {func() error { return d.EachIn(t.Context(), `SELECT next_free FROM numbers WHERE name IN`, values, add) }, rows * (rows - 1) / 2},
			"in one list": {func() error {
				return d.EachIn(t.Context(), `SELECT next_free FROM numbers WHERE name IN`, values[5:8], add)
			}, 18},
			"in no list": {func() error { return d.EachIn(t.Context(), `SELECT next_free FROM numbers WHERE name IN`, nil, add) }, 0},
			"none is like it": {func() error {
				return d.EachIn(t.Context(), `SELECT next_free FROM numbers WHERE name IN`, []any{"x"}, add)
			}, 0},
		} {
			sum = 0
			if err := c.read(); err != nil || sum != c.want {
				t.Errorf("%s: %d, %v; want %d", name, sum, err, c.want)
			}
		}
		stop := errors.New("enough")
		seen := 0
		err = d.EachIn(t.Context(), `SELECT next_free FROM numbers WHERE name IN`, values, func(*sql.Rows) error {
			seen++
			return stop
		})
		if !errors.Is(err, stop) || seen != 1 {
			t.Errorf("after an error %d rows were handed on, %v", seen, err)
		}
		if err := d.Each(t.Context(), `SELECT nothing FROM nowhere`, nil, add); err == nil {
			t.Error("a query that fails is passed over")
		}
	})
}
