package gateway

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// beem is Beem Africa, an aggregator: Tanzania.
//
// Each turn of a session:
//
//	POST /ussd/beem/e901… HTTP/1.1
//	Content-Type: application/json
//
//	{"command":"initiate","msisdn":"255700000001","operator":"vodacom","session_id":"b77","payload":{"request_id":0,"response":0}}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"msisdn":"255700000001","operator":"vodacom","session_id":"b77","command":"continue",
//	 "payload":{"request_id":0,"request":"Enter amount"}}
//
// Its command is initiate or continue for a turn, and terminate for a session that is over; ours is continue or terminate.
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both.
//
// Quirks:
//   - what was dialled is not told: response is 0 at first, so a short cut after the code does not reach us;
//   - request_id is given back as it came; response may be a number.
//
// Checked against a library of its integrators in 2026-11; its own documentation was not to be had.
var beem = adapter{
	name:  "beem",
	title: "Beem Africa (Tanzania)",
	input: latest,
	tells: "end, network",
	limit: 160,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	doors: []door{{http.MethodPost, "", []string{"application/json"}, hearBeem}},

	reply:  replyBeem,
	refuse: refuseJSON,
}

type beemPayload struct {
	Command, MSISDN, Operator, SessionID, RequestID, Response string
}

type beemReply struct {
	MSISDN    string     `json:"msisdn"`
	Operator  string     `json:"operator"`
	SessionID string     `json:"session_id"`
	Command   string     `json:"command"`
	Payload   beemScreen `json:"payload"`
}

type beemScreen struct {
	RequestID any    `json:"request_id"`
	Request   string `json:"request"`
}

func hearBeem(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatJSON(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := beemPayload{f.Get("command"), f.Get("msisdn"), f.Get("operator"), f.Get("session_id"), f.Get("payload.request_id"), f.Get("payload.response")}
	t := taker{call: c}
	r := ussd.Request{
		Session: t.session("session_id", p.SessionID),
		Caller:  t.phone("msisdn", p.MSISDN),
		Text:    t.typed("response", p.Response),
		Network: network(p.Operator),
	}
	switch p.Command {
	case beemInitiate:
		r.New, r.Text = true, t.dialled("response", p.Response, "")
	case beemContinue:
		r.Later = true
	case beemTerminate:
		return t.end(ussd.EndNotice{Session: r.Session, Caller: r.Caller, Failed: true, Reason: beemTerminate}, nil)
	default:
		return heard{}, webhook.Wrong("command", "unknown word "+webhook.Words(p.Command))
	}
	return t.turn(r, beemReply{p.MSISDN, p.Operator, p.SessionID, "", beemScreen{RequestID: numberOrText(p.RequestID)}})
}

func replyBeem(h heard, r ussd.Reply) webhook.Answer {
	out := h.wire.(beemReply)
	out.Command, out.Payload.Request = beemContinue, r.Text
	if r.End {
		out.Command = beemTerminate
	}
	return webhook.JSONAnswer(http.StatusOK, out)
}

// numberOrText gives back a value as it came: JSON tells a number from a text that looks like one.
func numberOrText(value string) any {
	if _, err := strconv.ParseInt(value, 10, 64); err == nil {
		return json.Number(value)
	}
	return value
}

// The commands.
const (
	beemInitiate  = "initiate"
	beemContinue  = "continue"
	beemTerminate = "terminate"
)
