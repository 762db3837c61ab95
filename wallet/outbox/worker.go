package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"

	"senti/jobs/lease"
	"senti/sms"
	"senti/sms/route"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

const (
	page      = 1024                   // messages read and marked at once
	lot       = 128                    // messages given to a route in one call
	pace      = 100 * time.Millisecond // between two looks while there is something to do, so that load makes pages and not statements
	poll      = time.Second            // for messages of other processes, and for those that are due again
	sweep     = 10 * time.Second       // between two looks at what nobody can take on just now, for what is no longer worth sending
	readLimit = 5 * time.Second        // for reading pages
	sendLimit = 30 * time.Second       // for one call to a route
	lastLimit = 5 * time.Second        // for marking what was sent, at shutdown
	grace     = 5 * time.Second        // for what is with a provider at shutdown: an answer now spares a message being sent twice

	// pageLimit is how long reading, sending and marking a page may take: it begins with at least that much of the lease.
	pageLimit = readLimit + sendLimit + lastLimit
	// leaseTerm is how long a worker that died keeps others from sending. Under load it is prolonged every five seconds.
	leaseTerm = pageLimit + 5*time.Second
)

// Worker sends messages. One per process; of all processes on a database one at a time does the sending, by a lease. That spares
// every message the write of a claim. A worker that dies before it could mark a page, or outlives its lease (a machine that was
// asleep), lets the page's messages be sent twice.
//
// Each message goes by the cheapest route that serves its number and can take it now, and if that one fails, by the next. What no route
// can take waits, and does not hold up what others can: as soon as it fills a page, it is put aside in a lane of its own.
type Worker struct {
	*Store
	routes  *route.Table
	wake    chan struct{}
	lease   *lease.Lease
	observe func(route string, r sms.Result)
	closed  Closed
	health  health

	// The rest belongs to the goroutine that sends.
	flying map[id.ID]struct{}   // read and not yet marked: not to be read again
	air    int                  // messages with a route
	landed chan hand            // and back from it
	over   []*flight            // that need no more but to be marked
	lanes  map[int64]*route.Way // where messages were put aside; nil is a lane of an earlier worker
	term   int64                // the lease's fence when lanes was last read from the database
	swept  time.Time
}

// Closed says whether a route is closed just now, by hand, and to whom it is open all the same (nil: nobody). It is asked at every look at
// what is due, and must not wait.
type Closed func(route string) (closed bool, but func(to msisdn.Number) bool)

// NewWorker returns a worker that sends by these routes. Observe is told of every result; it may be nil. Run runs it.
func NewWorker(s *Store, routes *route.Table, ids id.Source, observe func(route string, r sms.Result)) *Worker {
	if observe == nil {
		observe = func(string, sms.Result) {}
	}
	open := func(string) (bool, func(msisdn.Number) bool) { return false, nil }
	return &Worker{Store: s, routes: routes, wake: make(chan struct{}, 1), observe: observe, closed: open,
		lease:  lease.New(s.db, s.clock, ids.New(), "outbox", leaseTerm),
		flying: map[id.ID]struct{}{}, landed: make(chan hand), lanes: map[int64]*route.Way{}}
}

// CloseBy has routes closed by hand: their messages take another route, or wait. It is for the time before Run.
func (w *Worker) CloseBy(closed Closed) { w.closed = closed }

// Wake tells the worker that there may be something to send. It never blocks.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run sends messages until ctx is done. What is with a provider then is waited for and marked.
func (w *Worker) Run(ctx context.Context) {
	// Not ctx: a call that is cut off may have succeeded.
	calls, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cut) })()
	for ctx.Err() == nil {
		c, err := w.begin(ctx, calls)
		if err != nil && ctx.Err() == nil {
			slog.Error("outbox: messages wait", "error", err)
		}
		switch {
		case err != nil, !w.lease.Held():
			w.await(ctx, calls, poll, nil, false) // a wake-up would only knock at the same door again
		case len(c.taken)+c.done > 0, w.air > 0, c.behind:
			w.await(ctx, calls, pace, nil, c.more)
		default:
			w.await(ctx, calls, poll, w.wake, false)
		}
	}
	w.finish(ctx, calls)
}

// finish waits for what is with the routes, marks it and lets another process take over.
func (w *Worker) finish(ctx, calls context.Context) {
	for w.air > 0 {
		w.land(ctx, calls, <-w.landed)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLimit)
	defer cancel()
	if err := w.mark(last); err != nil {
		slog.Error("outbox: what was sent last is not on record", "error", err)
	}
	if err := w.lease.Release(last); err != nil {
		slog.Warn("outbox: the lease runs out by itself", "error", err)
	}
}

// await takes in what comes back from the routes until the time has passed, a wake-up or the end of ctx; or, if there is more to do, until
// all of it is back.
func (w *Worker) await(ctx, calls context.Context, d time.Duration, wake <-chan struct{}, more bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		if w.air == 0 {
			w.markOrSay(ctx)
			if more {
				return
			}
		}
		select {
		case h := <-w.landed:
			w.land(ctx, calls, h)
			continue
		case <-timer.C:
		case <-wake:
		case <-ctx.Done():
			return
		}
		w.markOrSay(ctx)
		return
	}
}

// markOrSay marks what is over. What cannot be marked is kept, and marked when that is possible again.
func (w *Worker) markOrSay(ctx context.Context) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLimit)
	defer cancel()
	if err := w.mark(last); err != nil {
		slog.Error("outbox: what was sent is not on record yet", "error", err)
	}
}

// Send sends one page of what is due now, waits for what becomes of it, and returns how many messages that were. It does nothing while
// another process holds the lease. It is for whoever does not call Run.
func (w *Worker) Send(ctx context.Context) (int, error) {
	c, err := w.begin(ctx, ctx)
	for w.air > 0 {
		w.land(ctx, ctx, <-w.landed)
	}
	if err != nil {
		return 0, err
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLimit)
	defer cancel()
	return len(c.taken) + c.done, w.mark(last)
}

// begin gives the routes what they can take of what is due.
func (w *Worker) begin(ctx, calls context.Context) (*claim, error) {
	c := w.newClaim(w.clock.Now())
	if held, err := w.lease.Hold(ctx, pageLimit); err != nil || !held {
		return c, err
	}
	if err := w.mark(ctx); err != nil { // what could not be marked before
		return c, err
	}
	read, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	err := w.findLanes(read)
	if err == nil {
		err = c.gather(read)
	}
	w.launch(calls, c.taken)
	w.health.note(c.now, w.routes, w.closed)
	if err != nil {
		return c, fmt.Errorf("outbox: read what is due: %w", err)
	}
	return c, nil
}

// again returns how long to wait after that many tries: anything up to a bound that doubles from 1 second to 5 minutes, so
// that messages which failed together do not come back together.
func again(attempts int64) time.Duration {
	b := &backoff.ExponentialBackOff{
		InitialInterval:     500 * time.Millisecond, // jitter doubles it
		RandomizationFactor: 1,
		Multiplier:          2,
		MaxInterval:         150 * time.Second,
	}
	b.Reset()
	wait := b.NextBackOff()
	for range min(attempts, 20) - 1 {
		wait = b.NextBackOff()
	}
	return wait
}
