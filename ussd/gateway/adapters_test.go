package gateway

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"senti/ussd"
)

const (
	testSecret = "9f3c51d2a07b4e86"
	newSecret  = "next-9f3c51d2a07b4e86"
	markedPIN  = "4826"
)

// at is a moment that the notices below name.
var at = time.Date(2026, 3, 5, 9, 14, 31, 0, time.UTC)

// fields are what every gateway's callback carries in one form or another; an adapter's case table writes them its way.
type fields struct{ session, phone, code, text string }

func usual() fields {
	return fields{"ATUid_7c1e0b", "+254712000001", "*384#", "1*0712000002*250*" + markedPIN}
}

// wire is one adapter's block of the case table; the runner in runner_test.go adds the hostile cases to each.
type wire struct {
	adapter adapter
	table   []byte            // of type http
	names   map[string]string // how it calls phone, session, code and body, where not so
	lacks   string            // what its calls do not carry, or need not: "session", "code"
	refused int               // the status of a malformed call; 0 for 400

	write  func(fields) req // a later turn
	notice func(fields) req // nil when it tells no ends
	ended  ussd.EndNotice   // what the notice of the usual fields means

	turns   []turnCase
	bad     []badCase
	notices []noticeCase
	badEnds []badCase
	others  []otherCase

	continues, ends             string // the answers to "Enter amount" and "Bye", for the usual fields
	continuesHeader, endsHeader string // "Name: value" lines that are among their headers
}

// turnCase is a call and the request it means; Gateway and limits are the adapter's own and not repeated.
type turnCase struct {
	name string
	req  req
	want ussd.Request
}

// badCase is a call that is refused, and the field that is named.
type badCase struct {
	name  string
	req   req
	field string
}

type noticeCase struct {
	name string
	req  req
	want ussd.EndNotice
}

// otherCase is a call that is only answered.
type otherCase struct {
	name   string
	req    req
	answer string
}

// wires lists the blocks; every adapter has one.
func wires() []wire {
	return []wire{
		sentiWire(),
		africasTalkingWire(),
		hubtelWire(),
		arkeselWire(),
		naloWire(),
		infobipWire(),
		beemWire(),
		madapiWire(),
		safaricomWire(),
		comvivaGETWire(),
		comvivaXMLWire(),
		econetWire(),
		truRouteWire(),
		restCommWire(),
		junebugWire(),
		lookAlikeWire("hellio", "sessionId", "phoneNumber", "serviceCode", "text", post),
		lookAlikeWire("mobilesasa", "sessionId", "phoneNumber", "serviceCode", "text", post),
		lookAlikeWire("crossgate", "session_id", "msisdn", "service_code", "ussd_string", get),
		lookAlikeWire("techsavanna", "SESSIONID", "MSISDN", "USSDCODE", "INPUT", get),
		advantaWire(),
		lookAlikeWire("bonga", "session_id", "mobile_number", "service_code", "message", get),
		hollatagsWire(),
		moolreWire(),
		dmarkWire(),
		cellulantWire(),
	}
}

// post is a call with a body; get, one with a query.
func post(body string) req { return req{method: http.MethodPost, body: body} }
func get(query string) req { return req{method: http.MethodGet, query: query} }

// on is a call to a further door of the gateway.
func (r req) on(path string) req {
	r.path = path
	return r
}

// form writes fields as a form or a query has them: name, value, name, value …
func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// object writes fields as a JSON object: name, value, name, value … Bytes that are not UTF-8 arrive as they are, which is why
// this is not left to an encoder.
func object(pairs ...any) string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		value := fmt.Sprint(pairs[i+1])
		switch v := pairs[i+1].(type) {
		case string:
			value = quoteBytes(v)
		case nested:
			value = string(v)
		}
		out = append(out, quoteBytes(pairs[i].(string))+":"+value)
	}
	return "{" + strings.Join(out, ",") + "}"
}

// nested is JSON that stands in an object as it is.
type nested string

