package outbox

import (
	"context"
	"log/slog"

	"senti/sms"
	"senti/sms/route"
)

// hand is a number of messages that were given to a route together.
type hand struct {
	route.Hand
	flights []*flight
	results []sms.Result
}

// launch gives the messages to their routes, in lots, all at once. Each lot comes back on landed.
func (w *Worker) launch(ctx context.Context, all []*flight) {
	now := w.clock.Now()
	byGate := map[*route.Gate][]*flight{}
	for _, f := range all {
		byGate[f.gate] = append(byGate[f.gate], f)
	}
	for g, flights := range byGate {
		for begin := 0; begin < len(flights); begin += lot {
			some := flights[begin:min(begin+lot, len(flights))]
			h := hand{g.Take(now, len(some)), some, make([]sms.Result, len(some))}
			w.air += len(some)
			go func() {
				h.fly(ctx, g.Sender)
				w.landed <- h
			}()
		}
	}
}

// fly sends a lot. Results are in the order of the messages; one that is missing stays "neither taken on nor refused": it is tried again.
// A sender that panics has said nothing of any message.
func (h hand) fly(ctx context.Context, sender sms.Sender) {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			slog.Error("outbox: a sender panicked", "sender", sender.Name(), "panic", v)
		}
	}()
	messages := make([]sms.Message, len(h.flights))
	for i, f := range h.flights {
		messages[i] = f.Message
	}
	copy(h.results, sender.Send(ctx, messages))
}

// land takes a lot back from its route. What another route may take on is given to that at once; the rest is over for now.
func (w *Worker) land(ctx, calls context.Context, h hand) {
	w.air -= len(h.flights)
	now := w.clock.Now()
	h.Land(now, h.results)
	c := w.newClaim(now)
	mayGoOn := ctx.Err() == nil
	if mayGoOn {
		held, err := w.lease.Hold(ctx, pageLimit)
		mayGoOn = held && err == nil
	}
	for i, f := range h.flights {
		f.result = h.results[i]
		w.observe(f.gate.Name, f.result)
		f.tried = append(f.tried, f.gate)
		if next := c.firstWithRoom(f); mayGoOn && next != nil && route.Elsewhere(f.result) {
			c.room[next]--
			f.gate, f.attempts = next, f.attempts+1
			c.taken = append(c.taken, f)
			continue
		}
		w.over = append(w.over, f)
	}
	w.launch(calls, c.taken)
}
