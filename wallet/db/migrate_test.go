package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

func openDSN(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// files are migrations of the test's own, by file name.
func files(texts map[string]string) fstest.MapFS {
	fs := fstest.MapFS{}
	for name, text := range texts {
		fs["migrations/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

var threeSteps = files(map[string]string{
	"0001_shelf.sql":      "-- to put books on\nCREATE TABLE shelf (id {{.Int}} NOT NULL PRIMARY KEY, name {{.Text 20}}) {{.Engine}}",
	"0002_shelf_size.sql": "-- some are short\nALTER TABLE shelf ADD COLUMN size {{.Small}}",
	"0003_by_name.sql":    "-- to find one\nCREATE INDEX shelf_by_name ON shelf (name)",
})

func TestMigrateTwice(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDSN(t, dsn)
		if n, err := db.Migrate(ctx, d); err != nil || n == 0 {
			t.Fatalf("%d steps, %v", n, err)
		}
		if n, err := db.Migrate(ctx, d); err != nil || n != 0 {
			t.Errorf("the second time %d steps, %v", n, err)
		}
		if err := db.CheckSchema(ctx, d); err != nil {
			t.Error(err)
		}
	})
}

func TestMigrateFromSeveralProcessesAtOnce(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		var applied atomic.Int64
		var done sync.WaitGroup
		for range 4 {
			d := openDSN(t, dsn)
			done.Go(func() {
				n, err := db.MigrateWith(ctx, d, clock.System{}, threeSteps)
				if err != nil {
					t.Error(err)
				}
				applied.Add(int64(n))
			})
		}
		done.Wait()
		if applied.Load() != 3 {
			t.Errorf("three steps were applied %d times", applied.Load())
		}
	})
}

func TestMigrateAfterACrashBetweenAStepAndItsRecord(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDSN(t, dsn)
		for step := 1; step <= 3; step++ {
			if _, err := db.MigrateWith(ctx, d, clock.System{}, threeSteps); err != nil {
				t.Fatal(err)
			}
			exec(t, d, "DELETE FROM schema_steps WHERE number = ?", step)
			if n, err := db.MigrateWith(ctx, d, clock.System{}, threeSteps); err != nil || n != 1 {
				t.Errorf("step %d: %d applied, %v", step, n, err)
			}
		}
	})
}

func TestMigrateWaitsForTheLeaseAndTakesItOverWhenOverdue(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDSN(t, dsn)
		now := clock.NewFake(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		if _, err := db.MigrateWith(ctx, d, now, files(nil)); err != nil {
			t.Fatal(err)
		}
		exec(t, d, "UPDATE schema_lease SET holder = 'vanished', until = ?", now.Now().Add(time.Minute).UnixMicro())

		short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		if _, err := db.MigrateWith(short, d, now, threeSteps); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while another migrates: %v", err)
		}
		now.Advance(time.Minute)
		if n, err := db.MigrateWith(ctx, d, now, threeSteps); err != nil || n != 3 {
			t.Errorf("after its lease ran out: %d steps, %v", n, err)
		}
	})
}

func TestMigrateStopsAtABadStepAndGoesOnWhenItIsMended(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDSN(t, dsn)
		broken := files(map[string]string{
			"0001_shelf.sql": "-- good\nCREATE TABLE shelf (id {{.Int}} NOT NULL PRIMARY KEY, name {{.Text 20}}) {{.Engine}}",
			"0002_bad.sql":   "-- bad\nALTER TABLE nowhere ADD COLUMN size {{.Small}}",
		})
		n, err := db.MigrateWith(ctx, d, clock.System{}, broken)
		if n != 1 || err == nil || !strings.Contains(err.Error(), "0002_bad") {
			t.Fatalf("%d steps, %v", n, err)
		}
		if n, err := db.MigrateWith(ctx, d, clock.System{}, threeSteps); n != 2 || err != nil {
			t.Errorf("after the mend %d steps, %v", n, err)
		}
	})
}

