package gateway

import (
	"net/http"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// safaricom is Safaricom's own gateway, without an aggregator between: Kenya.
//
// Each turn of a session:
//
//	GET /ussd/safaricom/19be…?ORIG=254712000001&DEST=384&SESSION_ID=88213&USSD_PARAMS=1*0712000002 HTTP/1.1
//
//	HTTP/1.1 200 OK
//	Content-Type: text/plain; charset=utf-8
//
//	CON Enter amount
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both.
//
// Quirks:
//   - USSD_PARAMS is everything typed so far joined by "*", so a PIN comes again in every later turn; at first it is what was
//     dialled after the code, mostly nothing;
//   - whether a session is new is not said, and the first call of one has been seen to come twice;
//   - it tells no end.
//
// Checked against the transport of an open-source gateway and its reports of faults.
var safaricom = adapter{
	name:  "safaricom",
	title: "Safaricom, direct (Kenya)",
	input: history,
	limit: 156,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	doors: []door{{http.MethodGet, "", nil, hearSafaricom}},

	reply:  replyCONEND,
	refuse: refuseJSON,
}

type safaricomPayload struct{ Origin, Destination, SessionID, Params string }

func hearSafaricom(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatForm(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := safaricomPayload{f.Get("ORIG"), f.Get("DEST"), f.Get("SESSION_ID"), f.Get("USSD_PARAMS")}
	t := taker{call: c}
	return t.turn(ussd.Request{
		Session:     t.session("SESSION_ID", p.SessionID),
		Caller:      t.phone("ORIG", p.Origin),
		ServiceCode: t.serviceCode("DEST", p.Destination),
		Text:        t.transcript("USSD_PARAMS", p.Params),
		History:     true,
	}, nil)
}