func africasTalkingWire() wire {
	events := func(body string) req { return post(body).on("/events") }
	write := func(f fields) req {
		return post(form("sessionId", f.session, "phoneNumber", f.phone, "networkCode", "63902", "serviceCode", f.code, "text", f.text))
	}
	notice := func(f fields) req {
		return events(form("date", "2026-03-05 09:14:31", "sessionId", f.session, "phoneNumber", f.phone, "serviceCode", f.code,
			"networkCode", "63902", "status", "Incomplete", "cost", "KES 0.10", "durationInMillis", "41230", "hopsCount", "4",
			"input", f.text, "lastAppResponse", "CON Send "+markedPIN))
	}
	end := ussd.EndNotice{Session: "ATUid_7c1e0b", Caller: "+254712000001", Failed: true, Reason: "Incomplete", At: at}
	success, failed, undated := end, end, end
	success.Failed, success.Reason = false, "Success"
	failed.Reason = "Failed wrong answer to #### on..n tel"
	undated.At = time.Time{}
	const who = "sessionId=S1&phoneNumber=%2B254712000001"
	dial := ussd.Request{Session: "S1", Caller: "+254712000001", ServiceCode: "*384#", History: true}
	fresh, known, shortDial, spaced, plus := dial, dial, dial, dial, dial
	fresh.New = true
	known.New, known.Network = true, "63902"
	shortDial.Text = "1*0712000002*100"
	spaced.Text = " 1*JANE WANJIKU\n"
	plus.New, plus.ServiceCode = true, ""
	return wire{
		adapter: africasTalking, write: write, notice: notice, ended: end,
		continues: "CON Enter amount", ends: "END Bye",
		turns: []turnCase{
			{"first", post(who + "&networkCode=63902&serviceCode=*384%23&text="), known},
			{"short dial", post(who + "&serviceCode=*384%23&text=1*0712000002*100"), shortDial},
			{"text as typed", post(who + "&serviceCode=*384%23&text=+1*JANE+WANJIKU%0A"), spaced},
			{"plus not encoded, no text, no code", post("sessionId=S1&phoneNumber=+254712000001"), plus},
			{"unknown fields", post(who + "&serviceCode=*384%23&text=&colour=green"), fresh},
		},
		bad: []badCase{
			{"not a form", post("sessionId=%zz"), "body"},
			{"two texts", post(who + "&text=1&text=2"), "text"},
			{"letters in the code", post(who + "&serviceCode=*38a%23"), "serviceCode"},
			{"JSON in a form's clothes", post(`{"sessionId":"S1"}`), "sessionId"},
		},
		notices: []noticeCase{
			{"success", events(form("date", "2026-03-05 09:14:31", "sessionId", end.Session, "phoneNumber", "+254712000001", "status", "Success")), success},
			{"failed", events(form("date", "2026-03-05 09:14:31", "sessionId", end.Session, "phoneNumber", "+254712000001",
				"status", "Failed", "errorMessage", "wrong answer to "+markedPIN+" on\nün tel")), failed},
			{"without a date", events(form("sessionId", end.Session, "phoneNumber", "+254712000001", "status", "Incomplete")), undated},
		},
		badEnds: []badCase{
			{"unknown word", events(form("sessionId", end.Session, "phoneNumber", "+254712000001", "status", "Maybe")), "unknown word Maybe"},
			{"no status", events(form("sessionId", end.Session, "phoneNumber", "+254712000001")), "status"},
		},
	}
}

func sentiWire() wire {
	events := func(body string) req { return post(body).on("/events") }
	write := func(f fields) req {
		return post(object("session", f.session, "turn", 3, "phone", f.phone, "code", f.code, "input", f.text))
	}
	notice := func(f fields) req {
		return events(object("session", f.session, "phone", f.phone, "result", "dropped", "reason", "radio lost", "at", "2026-03-05T12:14:31+03:00"))
	}
	end := ussd.EndNotice{Session: "ATUid_7c1e0b", Caller: "+254712000001", Failed: true, Reason: "dropped radio lost", At: at}
	shown := end
	shown.Failed, shown.Reason, shown.At = false, "shown", time.Time{}
	const who = `"session":"S1","phone":"+254712000001"`
	second := ussd.Request{Session: "S1", Caller: "+254712000001", ServiceCode: "*384#", Text: "5*5", Turn: 2}
	first, shortDial := second, second
	first.Turn, first.New, first.Text = 1, true, ""
	shortDial.Turn, shortDial.New, shortDial.Text = 1, true, "1*0712000002*100"
	swapped := second
	swapped.Network, swapped.IMSI, swapped.SIMSwapped = "MTN", "639020000000001", at
	return wire{
		adapter: senti, write: write, notice: notice, ended: end,
		continues: `{"session":"ATUid_7c1e0b","turn":3,"action":"continue","text":"Enter amount"}`,
		ends:      `{"session":"ATUid_7c1e0b","turn":3,"action":"end","text":"Bye"}`,
		turns: []turnCase{
			{"first", post(`{` + who + `,"turn":1,"code":"*384#"}`), first},
			{"short dial", post(`{` + who + `,"turn":1,"code":"*384#","input":"1*0712000002*100"}`), shortDial},
			{"second", post(`{` + who + `,"turn":2,"code":"*384#","input":"5*5"}`), second},
			{"of a SIM", post(`{` + who + `,"turn":2,"code":"*384#","input":"5*5","network":"MTN","imsi":"639020000000001","sim_swapped":"2026-03-05T09:14:31Z"}`), swapped},
		},
		bad: []badCase{
			{"not JSON", post(`turn=1`), "body"},
			{"no turn", post(`{` + who + `}`), "turn"},
			{"turn 0", post(`{` + who + `,"turn":0}`), "turn"},
			{"turn 1001", post(`{` + who + `,"turn":1001}`), "turn"},
			{"half a turn", post(`{` + who + `,"turn":1.5}`), "body"},
			{"unknown field", post(`{` + who + `,"turn":1,"colour":"green"}`), "body"},
			{"field twice", post(`{` + who + `,"turn":1,"turn":2}`), "turn"},
			{"field twice, other case", post(`{` + who + `,"turn":1,"Turn":2}`), "Turn"},
			{"nested", post(`{` + who + `,"turn":1,"input":[[[[]]]]}`), "input"},
			{"two objects", post(`{` + who + `,"turn":1}{}`), "body"},
			{"cut", post(`{` + who + `,"turn":1`), "body"},
		},
		notices: []noticeCase{
			{"shown", events(`{"session":"ATUid_7c1e0b","phone":"+254712000001","result":"shown"}`), shown},
		},
		badEnds: []badCase{
			{"unknown word", events(`{` + who + `,"result":"perhaps"}`), "unknown word perhaps"},
			{"bad date", events(`{` + who + `,"result":"shown","at":"yesterday"}`), "at"},
		},
	}
}

// quoteBytes is a JSON string that keeps bytes above 0x7f as they are, UTF-8 or not.
func quoteBytes(s string) string {
	out := []byte{'"'}
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' {
			out = append(out, fmt.Sprintf(`\u%04x`, s[i])...)
			continue
		}
		out = append(out, s[i])
	}
	return string(append(out, '"'))
}
