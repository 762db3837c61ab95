package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/ledger"
)

// storeFlags are what every command that touches a database takes.
type storeFlags struct {
	Config string `help:"Configuration file (see: walletd config)." type:"existingfile" placeholder:"FILE"`
	DB     string `help:"Database, sqlite:PATH or mysql:DSN; wins over the configuration." placeholder:"DB" name:"db"`
}

// config reads the configuration with the flags on top.
func (f storeFlags) config() (*Config, error) {
	c, err := loadConfig(f.Config)
	if err != nil {
		return nil, err
	}
	if f.DB != "" {
		c.DB = f.DB
	}
	return c, nil
}

var errNoDatabase = errors.New("no database is named: add --db sqlite:PATH or --db mysql:DSN, or set SENTI_DB")

// open opens the configured database.
func (f storeFlags) open(ctx context.Context) (*Config, *db.DB, error) {
	c, err := f.config()
	if err != nil {
		return nil, nil, err
	}
	if c.DB == "" {
		return nil, nil, errNoDatabase
	}
	d, err := db.Open(ctx, c.DB)
	return c, d, err
}

type migrateCmd struct{ storeFlags }

// Run applies the missing migrations.
func (m migrateCmd) Run(ctx context.Context) error {
	_, d, err := m.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	n, err := db.Migrate(ctx, d)
	if err != nil {
		return err
	}
	fmt.Printf("migrate: %d steps applied, the schema is up to date\n", n)
	return nil
}

type verifyCmd struct {
	storeFlags
	Head      []string `help:"A chain head seen in the log, SEQ:HEX; verify then also proves that the chain still passes through it." placeholder:"SEQ:HEX"`
	AuditHead []string `help:"The same for the audit chain: a head that an earlier verify printed." placeholder:"N:HEX"`
}

// Run prints what was proved, and fails loudly if the books are not right.
func (v verifyCmd) Run(ctx context.Context) error {
	c, d, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	m, err := c.loadMarket()
	if err != nil {
		return err
	}
	heads, err := parseHeads("--head", v.Head)
	if err != nil {
		return err
	}
	auditHeads, err := parseHeads("--audit-head", v.AuditHead)
	if err != nil {
		return err
	}
	r, err := ledger.Verify(ctx, d, m.Zone, heads...)
	if err != nil {
		return err
	}
	fmt.Printf("verify: %d postings, %d legs, %d accounts, %d holds; chain ends at %d:%x\n",
		r.Postings, r.Legs, r.Accounts, r.Holds, r.Seq, r.Chain)
	problems := r.Problems
	known := make([]audit.Head, len(auditHeads))
	for i, h := range auditHeads {
		known[i] = audit.Head{N: h.Seq, Hash: h.Chain}
	}
	acts, err := audit.Verify(ctx, d, known...)
	if err != nil {
		return err
	}
	fmt.Printf("verify: %d acts of staff and operators; audit chain ends at %d:%x\n", acts.Entries, acts.Head.N, acts.Head.Hash)
	problems = append(problems, acts.Problems...)
	if len(problems) == 0 {
		fmt.Println("verify: the books are right")
		return nil
	}
	for _, p := range problems {
		fmt.Println("verify: WRONG:", p)
	}
	return fmt.Errorf("the books are NOT right: %d problems", len(problems))
}

// parseHeads reads places in a chain as verify and the log write them.
func parseHeads(flag string, texts []string) ([]ledger.Head, error) {
	var out []ledger.Head
	for _, t := range texts {
		seq, link, _ := strings.Cut(t, ":")
		n, err := strconv.ParseInt(seq, 10, 64)
		chain, hexErr := hex.DecodeString(link)
		if err != nil || hexErr != nil || len(chain) != 32 {
			return nil, fmt.Errorf("%s %s: write NUMBER:HEX with 64 hexadecimal digits, as the log or an earlier verify has it", flag, t)
		}
		out = append(out, ledger.Head{Seq: n, Chain: [32]byte(chain)})
	}
	return out, nil
}

type healthcheckCmd struct {
	URL string `help:"What to ask." default:"http://127.0.0.1:8081/healthz" name:"url"`
}

// Run exits with 0 if the answer is 200, so that a container without a shell can be asked.
func (h healthcheckCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s %s", h.URL, response.Status, body)
	}
	return nil
}
