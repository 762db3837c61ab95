package gateway

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
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
	open    bool // has a path without a secret, for the demo
	write   func(fields) string
	notice  func(fields) string
	ended   ussd.EndNotice // what the notice of the usual fields means

	turns   []turnCase
	bad     []badCase
	notices []noticeCase
	badEnds []badCase

	continues, ends string // the answers to "Enter amount" and "Bye", for the usual fields
}

// turnCase is a callback and the request it means; Gateway and Limit are the adapter's own and not repeated.
type turnCase struct {
	name, body string
	want       ussd.Request
}

// badCase is a body that is refused, and the field that is named.
type badCase struct{ name, body, field string }

type noticeCase struct {
	name, body string
	want       ussd.EndNotice
}

func wires() []wire { return []wire{africasTalkingWire(), sentiWire()} }

func africasTalkingWire() wire {
	form := func(pairs ...string) string {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v.Encode()
	}
	write := func(f fields) string {
		return form("sessionId", f.session, "phoneNumber", f.phone, "networkCode", "63902", "serviceCode", f.code, "text", f.text)
	}
	notice := func(f fields) string {
		return form("date", "2026-03-05 09:14:31", "sessionId", f.session, "phoneNumber", f.phone, "serviceCode", f.code,
			"networkCode", "63902", "status", "Incomplete", "cost", "KES 0.10", "durationInMillis", "41230", "hopsCount", "4",
			"input", f.text, "lastAppResponse", "CON Send "+markedPIN)
	}
	end := ussd.EndNotice{Session: "ATUid_7c1e0b", Caller: "+254712000001", Failed: true, Reason: "Incomplete", At: at}
	success, failed, undated := end, end, end
	success.Failed, success.Reason = false, "Success"
	failed.Reason = "Failed wrong answer to #### on..n tel"
	undated.At = time.Time{}
	const who = "sessionId=S1&phoneNumber=%2B254712000001"
	dial := ussd.Request{Session: "S1", Caller: "+254712000001", ServiceCode: "*384#", History: true}
	fresh, shortDial, spaced, plus := dial, dial, dial, dial
	fresh.New = true
	shortDial.Text = "1*0712000002*100"
	spaced.Text = " 1*JANE WANJIKU\n"
	plus.New, plus.ServiceCode = true, ""
	return wire{
		adapter: africasTalking(webhook.Guard{}), open: true, write: write, notice: notice, ended: end,
		continues: "CON Enter amount", ends: "END Bye",
		turns: []turnCase{
			{"first", who + "&networkCode=63902&serviceCode=*384%23&text=", fresh},
			{"short dial", who + "&serviceCode=*384%23&text=1*0712000002*100", shortDial},
			{"text as typed", who + "&serviceCode=*384%23&text=+1*JANE+WANJIKU%0A", spaced},
			{"plus not encoded, no text, no code", "sessionId=S1&phoneNumber=+254712000001", plus},
			{"unknown fields", who + "&serviceCode=*384%23&text=&colour=green", fresh},
		},
		bad: []badCase{
			{"not a form", "sessionId=%zz", "body"},
			{"two texts", who + "&text=1&text=2", "text"},
			{"letters in the code", who + "&serviceCode=*38a%23", "serviceCode"},
			{"JSON in a form's clothes", `{"sessionId":"S1"}`, "sessionId"},
		},
		notices: []noticeCase{
			{"success", form("date", "2026-03-05 09:14:31", "sessionId", end.Session, "phoneNumber", "+254712000001", "status", "Success"), success},
			{"failed", form("date", "2026-03-05 09:14:31", "sessionId", end.Session, "phoneNumber", "+254712000001",
				"status", "Failed", "errorMessage", "wrong answer to "+markedPIN+" on\nün tel"), failed},
			{"without a date", form("sessionId", end.Session, "phoneNumber", "+254712000001", "status", "Incomplete"), undated},
		},
		badEnds: []badCase{
			{"unknown word", form("sessionId", end.Session, "phoneNumber", "+254712000001", "status", "Maybe"), "unknown word Maybe"},
			{"no status", form("sessionId", end.Session, "phoneNumber", "+254712000001"), "status"},
		},
	}
}

func sentiWire() wire {
	object := func(pairs ...any) string {
		m := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		b, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		return string(b)
	}
	// The runner's bytes that are not UTF-8 must arrive as they are, so the text is not left to the encoder.
	write := func(f fields) string {
		head := object("session", f.session, "turn", 3, "phone", f.phone, "code", f.code)
		return head[:len(head)-1] + `,"input":` + quoteBytes(f.text) + "}"
	}
	notice := func(f fields) string {
		return object("session", f.session, "phone", f.phone, "result", "dropped", "reason", "radio lost", "at", "2026-03-05T12:14:31+03:00")
	}
	end := ussd.EndNotice{Session: "ATUid_7c1e0b", Caller: "+254712000001", Failed: true, Reason: "dropped radio lost", At: at}
	shown := end
	shown.Failed, shown.Reason, shown.At = false, "shown", time.Time{}
	const who = `"session":"S1","phone":"+254712000001"`
	second := ussd.Request{Session: "S1", Caller: "+254712000001", ServiceCode: "*384#", Text: "5*5", Turn: 2}
	first, shortDial := second, second
	first.Turn, first.New, first.Text = 1, true, ""
	shortDial.Turn, shortDial.New, shortDial.Text = 1, true, "1*0712000002*100"
	return wire{
		adapter: senti(webhook.Guard{}), write: write, notice: notice, ended: end,
		continues: `{"session":"ATUid_7c1e0b","turn":3,"action":"continue","text":"Enter amount"}`,
		ends:      `{"session":"ATUid_7c1e0b","turn":3,"action":"end","text":"Bye"}`,
		turns: []turnCase{
			{"first", `{` + who + `,"turn":1,"code":"*384#"}`, first},
			{"short dial", `{` + who + `,"turn":1,"code":"*384#","input":"1*0712000002*100"}`, shortDial},
			{"second", `{` + who + `,"turn":2,"code":"*384#","input":"5*5"}`, second},
		},
		bad: []badCase{
			{"not JSON", `turn=1`, "body"},
			{"no turn", `{` + who + `}`, "turn"},
			{"turn 0", `{` + who + `,"turn":0}`, "turn"},
			{"turn 1001", `{` + who + `,"turn":1001}`, "turn"},
			{"half a turn", `{` + who + `,"turn":1.5}`, "body"},
			{"unknown field", `{` + who + `,"turn":1,"colour":"green"}`, "body"},
			{"field twice", `{` + who + `,"turn":1,"turn":2}`, "turn"},
			{"field twice, other case", `{` + who + `,"turn":1,"Turn":2}`, "Turn"},
			{"nested", `{` + who + `,"turn":1,"input":[[[[`, "input"},
			{"two objects", `{` + who + `,"turn":1}{}`, "body"},
			{"cut", `{` + who + `,"turn":1`, "body"},
		},
		notices: []noticeCase{
			{"shown", `{"session":"ATUid_7c1e0b","phone":"+254712000001","result":"shown"}`, shown},
		},
		badEnds: []badCase{
			{"unknown word", `{` + who + `,"result":"perhaps"}`, "unknown word perhaps"},
			{"bad date", `{` + who + `,"result":"shown","at":"yesterday"}`, "at"},
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

func FuzzAfricasTalking(f *testing.F) { fuzz(f, africasTalkingWire()) }

func FuzzSenti(f *testing.F) { fuzz(f, sentiWire()) }
