package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	ussdgateway "senti/ussd/gateway"
	"senti/wallet/clock"
	"senti/wallet/webhook"
)

type benchGatewaysCmd struct {
	benchFlags
	Only []string `help:"Only these types of gateway." placeholder:"TYPE"`
}

// The secret of every gateway of the bench, and how many pages are turned in a session: to the account's menu and back.
const (
	gatewaySecret = "0123456789abcdef"
	sessionTurns  = 20
	fewPeople     = 2000
	countedCalls  = 500 // whose allocations are counted
)

// gatewayResult is the JSON line of one gateway.
type gatewayResult struct {
	Gateway   string  `json:"gateway"`
	Callbacks float64 `json:"callbacks_per_s"`
	CPU       float64 `json:"cpu_us"` // per callback, the bench's client included: on a busy machine the truer figure
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	Allocs    int64   `json:"allocs"` // of our handlers, per callback
	Bytes     int64   `json:"bytes"`
	Clients   int     `json:"clients"`
	Errors    int64   `json:"errors"`
}

// Run measures one gateway after another: menu pages without money, each client in sessions of its own.
func (b benchGatewaysCmd) Run(ctx context.Context) error {
	b.Customers = min(b.Customers, fewPeople)
	sink, err := newReplySink()
	if err != nil {
		return err
	}
	defer sink.close()
	var on []ussdgateway.Instance
	for _, name := range ussdgateway.Types() {
		if len(b.Only) == 0 || slices.Contains(b.Only, name) {
			on = append(on, ussdgateway.Instance{Type: name, Guard: webhook.Guard{Secrets: []string{gatewaySecret}}, Replies: ussdgateway.Replies{URL: sink.url}})
		}
	}
	centre, err := newBenchCentre()
	if err != nil {
		return err
	}
	defer centre.close()
	a, people, err := b.startWith(ctx, on, benchLinkPlan(centre))
	if err != nil {
		return err
	}
	defer func() { _ = a.stop() }() // what was measured is printed
	routes := a.routes()
	address, err := a.listen("127.0.0.1:0", routes)
	if err != nil {
		return err
	}
	for _, i := range on {
		run := &gatewayRun{gateway: i.Type, people: people, address: address.String(), routes: routes,
			name: fmt.Sprintf("%x", clock.System{}.Now().UnixMicro())}
		if err := b.measure(ctx, i.Type, run); err != nil {
			return fmt.Errorf("bench %s: %w", i.Type, err)
		}
	}
	if len(b.Only) > 0 && !slices.Contains(b.Only, overSMPP) {
		return nil
	}
	select {
	case <-centre.bound:
	case <-ctx.Done():
		return ctx.Err()
	}
	return b.measure(ctx, overSMPP, &smppTurns{centre: centre, people: people})
}

// turner turns menu pages in some way.
type turner interface {
	// allocations counts what a turn allocates, while there is no other.
	allocations() (objects, size int64, err error)
	// open returns what a worker does: a lot of turns, counted in the tally, each call of it.
	open(worker int, t *tally) (turn func() bool, err error)
}

// linesEach is how many lines a worker has.
const linesEach = 16

// measure warms a gateway up, counts its allocations and then its turns, and prints them.
func (b benchGatewaysCmd) measure(ctx context.Context, name string, by turner) error {
	out := gatewayResult{Gateway: name, Clients: b.Clients}
	var err error
	if out.Allocs, out.Bytes, err = by.allocations(); err != nil {
		return err
	}
	b.Clients = max(1, b.Clients/linesEach)
	t := newTally(b.benchFlags)
	turns := make([]func() bool, b.Clients)
	for worker := range turns {
		if turns[worker], err = by.open(worker, t); err != nil {
			return err
		}
	}
	busy := cpuTime()
	took, err := b.crowd(ctx, func(_ context.Context, worker int) bool { return turns[worker]() })
	if err != nil {
		return err
	}
	out.CPU = float64((cpuTime() - busy).Microseconds()) / float64(max(1, t.done.Load()))
	out.Callbacks, out.P50, out.P99 = float64(t.done.Load())/took.Seconds(), t.latency.ms(50), t.latency.ms(99)
	out.Errors = t.errors.Load()
	line, err := json.Marshal(out)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	if out.Errors > 0 || t.done.Load() == 0 {
		return errors.New("not every callback was answered with a page")
	}
	return nil
}

