package gateway

import (
	"net/http"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// nalo is Nalo Solutions, an aggregator: Ghana.
//
// Each turn of a session:
//
//	POST /ussd/nalo/c41d… HTTP/1.1
//	Content-Type: application/json
//
//	{"USERID":"WALLET01","MSISDN":"233240000001","USERDATA":"*920*77#","MSGTYPE":true,"NETWORK":"MTN","SESSIONID":"16590001"}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"USERID":"WALLET01","MSISDN":"233240000001","MSG":"Enter amount","MSGTYPE":true}
//
// MSGTYPE is true for the first call of a session; in our answer it is true to go on.
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both.
//
// Quirks:
//   - SESSIONID is missing in older installations, where a phone has one session at a time;
//   - USERDATA is the whole dialled code at first, and then only the latest input; the service code stands nowhere else, so
//     what is dialled after it is known by the configured code;
//   - a screen has 120 characters, which is the tightest of all gateways;
//   - it tells no end.
//
// Checked against the opening of its documentation and two integrations in 2026-11.
var nalo = adapter{
	name:  "nalo",
	title: "Nalo Solutions (Ghana)",
	input: latest,
	tells: "network",
	limit: 120,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	doors: []door{{http.MethodPost, "", []string{"application/json"}, hearNalo}},

	reply:  replyNalo,
	refuse: refuseJSON,
}

type naloPayload struct {
	UserID, MSISDN, UserData, MsgType, Network, SessionID string
}

type naloReply struct {
	UserID  string `json:"USERID"`
	MSISDN  string `json:"MSISDN"`
	Message string `json:"MSG"`
	MsgType bool   `json:"MSGTYPE"`
}

func hearNalo(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatJSON(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := naloPayload{f.Get("USERID"), f.Get("MSISDN"), f.Get("USERDATA"), f.Get("MSGTYPE"), f.Get("NETWORK"), f.Get("SESSIONID")}
	first, ok := yes[p.MsgType]
	if !ok {
		return heard{}, webhook.Wrong("MSGTYPE", "must be true or false")
	}
	t := taker{call: c}
	r := ussd.Request{
		Caller:  t.phone("MSISDN", p.MSISDN),
		Text:    t.typed("USERDATA", p.UserData),
		New:     first,
		Later:   !first,
		Reused:  p.SessionID == "",
		Network: network(p.Network),
	}
	if p.SessionID != "" {
		r.Session = t.session("SESSIONID", p.SessionID)
	}
	if first {
		r.Text = t.dialled("USERDATA", p.UserData, "")
	}
	return t.turn(r, naloReply{UserID: p.UserID, MSISDN: p.MSISDN})
}

func replyNalo(h heard, r ussd.Reply) webhook.Answer {
	out := h.wire.(naloReply)
	out.Message, out.MsgType = r.Text, !r.End
	return webhook.JSONAnswer(http.StatusOK, out)
}
