// Walletd is the one program of Senti: it answers USSD callbacks, moves money, sends the SMS, and is also the tool that
// migrates, verifies and measures.
//
// This package only reads the configuration, puts the parts together in order and takes them apart in reverse. It decides
// nothing about money, screens or wire formats.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is what can be asked of walletd. Every one takes --db, which wins over the configuration file.
type commands struct {
	Demo        demoCmd        `cmd:"" help:"Run the whole product with seeded customers and a phone simulator. Needs nothing."`
	Serve       serveCmd       `cmd:"" help:"Serve gateways; refuses unsafe settings."`
	Migrate     migrateCmd     `cmd:"" help:"Bring the database's tables up to this version."`
	Verify      verifyCmd      `cmd:"" help:"Prove the books from the tables alone, beside a live server."`
	Admin       adminCmd       `cmd:"" help:"What staff do: people, banks, e-money, requests and approvals, the audit chain."`
	Bench       benchCmd       `cmd:"" help:"Measure, then check what was measured."`
	Config      configCmd      `cmd:"" help:"Print the documented configuration file with its defaults."`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask a running walletd whether it is healthy; for containers."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "walletd:", err)
		os.Exit(1)
	}
}

// run is main without the process around it.
func run(ctx context.Context, args []string) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("walletd"), kong.Description("Senti, a mobile-money wallet for any phone."),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		var wrong *kong.ParseError
		if errors.As(err, &wrong) {
			_ = wrong.Context.PrintUsage(true) // the error itself is what counts
		}
		return err
	}
	return command.Run()
}

type versionCmd struct{}

// Run prints the module version and the commit it was built from.
func (versionCmd) Run() error {
	_, err := fmt.Println("walletd", version())
	return err
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v += " " + s.Value
		}
	}
	return v
}
