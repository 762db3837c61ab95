package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"senti/sms"
	"senti/sms/smpp"
	"senti/wallet/clock"
)

// SMPP sends and receives through a telco's own message centre, over SMPP 3.4. Any country.
//
//	submit_sm      source_addr SENTI (5/0), destination_addr 254712000001 (1/1), registered_delivery 1, data_coding 0,
//	               short_message "Received Ksh 500 …"
//	submit_sm_resp 0x00 ESME_ROK, message_id 2B3F
//
// A text longer than one message of the radio travels in parts. What comes from phones, and what became of our messages:
//
//	deliver_sm     source_addr 254712000001, destination_addr 20880, short_message "BAL"
//	deliver_sm     esm_class 4, source_addr 254712000001, short_message "id:2B3F sub:001 dlvrd:001 submit date:2603050914
//	               done date:2603050915 stat:DELIVRD err:000 text:Received Ksh"
//
// are answered once they are durable; 0x64 ESME_RX_T_APPN asks for them again.
//
// Quirks:
//   - what data_coding 0 means is the centre's choice, and Alphabet must say it;
//   - a receipt may name its message in another base than the answer did, in other letters, in an option only, or come before the
//     answer; Names says what is usual, and what was sent of late is found in any spelling;
//   - a text in parts gets a receipt for its last part; of the others only a failure is asked for, which is the text's;
//   - a message of a phone has no name. One that comes again because our answer may not have arrived keeps the one we gave it, as
//     long as this process lives;
//   - the dates of receipts are local, so they are not taken over.
type SMPP struct {
	Link     *smpp.Link
	From     string        // what messages are said to come from: a name, a phone number or a short code
	Alphabet smpp.Alphabet // what data_coding 0 means; GSM when empty
	Long     smpp.Long     // how a long text travels; Header8 when empty
	Names    smpp.Names    // how receipts name messages; SameNames when empty
	Service  string        // service_type, mostly empty
	Silent   bool          // no receipts are asked for

	Region   string // ISO 3166 code of the market, "KE": the numbers of which country write
	Receiver Receiver
	Reports  func(ctx context.Context, reports []sms.Report) error // after nil they are durable
	Clock    clock.Clock
	Log      *slog.Logger
	Count    func(gateway, outcome string) // called once per message from a phone; nil = not counted
}

// SMPPGateway is an SMPP that works. Its Handle is the link's handler.
type SMPPGateway struct {
	SMPP
	known   *smpp.Known
	joiner  *smpp.Joiner
	repeats *repeats
	reports *reportQueue
}

// NewSMPP returns a gateway, or an error that names the setting to mend.
func NewSMPP(c SMPP) (*SMPPGateway, error) {
	if c.Alphabet == "" {
		c.Alphabet = smpp.GSM
	}
	if c.Long == "" {
		c.Long = smpp.Header8
	}
	if c.Names == "" {
		c.Names = smpp.SameNames
	}
	if c.Count == nil {
		c.Count = func(string, string) {}
	}
	if err := errors.Join(c.Alphabet.Check(), c.Long.Check(), c.Names.Check()); err != nil {
		return nil, fmt.Errorf("sms: link %s: %w", c.Link.Name(), err)
	}
	if len(c.From) > 11 && smpp.Sender(c.From).TON == smpp.Alphanumeric {
		return nil, fmt.Errorf("sms: link %s: messages cannot come from %q: a name has at most 11 characters", c.Link.Name(), c.From)
	}
	c.Log = c.Log.With("gateway", c.Link.Name())
	return &SMPPGateway{SMPP: c, known: smpp.NewKnown(), joiner: smpp.NewJoiner(c.Clock), repeats: newRepeats(c.Clock),
		reports: &reportQueue{hand: c.Reports}}, nil
}

// Name returns the link's name.
func (g *SMPPGateway) Name() string { return g.Link.Name() }

// Send submits all messages at once; the link keeps to its window and rate.
func (g *SMPPGateway) Send(ctx context.Context, messages []sms.Message) []sms.Result {
	results := make([]sms.Result, len(messages))
	var all sync.WaitGroup
	for i := range messages {
		all.Go(func() { results[i] = g.send(ctx, messages[i]) })
	}
	all.Wait()
	return results
}

// send submits the parts of a message one after another. All of a try have the reference of the message's ID, so that a phone which
// has some of them from an earlier try puts the two together.
func (g *SMPPGateway) send(ctx context.Context, m sms.Message) sms.Result {
	parts, coding := g.Alphabet.Parts(m.Text, g.Long)
	reference := uint16(m.ID[14])<<8 | uint16(m.ID[15])
	if g.Long != smpp.Header16 {
		reference &= 0xff
	}
	g.known.Sending(string(m.To))
	var names []string
	defer func() { g.known.Sent(string(m.To), names, last(names)) }()
	for i, part := range parts {
		p := &smpp.Message{Service: g.Service, From: smpp.Sender(g.From), To: smpp.Phone(string(m.To)), Coding: coding, Text: part,
			Receipt: g.receipt(i+1 == len(parts))}
		if len(parts) > 1 {
			p.Mark(g.Long, reference, i+1, len(parts))
		}
		name, err := g.Link.Submit(ctx, p)
		if err != nil {
			return sms.Result{ID: m.ID, Err: g.refusal(err)}
		}
		names = append(names, g.Names.Answered(name))
	}
	return sms.Result{ID: m.ID, Accepted: true, ProviderRef: last(names), Unreported: g.Silent}
}

// Values of registered_delivery.
const (
	receiptNever     byte = 0
	receiptAlways    byte = 1
	receiptOfFailure byte = 2
)

func (g *SMPPGateway) receipt(lastPart bool) byte {
	switch {
	case g.Silent:
		return receiptNever
	case lastPart:
		return receiptAlways
	}
	return receiptOfFailure
}

func last(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[len(names)-1]
}

// refusal turns a failed submit into what to do about it.
func (g *SMPPGateway) refusal(err error) *sms.SendError {
	e := &sms.SendError{Sender: g.Name(), Code: sms.CodeNoAnswer, Retryable: true}
	refused := (*smpp.Refused)(nil)
	switch {
	case errors.As(err, &refused):
		e.Code, e.Status = refused.Status.String(), int(refused.Status)
		e.Retryable, e.Account = refused.Status.Passing(), refused.Status.Account()
		if refused.Status.Busy() {
			e.RetryAfter = g.Link.RetryAfter()
		}
	case errors.Is(err, smpp.ErrUnclear):
		e.Unclear = true
	case errors.Is(err, smpp.ErrNoTime):
		e.Code, e.RetryAfter = sms.CodeTimeout, g.Link.RetryAfter()
	case errors.Is(err, smpp.ErrTooLong):
		e.Code, e.Retryable = codeTooLong, false
	}
	return e
}

// codeTooLong is a message that SMPP has no room for.
const codeTooLong = "too_long"
