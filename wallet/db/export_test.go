package db

import (
	"context"
	"io/fs"

	"senti/wallet/clock"
)

// MigrateWith is Migrate with a clock and steps of the test's own.
func MigrateWith(ctx context.Context, d *DB, now clock.Clock, files fs.FS) (int, error) {
	steps, err := readSteps(files)
	if err != nil {
		return 0, err
	}
	return migrate(ctx, d, now, steps)
}

// Judge is the pure part of CheckDurable.
func Judge(vars map[string]string) error { return judge(vars) }

// MigrationTexts renders every embedded step.
func MigrationTexts(dialect *Dialect) (map[string]string, error) {
	steps, err := readSteps(migrationFiles)
	texts := map[string]string{}
	for _, s := range steps {
		text, renderErr := s.render(dialect)
		if renderErr != nil {
			return nil, renderErr
		}
		texts[s.name] = text
	}
	return texts, err
}

// MaxPrepared bounds the statements of a connection.
const MaxPrepared = maxPrepared
