package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/ledger"
)

// benchSoakCmd watches whether walletd keeps what it should have let go.
type benchSoakCmd struct {
	storeFlags
	Clients   int `help:"How many phones talk at once." default:"64"`
	Minutes   int `help:"For how long." default:"10"`
	Customers int `help:"How many customers there are." default:"100000"`
}

// benchHostCmd is walletd as the benches have it, in a process of its own, so that its memory is nobody else's.
type benchHostCmd struct{ benchFlags }

// hostSays begins the line with which the host names its address and service code.
const hostSays = "bench host: "

// Run serves until its standard input ends.
func (b benchHostCmd) Run(ctx context.Context) error {
	a, _, err := b.start(ctx)
	if err != nil {
		return err
	}
	address, err := a.listen("127.0.0.1:0", a.routes())
	if err != nil {
		return errors.Join(err, a.stop())
	}
	fmt.Println(hostSays + address.String() + " " + a.market.ServiceCode)
	_, _ = io.Copy(io.Discard, os.Stdin) // whoever started it has gone, or wants it to
	return a.stop()
}

// soakResult is the JSON line that ends the bench. Minute 2 is when caches have their size; growth counts from there.
type soakResult struct {
	benchResult
	Memory []int64 `json:"rss_mb_by_minute"`
	Growth float64 `json:"growth_percent_a_minute"`
}

// Most growth a minute that is not called a leak, and the minute it counts from.
const (
	soakGrowth = 1.0
	soakFrom   = 2
)

// Run holds conversations with a walletd of its own for minutes, and looks at its memory at the end of each.
func (b benchSoakCmd) Run(ctx context.Context) error {
	if b.Minutes <= soakFrom {
		return fmt.Errorf("bench soak: memory is compared from minute %d on; choose more minutes", soakFrom)
	}
	c, d, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	m, err := c.loadMarket()
	if err != nil {
		return err
	}
	host, err := b.startHost(ctx, c.DB)
	if err != nil {
		return err
	}
	before, err := sendsIn(ctx, d)
	if err != nil {
		return errors.Join(err, host.stop())
	}
	flags := benchFlags{Clients: b.Clients, Seconds: b.Minutes*60 + 5} // the last minute is looked at before it ends
	talk := newPhones(flags, host.address, host.serviceCode)
	result := soakResult{benchResult: benchResult{DB: d.Dialect().Name, Clients: b.Clients}}
	watch, done := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { defer close(watched); result.Memory = host.watch(watch, talk.tally) }()
	took, err := b.converse(ctx, flags, talk, before)
	done()
	<-watched
	if err := errors.Join(err, host.stop()); err != nil {
		return err
	}
	return b.judge(ctx, d, m.Zone, result, talk.tally, took, before)
}

func (b benchSoakCmd) converse(ctx context.Context, flags benchFlags, talk crowdOfPhones, before int64) (time.Duration, error) {
	var next atomic.Int64
	next.Store(before) // go on where the last run ended: the same again within two minutes would be asked about
	run := fmt.Sprintf("soak%d", clock.System{}.Now().UnixMicro())
	return flags.crowd(ctx, func(_ context.Context, worker int) bool {
		talk.sendMoney(worker, b.Customers, int(next.Add(1)-1), run)
		return true
	})
}

// judge proves the books, prints the result and fails when memory grew.
func (b benchSoakCmd) judge(ctx context.Context, d *db.DB, zone *time.Location, r soakResult, t *tally, took time.Duration, before int64) error {
	after, err := sendsIn(ctx, d)
	if err != nil {
		return err
	}
	report, err := ledger.Verify(ctx, d, zone)
	if err != nil {
		return err
	}
	r.Verified = report.OK() && after-before == t.done.Load()
	r.Seconds, r.TPS = took.Seconds(), float64(t.done.Load())/took.Seconds()
	r.P50, r.P99, r.Errors = t.latency.ms(50), t.latency.ms(99), t.errors.Load()
	if len(r.Memory) <= soakFrom {
		return errors.New("bench soak: it ended too soon to say anything of memory")
	}
	first, last := r.Memory[soakFrom-1], r.Memory[len(r.Memory)-1]
	r.RSS = last
	r.Growth = 100 * float64(last-first) / float64(first) / float64(len(r.Memory)-soakFrom)
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	switch {
	case !r.Verified:
		return errors.New("bench: the tables do not show what was acknowledged")
	case r.Growth >= soakGrowth:
		return fmt.Errorf("bench soak: memory grew by %.2f %% a minute", r.Growth)
	}
	return nil
}

// soakHost is a walletd in a process of its own.
type soakHost struct {
	command              *exec.Cmd
	input                io.Closer
	address, serviceCode string
}

func (b benchSoakCmd) startHost(ctx context.Context, dsn string) (*soakHost, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, self, "bench", "host", "--customers", strconv.Itoa(b.Customers))
	command.Env = append(os.Environ(), "SENTI_DB="+dsn)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	h := &soakHost{command: command, input: input}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		where, ready := strings.CutPrefix(lines.Text(), hostSays)
		if !ready {
			fmt.Println(lines.Text())
			continue
		}
		h.address, h.serviceCode, _ = strings.Cut(where, " ")
		go func() { _, _ = io.Copy(io.Discard, output) }()
		return h, nil
	}
	return nil, errors.Join(errors.New("bench soak: walletd did not come up"), h.stop())
}

// watch notes the host's memory at the end of every minute until ctx is done.
func (h *soakHost) watch(ctx context.Context, t *tally) (minutes []int64) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	done := t.done.Load()
	for {
		select {
		case <-ctx.Done():
			return minutes
		case <-every.C:
			rss, now := rssOf(strconv.Itoa(h.command.Process.Pid)), t.done.Load()
			minutes = append(minutes, rss)
			fmt.Printf("bench: minute %d: %d MB, %d conversations a second\n", len(minutes), rss, (now-done)/60)
			done = now
		}
	}
}

// stop lets the host end in good order.
func (h *soakHost) stop() error {
	return errors.Join(h.input.Close(), h.command.Wait())
}

// sendsIn returns how many sends are in the tables.
func sendsIn(ctx context.Context, d *db.DB) (n int64, err error) {
	err = d.QueryRow(ctx, `SELECT COUNT(*) FROM postings WHERE kind = ? AND refusal IS NULL`, int64(ledger.Send)).Scan(&n)
	return n, err
}
