package gateway

import (
	"container/list"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"senti/sms"
	"senti/sms/smpp"
	"senti/wallet/clock"
	"senti/wallet/id"
	"senti/wallet/webhook"
)

// Handle deals with what the centre sends: a text of a phone, a part of one, or a receipt.
func (g *SMPPGateway) Handle(ctx context.Context, d *smpp.Delivery) {
	ctx, cancel := context.WithTimeout(ctx, receiveWithin)
	defer cancel()
	if d.IsReceipt() {
		d.Answer(g.receive(ctx, d.Message))
		return
	}
	outcome, answer := g.text(ctx, d)
	if outcome != "" {
		g.Count(g.Name(), outcome)
	}
	d.Answer(answer)
}

// text takes in a text once it is whole, and says how to answer. What is no text, or from no phone, would be no better the next time: it is
// answered as if it were dealt with, because centres bring again what is refused.
func (g *SMPPGateway) text(ctx context.Context, d *smpp.Delivery) (outcome string, answer smpp.Status) {
	part, ok := d.Part()
	if !ok {
		return g.malformed("short_message", "is not a text"), smpp.OK
	}
	text, readable, complete := g.joiner.Add(d.Message, part, g.Alphabet)
	if !complete {
		return "", smpp.OK // of a text that is not whole nothing is known yet, so there is nothing to count
	}
	if !readable {
		g.joiner.Done(d.Message, part)
		return g.malformed("data_coding", "is not of a text"), smpp.OK
	}
	m, wrong := g.read(d.Message, text)
	if wrong != nil {
		g.joiner.Done(d.Message, part)
		return g.malformed(wrong.Field, wrong.Problem), smpp.OK
	}
	began := g.Clock.Now()
	known := g.repeats.name(d, text)
	m.ProviderID = known.name
	fresh, err := g.Receiver.Receive(ctx, m)
	if err != nil {
		g.Log.ErrorContext(ctx, "sms: a text was not taken in", "message", m.ID().Short(), "from", m.From, "err", err)
		return OutcomeFailed, smpp.TryAgain
	}
	g.joiner.Done(d.Message, part)
	g.repeats.answered(known, g.Clock.Now().Sub(began))
	if !fresh {
		return OutcomeRepeated, smpp.OK
	}
	return OutcomeTaken, smpp.OK
}

func (g *SMPPGateway) malformed(field, problem string) string {
	g.Log.Warn("sms: a text is malformed", "field", field, "problem", problem)
	return OutcomeMalformed
}

func (g *SMPPGateway) read(d *smpp.Message, text string) (m sms.Inbound, wrong *webhook.Malformed) {
	m.Gateway = g.Name()
	if m.From, wrong = webhook.Phone("source_addr", d.From.Number(), g.Region); wrong != nil {
		return sms.Inbound{}, wrong
	}
	if m.To, wrong = webhook.Typed("destination_addr", d.To.Digits, maxTo); wrong != nil {
		return sms.Inbound{}, wrong
	}
	if m.Text, wrong = said("short_message", text); wrong != nil {
		return sms.Inbound{}, wrong
	}
	return m, nil
}

// The bounds of repeats.
const (
	repeatFor  = 10 * time.Minute // a centre brings again what it has no answer for
	repeatMost = 20_000
	slowAnswer = 5 * time.Second // the centre may have stopped waiting before
)

// repeats gives names to the texts of phones, which come without. The same text from the same phone is the same message only as
// long as our answer to it may not have arrived: it was not OK, came late, or its connection has ended since. Otherwise the person
// wrote the same again. What was written is kept as a MAC under a key that nobody has.
type repeats struct {
	clock clock.Clock
	ids   id.Source
	key   [32]byte

	mu    sync.Mutex
	texts map[[sha256.Size]byte]*list.Element
	order *list.List // of *named, the oldest first
}

// named is a text that was named.
type named struct {
	mac   [sha256.Size]byte
	name  string
	until time.Time
	sure  bool            // it was answered in time
	gone  <-chan struct{} // the connection it was answered on
}

func newRepeats(c clock.Clock) *repeats {
	r := &repeats{clock: c, ids: id.Random{}, texts: map[[sha256.Size]byte]*list.Element{}, order: list.New()}
	_, _ = rand.Read(r.key[:]) // never fails
	return r
}

// name returns the name of a text, an earlier one if this is the same message again.
func (r *repeats) name(d *smpp.Delivery, text string) *named {
	mac := r.mac(d.From.Number(), d.To.Number(), text)
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	for e := r.order.Front(); e != nil && (r.order.Len() >= repeatMost || !now.Before(e.Value.(*named).until)); e = r.order.Front() {
		r.remove(e)
	}
	if e := r.texts[mac]; e != nil {
		if earlier := e.Value.(*named); !earlier.arrived() {
			earlier.gone, earlier.sure = d.Gone(), false
			return earlier
		}
		r.remove(e)
	}
	c := &named{mac: mac, name: r.ids.New().String(), until: now.Add(repeatFor), gone: d.Gone()}
	r.texts[mac] = r.order.PushBack(c)
	return c
}

// arrived reports whether the centre surely has our answer.
func (c *named) arrived() bool {
	select {
	case <-c.gone:
		return false
	default:
		return c.sure
	}
}

// answered notes that a text is answered with OK, and after how long.
func (r *repeats) answered(c *named, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.sure = took < slowAnswer
}

func (r *repeats) remove(e *list.Element) {
	delete(r.texts, e.Value.(*named).mac)
	r.order.Remove(e)
}

func (r *repeats) mac(parts ...string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, r.key[:])
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	h.Sum(sum[:0])
	return sum
}
