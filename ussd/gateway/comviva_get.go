package gateway

import (
	"net/http"
	"strings"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// comvivaGET is the HTTP pull of Comviva's Flares gateway: Airtel in many countries.
//
// Each turn of a session:
//
//	GET /ussd/comviva-get?userid=u&password=p&SessionID=77a&MSISDN=254730000001&MSC=m1&input=384 HTTP/1.1
//
//	HTTP/1.1 200 OK
//	Content-Type: text/plain; charset=utf-8
//	Freeflow: FC
//	charge: N
//	amount: 0
//
//	Enter amount
//
// Freeflow is FC to go on and FB to end. When the session is over without our having ended it:
//
//	GET /ussd/comviva-get?userid=u&password=p&SessionID=77a&msisdn=254730000001&clean=clean-session&error=522
//
// which is answered with 200 and nothing.
//
// Who may call: user and password in the query, 403 and "Forbidden" for others; a secret path and a list of addresses too.
//
// Quirks:
//   - input is at first the dialled code without its * and # (384, or 384*1*0712000002), and then only the latest input;
//     whether a session is new is not said, only that its SessionID is;
//   - the notice writes msisdn in small letters;
//   - empty lines at the beginning of a screen are not shown.
//
// Checked against the transport of an open-source gateway, written from its interface description 1.2.0.
var comvivaGET = adapter{
	name:  "comviva-get",
	title: "Comviva Flares, HTTP pull (Airtel)",
	input: latest,
	tells: "end",
	limit: 160,
	waits: 10 * time.Second,
	login: webhook.QueryLogin,
	doors: []door{{http.MethodGet, "", nil, hearComvivaGET}},

	reply:  replyComvivaGET,
	refuse: refuseComvivaGET,
}

type comvivaGETPayload struct{ SessionID, MSISDN, Input, Clean, Error string }

func hearComvivaGET(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatForm(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := comvivaGETPayload{f.Get("SessionID"), f.Get("MSISDN"), f.Get("input"), f.Get("clean"), f.Get("error")}
	t := taker{call: c}
	session, caller := t.session("SessionID", p.SessionID), t.phone("MSISDN", p.MSISDN)
	if p.Clean != "" || p.Error != "" {
		reason := webhook.Words(strings.TrimSpace(p.Clean + " " + p.Error))
		return t.end(ussd.EndNotice{Session: session, Caller: caller, Failed: true, Reason: reason}, nil)
	}
	if _, ok := f["input"]; !ok {
		t.note("", webhook.Wrong("input", "missing"))
	}
	return t.turn(ussd.Request{
		Session: session,
		Caller:  caller,
		Text:    t.typed("input", p.Input),
		Opening: t.dialled("input", p.Input, ""),
	}, nil)
}

func replyComvivaGET(_ heard, r ussd.Reply) webhook.Answer {
	answer := webhook.TextAnswer(http.StatusOK, strings.TrimLeft(r.Text, "\n"))
	answer.Header = comvivaGoesOn
	if r.End {
		answer.Header = comvivaEnds
	}
	return answer
}

func refuseComvivaGET(status int, m *webhook.Malformed) webhook.Answer {
	if m == nil {
		return webhook.TextAnswer(http.StatusForbidden, "Forbidden")
	}
	answer := refuseText(status, m)
	answer.Header = comvivaEnds
	return answer
}

// The headers of a screen that goes on, and of one that ends the session. Neither costs the person anything.
var (
	comvivaGoesOn = [][2]string{{"Freeflow", "FC"}, {"charge", "N"}, {"amount", "0"}}
	comvivaEnds   = [][2]string{{"Freeflow", "FB"}, {"charge", "N"}, {"amount", "0"}}
)
