package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"text/template"
	"time"

	"senti/wallet/clock"
	"senti/wallet/id"
)

//go:embed migrations
var migrationFiles embed.FS

const (
	// leaseTerm is how long a process that vanished while migrating keeps the others waiting. A DDL that takes longer is
	// safe all the same, because every step may be run again.
	leaseTerm = 60 * time.Second
	leasePoll = 50 * time.Millisecond
)

// ErrSchema is the cause of every refusal by CheckSchema.
var ErrSchema = errors.New("db: the schema does not fit this program")

// step is one migration.
type step struct {
	number int64
	name   string
	text   string // template
}

// Migrate applies the steps that the database lacks and returns how many. Several processes may call it at once: one works,
// the others wait and find the work done. It never undoes a step.
func Migrate(ctx context.Context, d *DB) (applied int, err error) {
	steps, err := readSteps(migrationFiles)
	if err != nil {
		return 0, err
	}
	return migrate(ctx, d, clock.System{}, steps)
}

// CheckSchema returns nil if the database has exactly the steps of this program, and otherwise an ErrSchema whose text says
// what to do.
func CheckSchema(ctx context.Context, d *DB) error {
	steps, err := readSteps(migrationFiles)
	if err != nil {
		return err
	}
	return checkSchema(ctx, d, steps)
}

// SchemaName names the schema of this program: another one has another name.
func SchemaName() (string, error) {
	steps, err := readSteps(migrationFiles)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, s := range steps {
		fmt.Fprintf(sum, "%d %s %d\n%s", s.number, s.name, len(s.text), s.text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:6]), nil
}

func migrate(ctx context.Context, d *DB, now clock.Clock, steps []step) (applied int, err error) {
	if err := bootstrap(ctx, d); err != nil {
		return 0, err
	}
	l := lease{db: d, clock: now, holder: id.Random{}.New().String()}
	if err := l.take(ctx); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, l.release(ctx)) }()

	done, err := recorded(ctx, d)
	if err != nil {
		return 0, err
	}
	if err := knowsAll(done, steps); err != nil {
		return 0, err
	}
	for _, s := range steps {
		if done[s.number] != "" {
			continue
		}
		if err := l.renew(ctx); err != nil {
			return applied, err
		}
		if err := s.apply(ctx, d, now); err != nil {
			return applied, err
		}
		applied++
	}
	return applied, nil
}

// bootstrap makes the runner's own two tables, which cannot be steps themselves.
func bootstrap(ctx context.Context, d *DB) error {
	t := d.dialect.types
	for _, ddl := range []string{
		`CREATE TABLE IF NOT EXISTS schema_steps (
			number ` + t.Int + ` NOT NULL PRIMARY KEY,
			name ` + t.Ascii(80) + ` NOT NULL,
			applied_at ` + t.Int + ` NOT NULL
		) ` + t.Engine,
		`CREATE TABLE IF NOT EXISTS schema_lease (
			number ` + t.Int + ` NOT NULL PRIMARY KEY,
			holder ` + t.Ascii(40) + ` NOT NULL,
			until ` + t.Int + ` NOT NULL
		) ` + t.Engine,
	} {
		if _, err := d.Exec(ctx, ddl); err != nil {
			return fmt.Errorf("db: create the migration tables: %w", err)
		}
	}
	_, err := d.Exec(ctx, `INSERT INTO schema_lease (number, holder, until) VALUES (1, '', 0)`)
	if err != nil && !d.dialect.IsDuplicate(err) {
		return fmt.Errorf("db: create the migration lease: %w", err)
	}
	return nil
}

// apply runs the step and records it. A crash between the two leaves the step to be run again, which finds its work done.
func (s step) apply(ctx context.Context, d *DB, now clock.Clock) error {
	query, err := s.render(d.dialect)
	if err != nil {
		return err
	}
	if _, err := d.Exec(ctx, query); err != nil && !d.dialect.isThere(err) {
		return fmt.Errorf("db: migration %04d_%s: %w", s.number, s.name, err)
	}
	_, err = d.Exec(ctx, `INSERT INTO schema_steps (number, name, applied_at) VALUES (?, ?, ?)`,
		s.number, s.name, now.Now().UnixMicro())
	if err != nil {
		return fmt.Errorf("db: record migration %04d_%s: %w", s.number, s.name, err)
	}
	return nil
}

func (s step) render(dialect *Dialect) (string, error) {
	t, err := template.New(s.name).Option("missingkey=error").Parse(s.text)
	if err != nil {
		return "", fmt.Errorf("db: migration %04d: %w", s.number, err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, dialect.types); err != nil {
		return "", fmt.Errorf("db: migration %04d: %w", s.number, err)
	}
	return b.String(), nil
}

func recorded(ctx context.Context, d *DB) (map[int64]string, error) {
	done := map[int64]string{}
	err := d.Each(ctx, `SELECT number, name FROM schema_steps ORDER BY number`, nil, func(rows *sql.Rows) error {
		var number int64
		var name string
		err := rows.Scan(&number, &name)
		done[number] = name
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("db: read the applied migrations: %w", err)
	}
	return done, nil
}

func checkSchema(ctx context.Context, d *DB, steps []step) error {
	done, err := recorded(ctx, d)
	if err != nil {
		return fmt.Errorf("%w: run `walletd migrate` on it first: %w", ErrSchema, err)
	}
	if err := knowsAll(done, steps); err != nil {
		return err
	}
	var missing []string
	for _, s := range steps {
		if done[s.number] == "" {
			missing = append(missing, fmt.Sprintf("%04d_%s", s.number, s.name))
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: run `walletd migrate`; it lacks %s", ErrSchema, strings.Join(missing, ", "))
	}
	return nil
}

// knowsAll refuses a database on which a newer program, or another one, has been.
func knowsAll(done map[int64]string, steps []step) error {
	known := map[int64]string{}
	for _, s := range steps {
		known[s.number] = s.name
	}
	for number, name := range done {
		if known[number] != name {
			return fmt.Errorf("%w: use the walletd release that made step %04d_%s; this one does not know it",
				ErrSchema, number, name)
		}
	}
	return nil
}

// readSteps lists the migrations in the order of their numbers.
func readSteps(files fs.FS) ([]step, error) {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted, and the numbers have four digits
	if err != nil {
		return nil, fmt.Errorf("db: migrations: %w", err)
	}
	steps := make([]step, 0, len(names))
	for _, path := range names {
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, fmt.Errorf("db: migrations: %w", err)
		}
		file := strings.TrimSuffix(strings.TrimPrefix(path, "migrations/"), ".sql")
		digits, name, _ := strings.Cut(file, "_")
		number, err := strconv.ParseInt(digits, 10, 64)
		switch {
		case err != nil || len(digits) != 4 || name == "":
			return nil, fmt.Errorf("db: migration %s: the name is not NNNN_name.sql", path)
		case !strings.HasPrefix(string(text), "-- "):
			return nil, fmt.Errorf("db: migration %s: the first line does not say why, after \"-- \"", path)
		case len(steps) > 0 && steps[len(steps)-1].number == number:
			return nil, fmt.Errorf("db: migration %s: the number is taken", path)
		}
		steps = append(steps, step{number, name, string(text)})
	}
	return steps, nil
}
