package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Error numbers of the MySQL family that Senti acts on.
var (
	mysqlDuplicate = []uint16{1062}
	// Deadlock, lock wait timeout (Transact rolls back explicitly, the server may have undone only the statement), row changed
	// since the snapshot (MariaDB with innodb_snapshot_isolation).
	mysqlRetryable = []uint16{1213, 1205, 1020}
	// Server shutting down, connection killed, server gone, connection lost in a query, too many connections, not (yet) a
	// primary Galera node.
	mysqlGone = []uint16{1053, 1927, 2006, 2013, 1040, 1047}
	// Table, column, or key exists; column or key to drop does not.
	mysqlIsThere = []uint16{1050, 1060, 1061, 1091}
)

const (
	mysqlPool        = 32 // connections for everything but writers that took their own with Conn
	mysqlPacket      = 64 << 20
	mysqlDialTimeout = 5 * time.Second
	// mysqlIOTimeout bounds one read or write on the network. It is far above any statement of the wallet and above
	// verify's longest silence; callers bound their own waiting by context.
	mysqlIOTimeout = 60 * time.Second
)

// mysqlSession is what every session must have; the DSN cannot weaken it. A warning about cut data is an error, a lock
// wait ends well before a phone's session does, and time-zone conversion can change nothing.
var mysqlSession = map[string]string{
	"sql_mode":                 "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
	"innodb_lock_wait_timeout": "5",
	"time_zone":                "'+00:00'",
}

func openMySQL(dsn string) (*DB, error) {
	config, err := mysqlConfig(dsn)
	if err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("db: mysql: %w", err)
	}
	open := func(connections int) *sql.DB {
		pool := sql.OpenDB(preparing{Connector: connector, greet: readCommitted})
		pool.SetMaxOpenConns(connections)
		pool.SetMaxIdleConns(connections)
		pool.SetConnMaxIdleTime(5 * time.Minute) // a burst's connections go; the server's own limit is hours
		return pool
	}
	pool := open(mysqlPool)
	dedicate := func() (*sql.DB, error) { return open(1), nil }
	return &DB{dialect: mysqlDialect, read: pool, write: pool, dedicate: dedicate}, nil
}

func mysqlConfig(dsn string) (*mysql.Config, error) {
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		// The driver's message could quote the DSN, which holds a password.
		return nil, errors.New("db: not a DSN as go-sql-driver/mysql writes it: mysql:user:password@tcp(127.0.0.1:3306)/senti")
	}
	if c.DBName == "" {
		return nil, errors.New("db: the mysql DSN names no database: mysql:user:password@tcp(127.0.0.1:3306)/senti")
	}
	if err := c.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return nil, fmt.Errorf("db: mysql: %w", err)
	}
	c.ClientFoundRows = true // RowsAffected means "matched", as on SQLite: a compare-and-set has one meaning
	c.ParseTime = false
	c.MultiStatements = false
	c.InterpolateParams = false // see prepare.go for why, with figures
	c.AllowAllFiles = false
	c.RejectReadOnly = true // after a fail-over: leave a node that may not write
	c.MaxAllowedPacket = mysqlPacket
	if c.Timeout == 0 {
		c.Timeout = mysqlDialTimeout
	}
	if c.ReadTimeout == 0 {
		c.ReadTimeout = mysqlIOTimeout
	}
	if c.WriteTimeout == 0 {
		c.WriteTimeout = mysqlIOTimeout
	}
	if c.Params == nil {
		c.Params = map[string]string{}
	}
	for name, value := range mysqlSession {
		c.Params[name] = value
	}
	c.Logger = quiet{} // every error the driver logs it also returns
	return c, nil
}

type quiet struct{}

func (quiet) Print(...any) {}

// readCommitted makes it the session's level by the standard's own statement: the variable's name differs between servers,
// and setting it for each transaction would cost each a round trip.
func readCommitted(ctx context.Context, c driver.ExecerContext) error {
	_, err := c.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil)
	return err
}

func mysqlCode(codes []uint16) func(error) bool {
	return func(err error) bool {
		var e *mysql.MySQLError
		return errors.As(err, &e) && slices.Contains(codes, e.Number)
	}
}

func mysqlConnLost(err error) bool {
	var network *net.OpError
	return mysqlCode(mysqlGone)(err) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.As(err, &network)
}
