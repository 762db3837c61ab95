package gateway

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"senti/sms/smpp"
	"senti/ussd"
	"senti/wallet/msisdn"
)

// Pusher begins sessions at the centre; nil where that is not agreed with it.
func (g *SMPPGateway) Pusher() ussd.Pusher {
	if !g.Pushes {
		return nil
	}
	return smppPusher{g}
}

type smppPusher struct{ *SMPPGateway }

// Limit is the longest screen.
func (p smppPusher) Limit() int { return p.SMPP.Limit }

// Answers is that what is typed comes under the session's name.
func (smppPusher) Answers() ussd.Shape { return ussd.Shape{} }

// Serves goes by the beginnings of numbers that are configured.
func (p smppPusher) Serves(phone msisdn.Number) bool { return serves(p.Phones, phone) }

// Push shows a page that nobody dialled for and that asks something. The error is one of the link's: after smpp.ErrUnclear the page may have
// been shown.
func (p smppPusher) Push(ctx context.Context, page ussd.Page) error {
	key := p.sessions.place(page.Phone, page.Session)
	err := p.say(ctx, key.number, smpp.Address{Digits: p.Code}, smpp.Phone(string(page.Phone)), ussd.Reply{Text: page.Text})
	p.sessions.answered(key, page.Session, false)
	if err != nil && !errors.Is(err, smpp.ErrUnclear) {
		p.sessions.forget(key, page.Session)
	}
	if refused := (*smpp.Refused)(nil); errors.As(err, &refused) {
		return fmt.Errorf("%w: %w", ussd.ErrNotTaken, err)
	}
	return err
}

// againAfter is between two tries to submit a page that certainly was not taken.
const againAfter = 200 * time.Millisecond

// say submits a page. What certainly was not taken is tried again as long as the centre waits for it.
func (g *SMPPGateway) say(ctx context.Context, session uint16, from, to smpp.Address, r ussd.Reply) error {
	ctx, cancel := context.WithTimeout(ctx, g.Waits)
	defer cancel()
	for {
		_, err := g.Link.SubmitFirst(ctx, g.page(session, from, to, r))
		refused := (*smpp.Refused)(nil)
		passing := errors.Is(err, smpp.ErrDown) || errors.As(err, &refused) && refused.Status.Passing()
		if err == nil || !passing {
			return err
		}
		timer := time.NewTimer(againAfter)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// page writes a page.
func (g *SMPPGateway) page(session uint16, from, to smpp.Address, r ussd.Reply) *smpp.Message {
	m := &smpp.Message{Service: g.Service, From: from, To: to}
	m.Text, m.Coding = g.Alphabet.Encode(r.Text)
	switch {
	case m.Coding == smpp.CodingDefault:
		m.Coding = g.Coding
	case g.Coding == smpp.CodingUSSD:
		m.Coding = smpp.CodingUSSDUCS2
	}
	op, tag := g.Continue, smpp.TagSession
	if r.End {
		op = g.Close
	}
	switch {
	case g.Session == Reference:
		tag = smpp.TagReference
	case g.Session == InfoWithEnd && r.End:
		session |= endOfSession
	}
	m.Options = []smpp.Option{{Tag: smpp.TagServiceOp, Value: []byte{op}}, {Tag: tag, Value: binary.BigEndian.AppendUint16(nil, session)}}
	return m
}
