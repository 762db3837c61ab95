package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// ErrNotDurable is the cause of every refusal by CheckDurable.
var ErrNotDurable = errors.New("db: the database may lose what it acknowledged")

// durableRule is a server variable with the values under which an acknowledged commit survives a power cut.
type durableRule struct {
	variable string
	want     []string
	why      string
	unless   func(vars map[string]string) bool // the rule does not apply
}

var noBinlog = func(vars map[string]string) bool { return vars["log_bin"] != "ON" }

var durableRules = []durableRule{
	{"innodb_flush_log_at_trx_commit", []string{"1"}, "does not flush at commit", nil},
	{"innodb_doublewrite", []string{"ON", "1", "DETECT_AND_RECOVER"}, "cannot mend a page torn by a power cut", nil},
	{"sync_binlog", []string{"1"}, "does not flush the binary log at commit", noBinlog},
	{"binlog_format", []string{"ROW"}, "may replicate statements that come out differently", noBinlog},
}

// CheckDurable returns nil if a commit that was acknowledged survives a power cut, as far as the server's settings tell,
// and otherwise an ErrNotDurable that names each setting to mend. A variable that the server does not have is not held
// against it.
func (d *DB) CheckDurable(ctx context.Context) error {
	if d.dialect == sqliteDialect {
		return d.checkPragma(ctx, "synchronous", "2")
	}
	vars, err := d.serverVariables(ctx)
	if err != nil {
		return err
	}
	return judge(vars)
}

// judge is the pure part of CheckDurable.
func judge(vars map[string]string) error {
	var errs []error
	for _, r := range durableRules {
		value, known := vars[r.variable]
		if !known || slices.Contains(r.want, value) || r.unless != nil && r.unless(vars) {
			continue
		}
		errs = append(errs, fmt.Errorf("%w: the server %s: set %s=%s in its configuration and restart it (it is %s)",
			ErrNotDurable, r.why, r.variable, r.want[0], value))
	}
	return errors.Join(errs...)
}

func (d *DB) serverVariables(ctx context.Context) (map[string]string, error) {
	args := []any{"log_bin"}
	for _, r := range durableRules {
		args = append(args, r.variable)
	}
	vars := map[string]string{}
	err := d.Each(ctx, `SHOW GLOBAL VARIABLES WHERE Variable_name IN (`+Marks(len(args))+`)`, args, func(rows *sql.Rows) error {
		var name, value string
		err := rows.Scan(&name, &value)
		vars[name] = value
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("db: read the server's settings: %w", err)
	}
	return vars, nil
}

func (d *DB) checkPragma(ctx context.Context, pragma, want string) error {
	var value string
	if err := d.write.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&value); err != nil {
		return fmt.Errorf("db: read PRAGMA %s: %w", pragma, err)
	}
	if value != want {
		return fmt.Errorf("%w: PRAGMA %s is %s, not %s", ErrNotDurable, pragma, value, want)
	}
	return nil
}
