package gateway

import (
	"context"
	"fmt"
	"sync"

	"senti/sms"
	"senti/sms/smpp"
)

// What became of a receipt, for Count, besides OutcomeFailed and OutcomeMalformed.
const (
	OutcomeReported = "reported" // what it says is durable
	OutcomePart     = "part"     // it says that a part arrived which is not the last: nothing
)

// receive takes a receipt in and says how to answer it.
func (g *SMPPGateway) receive(ctx context.Context, m *smpp.Message) smpp.Status {
	r, ok := m.ReadReceipt(g.Alphabet)
	if !ok {
		g.Log.Warn("sms: a receipt names no message")
		g.Count(g.Name(), OutcomeMalformed)
		return smpp.OK
	}
	report, part := g.report(ctx, r)
	if part {
		g.Count(g.Name(), OutcomePart)
		return smpp.OK
	}
	if err := g.reports.add(ctx, report); err != nil {
		g.Log.ErrorContext(ctx, "sms: a receipt was not taken in", "err", err)
		g.Count(g.Name(), OutcomeFailed)
		return smpp.TryAgain
	}
	g.Count(g.Name(), OutcomeReported)
	return smpp.OK
}

// report translates a receipt. Part says that it tells nothing: a part which is not the last one only has a failure to tell.
func (g *SMPPGateway) report(ctx context.Context, r smpp.Receipt) (_ sms.Report, part bool) {
	name, part := g.known.Find(ctx, r.Phone, g.Names.Reported(r.ID))
	report := sms.Report{Gateway: g.Name(), ProviderRef: name, Fate: sms.Buffered, Reason: r.Word}
	switch {
	case r.State.Failed():
		report.Fate, part = sms.Undelivered, false
	case r.State == smpp.Delivered:
		report.Fate = sms.Delivered
	}
	return report, part
}

// reportsAtOnce is how many reports are handed on in one call.
const reportsAtOnce = 500

// reportQueue hands reports on, as many at once as have come while the last ones were being stored.
type reportQueue struct {
	hand func(ctx context.Context, reports []sms.Report) error

	mu      sync.Mutex
	waiting []waitingReport
	busy    bool // somebody hands them on, and takes what waits along
}

type waitingReport struct {
	report sms.Report
	done   chan error // of capacity 1
}

// add returns once the report is durable, or with why it is not.
func (q *reportQueue) add(ctx context.Context, r sms.Report) error {
	mine := waitingReport{r, make(chan error, 1)}
	q.mu.Lock()
	q.waiting = append(q.waiting, mine)
	lead := !q.busy
	q.busy = true
	q.mu.Unlock()
	if lead {
		q.drain(ctx)
	}
	select {
	case err := <-mine.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drain hands on what waits until nothing does.
func (q *reportQueue) drain(ctx context.Context) {
	for {
		q.mu.Lock()
		n := min(len(q.waiting), reportsAtOnce)
		batch := q.waiting[:n:n]
		q.waiting = q.waiting[n:]
		q.busy = n > 0
		q.mu.Unlock()
		if n == 0 {
			return
		}
		reports := make([]sms.Report, n)
		for i := range batch {
			reports[i] = batch[i].report
		}
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), receiveWithin) // the others' time is not up with ours
		err := q.store(limited, reports)
		cancel()
		for i := range batch {
			batch[i].done <- err
		}
	}
}

// store makes an error of a panic: those who wait for the one who hands on must hear of it.
func (q *reportQueue) store(ctx context.Context, reports []sms.Report) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("a panic of type %T", broken)
		}
	}()
	return q.hand(ctx, reports)
}
