package gateway

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"senti/ussd"
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
func senti(g Guard) adapter {
	return adapter{
		name:  "senti",
		limit: 160,
		path:  "/ussd/senti",
		media: "application/json",
		guard: g,
		proof: bearerToken,

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

func parseSenti(body []byte, region string) (r ussd.Request, wrong *malformed) {
	var p sentiPayload
	if wrong := readJSON(body, &p); wrong != nil {
		return r, wrong
	}
	if p.Turn < 1 || p.Turn > sentiTurns {
		return r, &malformed{"turn", "must be 1 to 1000"}
	}
	r = ussd.Request{Turn: p.Turn, New: p.Turn == 1}
	if r.Session, wrong = sessionID("session", p.Session); wrong != nil {
		return ussd.Request{}, wrong
	}
	if r.Caller, wrong = phone("phone", p.Phone, region); wrong != nil {
		return ussd.Request{}, wrong
	}
	if r.ServiceCode, wrong = serviceCode("code", p.Code); wrong != nil {
		return ussd.Request{}, wrong
	}
	if r.Text, wrong = typed("input", p.Input, sentiInput); wrong != nil {
		return ussd.Request{}, wrong
	}
	return r, nil
}

func parseSentiNotice(body []byte, region string) (n ussd.EndNotice, wrong *malformed) {
	var p sentiNotice
	if wrong := readJSON(body, &p); wrong != nil {
		return n, wrong
	}
	failed, ok := sentiResult[p.Result]
	if !ok {
		return n, &malformed{"result", "unknown word " + reason(p.Result)}
	}
	n = ussd.EndNotice{Failed: failed, Reason: reason(p.Result + " " + p.Reason)}
	if n.Session, wrong = sessionID("session", p.Session); wrong != nil {
		return ussd.EndNotice{}, wrong
	}
	if n.Caller, wrong = phone("phone", p.Phone, region); wrong != nil {
		return ussd.EndNotice{}, wrong
	}
	if p.At != "" {
		at, err := time.Parse(time.RFC3339, p.At)
		if err != nil {
			return ussd.EndNotice{}, &malformed{"at", "not RFC 3339"}
		}
		n.At = at.UTC()
	}
	return n, nil
}

// readJSON reads one flat object and refuses fields it does not know, so that a misspelt one shows at once, and fields
// given twice, which two readers could take differently.
func readJSON(body []byte, into any) *malformed {
	if !utf8.Valid(body) { // the decoder would silently replace what is not
		return &malformed{"body", "not UTF-8"}
	}
	walk := json.NewDecoder(bytes.NewReader(body))
	if t, err := walk.Token(); err != nil || t != json.Delim('{') {
		return &malformed{"body", "not a JSON object"}
	}
	seen := map[string]bool{}
	for walk.More() {
		name, err := walk.Token()
		field, ok := name.(string)
		if err != nil || !ok {
			return &malformed{"body", "not JSON"}
		}
		key := strings.ToLower(field) // the decoder below takes "Turn" for "turn"
		if seen[key] {
			return &malformed{safeName(field), "given twice"}
		}
		seen[key] = true
		if value, err := walk.Token(); err != nil || value == json.Delim('{') || value == json.Delim('[') {
			return &malformed{safeName(field), "must be a text or a number"}
		}
	}
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(into); err != nil {
		return &malformed{"body", "a field is unknown or of another type"}
	}
	if _, err := strict.Token(); err != io.EOF {
		return &malformed{"body", "more than one JSON object"}
	}
	return nil
}

func replySenti(q ussd.Request, r ussd.Reply) answer {
	action := "continue"
	if r.End {
		action = "end"
	}
	return jsonAnswer(http.StatusOK, sentiReply{q.Session, q.Turn, action, r.Text})
}

func refuseSenti(status int, m *malformed) answer {
	if m == nil {
		return jsonAnswer(status, sentiError{Error: "unauthorised"})
	}
	return jsonAnswer(status, sentiError{"malformed", m.field, m.problem})
}

func jsonAnswer(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil { // cannot be: only strings and numbers are in it
		return answer{http.StatusInternalServerError, "application/json", `{"error":"internal"}`}
	}
	return answer{status, "application/json", string(body)}
}

// sentiResult lists the words for how a session ended, and whether the person may have missed the last text.
var sentiResult = map[string]bool{
	"shown":   false,
	"dropped": true,
	"failed":  true,
}
