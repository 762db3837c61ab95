package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

func TestInsertManyCutsRowsIntoFewSizes(t *testing.T) {
	cases := []struct {
		rows, cols int
		sizes      string // rows of each statement
	}{
		{0, 3, "[]"},
		{1, 3, "[1]"},
		{5, 3, "[4 1]"},
		{500, 8, "[384 96 16 4]"},
		{1023, 8, "[768 192 48 12 3]"},
		{2000, 8, "[1024 768 192 16]"},
		{1000, 40, "[768 192 32 8]"}, // 768 rows of 40 are 30,720 variables
		{1000, 60, "[512 384 96 8]"}, // 768 of 60 would be 46,080
		{2, 20_000, "[1 1]"},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%d rows of %d", c.rows, c.cols), func(t *testing.T) {
			sizes, next := []int{}, 0
			args := make([]any, c.rows*c.cols)
			for i := range args {
				args[i] = i
			}
			for _, s := range db.InsertMany("INSERT INTO t VALUES ", c.cols, args, "") {
				sizes = append(sizes, len(s.Args)/c.cols)
				if marks := strings.Count(s.SQL, "?"); marks != len(s.Args) || marks >= 32_000 {
					t.Errorf("%d placeholders for %d arguments", marks, len(s.Args))
				}
				if s.Args[0] != next {
					t.Errorf("a statement begins with argument %v, want %d", s.Args[0], next)
				}
				next += len(s.Args)
			}
			if fmt.Sprint(sizes) != c.sizes {
				t.Errorf("statements of %v rows, want %s", sizes, c.sizes)
			}
		})
	}
}

func TestInsertManyWithUpsert(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		purses(t, d)
		upsert := d.Dialect().Upsert([]string{"id"}, []string{"amount"})
		var args []any
		for i := range 700 {
			args = append(args, i+1, 1_000)
		}
		if err := d.Run(ctx, db.InsertMany("INSERT INTO purse (id, amount) VALUES ", 2, args, upsert)); err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, "SELECT SUM(amount) FROM purse"); n != 700_000 {
			t.Errorf("the purses hold %d", n)
		}

		keep := d.Dialect().Upsert([]string{"id"}, nil)
		if err := d.Run(ctx, db.InsertMany("INSERT INTO purse (id, amount) VALUES ", 2, []any{1, 5, 701, 5}, keep)); err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, "SELECT SUM(amount) FROM purse WHERE id IN (1, 701)"); n != 1_005 {
			t.Errorf("a row that exists was not left alone: %d", n)
		}
	})
}

func TestListsHaveFewLengthsAndLoseNothing(t *testing.T) {
	lengths := map[int]bool{}
	for n := range 2_000 {
		values := make([]any, n)
		for i := range values {
			values[i] = i
		}
		var seen []any
		for _, list := range db.Lists(values) {
			if len(list) > 900 {
				t.Fatalf("a list of %d", len(list))
			}
			lengths[len(list)] = true
			seen = append(seen, slices.Compact(list)...)
		}
		if !slices.Equal(seen, values) {
			t.Fatalf("%d values came back as %d", n, len(seen))
		}
	}
	if len(lengths) > 20 {
		t.Errorf("lists have %d different lengths", len(lengths))
	}
}
