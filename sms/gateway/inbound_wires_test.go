package gateway

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"senti/sms"
	"senti/wallet/id"
	"senti/wallet/webhook"
)

// ours is the ID of a message of ours that providers bring back.
const ours = "0190f3a0-0000-7000-8000-00000000002a"

func ourID() id.ID {
	i, err := id.Parse(ours)
	if err != nil {
		panic(err)
	}
	return i
}

const twilioToken = "f3b1c2d3e4a5968778695a4b3c2d1e0f"

func twilioWire() wire {
	write := func(f fields) string {
		return url.Values{"MessageSid": {f.id}, "AccountSid": {"AC1"}, "From": {f.from}, "To": {f.to}, "Body": {f.text}, "NumSegments": {"1"}}.Encode()
	}
	const who = "MessageSid=a&From=%2B254712000001"
	plain, undated := sms.Inbound{From: "+254712000001", ProviderID: "a"}, usualMessage()
	undated.At = time.Time{}
	return wire{
		inbound: twilioInbound, write: write, stranger: 200, keys: []string{"an old token", twilioToken},
		names: map[string]string{"id": "MessageSid", "from": "From", "to": "To", "text": "Body"},
		sign: func(address, body string) string {
			fields, err := url.ParseQuery(body)
			if err != nil {
				return ""
			}
			return base64.StdEncoding.EncodeToString(twilioSignature(twilioToken, address, fields))
		},
		taken: `<?xml version="1.0" encoding="UTF-8"?><Response/>`, repeated: `<?xml version="1.0" encoding="UTF-8"?><Response/>`, failed: "failed",
		messages: []messageCase{
			{"usual", write(usual()), undated},
			{"least, and what is new next year", who + "&Colour=green", plain},
		},
		bad: []badCase{{"two bodies", who + "&Body=1&Body=2", "Body"}},
		reports: []reportCase{
			{"delivered", "MessageSid=SM1&MessageStatus=delivered", []sms.Report{{ProviderRef: "SM1", Fate: sms.Delivered, Reason: "delivered"}}},
			{"not delivered", "MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003&To=%2B254712000001",
				[]sms.Report{{ProviderRef: "SM1", Fate: sms.Undelivered, Reason: "twilio_30003"}}},
			{"on its way", "MessageSid=SM1&MessageStatus=sent", []sms.Report{{ProviderRef: "SM1", Fate: sms.Buffered, Reason: "sent"}}},
		},
		badReports: []badCase{{"unknown word", "MessageSid=SM1&MessageStatus=perhaps", "MessageStatus"}, {"no id", "MessageStatus=sent", "MessageSid"}},
	}
}

