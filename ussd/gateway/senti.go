package gateway

import (
	"net/http"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// senti is Senti's own gateway: plain JSON over HTTP, for a telco or an integrator without a format of its own, and for
// test tools. Any country.
//
// Each turn of a session:
//
//	POST /ussd/senti HTTP/1.1
//	Authorization: Bearer 2f8c1e…
//	Content-Type: application/json
//
//	{"session":"a81f","turn":3,"phone":"+254712000001","code":"*384#","input":"500"}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"session":"a81f","turn":3,"action":"continue","text":"Send Ksh 500 to\nJANE WANJIKU …"}
//
//	session  1 to 100 printable ASCII characters; never used again for another session
//	turn     1 for the first request of a session, then 2, 3 … up to 1000
//	phone    the caller, best in the form +254712000001
//	code     the service code; may be left out
//	input    what was typed since the last screen, at most 182 bytes of UTF-8; in turn 1 what was dialled after the code
//	         ("1*0712000002*100" for *384*1*0712000002*100#), mostly nothing
//	action   "continue": show text and let the person reply; "end": show text and close the session
//	text     at most 160 characters, lines separated by \n
//
// A turn may be sent again, with the same input, as often as wanted: it is answered with the same bytes and done once.
// Turns of one session are sent one after another. An answer that has not come after 10 s may be asked for again.
//
// When a session is over without an "end", or the phone could not show the last text:
//
//	POST /ussd/senti/events
//
//	{"session":"a81f","phone":"+254712000001","result":"dropped","reason":"radio lost","at":"2026-03-05T09:14:31Z"}
//
//	result   "shown", "dropped" (the person or the network ended it) or "failed" (the phone did not get the last text)
//	reason   for our log; may be left out; never what was typed
//	at       RFC 3339; may be left out
//
// which is answered with 200 and nothing, and may be sent again too. Errors:
//
//	HTTP/1.1 400 Bad Request
//
//	{"error":"malformed","field":"phone","problem":"missing"}
//
//	400  malformed: a field is missing, wrong, unknown or given twice; nothing was done
//	401  unauthorised: no token or a wrong one
//	403  unauthorised: the token may be right, the address is not in the list
func senti(g webhook.Guard) adapter {
	return adapter{
		name:  "senti",
		limit: 160,
		path:  "/ussd/senti",
		media: "application/json",
		guard: g,
		proof: webhook.BearerToken,

		parse:  parseSenti,
		notice: parseSentiNotice,
		reply:  replySenti,
		refuse: refuseSenti,
	}
}

type sentiPayload struct {
	Session string `json:"session"`
	Turn    int    `json:"turn"`
	Phone   string `json:"phone"`
	Code    string `json:"code"`
	Input   string `json:"input"`
}

type sentiNotice struct {
	Session string `json:"session"`
	Phone   string `json:"phone"`
	Result  string `json:"result"`
	Reason  string `json:"reason"`
	At      string `json:"at"`
}

type sentiReply struct {
	Session string `json:"session"`
	Turn    int    `json:"turn"`
	Action  string `json:"action"`
	Text    string `json:"text"`
}

type sentiError struct {
	Error   string `json:"error"`
	Field   string `json:"field,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// The bounds of a turn: sentiInput is what a phone can send at once; no session of three minutes has sentiTurns.
const (
	sentiInput = 182
	sentiTurns = 1000
)

func parseSenti(body []byte, region string) (r ussd.Request, wrong *webhook.Malformed) {
	var p sentiPayload
	if wrong := webhook.JSON(body, &p); wrong != nil {
		return r, wrong
	}
	if p.Turn < 1 || p.Turn > sentiTurns {
		return r, webhook.Wrong("turn", "must be 1 to 1000")
	}
	r = ussd.Request{Turn: p.Turn, New: p.Turn == 1}
	if r.Session, wrong = webhook.Name("session", p.Session, maxSession); wrong != nil {
		return ussd.Request{}, wrong
	}
	if r.Caller, wrong = webhook.Phone("phone", p.Phone, region); wrong != nil {
		return ussd.Request{}, wrong
	}
	if r.ServiceCode, wrong = serviceCode("code", p.Code); wrong != nil {
		return ussd.Request{}, wrong
	}
	if r.Text, wrong = webhook.Typed("input", p.Input, sentiInput); wrong != nil {
		return ussd.Request{}, wrong
	}
	return r, nil
}

func parseSentiNotice(body []byte, region string) (n ussd.EndNotice, wrong *webhook.Malformed) {
	var p sentiNotice
	if wrong := webhook.JSON(body, &p); wrong != nil {
		return n, wrong
	}
	failed, ok := sentiResult[p.Result]
	if !ok {
		return n, webhook.Wrong("result", "unknown word "+webhook.Words(p.Result))
	}
	n = ussd.EndNotice{Failed: failed, Reason: webhook.Words(p.Result + " " + p.Reason)}
	if n.Session, wrong = webhook.Name("session", p.Session, maxSession); wrong != nil {
		return ussd.EndNotice{}, wrong
	}
	if n.Caller, wrong = webhook.Phone("phone", p.Phone, region); wrong != nil {
		return ussd.EndNotice{}, wrong
	}
	if p.At != "" {
		at, err := time.Parse(time.RFC3339, p.At)
		if err != nil {
			return ussd.EndNotice{}, webhook.Wrong("at", "not RFC 3339")
		}
		n.At = at.UTC()
	}
	return n, nil
}

func replySenti(q ussd.Request, r ussd.Reply) webhook.Answer {
	action := "continue"
	if r.End {
		action = "end"
	}
	return webhook.JSONAnswer(http.StatusOK, sentiReply{q.Session, q.Turn, action, r.Text})
}

func refuseSenti(status int, m *webhook.Malformed) webhook.Answer {
	if m == nil {
		return webhook.JSONAnswer(status, sentiError{Error: "unauthorised"})
	}
	return webhook.JSONAnswer(status, sentiError{"malformed", m.Field, m.Problem})
}

// sentiResult lists the words for how a session ended, and whether the person may have missed the last text.
var sentiResult = map[string]bool{
	"shown":   false,
	"dropped": true,
	"failed":  true,
}