// gatewayRun turns pages through an HTTP gateway.
type gatewayRun struct {
	gateway string
	people  []person
	address string
	routes  *echo.Echo
	name    string // of this run, so that no session is known from an earlier one
	next    atomic.Int64
}

// open opens a worker's lines.
func (r *gatewayRun) open(worker int, t *tally) (func() bool, error) {
	lines := make([]*line, linesEach)
	for i := range lines {
		var err error
		if lines[i], err = newLine(r.address); err != nil {
			return nil, err
		}
	}
	return func() bool {
		for _, l := range lines {
			if l.turn == 0 {
				l.session = int(r.next.Add(1))
			}
			if err := l.call(r.call(l.session, l.turn)); err != nil {
				t.failed(err)
				return false
			}
			l.turn = (l.turn + 1) % sessionTurns
		}
		for _, l := range lines {
			status, body, err := l.answer()
			t.latency.add(worker, l.took())
			if err == nil {
				err = r.isPage(status, body)
			}
			if err != nil {
				t.failed(err)
				return false
			}
			t.done.Add(1)
		}
		return true
	}, nil
}

// isPage wants a screen that goes on: the menu, or the account's. Both have the word that every language of the bench has on them.
func (r *gatewayRun) isPage(status int, body []byte) error {
	if status == http.StatusOK && (gatewaySamples[r.gateway].async || bytes.Contains(body, []byte("PIN")) || bytes.Contains(body, []byte("1 "))) {
		return nil
	}
	return fmt.Errorf("%d %s", status, body)
}

// thereAndBack is what is typed in a session: to the account's menu and back.
var thereAndBack = func() (typed []string) {
	for i := range sessionTurns {
		typed = append(typed, []string{"5", "0"}[i%2])
	}
	return typed
}()

// call is the turn of a session: the dial first, and then to the account's menu and back.
func (r *gatewayRun) call(session, turn int) gatewayCall {
	return gatewaySamples[r.gateway].call(r.gateway, gatewaySecret,
		gatewayTurn{r.name + "-" + strconv.Itoa(session), r.people[session%len(r.people)].phone, thereAndBack[:turn]})
}

// allocations counts what a callback allocates between the HTTP server and the page, on one goroutine, while nobody else calls.
func (r *gatewayRun) allocations() (objects, size int64, err error) {
	var requests []*http.Request
	for len(requests) < countedCalls {
		session := int(r.next.Add(1))
		for turn := range sessionTurns {
			c := r.call(session, turn)
			request, err := http.NewRequest(c.method, c.target, strings.NewReader(c.body)) //nolint:noctx // it goes nowhere
			if err != nil {
				return 0, 0, err
			}
			request.RemoteAddr = "127.0.0.1:1"
			if c.media != "" {
				request.Header.Set("Content-Type", c.media)
			}
			requests = append(requests, request)
		}
	}
	w := &blindWriter{header: http.Header{}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, request := range requests {
		clear(w.header)
		r.routes.ServeHTTP(w, request)
		if w.status != http.StatusOK {
			return 0, 0, fmt.Errorf("answered with %d", w.status)
		}
	}
	runtime.ReadMemStats(&after)
	n := int64(len(requests))
	return int64(after.Mallocs-before.Mallocs) / n, int64(after.TotalAlloc-before.TotalAlloc) / n, nil
}

// cpuTime is how long this process has kept processors busy.
func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// blindWriter takes an answer and keeps its status.
type blindWriter struct {
	header http.Header
	status int
}

func (w *blindWriter) Header() http.Header         { return w.header }
func (w *blindWriter) Write(b []byte) (int, error) { return len(b), nil }
func (w *blindWriter) WriteHeader(status int)      { w.status = status }
func (w *blindWriter) Flush()                      {}