func TestCheckSchemaSaysWhatToDo(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDSN(t, dsn)
		refuses := func(when, says string) {
			t.Helper()
			err := db.CheckSchema(ctx, d)
			if !errors.Is(err, db.ErrSchema) || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v, want something with %q", when, err, says)
			}
		}
		refuses("an empty database", "walletd migrate")
		if _, err := db.Migrate(ctx, d); err != nil {
			t.Fatal(err)
		}
		exec(t, d, "DELETE FROM schema_steps WHERE number = 10")
		refuses("a step missing", "it lacks 0010_")
		if _, err := db.Migrate(ctx, d); err != nil {
			t.Fatal(err)
		}
		exec(t, d, "INSERT INTO schema_steps (number, name, applied_at) VALUES (9999, 'from_the_future', 0)")
		refuses("a newer database", "9999_from_the_future")
		if _, err := db.Migrate(ctx, d); !errors.Is(err, db.ErrSchema) {
			t.Errorf("migrate on a newer database: %v", err)
		}
	})
}

func TestMigrationFilesThatAreRefused(t *testing.T) {
	d := openDSN(t, "sqlite:"+t.TempDir()+"/empty.db")
	cases := []struct{ file, text, says string }{
		{"1_short.sql", "-- why\nSELECT 1", "NNNN_name"},
		{"0001.sql", "-- why\nSELECT 1", "NNNN_name"},
		{"0001_mute.sql", "CREATE TABLE a (b INT)", "does not say why"},
		{"0001_typo.sql", "-- why\nCREATE TABLE a (b {{.Integer}})", "Integer"},
	}
	for _, c := range cases {
		_, err := db.MigrateWith(ctx, d, clock.System{}, files(map[string]string{c.file: c.text}))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want something with %q", c.file, err, c.says)
		}
	}
	twins := files(map[string]string{"0001_a.sql": "-- a\nSELECT 1", "0001_b.sql": "-- b\nSELECT 1"})
	if _, err := db.MigrateWith(ctx, d, clock.System{}, twins); err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("two steps of one number: %v", err)
	}
}

// A file with two statements could stop half done on MariaDB, which commits at every DDL.
func TestEachMigrationIsOneStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		texts, err := db.MigrationTexts(d.Dialect())
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range texts {
			_, after, _ := strings.Cut(withoutComments(text), ";")
			if strings.TrimSpace(after) != "" {
				t.Errorf("%s has more than one statement", name)
			}
		}
	})
}

func withoutComments(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		code, _, _ := strings.Cut(line, "--")
		lines = append(lines, code)
	}
	return strings.Join(lines, "\n")
}

func TestDurableSettings(t *testing.T) {
	good := func() map[string]string {
		return map[string]string{
			"innodb_flush_log_at_trx_commit": "1", "innodb_doublewrite": "ON",
			"log_bin": "ON", "sync_binlog": "1", "binlog_format": "ROW",
		}
	}
	cases := []struct{ variable, value, says string }{
		{"innodb_flush_log_at_trx_commit", "1", ""},
		{"innodb_flush_log_at_trx_commit", "0", "set innodb_flush_log_at_trx_commit=1"},
		{"innodb_flush_log_at_trx_commit", "2", "(it is 2)"},
		{"innodb_doublewrite", "OFF", "set innodb_doublewrite=ON"},
		{"sync_binlog", "0", "set sync_binlog=1"},
		{"binlog_format", "MIXED", "set binlog_format=ROW"},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s=%s", c.variable, c.value), func(t *testing.T) {
			vars := good()
			vars[c.variable] = c.value
			err := db.Judge(vars)
			if c.says == "" && err != nil {
				t.Error(err)
			}
			if c.says != "" && (!errors.Is(err, db.ErrNotDurable) || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v, want something with %q", err, c.says)
			}
		})
	}
	quiet := good()
	quiet["log_bin"], quiet["sync_binlog"] = "OFF", "0"
	if err := db.Judge(quiet); err != nil {
		t.Errorf("without a binary log its settings do not matter: %v", err)
	}
}

func TestDurableSettingsOfARealServer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.CheckDurable(ctx); err != nil {
			t.Fatal(err)
		}
	})
	d := openDSN(t, dbtest.OwnMariaDB(t).DSN("mysql"))
	exec(t, d, "SET GLOBAL innodb_flush_log_at_trx_commit = 2")
	if err := d.CheckDurable(ctx); !errors.Is(err, db.ErrNotDurable) {
		t.Errorf("a server that does not flush: %v", err)
	}
}
