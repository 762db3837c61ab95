package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"senti/sms"
	smsgateway "senti/sms/gateway"
	"senti/sms/route"
	"senti/sms/smpp"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/keycheck"
	"senti/wallet/ledger"
	"senti/wallet/outbox"
)

type benchSMSCmd struct {
	storeFlags
	Over     string `help:"What they leave by: HTTP to a Kannel, or SMPP; to a peer of the bench's own on loopback." enum:"kannel,smpp" default:"kannel"`
	Messages int    `help:"How many messages wait." default:"100000"`
	Profile  string `help:"Write a CPU profile of the measured time to this file." placeholder:"FILE"`
}

// smsResult is the JSON line of the bench.
type smsResult struct {
	DB       string  `json:"db"` // sqlite or mysql
	Over     string  `json:"over"`
	Seconds  float64 `json:"seconds"`
	Messages float64 `json:"messages_per_s"`
	CPU      float64 `json:"cpu_us"` // per message, of this process: the peer included, a database server not
	Errors   int64   `json:"errors"` // results that were not "taken on"
	RSS      int64   `json:"rss_mb"`
	Verified bool    `json:"verified"` // the peer took each message once, and each is on record as taken on
}

// peer is whom the messages leave to.
type peer struct {
	sender sms.Sender
	took   func() (messages, twice int64) // how many different ones it has, and how many too many
	close  func()
}

// Run has the outbox's worker send what waits, and measures until the last is on record.
func (b benchSMSCmd) Run(ctx context.Context) error {
	startTerminalLog()
	_, d, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err = d.CheckDurable(ctx); err == nil {
		_, err = db.Migrate(ctx, d)
	}
	if err == nil {
		err = keycheck.Admit(ctx, d, key.Demo()) // keeps off whatever is not a bench's own
	}
	if err != nil {
		return err
	}
	store := outbox.NewStore(d, clock.System{})
	if err := b.write(ctx, d, store); err != nil {
		return err
	}
	p, err := b.peer(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	var failed int64 // the worker's goroutine alone counts
	worker := outbox.NewWorker(store, route.Only(p.sender), id.Random{}, func(_ string, r sms.Result) {
		if !r.Accepted {
			failed++
		}
	})
	out := smsResult{DB: d.Dialect().Name, Over: b.Over}
	if out.Seconds, out.CPU, err = b.drain(ctx, store, worker, p); err != nil {
		return err
	}
	out.Messages, out.CPU = float64(b.Messages)/out.Seconds, out.CPU/float64(b.Messages)
	out.Errors, out.RSS = failed, rssMB()
	if out.Verified, err = b.verify(ctx, d, p); err != nil {
		return err
	}
	line, err := json.Marshal(out)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	if !out.Verified {
		return errors.New("bench: the peer, or the table, does not show every message once")
	}
	return nil
}

// write commits the messages, which nobody sends yet, as money would.
func (b benchSMSCmd) write(ctx context.Context, d *db.DB, store *outbox.Store) error {
	var there int64
	if err := d.QueryRow(ctx, `SELECT COUNT(*) FROM messages`).Scan(&there); err != nil {
		return err
	}
	if there > 0 {
		return fmt.Errorf("bench: the database has %d messages already: name one of its own with --db", there)
	}
	l, err := ledger.Open(ctx, ledger.Options{DB: d, Clock: clock.System{}, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{})})
	if err != nil {
		return err
	}
	defer l.Close()
	const together = 500
	for begin := 0; begin < b.Messages; begin += together {
		var plan ledger.Plan
		for i := begin; i < min(begin+together, b.Messages); i++ {
			plan.Companions = append(plan.Companions, store.Add(outbox.Receipt, id.Random{}.New(), benchPhone(i), func(*ledger.Outcome) string {
				return fmt.Sprintf("Ksh 500 RECEIVED from JANE WANJIKU 0712***002. Balance Ksh %d. 3/12/26 14:02. PMF79GCDW2-4821", i)
			}))
		}
		if _, err := l.Commit(ctx, &plan); err != nil {
			return err
		}
	}
	return nil
}

// drain lets the worker run until nothing waits, and returns the seconds and the CPU time in microseconds that took.
func (b benchSMSCmd) drain(ctx context.Context, store *outbox.Store, worker *outbox.Worker, p peer) (seconds, cpu float64, err error) {
	stop, err := benchFlags{Profile: b.Profile}.profile()
	if err != nil {
		return 0, 0, err
	}
	defer stop()
	running, end := context.WithCancel(ctx)
	defer end()
	ended := make(chan struct{})
	busy, took := cpuTime(), stopwatch()
	go func() { defer close(ended); worker.Run(running) }()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for waits := true; waits; {
		select {
		case <-look.C:
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
		if taken, _ := p.took(); taken < int64(b.Messages) {
			continue // to count what waits costs more than to send it
		}
		queues, err := store.Queues(ctx)
		if err != nil {
			return 0, 0, err
		}
		waits = len(queues) > 0
	}
	seconds, cpu = took().Seconds(), float64((cpuTime() - busy).Microseconds())
	end()
	<-ended
	return seconds, cpu, nil
}

// verify compares what the peer took with what is on record.
func (b benchSMSCmd) verify(ctx context.Context, d *db.DB, p peer) (bool, error) {
	var sent, all, unnamed int64
	err := d.Each(ctx, `SELECT state, COUNT(*), SUM(CASE WHEN route = '' THEN 1 ELSE 0 END) FROM messages GROUP BY state`, nil, func(rows *sql.Rows) error {
		var state outbox.State
		var n, none int64
		err := rows.Scan(&state, &n, &none)
		if all += n; state == outbox.Sent {
			sent = n
		}
		unnamed += none
		return err
	})
	if err != nil {
		return false, err
	}
	took, twice := p.took()
	want := int64(b.Messages)
	if took != want || twice != 0 || sent != want || all != want || unnamed != 0 {
		fmt.Printf("bench: of %d messages the peer took %d and %d twice; %d of %d are on record as sent, %d by no route\n", want, took, twice, sent, all, unnamed)
		return false, nil
	}
	return true, nil
}

func (b benchSMSCmd) peer(ctx context.Context) (peer, error) {
	if b.Over == "kannel" {
		return newKannelPeer()
	}
	return newSMPPPeer(ctx)
}

// newSMPPPeer is a message centre, and a link that is bound to it.
func newSMPPPeer(ctx context.Context) (peer, error) {
	centre, err := newBenchCentre()
	if err != nil {
		return peer{}, err
	}
	centre.texts = &seenOnce{}
	bound := make(chan struct{}, 1)
	link, err := smpp.New(centre.link(), smpp.Parts{Clock: clock.System{}, Log: slog.Default(), Count: func(_, what string) {
		if what == smpp.WasBound {
			bound <- struct{}{}
		}
	}})
	if err != nil {
		return peer{}, err
	}
	sender, err := smsgateway.NewSMPP(smsgateway.SMPP{Link: link, From: "SENTI", Region: "KE", Clock: clock.System{}, Log: slog.Default()})
	if err != nil {
		return peer{}, err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); link.Run(running, sender.Handle) }()
	<-bound
	return peer{sender: sender, took: centre.texts.count, close: func() { stop(); <-ended; centre.close() }}, nil
}
