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
//	input    what was typed since the last screen, at most 400 bytes of UTF-8; in turn 1 what was dialled after the code
//	         ("1*0712000002*100" for *384*1*0712000002*100#), mostly nothing
//	network, imsi, sim_swapped (RFC 3339) may be there too: name of the network, number of the SIM, when the phone's number
//	         last moved to another SIM
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
// which is answered with 200 and nothing, and may be sent again too.
//
// Senti can begin a session as well, at a URL of the other side's that is configured, with a token of its own:
//
//	POST /senti/push HTTP/1.1
//	Authorization: Bearer 8d20b7…
//	Content-Type: application/json
//
//	{"session":"push-01905b0c-…","phone":"+254712000001","code":"*384#","text":"… Type PIN for yes"}
//
//	session  up to 100 letters, digits and hyphens; what is typed comes as turn 2 of it
//
// Any answer of 200 to 299 says that the network has taken the page on, 409 that the phone does not show it (it is busy, off, or refuses).
// It is tried once, and waits 10 s for that answer.
//
// Errors:
//
//	HTTP/1.1 400 Bad Request
//
//	{"error":"malformed","field":"phone","problem":"missing"}
//
//	400  malformed: a field is missing, wrong, unknown or given twice; nothing was done
//	401  unauthorised: no token or a wrong one
//	403  unauthorised: the token may be right, the address is not in the list
var senti = adapter{
	name:  "senti",
	title: "Senti's own JSON (for telcos and integrators without a format of their own)",
	input: numbered,
	tells: "end, network, IMSI",
	limit: 160,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	push:  &pushing{token: bearer("Bearer"), page: pushSenti, taken: takenSenti},
	doors: []door{
		{http.MethodPost, "", []string{"application/json"}, hearSenti},
		{http.MethodPost, "/events", []string{"application/json"}, hearSentiEnd},
	},
	reply:  replySenti,
	refuse: refuseJSON,
}

type sentiPayload struct {
	Session string `json:"session"`
	Turn    int    `json:"turn"`
	Phone   string `json:"phone"`
	Code    string `json:"code"`
	Input   string `json:"input"`
	Network string `json:"network"`
	IMSI    string `json:"imsi"`
	Swapped string `json:"sim_swapped"`
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

// sentiTurns is more than any session of three minutes has.
const sentiTurns = 1000

func hearSenti(c call) (heard, *webhook.Malformed) {
	var p sentiPayload
	if wrong := webhook.JSON(c.body, &p); wrong != nil {
		return heard{}, wrong
	}
	t := taker{call: c}
	if p.Turn < 1 || p.Turn > sentiTurns {
		t.note("", webhook.Wrong("turn", "must be 1 to 1000"))
	}
	return t.turn(ussd.Request{
		Session:     t.session("session", p.Session),
		Caller:      t.phone("phone", p.Phone),
		ServiceCode: t.serviceCode("code", p.Code),
		Text:        t.typed("input", p.Input),
		New:         p.Turn == 1,
		Turn:        p.Turn,
		Network:     network(p.Network),
		IMSI:        imsi(p.IMSI),
		SIMSwapped:  sentiTime(&t, "sim_swapped", p.Swapped),
	}, nil)
}

func hearSentiEnd(c call) (heard, *webhook.Malformed) {
	var p sentiNotice
	if wrong := webhook.JSON(c.body, &p); wrong != nil {
		return heard{}, wrong
	}
	failed, ok := sentiResult[p.Result]
	if !ok {
		return heard{}, webhook.Wrong("result", "unknown word "+webhook.Words(p.Result))
	}
	t := taker{call: c}
	return t.end(ussd.EndNotice{
		Session: t.session("session", p.Session),
		Caller:  t.phone("phone", p.Phone),
		Failed:  failed,
		Reason:  webhook.Words(p.Result + " " + p.Reason),
		At:      sentiTime(&t, "at", p.At),
	}, nil)
}

// sentiTime reads a moment, or nothing.
func sentiTime(t *taker, field, value string) time.Time {
	if value == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		t.note("", webhook.Wrong(field, "not RFC 3339"))
	}
	return at.UTC()
}

func replySenti(h heard, r ussd.Reply) webhook.Answer {
	action := "continue"
	if r.End {
		action = "end"
	}
	return webhook.JSONAnswer(http.StatusOK, sentiReply{h.turn.Session, h.turn.Turn, action, r.Text})
}

type sentiPush struct {
	Session string `json:"session"`
	Phone   string `json:"phone"`
	Code    string `json:"code"`
	Text    string `json:"text"`
}

func pushSenti(p ussd.Page) webhook.Answer {
	return webhook.JSONAnswer(http.StatusOK, sentiPush{p.Session, string(p.Phone), p.ServiceCode, p.Text})
}

func takenSenti(status int, _ []byte) (session string, err error) {
	switch {
	case status == http.StatusConflict:
		return "", ussd.ErrNotTaken
	case status/100 != 2:
		return "", notTakenWith(status)
	}
	return "", nil
}

// sentiResult lists the words for how a session ended, and whether the person may have missed the last text.
var sentiResult = map[string]bool{
	"shown":   false,
	"dropped": true,
	"failed":  true,
}