func infobipWire() wire {
	write := func(f fields) string {
		return `{"results":[{"messageId":` + quoteBytes(f.id) + `,"from":` + quoteBytes(f.from) + `,"to":` + quoteBytes(f.to) + `,"text":` +
			quoteBytes(f.text) + `,"receivedAt":"2026-03-05T06:04:45.000+0000","smsCount":1}],"messageCount":1}`
	}
	one := func(members string) string { return `{"results":[{` + members + `}]}` }
	const who = `"messageId":"a","from":"254712000001"`
	plain, accented := sms.Inbound{From: "+254712000001", ProviderID: "a"}, sms.Inbound{From: "+254712000001", ProviderID: "a"}
	accented.Text = "Ndiyo é 4821\nsecond line"
	report := func(id, group, name, fault string) string {
		return one(`"messageId":"` + id + `","doneAt":"2026-03-05T06:04:45.000+0000","status":{"groupName":"` + group + `","name":"` + name +
			`"},"error":{"name":"` + fault + `"}`)
	}
	at := usualMessage().At
	return wire{
		inbound: infobipInbound, write: write, stranger: 200, names: map[string]string{"id": "messageId"},
		taken: "taken", repeated: "repeated", failed: "failed",
		messages: []messageCase{
			{"usual", write(usual()), usualMessage()},
			{"odd characters", one(who + `,"text":"Ndiyo é\t4821\nsecond\u001bline","colour":"green"`), accented},
			{"one of two is no phone's", `{"results":[{"messageId":"b","from":"INFO","text":"x"},{` + who + `}]}`, plain},
		},
		bad: []badCase{
			{"not JSON", "id=a", "body"},
			{"nothing in it", `{"results":[]}`, "results"},
			{"field twice", one(who + `,"FROM":"254712000002"`), "FROM"},
			{"nested", `{"results":` + strings.Repeat("[", 9000), "body"},
			{"a number for a text", one(who + `,"text":7`), "body"},
		},
		reports: []reportCase{
			{"delivered", report(ours, "DELIVERED", "DELIVERED_TO_HANDSET", "NO_ERROR"),
				[]sms.Report{{Message: ourID(), ProviderRef: ours, Fate: sms.Delivered, Reason: "DELIVERED_TO_HANDSET", At: at}}},
			{"rejected", report(ours, "REJECTED", "REJECTED_DESTINATION", "EC_INVALID_PDU_FORMAT"),
				[]sms.Report{{Message: ourID(), ProviderRef: ours, Fate: sms.Undelivered, Reason: "EC_INVALID_PDU_FORMAT", At: at}}},
			{"of somebody else's message", report("x-1", "DELIVERED", "DELIVERED_TO_HANDSET", ""), nil},
		},
		badReports: []badCase{{"unknown word", report(ours, "MAYBE", "", ""), "groupName"}, {"not JSON", "[", "body"}},
	}
}

func kannelWire() wire {
	write := func(f fields) string {
		at := "1772690685"
		return url.Values{"id": {f.id}, "from": {f.from}, "to": {f.to}, "text": {f.text}, "charset": {"UTF-8"}, "coding": {"0"}, "at": {at}}.Encode()
	}
	const who = "id=a&from=254712000001"
	plain := sms.Inbound{From: "+254712000001", ProviderID: "a"}
	wide := plain
	wide.Text = "Santé €"
	return wire{
		inbound: kannelInbound, write: write, stranger: 200, refused: 200, taken: "taken", repeated: "repeated", failed: "failed",
		messages: []messageCase{
			{"usual", write(usual()), usualMessage()},
			{"without mo-recode", who + "&coding=2&charset=UTF-16BE&text=%00S%00a%00n%00t%00%E9%00%20%20%AC", wide},
			{"least", who, plain},
		},
		bad: []badCase{
			{"half a character", who + "&coding=2&charset=UTF-16BE&text=%00S%00", "text"},
			{"another charset", who + "&charset=ISO-8859-1&text=caf%E9", "charset"},
			{"two texts", who + "&text=1&text=2", "text"},
			{"not a query", "id=%zz", "body"},
		},
		reports: []reportCase{
			{"delivered", "id=" + ours + "&type=1&reply=", []sms.Report{{Message: ourID(), Fate: sms.Delivered, Reason: "type_1"}}},
			{"refused by the network", "id=" + ours + "&type=16&reply=NACK%2FInvalid+Dest+" + markedPIN,
				[]sms.Report{{Message: ourID(), Fate: sms.Undelivered, Reason: "NACKInvalid_Dest_"}}},
			{"taken by the network", "id=" + ours + "&type=8&reply=ACK%2F", []sms.Report{{Message: ourID(), Fate: sms.Buffered, Reason: "ACK"}}},
		},
		badReports: []badCase{{"not our ID", "id=7&type=1", "id"}, {"unknown type", "id=" + ours + "&type=9", "type"}},
	}
}

