package gateway

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"

	"senti/sms"
)

const (
	testSecret = "9f3c51d2a07b4e86"
	newSecret  = "next-9f3c51d2a07b4e86"
	markedPIN  = "4826"
)

// fields are what every provider's message carries in one form or another; a provider's case table writes them its way.
type fields struct{ id, from, to, text, at string }

func usual() fields {
	return fields{"28a4f1c0", "+254712000001", "20384", "my PIN is " + markedPIN, "2026-03-05T06:04:45Z"}
}

// usualMessage is what the usual fields mean.
func usualMessage() sms.Inbound {
	return sms.Inbound{From: "+254712000001", To: "20384", Text: "my PIN is " + markedPIN, ProviderID: "28a4f1c0",
		At: time.Date(2026, 3, 5, 6, 4, 45, 0, time.UTC)}
}

// wire is one provider's block of the case table; the runner in inbound_test.go adds the hostile cases to each.
type wire struct {
	inbound inbound
	write   func(fields) string

	names map[string]string // what the provider calls the fields, where that is not id, from, to and text

	messages []messageCase
	bad      []badCase
	stranger int // the status for a sender that is no phone
	refused  int // the status for what is malformed; 400 if it is not set

	reports    []reportCase
	badReports []badCase

	taken, repeated, failed string // the answers for the usual fields

	keys []string                          // what a provider that signs signs with
	sign func(address, body string) string // nil for one that does not
}

// publicURL is where the providers think we are.
const publicURL = "https://senti.example:8443"

// reportCase is a body and the reports it means; Gateway is the provider's own and not repeated.
type reportCase struct {
	name, body string
	want       []sms.Report
}

// messageCase is a body and the message it means.
type messageCase struct {
	name, body string
	want       sms.Inbound
}

// badCase is a body that is refused, and the field that is named.
type badCase struct{ name, body, field string }

func wires() []wire {
	return []wire{africasTalkingWire(), infobipWire(), jasminWire(), kannelWire(), sentiWire(), twilioWire()}
}

func africasTalkingWire() wire {
	write := func(f fields) string {
		return url.Values{"date": {f.at}, "from": {f.from}, "id": {f.id}, "linkId": {""}, "text": {f.text}, "to": {f.to},
			"cost": {"KES 1.00"}, "networkCode": {"63902"}}.Encode()
	}
	const who = "id=a&from=%2B254712000001"
	plain := sms.Inbound{From: "+254712000001", ProviderID: "a"}
	spaced, accented, undated := usualMessage(), plain, plain
	accented.Text = "Ndiyo é 4821\nsecond line"
	undated.Text = "1 4821"
	return wire{
		inbound: africasTalkingInbound, write: write, stranger: 200,
		taken: "taken", repeated: "repeated", failed: "failed",
		messages: []messageCase{
			{"usual", write(usual()), usualMessage()},
			{"date with a space", write(fields{spaced.ProviderID, "254712000001", spaced.To, spaced.Text, "2026-03-05 06:04:45"}), spaced},
			{"odd characters", who + "&text=Ndiyo+%C3%A9%094821%0Asecond%1bline", accented},
			{"plus not encoded, date of no kind", "id=a&from=+254712000001&text=1+4821&date=yesterday", undated},
			{"empty text, unknown field", who + "&text=&colour=green", plain},
			{"no text", who, plain},
		},
		bad: []badCase{
			{"not a form", "id=%zz", "body"},
			{"two texts", who + "&text=1&text=2", "text"},
			{"JSON in a form's clothes", `{"id":"a"}`, "id"},
		},
		reports: []reportCase{
			{"delivered", "id=ATXid_1&status=Success&phoneNumber=%2B254712000001&networkCode=63902&retryCount=0",
				[]sms.Report{{ProviderRef: "ATXid_1", Fate: sms.Delivered, Reason: "Success"}}},
			{"failed", "id=ATXid_1&status=Failed&failureReason=DeliveryFailure",
				[]sms.Report{{ProviderRef: "ATXid_1", Fate: sms.Undelivered, Reason: "DeliveryFailure"}}},
			{"on its way", "id=ATXid_1&status=Buffered", []sms.Report{{ProviderRef: "ATXid_1", Fate: sms.Buffered, Reason: "Buffered"}}},
		},
		badReports: []badCase{
			{"no id", "status=Success", "id"},
			{"unknown word", "id=a&status=Perhaps" + markedPIN, "unknown word"},
		},
	}
}

func sentiWire() wire {
	// The runner's bytes that are not UTF-8 must arrive as they are, so the text is not left to the encoder.
	write := func(f fields) string {
		head, err := json.Marshal(map[string]string{"id": f.id, "from": f.from, "to": f.to, "at": f.at})
		if err != nil {
			panic(err)
		}
		return string(head[:len(head)-1]) + `,"text":` + quoteBytes(f.text) + "}"
	}
	const who = `"id":"a","from":"0712 000 001"`
	plain := sms.Inbound{From: "+254712000001", ProviderID: "a"}
	accented, later := plain, plain
	accented.Text = "Ndiyo é 4821\nsecond line"
	later.At = time.Date(2026, 3, 5, 6, 4, 45, 0, time.UTC)
	return wire{
		inbound: sentiInbound, write: write, stranger: 400,
		taken: `{"id":"28a4f1c0","result":"taken"}`, repeated: `{"id":"28a4f1c0","result":"repeated"}`,
		failed: `{"id":"28a4f1c0","result":"failed"}`,
		messages: []messageCase{
			{"usual", write(usual()), usualMessage()},
			{"odd characters", `{` + who + `,"text":"Ndiyo é\t4821\nsecond\u001bline"}`, accented},
			{"in another zone", `{` + who + `,"at":"2026-03-05T09:04:45+03:00"}`, later},
			{"least", `{` + who + `}`, plain},
		},
		bad: []badCase{
			{"not JSON", `id=a`, "body"},
			{"unknown field", `{` + who + `,"colour":"green"}`, "body"},
			{"field twice", `{` + who + `,"ID":"b"}`, "ID"},
			{"nested", `{` + who + `,"text":[[[[]]]]}`, "text"},
			{"two objects", `{` + who + `}{}`, "body"},
			{"bad date", `{` + who + `,"at":"yesterday"}`, "at"},
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

func FuzzAfricasTalkingInbound(f *testing.F) { fuzz(f, africasTalkingWire()) }

func FuzzSentiInbound(f *testing.F) { fuzz(f, sentiWire()) }
