package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"senti/wallet/clock"
)

type benchCmd struct {
	Ledger   benchLedgerCmd   `cmd:"" help:"Commit complete sends: PIN compared, four legs, turnover, intent closed, two messages queued."`
	Agents   benchAgentsCmd   `cmd:"" help:"A mixed day at the counters: cash-in, cash-out and send, with commissions added up."`
	Soak     benchSoakCmd     `cmd:"" help:"Let a walletd of its own hold conversations for minutes, and watch its memory."`
	Host     benchHostCmd     `cmd:"" hidden:"" help:"What bench soak starts."`
	Dialogue benchDialogueCmd `cmd:"" help:"Hold whole send-money conversations over loopback HTTP through the Africa's Talking gateway."`
	Gateways benchGatewaysCmd `cmd:"" help:"Turn menu pages over loopback HTTP through every USSD gateway, one after another."`
	SMPP     benchSMPPCmd     `cmd:"" name:"smpp" help:"Submit texts over an SMPP link to a message centre of our own on loopback."`
	SMS      benchSMSCmd      `cmd:"" name:"sms" help:"Have the outbox send what waits, over HTTP or SMPP, to a peer of our own on loopback."`
}

// benchFlags are what both benches take. A bench makes its own customers in the database; give it one of its own.
type benchFlags struct {
	storeFlags
	Clients   int    `help:"How many work at once." default:"64"`
	Seconds   int    `help:"How long to measure." default:"10"`
	Customers int    `help:"How many customers there are." default:"100000"`
	Profile   string `help:"Write a CPU profile of the measured time to this file." placeholder:"FILE"`
}

// benchResult is the JSON line that ends a bench.
type benchResult struct {
	DB       string  `json:"db"` // sqlite or mysql
	Clients  int     `json:"clients"`
	Seconds  float64 `json:"seconds"` // measured
	TPS      float64 `json:"tps"`     // acknowledged sends, or whole conversations, a second
	P50      float64 `json:"p50_ms"`  // of one send, or of one callback
	P99      float64 `json:"p99_ms"`
	Errors   int64   `json:"errors"`
	RSS      int64   `json:"rss_mb"`
	Verified bool    `json:"verified"` // every acknowledged posting is in the tables once, and the books are right
}

// print writes the result as the last line.
func (r benchResult) print() error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	if !r.Verified {
		return fmt.Errorf("bench: the tables do not show what was acknowledged")
	}
	return nil
}

// latencies collects how long things took, per worker, so that workers do not meet at a lock.
type latencies struct{ parts []*hdrhistogram.Histogram }

// Latencies are kept in microseconds, up to a minute, to three digits.
const longestLatency = 60_000_000

func newLatencies(workers int) *latencies {
	l := &latencies{}
	for range workers {
		l.parts = append(l.parts, hdrhistogram.New(1, longestLatency, 3))
	}
	return l
}

func (l *latencies) add(worker int, d time.Duration) {
	_ = l.parts[worker].RecordValue(min(d.Microseconds(), longestLatency)) // in range by construction
}

// ms returns a quantile in milliseconds.
func (l *latencies) ms(quantile float64) float64 {
	all := hdrhistogram.New(1, longestLatency, 3)
	for _, p := range l.parts {
		all.Merge(p)
	}
	return float64(all.ValueAtQuantile(quantile)) / 1000
}

// tally is what the clients of a bench count.
type tally struct {
	done    atomic.Int64 // acknowledged sends, or whole conversations
	errors  atomic.Int64
	latency *latencies
}

func newTally(b benchFlags) *tally { return &tally{latency: newLatencies(b.Clients)} }

// failed counts an error, and shows the first.
func (t *tally) failed(err error) {
	if t.errors.Add(1) == 1 {
		fmt.Println("bench: first error:", err)
	}
}

// measure lets every client do its work, checks what is in the tables then, and prints the result.
func (b benchFlags) measure(ctx context.Context, a *app, t *tally, work func(ctx context.Context, worker int) bool,
	verify func(context.Context) (bool, error)) error {
	took, err := b.crowd(ctx, work)
	if err != nil {
		return err
	}
	rss := rssMB()
	verified, err := verify(ctx)
	if err != nil {
		return err
	}
	return benchResult{DB: a.db.Dialect().Name, Clients: b.Clients, Seconds: took.Seconds(),
		TPS: float64(t.done.Load()) / took.Seconds(), P50: t.latency.ms(50), P99: t.latency.ms(99),
		Errors: t.errors.Load(), RSS: rss, Verified: verified}.print()
}

// crowd runs work for every client until it returns false or the time is over, and returns how long that took.
func (b benchFlags) crowd(ctx context.Context, work func(ctx context.Context, worker int) bool) (time.Duration, error) {
	stop, err := b.profile()
	if err != nil {
		return 0, err
	}
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, time.Duration(b.Seconds)*time.Second)
	defer cancel()
	took := stopwatch()
	var wg sync.WaitGroup
	for worker := range b.Clients {
		wg.Go(func() {
			for ctx.Err() == nil && work(ctx, worker) {
			}
		})
	}
	wg.Wait()
	return took(), nil
}

// profile begins a CPU profile if one is wanted.
func (b benchFlags) profile() (stop func(), err error) {
	if b.Profile == "" {
		return func() {}, nil
	}
	f, err := os.Create(b.Profile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, nil // a profile cut short shows when it is read
}

// stopwatch returns a function that tells the time since now.
func stopwatch() func() time.Duration {
	start := clock.System{}.Now()
	return func() time.Duration { return clock.System{}.Now().Sub(start) }
}

// rssMB is this process's resident memory, as Linux tells it; 0 where it does not.
func rssMB() int64 { return rssOf("self") }

// rssOf is that of a process by its number.
func rssOf(process string) int64 {
	status, err := os.ReadFile("/proc/" + process + "/status")
	if err != nil {
		return 0
	}
	var kb int64
	for _, line := range strings.Split(string(status), "\n") {
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kb); err == nil {
			return kb / 1024
		}
	}
	return 0
}