func jasminWire() wire {
	write := func(f fields) string {
		v := url.Values{"id": {f.id}, "from": {f.from}, "to": {f.to}, "content": {f.text}, "origin-connector": {"safaricom"}, "priority": {"0"}}
		if utf8.ValidString(f.text) {
			coding, octets := jasminContent(f.text)
			v.Set("coding", coding)
			v.Set("binary", hex.EncodeToString(octets))
		}
		return v.Encode()
	}
	const who = "id=a&from=254712000001"
	plain, undated := sms.Inbound{From: "+254712000001", ProviderID: "a"}, usualMessage()
	undated.At = time.Time{}
	with := func(text string) sms.Inbound { m := plain; m.Text = text; return m }
	return wire{
		inbound: jasminInbound, write: write, stranger: 200, names: map[string]string{"text": "content"},
		taken: "ACK/Jasmin", repeated: "ACK/Jasmin", failed: "failed",
		messages: []messageCase{
			{"usual", write(usual()), undated},
			{"GSM-7 that looks like ASCII", who + "&coding=0&content=x&binary=00201b65", with("@ €")},
			{"Latin-1", who + "&coding=3&binary=636166e9", with("café")},
			{"UCS-2", who + "&coding=8&binary=005300e920ac", with("Sé€")},
			{"without bytes", who + "&content=BAL", with("BAL")},
		},
		bad: []badCase{
			{"not hexadecimal", who + "&binary=zz", "binary"},
			{"half a character", who + "&coding=8&binary=00", "binary"},
			{"not a text", who + "&coding=4&binary=00", "coding"},
			{"two contents", who + "&content=1&content=2", "content"},
		},
		reports: []reportCase{
			{"delivered", "id=07-a&message_status=DELIVRD&level=2&connector=c&err=000", []sms.Report{{ProviderRef: "07-a", Fate: sms.Delivered, Reason: "DELIVRD"}}},
			{"taken by the network", "id=07-a&message_status=ESME_ROK&level=1", []sms.Report{{ProviderRef: "07-a", Fate: sms.Buffered, Reason: "ESME_ROK"}}},
			{"not taken", "id=07-a&message_status=ESME_RINVDSTADR&level=1", []sms.Report{{ProviderRef: "07-a", Fate: sms.Undelivered, Reason: "ESME_RINVDSTADR"}}},
			{"only dlvrd", "id=07-a&level=3&dlvrd=1", []sms.Report{{ProviderRef: "07-a", Fate: sms.Delivered, Reason: "DELIVRD"}}},
			{"only err", "id=07-a&level=3&dlvrd=000&err=011", []sms.Report{{ProviderRef: "07-a", Fate: sms.Undelivered, Reason: "UNDELIV"}}},
		},
		badReports: []badCase{{"no id", "message_status=DELIVRD", "id"}, {"unknown word", "id=07-a&message_status=MAYBE&level=2", "message_status"}},
	}
}

// Twilio's signature covers the address and every field; the address is ours with its port or without.
func TestTwilioSignature(t *testing.T) {
	w := twilioWire()
	body := w.write(usual())
	right := w.sign(publicURL+"/sms/twilio", body)
	portless := w.sign(strings.Replace(publicURL, ":8443", "", 1)+"/sms/twilio", body)
	for name, c := range map[string]struct {
		signature, body string
		want            int
	}{
		"right":              {right, body, 200},
		"without the port":   {portless, body, 200},
		"another body":       {right, body + "&x=1", 401},
		"another address":    {w.sign("https://evil.example/sms/twilio", body), body, 401},
		"none":               {"", body, 401},
		"not base64":         {"%%%", body, 401},
		"of another account": {base64.StdEncoding.EncodeToString(twilioSignature("other", publicURL+"/sms/twilio", url.Values{})), body, 401},
	} {
		t.Run(name, func(t *testing.T) {
			w := twilioWire()
			w.sign = func(string, string) string { return c.signature }
			d := newGate(t, w, webhook.Guard{Secrets: []string{testSecret}})
			if status, answer := d.knock(knock{body: c.body, secret: testSecret}); status != c.want {
				t.Errorf("%d %q, want %d", status, answer, c.want)
			}
		})
	}
}

func FuzzTwilioInbound(f *testing.F) { fuzz(f, twilioWire()) }

func FuzzInfobipInbound(f *testing.F) { fuzz(f, infobipWire()) }

func FuzzKannelInbound(f *testing.F) { fuzz(f, kannelWire()) }

func FuzzJasminInbound(f *testing.F) { fuzz(f, jasminWire()) }
