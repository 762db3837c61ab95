package outbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"senti/sms"
	"senti/sms/route"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
)

// mortal is a gateway that dies. While it dies it still takes messages on, but its answers no longer arrive.
type mortal struct {
	mu    sync.Mutex
	state int // 0 alive, 1 dying, 2 dead
	took  map[id.ID]int
	lost  map[id.ID]int // answers that did not arrive although it took the message on, or may have
}

func (*mortal) Name() string { return "mortal" }

func (g *mortal) is(state int) { g.mu.Lock(); defer g.mu.Unlock(); g.state = state }

func (g *mortal) Send(messages []sms.Message) []sms.Result {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make([]sms.Result, len(messages))
	for i, m := range messages {
		switch g.state {
		case 0:
			g.took[m.ID]++
			out[i] = sms.Result{Accepted: true, ProviderRef: "M" + m.ID.String()}
			continue
		case 1:
			if g.lost[m.ID]++; rand.IntN(2) == 0 {
				g.took[m.ID]++
			}
			out[i].Err = &sms.SendError{Code: sms.CodeTimeout, Retryable: true, Unclear: true}
		default:
			out[i].Err = &sms.SendError{Code: sms.CodeNoAnswer, Retryable: true}
		}
	}
	return out
}

// 100,000 messages are written while their gateway is dead for an hour: none is lost; one is sent twice only where an answer was, and that is
// counted; and when the gateway is back they leave at its full rate.
func TestAnHourOfDeath(t *testing.T) {
	const messages, rate, minutes = 100_000, 10_000, 60
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		g := &mortal{took: map[id.ID]int{}, lost: map[id.ID]int{}}
		table, err := route.New([]route.Route{{Name: "mortal", Sender: sender{g}, Rate: rate}})
		if err != nil {
			t.Fatal(err)
		}
		unclear := 0
		o.Worker = NewWorker(o.Store, table, o.ids, func(_ string, r sms.Result) {
			if r.Err != nil && r.Err.Unclear {
				unclear++
			}
		})
		g.is(1)
		for minute := range minutes {
			o.bulk(messages/minutes*minute, messages/minutes*(minute+1))
			for range 4 {
				o.send()
				o.clock.Advance(15 * time.Second)
			}
			if minute == 1 {
				g.is(2)
			}
		}
		o.bulk(messages/minutes*minutes, messages)
		g.is(0)
		o.clock.Advance(30 * time.Second)
		o.send() // finds out
		seconds := o.drain(messages)
		if seconds > messages/rate*1.2 {
			t.Errorf("it took %.1f s to drain %d messages at %d a second", seconds, messages, rate)
		}
		g.check(t, o, messages, unclear)
	})
}

// sender makes a mortal a Sender.
type sender struct{ *mortal }

func (s sender) Send(_ context.Context, m []sms.Message) []sms.Result { return s.mortal.Send(m) }

// bulk writes the messages numbered from until before to.
func (o *office) bulk(from, to int) {
	o.t.Helper()
	rows := make([]any, 0, to-from)
	for i := from; i < to; i++ {
		rows = append(rows, newMessage{id: o.ids.New(), to: jane, at: o.clock.Now().UnixMicro(), text: fmt.Sprintf("Ksh %d RECEIVED", i)})
	}
	err := o.db.Transact(ctx, func(tx *db.DB) error { return tx.Run(ctx, o.table.Write(tx.Dialect(), rows)) })
	if err != nil {
		o.t.Fatal(err)
	}
}

// drain sends for as long as something waits, and returns how many seconds of the fake clock that took.
func (o *office) drain(most int) float64 {
	o.t.Helper()
	begun := o.clock.Now()
	for tries := 0; o.depth() > 0; tries++ {
		if tries > most {
			o.t.Fatalf("%d still wait", o.depth())
		}
		for range 10 {
			for o.send() == page { // as Run does while there is more
			}
			o.clock.Advance(pace)
		}
	}
	return o.clock.Now().Sub(begun).Seconds()
}

// check compares what the gateway has with what is on record.
func (g *mortal) check(t *testing.T, o *office, messages, unclear int) {
	t.Helper()
	if n := o.count(`state = 1`); n != messages || len(g.took) != messages {
		t.Errorf("%d are on record as sent, the gateway has %d, want %d", n, len(g.took), messages)
	}
	twice, lost := 0, 0
	for m, times := range g.took {
		if twice += times - 1; times > 1 && g.lost[m] == 0 {
			t.Errorf("message %s was sent %d times, and no answer was lost", m, times)
		}
	}
	for _, times := range g.lost {
		lost += times
	}
	if lost != unclear || twice > unclear || twice == 0 {
		t.Errorf("%d answers were lost, %d counted as unclear; %d messages too many", lost, unclear, twice)
	}
	t.Logf("%d messages, %d answers lost, %d messages sent twice", messages, lost, twice)
}
