package gateway

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"senti/sms/smpp"
	"senti/ussd"
	"senti/wallet/msisdn"
)

// Push shows a page that nobody dialled for and that asks something. Session is what the session is to be called: what the person
// types comes to the Dialler under that name. The error is one of the link's: after smpp.ErrUnclear the page may have been shown.
func (g *SMPPGateway) Push(ctx context.Context, to msisdn.Number, session, page string) error {
	key := g.sessions.place(to, session)
	err := g.say(ctx, key.number, smpp.Address{Digits: g.Code}, smpp.Phone(string(to)), ussd.Reply{Text: page})
	g.sessions.answered(key, session, false)
	if err != nil && !errors.Is(err, smpp.ErrUnclear) {
		g.sessions.forget(key, session)
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
