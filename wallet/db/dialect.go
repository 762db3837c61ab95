package db

import (
	"database/sql"
	"fmt"
	"strings"
)

// Dialect is all that differs between the databases.
type Dialect struct {
	Name      string // "sqlite" or "mysql"
	ForUpdate string // what a SELECT ends with to lock its rows; "" where the write transaction locks everything

	// Upsert returns the clause after VALUES that replaces the set columns of a row whose key is taken.
	Upsert func(key, set []string) string

	IsDuplicate func(error) bool // a unique key is taken
	IsRetryable func(error) bool // rolled back through no fault of its own: deadlock, lock timeout, busy
	IsConnLost  func(error) bool // the server or the way to it is gone; what was sent may or may not have been done

	isThere  func(error) bool // a DDL found its work done
	types    Types
	snapshot *sql.TxOptions
}

// Types are the column types that migrations name: {{.ID}}, {{.Ascii 40}} …
type Types struct {
	ID        string // a 16-byte id.ID
	Hash      string // 32 bytes
	Int       string // int64: amounts, numbers, UTC microseconds
	Small     string // int16
	Engine    string // after the closing bracket of a table
	Clustered string // the same, for a table whose rows lie in the order of a key that is not one integer
	ascii     func(n int) string
	text      func(n int) string
	bytes     func(n int) string
	dropIndex func(index, table string) string
}

// Ascii is a text of at most n ASCII characters, compared byte by byte.
func (t Types) Ascii(n int) string { return t.ascii(n) }

// Text is a text of at most n characters of any script, compared byte by byte.
func (t Types) Text(n int) string { return t.text(n) }

// Bytes is at most n bytes.
func (t Types) Bytes(n int) string { return t.bytes(n) }

// DropIndex is the whole statement that drops an index, if it is there.
func (t Types) DropIndex(index, table string) string { return t.dropIndex(index, table) }

var sqliteDialect = &Dialect{
	Name: "sqlite",
	Upsert: func(key, set []string) string {
		if len(set) == 0 {
			return "ON CONFLICT (" + strings.Join(key, ", ") + ") DO NOTHING"
		}
		return "ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET " + assign(set, "%[1]s = excluded.%[1]s")
	},
	IsDuplicate: sqliteCode(sqliteDuplicate),
	IsRetryable: sqliteCode(sqliteBusy),
	IsConnLost:  func(error) bool { return false },
	isThere:     sqliteIsThere,
	types: Types{
		ID: "BLOB", Hash: "BLOB", Int: "INTEGER", Small: "INTEGER", Engine: "", Clustered: "WITHOUT ROWID",
		ascii: func(int) string { return "TEXT" },
		text:  func(int) string { return "TEXT" },
		bytes: func(int) string { return "BLOB" },

		dropIndex: func(index, _ string) string { return "DROP INDEX IF EXISTS " + index },
	},
}

const innoDB = "ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"

var mysqlDialect = &Dialect{
	Name:      "mysql",
	ForUpdate: "FOR UPDATE",
	Upsert: func(key, set []string) string {
		if len(set) == 0 {
			return "ON DUPLICATE KEY UPDATE " + assign(key[:1], "%[1]s = %[1]s")
		}
		return "ON DUPLICATE KEY UPDATE " + assign(set, "%[1]s = VALUES(%[1]s)")
	},
	IsDuplicate: mysqlCode(mysqlDuplicate),
	IsRetryable: mysqlCode(mysqlRetryable),
	IsConnLost:  mysqlConnLost,
	isThere:     mysqlCode(mysqlIsThere),
	types: Types{
		ID: "BINARY(16)", Hash: "BINARY(32)", Int: "BIGINT", Small: "SMALLINT", Engine: innoDB, Clustered: innoDB,
		ascii: func(n int) string { return fmt.Sprintf("VARCHAR(%d) CHARACTER SET ascii COLLATE ascii_bin", n) },
		text:  func(n int) string { return fmt.Sprintf("VARCHAR(%d) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", n) },
		bytes: func(n int) string { return fmt.Sprintf("VARBINARY(%d)", n) },

		dropIndex: func(index, table string) string { return "DROP INDEX " + index + " ON " + table },
	},
	snapshot: &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
}

func assign(columns []string, form string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = fmt.Sprintf(form, c)
	}
	return strings.Join(parts, ", ")
}

// Types returns the column types that migrations name.
func (d *Dialect) Types() Types { return d.types }
