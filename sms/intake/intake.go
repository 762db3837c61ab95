// Package intake takes in the texts that phones send to us: each once, however often its gateway brings it, and no more of one phone
// than a person writes, so that two machines which answer each other soon fall silent.
//
// It does not know what a text says; its handler does. It knows no provider's format either (package sms/gateway), and it keeps
// no text, only a MAC of it: a person may have typed a PIN.
package intake

import (
	"context"
	"fmt"
	"strings"
	"time"

	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
)

// Keep is for how long a message is known again. Gateways bring one again for half a day at most.
const Keep = 7 * 24 * time.Hour

// How much is heard of one phone: what is above it is taken in, and nothing comes of it. A person who does everything by text stays
// below; a machine that answers every answer does not, nor one that always says the same, nor one that sends back what we wrote.
const (
	HourMost = 30
	DayMost  = 120
	SameMost = 6 // in an hour, the same words
)

const (
	// workFor is after how long a message that is still being dealt with belongs to a process that is no more.
	workFor = 30 * time.Second
	// echoFor is for how long our own words are known when they come back.
	echoFor = 24 * time.Hour

	hour = time.Hour
	day  = 24 * time.Hour
)

// Handler does what a text asks for and says what comes of it. An error is for us to mend: the gateway is asked to bring the message
// again.
//
// A message comes to it once, unless it failed or the process died before that was on record: then it comes again, under the
// same ID, and what was done then must not be done a second time. What an Answer carries (With) is safe from that.
type Handler func(ctx context.Context, m sms.Inbound) (Answer, error)

// Answer is what comes of a text. The zero value is nothing.
type Answer struct {
	Text   string      // the SMS to whoever wrote; "" for none
	Kind   outbox.Kind // what it is for; 0 for outbox.Answer
	Seldom Seldom      // how often such an answer is given to one phone; the zero value is always

	With    []ledger.Companion        // what is to be, or not to be, together with the answer, and the message dealt with
	Refused func(*fault.Error) string // the answer when the ledger refused that; nil: the message must come again
	Done    func()                    // nil, or what happens when all that is on record
}

// Seldom is how often an answer of a sort is given to one phone.
type Seldom struct {
	Sort   string // "stranger"
	Most   int64  // in that time; 0 is always
	Within time.Duration
}

// Intake takes texts in. It is safe for concurrent use, and by several processes on one database.
type Intake struct {
	parts Parts
	marks *table
}

// Parts are what an Intake is made of. All are required but Wake.
type Parts struct {
	DB       *db.DB
	Ledger   *ledger.Ledger // commits the marks, and the answer with them
	Messages *outbox.Store
	IDs      id.Source
	Keys     *key.Ring // texts are known again by their MAC
	Handler  Handler
	Wake     func() // called when an answer was written: outbox.Worker.Wake
}

// New puts an Intake together.
func New(p Parts) *Intake {
	if p.Wake == nil {
		p.Wake = func() {}
	}
	return &Intake{p, &table{}}
}

// Receive takes a message in and reports whether it was new. After an error the gateway must bring it again: it is not known to
// be dealt with, or somebody is at it just now (busy).
func (i *Intake) Receive(ctx context.Context, m sms.Inbound) (fresh bool, err error) {
	words, err := i.words(m.From, m.Text)
	if err != nil {
		return false, err
	}
	heard := []*tally{
		i.tally("hour", m.From, Seldom{"", HourMost, hour}), i.tally("day", m.From, Seldom{"", DayMost, day}),
		{marks: i.marks, key: words, most: SameMost, within: hour},
	}
	begin := []ledger.Companion{claim{i.marks, m.ID()}}
	for _, t := range heard {
		begin = append(begin, t)
	}
	_, err = i.parts.Ledger.Commit(ctx, &ledger.Plan{Companions: begin})
	if fault.HasCode(err, fault.IntentClosed) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("intake: claim a message: %w", err)
	}
	for _, t := range heard {
		if t.over {
			return true, i.close(ctx, m, Answer{})
		}
	}
	answer, err := i.parts.Handler(ctx, m)
	if err != nil {
		return false, fmt.Errorf("intake: %w", err)
	}
	return true, i.close(ctx, m, answer)
}

// close puts on record that a message is dealt with, and the answer with it.
func (i *Intake) close(ctx context.Context, m sms.Inbound, a Answer) error {
	plan, err := i.closing(m, a)
	if err != nil {
		return err
	}
	_, err = i.parts.Ledger.Commit(ctx, plan)
	refusal := fault.As(err)
	if refusal != nil && a.Refused != nil && !refusal.Code.Spec().Retryable {
		return i.close(ctx, m, Answer{Text: a.Refused(refusal)})
	}
	if err != nil {
		return fmt.Errorf("intake: mark a message as dealt with: %w", err)
	}
	if a.Done != nil {
		a.Done()
	}
	i.parts.Wake()
	return nil
}

// closing is the plan of close. What limits an answer stands before the message that asks it.
func (i *Intake) closing(m sms.Inbound, a Answer) (*ledger.Plan, error) {
	plan := &ledger.Plan{Companions: append([]ledger.Companion{done{i.marks, m.ID()}}, a.With...)}
	if a.Text == "" {
		return plan, nil
	}
	ours, err := i.words(m.From, a.Text)
	if err != nil {
		return nil, err
	}
	limit := i.tally("answered."+a.Seldom.Sort, m.From, a.Seldom)
	if a.Seldom.Most > 0 {
		plan.Companions = append(plan.Companions, limit)
	}
	if a.Kind == 0 {
		a.Kind = outbox.Answer
	}
	say := func(*ledger.Outcome) string {
		if limit.over {
			return ""
		}
		return a.Text
	}
	plan.Companions = append(plan.Companions, said{i.marks, ours}, i.parts.Messages.Add(a.Kind, i.parts.IDs.New(), m.From, say))
	return plan, nil
}

// tally counts something of a phone.
func (i *Intake) tally(what string, phone msisdn.Number, s Seldom) *tally {
	return &tally{marks: i.marks, key: id.Derive(id.ID{}, "sms."+what+".v1:"+string(phone)), most: s.Most, within: s.Within}
}

// words is what a text of a phone is known by, whatever its capitals and spaces: a MAC, because it may hold anything.
func (i *Intake) words(phone msisdn.Number, text string) (id.ID, error) {
	keys := i.parts.Keys
	plain := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	mac, err := keys.MAC(key.Session, keys.Current(key.Session), []byte("senti.sms.words.v1"), []byte(phone), []byte(plain))
	if err != nil {
		return id.ID{}, fmt.Errorf("intake: %w", err)
	}
	return id.FromBytes(mac[:16])
}

// Forget removes at most limit marks that are over, and returns how many. It may be called at any time and by anybody.
func (i *Intake) Forget(ctx context.Context, now time.Time, limit int) (int, error) {
	n, err := forget(ctx, i.parts.DB, now, limit)
	if err != nil {
		return 0, fmt.Errorf("intake: forget marks: %w", err)
	}
	return n, nil
}
