// Package intake takes in the texts that phones send to us: each once, however often its gateway brings it, and answered so
// seldom that two machines which answer each other soon fall silent.
//
// It does not know what a text says; its handler does. It knows no provider's format either (package sms/gateway), and it keeps
// no text: a person may have typed a PIN.
package intake

import (
	"context"
	"fmt"
	"time"

	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
)

const (
	// Keep is for how long a message is known again. Gateways bring one again for half a day at most.
	Keep = 7 * 24 * time.Hour
	// AnswerEvery is the least time between two answers to one phone, whatever it wrote.
	AnswerEvery = time.Hour
	// workFor is after how long a message that is still being dealt with belongs to a process that is no more.
	workFor = 30 * time.Second
)

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
	Handler  sms.Handler
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
	message := m.ID()
	_, err = i.parts.Ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{claim{i.marks, message}}})
	if fault.HasCode(err, fault.IntentClosed) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("intake: claim a message: %w", err)
	}
	text, err := i.parts.Handler(ctx, m)
	if err != nil {
		return false, fmt.Errorf("intake: %w", err)
	}
	dealtWith := []ledger.Companion{done{i.marks, message}}
	if text != "" {
		a := &answer{marks: i.marks, phone: phoneKey(m.From), text: text}
		dealtWith = append(dealtWith, a, i.parts.Messages.Add(outbox.Answer, i.parts.IDs.New(), m.From, a.say))
	}
	if _, err := i.parts.Ledger.Commit(ctx, &ledger.Plan{Companions: dealtWith}); err != nil {
		return false, fmt.Errorf("intake: mark a message as dealt with: %w", err)
	}
	i.parts.Wake()
	return true, nil
}

// phoneKey names the mark of a phone that was answered.
func phoneKey(n msisdn.Number) id.ID { return id.Derive(id.ID{}, "sms.answered.v1:"+string(n)) }

// Forget removes at most limit marks that are over, and returns how many. It may be called at any time and by anybody.
func (i *Intake) Forget(ctx context.Context, now time.Time, limit int) (int, error) {
	n, err := forget(ctx, i.parts.DB, now, limit)
	if err != nil {
		return 0, fmt.Errorf("intake: forget marks: %w", err)
	}
	return n, nil
}
