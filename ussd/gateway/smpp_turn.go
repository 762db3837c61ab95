package gateway

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf8"

	"senti/sms/smpp"
	"senti/ussd"
	"senti/wallet/webhook"
)

// Handle answers one message of a session.
func (g *SMPPGateway) Handle(ctx context.Context, d *smpp.Delivery) {
	heard, wrong := g.hear(d.Message)
	if wrong != nil {
		g.Log.WarnContext(ctx, "callback malformed", "field", wrong.Field, "problem", wrong.Problem)
		g.Count(g.Name(), OutcomeMalformed)
		d.Answer(smpp.Refuse)
		return
	}
	if !d.Answer(smpp.OK) { // the centre knows of nothing, and brings it again
		g.Count(g.Name(), OutcomeUnwritten)
		return
	}
	switch heard.op {
	case opSeen:
		g.Count(g.Name(), OutcomeNothing)
	case g.Abort, g.Close:
		if heard.session != "" {
			g.ended(ctx, heard, true, "ended by the person or the network")
		}
		g.Count(g.Name(), OutcomeNotice)
	default:
		g.turn(ctx, heard)
	}
}

// smppHeard is a deliver_sm, translated. Text may hold a PIN.
type smppHeard struct {
	op       byte
	key      smppKey
	session  string // its name to the rest of Senti; empty for one that is not known
	from, to smpp.Address
	text     string
}

// begins reports whether a session begins.
func (h smppHeard) begins() bool { return h.op == opBegin || h.op == opUnstructured }

func (g *SMPPGateway) hear(m *smpp.Message) (h smppHeard, wrong *webhook.Malformed) {
	op, _ := m.Number(smpp.TagServiceOp)
	h = smppHeard{op: byte(op), from: m.From, to: m.To}
	if h.key, wrong = g.key(m); wrong != nil {
		return smppHeard{}, wrong
	}
	text, ok := g.Alphabet.Decode(m.Text, m.Coding)
	if !ok {
		return smppHeard{}, webhook.Wrong("data_coding", "is not of a text")
	}
	if h.text, wrong = webhook.Typed("short_message", text, maxInput); wrong != nil {
		return smppHeard{}, wrong
	}
	if g.Session == InfoWithEnd && m.Option(smpp.TagSession)[1]&endOfSession != 0 {
		h.op = g.Abort
	}
	switch {
	case h.begins():
		h.session = g.sessions.begin(h.key)
	case slices.Contains([]byte{opAnswer, opSeen, g.Continue, g.Close, g.Abort}, h.op):
		h.session = g.sessions.find(h.key)
	default:
		return smppHeard{}, webhook.Wrong("ussd_service_op", fmt.Sprintf("is %d", op))
	}
	return h, nil
}

// endOfSession is the last bit of its_session_info.
const endOfSession = 1

// key reads whose session it is.
func (g *SMPPGateway) key(m *smpp.Message) (k smppKey, wrong *webhook.Malformed) {
	tag, field := smpp.TagSession, "its_session_info"
	if g.Session == Reference {
		tag, field = smpp.TagReference, "user_message_reference"
	}
	value := m.Option(tag)
	if len(value) != 2 {
		return k, webhook.Wrong(field, "must be two octets")
	}
	k.number = binary.BigEndian.Uint16(value)
	if g.Session == InfoWithEnd {
		k.number &^= endOfSession
	}
	k.phone, wrong = webhook.Phone("source_addr", m.From.Number(), g.Region)
	return k, wrong
}

// turn makes the page that answers a turn, and submits it.
func (g *SMPPGateway) turn(ctx context.Context, h smppHeard) {
	lost := h.session == ""
	if lost {
		// It began before this process did. What was typed on a page that nobody remembers is passed over: it is a new dial, which
		// is told what became of the last payment.
		h.session = g.sessions.begin(h.key)
	}
	r := ussd.Request{Gateway: g.Name(), Session: h.session, Caller: h.key.phone, ServiceCode: g.Code, Text: h.text,
		New: h.begins() || lost, Later: !h.begins() && !lost, Limit: g.Limit, Deadline: g.Answer}
	switch {
	case lost:
		r.Text = ""
	case r.New && h.text == "":
		r.Text = shortCut(h.to.Digits, g.Code)
	case r.New:
		r.Text = shortCut(h.text, g.Code, h.to.Digits)
	}
	reply := g.dialler.Handle(ctx, r)
	outcome := OutcomeContinue
	if reply.End {
		outcome = OutcomeEnd
	}
	if n := utf8.RuneCountInString(reply.Text); n > g.Limit {
		g.Log.ErrorContext(ctx, "screen longer than the gateway shows", "characters", n, "limit", g.Limit)
		outcome = OutcomeOverlong
	}
	err := g.say(ctx, h.key.number, h.to, h.from, reply)
	g.sessions.answered(h.key, h.session, reply.End)
	if err != nil {
		g.Log.WarnContext(ctx, "page not submitted", "err", err)
		outcome = OutcomeUnwritten
	}
	switch {
	case reply.End && err != nil:
		g.ended(ctx, h, true, "reply not written")
	case reply.End:
		g.ended(ctx, h, false, "reply written")
	}
	g.Count(g.Name(), outcome)
}

// ended tells that a session is over, or whether the centre took its last page.
func (g *SMPPGateway) ended(ctx context.Context, h smppHeard, failed bool, reason string) {
	g.sessions.forget(h.key, h.session)
	g.dialler.Ended(context.WithoutCancel(ctx), ussd.EndNotice{Gateway: g.Name(), Session: h.session, Caller: h.key.phone, Failed: failed, Reason: reason})
}
