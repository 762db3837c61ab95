// Command dsn prints the DSN of a database on this machine's private, durable MariaDB, starting the server if need be:
//
//	walletd bench ledger --db "$(go run ./wallet/db/dbtest/dsn)"
//
// It serves developers and benchmarks. It does not migrate the database, and it is no way to run Senti in production.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"senti/wallet/db/dbtest"
)

func main() {
	database := flag.String("database", "bench", "created if it does not exist")
	stop := flag.Bool("stop", false, "stop the server and remove its data instead")
	flag.Parse()
	if err := run(*database, *stop); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(database string, stop bool) error {
	if stop {
		return dbtest.StopShared()
	}
	server, err := dbtest.Shared()
	if err != nil {
		return err
	}
	if err := server.CreateDatabase(context.Background(), database); err != nil {
		return err
	}
	fmt.Println(server.DSN(database))
	return nil
}
