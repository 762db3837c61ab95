package gateway

import (
	"net/http"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// truRoute is TruTeq's TruRoute: Namibia and others.
//
// Each turn of a session:
//
//	POST /ussd/truroute/0d4e… HTTP/1.1
//	Content-Type: text/xml
//
//	<ussd><msisdn>264811000001</msisdn><sessionid>5501</sessionid><type>1</type><msg>*384#</msg></ussd>
//
//	HTTP/1.1 200 OK
//	Content-Type: text/xml; charset=utf-8
//
//	<?xml version="1.0" encoding="UTF-8"?>
//	<ussd><type>2</type><msg>Enter amount</msg><premium><cost>0</cost><ref></ref></premium></ussd>
//
// type says what it is: of a call 1 a dialled code, 2 an answer, 3 that the person ended the session, 4 that it timed out, 10
// that the person could not be charged; of our answer 2 to go on and 3 to end.
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both.
//
// Quirks: the service code stands only in the dialled one, so what is dialled after it is known by the configured code.
//
// Checked against its documentation in 2026-11.
var truRoute = adapter{
	name:  "truroute",
	title: "TruRoute (Namibia)",
	input: latest,
	tells: "end",
	limit: 160,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	doors: []door{{http.MethodPost, "", []string{"text/xml", "application/xml"}, hearTruRoute}},

	reply:  replyTruRoute,
	noted:  noteTruRoute,
	refuse: refuseText,
}

type truRoutePayload struct{ MSISDN, SessionID, Type, Message string }

// truRouteReply takes the kind and the screen.
const truRouteReply = `<ussd><type>%s</type><msg>%s</msg><premium><cost>0</cost><ref></ref></premium></ussd>`

func hearTruRoute(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatXML(c.body, "ussd")
	if wrong != nil {
		return heard{}, wrong
	}
	p := truRoutePayload{f.Get("msisdn"), f.Get("sessionid"), f.Get("type"), f.Get("msg")}
	kind, ok := truRouteType[p.Type]
	if !ok {
		return heard{}, webhook.Wrong("type", "unknown word "+webhook.Words(p.Type))
	}
	t := taker{call: c}
	session, caller := t.session("sessionid", p.SessionID), t.phone("msisdn", p.MSISDN)
	if kind.ended != "" {
		return t.end(ussd.EndNotice{Session: session, Caller: caller, Failed: true, Reason: kind.ended}, nil)
	}
	r := ussd.Request{Session: session, Caller: caller, Text: t.typed("msg", p.Message), New: kind.first, Later: !kind.first}
	if kind.first {
		r.Text = t.dialled("msg", p.Message, "")
	}
	return t.turn(r, nil)
}

func replyTruRoute(_ heard, r ussd.Reply) webhook.Answer {
	kind := truRouteGoesOn
	if r.End {
		kind = truRouteEnds
	}
	return xmlAnswer("text/xml; charset=utf-8", truRouteReply, kind, r.Text)
}

func noteTruRoute(h heard) webhook.Answer { return replyTruRoute(h, ussd.Reply{End: true}) }

// What our answer is.
const (
	truRouteGoesOn = "2"
	truRouteEnds   = "3"
)

// truRouteType lists what a call can be.
var truRouteType = map[string]struct {
	first bool
	ended string // why the session is over
}{
	"1":  {first: true},
	"2":  {},
	"3":  {ended: "release"},
	"4":  {ended: "timeout"},
	"10": {ended: "charge failed"},
}
