package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"senti/jobs/lease"
	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

const (
	page      = 1024                   // messages read and marked at once
	lot       = 128                    // messages given to the sender in one call
	lanes     = 8                      // calls to the sender at once
	pace      = 100 * time.Millisecond // between two pages that were not full, so that load makes pages and not statements
	poll      = time.Second            // for messages of other processes, and for those that are due again
	readLimit = 5 * time.Second        // for reading a page
	sendLimit = 30 * time.Second       // for one call to the sender
	lastLimit = 5 * time.Second        // for marking what was sent, at shutdown

	// pageLimit is how long reading, sending and marking one page may take: a page begins with at least that much of the lease.
	pageLimit = readLimit + sendLimit + lastLimit
	// leaseTerm is how long a worker that died keeps others from sending. Under load it is prolonged every five seconds.
	leaseTerm = pageLimit + 5*time.Second
)

// Worker sends messages. One per process; of all processes on a database one at a time does the sending, by a lease. That spares
// every message the write of a claim. A worker that dies before it could mark a page, or outlives its lease (a machine that was
// asleep), lets the page's messages be sent twice.
type Worker struct {
	*Store
	sender  sms.Sender
	wake    chan struct{}
	lease   *lease.Lease
	observe func(sms.Result)
}

// NewWorker returns a worker that sends through the sender. Observe is told of every result; it may be nil. Run runs it.
func NewWorker(s *Store, sender sms.Sender, ids id.Source, observe func(sms.Result)) *Worker {
	if observe == nil {
		observe = func(sms.Result) {}
	}
	return &Worker{s, sender, make(chan struct{}, 1), lease.New(s.db, s.clock, ids.New(), "outbox", leaseTerm), observe}
}

// Wake tells the worker that there may be something to send. It never blocks.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run sends messages until ctx is done. What is with the sender then is waited for and marked.
func (w *Worker) Run(ctx context.Context) {
	defer w.giveUpLease(ctx)
	for ctx.Err() == nil {
		n, err := w.Send(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("outbox: messages wait", "error", err)
		}
		switch {
		case err != nil, !w.lease.Held():
			pause(ctx, poll, nil) // a wake-up would only knock at the same door again
		case n == 0:
			pause(ctx, poll, w.wake)
		case n < page:
			pause(ctx, pace, nil)
		}
	}
}

func (w *Worker) giveUpLease(ctx context.Context) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLimit)
	defer cancel()
	if err := w.lease.Release(last); err != nil {
		slog.Warn("outbox: the lease runs out by itself", "error", err)
	}
}

// pause waits for the time to pass, for a wake-up or for ctx.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-ctx.Done():
	}
}

// Send sends one page of what is due now and returns how many messages that were. It does nothing while another process
// holds the lease. Run calls it; nobody else may at the same time.
func (w *Worker) Send(ctx context.Context) (int, error) {
	if held, err := w.lease.Hold(ctx, pageLimit); err != nil || !held {
		return 0, err
	}
	due, err := w.due(ctx)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	results := w.hand(ctx, due)
	// What was sent is marked even if we are told to stop meanwhile: otherwise it would be sent again.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLimit)
	defer cancel()
	return len(due), w.mark(last, due, results)
}

// due is a message on its way.
type due struct {
	sms.Message
	attempts int64
}

func (w *Worker) due(ctx context.Context) ([]due, error) {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	var all []due
	err := w.db.Each(ctx, `
		SELECT id, phone, body, attempts
		  FROM messages
		 WHERE due_at <= ?
		 ORDER BY due_at
		 LIMIT ?`, []any{w.clock.Now().UnixMicro(), int64(page)}, func(rows *sql.Rows) error {
		var d due
		var message []byte
		var phone string
		err := rows.Scan(&message, &phone, &d.Text, &d.attempts)
		if err != nil {
			return err
		}
		d.ID, err = id.FromBytes(message)
		d.To = msisdn.Number(phone)
		all = append(all, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: read what is due: %w", err)
	}
	return all, nil
}

// hand gives the messages to the sender in lots, several at once, and returns the results in the order of the messages.
func (w *Worker) hand(ctx context.Context, all []due) []sms.Result {
	results := make([]sms.Result, len(all))
	free := make(chan struct{}, lanes)
	var wg sync.WaitGroup
	for begin := 0; begin < len(all); begin += lot {
		end := min(begin+lot, len(all))
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			w.handLot(ctx, all[begin:end], results[begin:end])
		})
	}
	wg.Wait()
	return results
}

func (w *Worker) handLot(ctx context.Context, lot []due, results []sms.Result) {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	messages := make([]sms.Message, len(lot))
	for i := range lot {
		messages[i] = lot[i].Message
	}
	// Results are in the order of the messages. One that is missing stays "neither taken on nor refused": it is tried again.
	copy(results, w.sender.Send(ctx, messages))
	for _, r := range results {
		w.observe(r)
	}
}

var (
	markKey = []string{"id"}
	markSet = []string{"due_at", "attempts", "state", "done_at", "provider_ref", "error"}
)

// mark writes what became of the messages. If another process took the lease meanwhile, only what was taken on is written: that
// spares a message being sent again, and the rest is no longer for us to say.
func (w *Worker) mark(ctx context.Context, all []due, results []sms.Result) error {
	err := w.db.Transact(ctx, func(tx *db.DB) error {
		ours, err := w.lease.Keep(ctx, tx, w.lease.Fence())
		if err != nil {
			return err
		}
		if !ours {
			slog.Warn("outbox: another process took the lease while messages were being sent; some may be sent twice")
		}
		return tx.Run(ctx, w.marks(all, results, ours))
	})
	if err != nil {
		return fmt.Errorf("outbox: mark what was sent (it will be sent again): %w", err)
	}
	return nil
}

// marks renders what became of the messages, or of those only that were taken on. It names only rows that exist, so the insert
// always turns into an update.
func (w *Worker) marks(all []due, results []sms.Result, failures bool) []db.Stmt {
	const columns = 7
	now := w.clock.Now()
	args := make([]any, 0, columns*len(all))
	for i, d := range all {
		if failures || results[i].Accepted {
			args = append(args, d.ID)
			args = append(args, d.marked(results[i], now)...)
		}
	}
	return db.InsertMany(`INSERT INTO messages (id, due_at, attempts, state, done_at, provider_ref, error) VALUES `,
		columns, args, w.db.Dialect().Upsert(markKey, markSet))
}

// marked is the message's row after a try: due_at, attempts, state, done_at, provider_ref, error.
func (d due) marked(r sms.Result, now time.Time) []any {
	attempts := d.attempts + 1
	if r.Accepted {
		return []any{nil, attempts, int64(Sent), now.UnixMicro(), ascii(r.ProviderRef, 64), ""}
	}
	reason, retryable, wait := sms.CodeNotListed, true, time.Duration(0)
	if r.Err != nil {
		reason, retryable, wait = r.Err.Error(), r.Err.Retryable || r.Err.Account, r.Err.RetryAfter
	}
	if !retryable {
		return []any{nil, attempts, int64(Failed), now.UnixMicro(), "", ascii(reason, 120)}
	}
	next := now.Add(max(wait, again(attempts)))
	return []any{next.UnixMicro(), attempts, int64(Waiting), nil, "", ascii(reason, 120)}
}

// ascii makes what a provider said fit for its column: one odd byte must not keep a whole page from being marked.
func ascii(s string, most int) string {
	out := []byte(s[:min(len(s), most)])
	for i, c := range out {
		if c < ' ' || c > '~' {
			out[i] = '?'
		}
	}
	return string(out)
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
