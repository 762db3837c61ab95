package gateway

import (
	"net/http"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// junebug is Junebug, an open-source gateway that was RapidPro's way to USSD: any country.
//
// Each turn of a session, to the channel's mo_url:
//
//	POST /ussd/junebug/33af… HTTP/1.1
//	Content-Type: application/json
//	Authorization: Token 6f0c…
//
//	{"to":"*384#","from":"+254712000001","group":null,"message_id":"a52e","channel_id":"c1","timestamp":"2026-03-05 09:14:31.0",
//	 "reply_to":null,"content":null,"channel_data":{"session_event":"new"}}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{}
//
// after which the reply is brought to it, at the URL that is configured:
//
//	POST /channels/c1/messages/ HTTP/1.1
//	Content-Type: application/json
//	Authorization: Token 4b7d…
//
//	{"reply_to":"a52e","content":"Enter amount","channel_data":{"continue_session":true}}
//
//	HTTP/1.1 201 Created
//
// A session that we begin, at the same URL or another one of its channels, if that channel's network lets it; what is typed then comes with
// session_event resume:
//
//	{"to":"+254712000001","from":"*384#","content":"… Type PIN for yes","channel_data":{"session_event":"new"}}
//
//	HTTP/1.1 201 Created
//
// session_event is new or resume for a turn, and close for a session that is over.
//
// Who may call: the token of the channel's mo_url_auth_token, a user and password in its mo_url, a secret path, addresses.
//
// Quirks:
//   - it has no session IDs, so a phone has one session at a time; message_id tells a repeat;
//   - content is null at first, so a short cut after the code does not reach us;
//   - it waits 10 s for the 200 and takes the reply for ten minutes.
//
// Checked against its source of 2021-01.
var junebug = adapter{
	name:  "junebug",
	title: "Junebug, RapidPro (any country)",
	input: latest,
	tells: "end",
	limit: 160,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	async: true,
	push:  &pushing{answers: ussd.Shape{Unnamed: true}, token: bearer("Token"), page: pushJunebug, taken: takenJunebug},
	doors: []door{{http.MethodPost, "", []string{"application/json"}, hearJunebug}},

	reply:  replyJunebug,
	noted:  func(heard) webhook.Answer { return webhook.JSONAnswer(http.StatusOK, struct{}{}) },
	refuse: refuseJSON,
}

type junebugPayload struct{ To, From, MessageID, Content, Event string }

type junebugReply struct {
	ReplyTo     string      `json:"reply_to"`
	Content     string      `json:"content"`
	ChannelData junebugData `json:"channel_data"`
}

type junebugData struct {
	ContinueSession bool `json:"continue_session"`
}

func hearJunebug(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatJSON(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := junebugPayload{f.Get("to"), f.Get("from"), f.Get("message_id"), f.Get("content"), f.Get("channel_data.session_event")}
	t := taker{call: c}
	r := ussd.Request{
		ID:          t.session("message_id", p.MessageID),
		Caller:      t.phone("from", p.From),
		ServiceCode: t.serviceCode("to", p.To),
		Text:        t.typed("content", p.Content),
		Reused:      true,
	}
	switch p.Event {
	case "new":
		r.New, r.Text = true, ""
	case "resume":
		r.Later = true
	case "close":
		return t.end(ussd.EndNotice{Caller: r.Caller, Failed: true, Reason: "close"}, nil)
	default:
		return heard{}, webhook.Wrong("session_event", "unknown word "+webhook.Words(p.Event))
	}
	return t.turn(r, nil)
}

func replyJunebug(h heard, r ussd.Reply) webhook.Answer {
	return webhook.JSONAnswer(http.StatusOK, junebugReply{h.turn.ID, r.Text, junebugData{!r.End}})
}

type junebugPush struct {
	To          string      `json:"to"`
	From        string      `json:"from"`
	Content     string      `json:"content"`
	ChannelData junebugFrom `json:"channel_data"`
}

type junebugFrom struct {
	SessionEvent string `json:"session_event"`
}

func pushJunebug(p ussd.Page) webhook.Answer {
	return webhook.JSONAnswer(http.StatusOK, junebugPush{string(p.Phone), p.ServiceCode, p.Text, junebugFrom{"new"}})
}

// takenJunebug: it has the page in its queue, and tells of what its network says only by the end of the session.
func takenJunebug(status int, _ []byte) (session string, err error) {
	if status != http.StatusCreated {
		return "", notTakenWith(status)
	}
	return "", nil
}
