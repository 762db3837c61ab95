package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/valyala/fasthttp"

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
		run := &gatewayRun{tally: newTally(b.benchFlags), gateway: i.Type, people: people,
			name:   fmt.Sprintf("%x", clock.System{}.Now().UnixMicro()),
			client: &fasthttp.HostClient{Addr: address.String(), MaxConns: b.Clients + 1, ReadTimeout: 10 * time.Second}}
		if err := run.measure(ctx, b, routes); err != nil {
			return fmt.Errorf("bench %s: %w", i.Type, err)
		}
	}
	if len(b.Only) == 0 || slices.Contains(b.Only, overSMPP) {
		return b.measureSMPP(ctx, centre, people)
	}
	return nil
}

type gatewayRun struct {
	*tally
	gateway string
	people  []person
	client  *fasthttp.HostClient
	name    string // of this run, so that no session is known from an earlier one
	next    atomic.Int64
}

// measure warms a gateway up, counts its allocations and then its callbacks.
func (r *gatewayRun) measure(ctx context.Context, b benchGatewaysCmd, routes *echo.Echo) error {
	out := gatewayResult{Gateway: r.gateway, Clients: b.Clients}
	var err error
	if out.Allocs, out.Bytes, err = r.allocations(routes); err != nil {
		return err
	}
	busy := cpuTime()
	took, err := b.crowd(ctx, func(_ context.Context, worker int) bool { return r.session(worker) })
	if err != nil {
		return err
	}
	out.CPU = float64((cpuTime() - busy).Microseconds()) / float64(max(1, r.done.Load()))
	out.Callbacks, out.P50, out.P99 = float64(r.done.Load())/took.Seconds(), r.latency.ms(50), r.latency.ms(99)
	out.Errors = r.errors.Load()
	line, err := json.Marshal(out)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	if out.Errors > 0 || r.done.Load() == 0 {
		return errors.New("not every callback was answered with a page")
	}
	return nil
}

// session dials and turns pages.
func (r *gatewayRun) session(worker int) bool {
	i := int(r.next.Add(1))
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	for turn := range sessionTurns {
		c := r.call(i, turn)
		request.Reset()
		request.Header.SetMethod(c.method)
		request.SetRequestURI("http://" + r.client.Addr + c.target)
		request.Header.SetContentType(c.media)
		request.SetBodyString(c.body)
		took := stopwatch()
		if err := r.client.Do(request, response); err != nil {
			r.failed(err)
			return true
		}
		r.latency.add(worker, took())
		if err := r.isPage(response.StatusCode(), response.Body()); err != nil {
			r.failed(err)
			return true
		}
		r.done.Add(1)
	}
	return true
}

// isPage wants a screen that goes on: the menu, or the account's. Both have the word that every language of the bench has on them.
func (r *gatewayRun) isPage(status int, body []byte) error {
	if status == http.StatusOK && (gatewaySamples[r.gateway].async || bytes.Contains(body, []byte("PIN")) || bytes.Contains(body, []byte("1 "))) {
		return nil
	}
	return fmt.Errorf("%d %s", status, body)
}

// call is the turn of a session: the dial first, and then to the account's menu and back.
func (r *gatewayRun) call(session, turn int) gatewayCall {
	typed := make([]string, turn)
	for i := range typed {
		typed[i] = []string{"5", "0"}[i%2]
	}
	return gatewaySamples[r.gateway].call(r.gateway, gatewaySecret, r.name+"-"+strconv.Itoa(session), r.people[session%len(r.people)].phone, typed)
}

// allocations counts what a callback allocates between the HTTP server and the page, on one goroutine, while nobody else calls.
func (r *gatewayRun) allocations(routes *echo.Echo) (objects, size int64, err error) {
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
		routes.ServeHTTP(w, request)
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

// replySink takes the replies of gateways that take them by a call of ours.
type replySink struct {
	server *fasthttp.Server
	url    string
}

func newReplySink() (*replySink, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &replySink{url: "http://" + l.Addr().String() + "/", server: &fasthttp.Server{
		Handler: func(c *fasthttp.RequestCtx) { c.SetStatusCode(http.StatusCreated) }, NoDefaultServerHeader: true}}
	go func() { _ = s.server.Serve(l) }() // ends with close
	return s, nil
}

func (s *replySink) close() { _ = s.server.Shutdown() }
