package gateway

import (
	"net/http"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// arkesel is Arkesel, an aggregator: Ghana.
//
// Each turn of a session:
//
//	POST /ussd/arkesel/7b20… HTTP/1.1
//	Content-Type: application/json
//
//	{"sessionID":"2005500001","userID":"APP_77","newSession":true,"msisdn":"233240000001","userData":"*928*77#","network":"MTN"}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"sessionID":"2005500001","userID":"APP_77","msisdn":"233240000001","message":"Enter amount","continueSession":true}
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both.
//
// Quirks:
//   - userData is the whole dialled code at first, and then only the latest input; the service code stands nowhere else, so
//     what is dialled after it is known by the configured code. A hash of full width (U+FF03) has been seen in it;
//   - it tells no end; a session lives some two and a half minutes without a key.
//
// Checked against six unrelated integrations in 2026-11; its own documentation was not to be had.
var arkesel = adapter{
	name:  "arkesel",
	title: "Arkesel (Ghana)",
	input: latest,
	tells: "network",
	limit: 160,
	waits: 10 * time.Second,
	idle:  150 * time.Second,
	login: webhook.BasicLogin,
	doors: []door{{http.MethodPost, "", []string{"application/json"}, hearArkesel}},

	reply:  replyArkesel,
	refuse: refuseJSON,
}

type arkeselPayload struct {
	SessionID, UserID, NewSession, MSISDN, UserData, Network string
}

type arkeselReply struct {
	SessionID       string `json:"sessionID"`
	UserID          string `json:"userID"`
	MSISDN          string `json:"msisdn"`
	Message         string `json:"message"`
	ContinueSession bool   `json:"continueSession"`
}

func hearArkesel(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatJSON(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := arkeselPayload{f.Get("sessionID"), f.Get("userID"), f.Get("newSession"), f.Get("msisdn"), f.Get("userData"), f.Get("network")}
	first, ok := yes[p.NewSession]
	if !ok {
		return heard{}, webhook.Wrong("newSession", "must be true or false")
	}
	t := taker{call: c}
	r := ussd.Request{
		Session: t.session("sessionID", p.SessionID),
		Caller:  t.phone("msisdn", p.MSISDN),
		Text:    t.typed("userData", p.UserData),
		New:     first,
		Later:   !first,
		Network: network(p.Network),
	}
	if first {
		r.Text = t.dialled("userData", p.UserData, "")
	}
	return t.turn(r, arkeselReply{SessionID: p.SessionID, UserID: p.UserID, MSISDN: p.MSISDN})
}

func replyArkesel(h heard, r ussd.Reply) webhook.Answer {
	out := h.wire.(arkeselReply)
	out.Message, out.ContinueSession = r.Text, !r.End
	return webhook.JSONAnswer(http.StatusOK, out)
}

// yes reads the words for a flag: some senders write it as a text or a number.
var yes = map[string]bool{"true": true, "false": false, "1": true, "0": false, "True": true, "False": false}
