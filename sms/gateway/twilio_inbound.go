package gateway

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what Twilio signs with
	"encoding/base64"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"senti/sms"
	"senti/wallet/webhook"
)

// twilioInbound is how Twilio brings the texts that phones send to our number, and reports.
//
//	POST /sms/twilio HTTP/1.1
//	Content-Type: application/x-www-form-urlencoded
//	X-Twilio-Signature: 0/KCTR6DLpKmkAf8muzZqo1nDgQ=
//
//	MessageSid=SM9f…&AccountSid=AC3f…&From=%2B254712000001&To=%2B15005550006&Body=1+4821&NumMedia=0&NumSegments=1
//
//	HTTP/1.1 200 OK
//	Content-Type: text/xml
//
//	<?xml version="1.0" encoding="UTF-8"?><Response/>
//
// and what became of a message of ours, to the same path with /reports:
//
//	MessageSid=SM9f…&MessageStatus=undelivered&ErrorCode=30003&To=%2B254712000001
//
// Who may call: it signs, with the auth token of the account, the whole address as it knows it followed by every field in the order
// of their names, name and value; of a field that stands twice, each different value. The address is that of the configuration and
// not the one that the call claims, which a proxy may have changed; with and without its port, as Twilio itself cannot agree.
//
// Quirks: it adds fields when it likes, so unknown ones are passed over; what we answer goes out as a message of its own; an answer
// of 500 is brought again only if the number is set so.
//
// Checked against its SDK for Node.js in 2026-11.
var twilioInbound = inbound{
	name:  "twilio",
	title: "Twilio",
	proof: webhook.SecretInPath,
	doors: []door{
		{http.MethodPost, "", form, hearTwilio},
		{http.MethodPost, reportsSuffix, form, hearTwilioReport},
	},
	answer: answerTwilio,
	refuse: refuseText,
	signed: signedByTwilio,
}

func hearTwilio(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.Form(c.carried)
	if wrong != nil {
		return heard{}, wrong
	}
	m, wrong := c.read(field{"MessageSid", f.Get("MessageSid")}, field{"From", f.Get("From")}, field{"To", f.Get("To")},
		field{"Body", f.Get("Body")})
	if wrong != nil {
		return heard{}, wrong
	}
	return heard{messages: []sms.Inbound{m}}, nil
}

func hearTwilioReport(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.Form(c.carried)
	if wrong != nil {
		return heard{}, wrong
	}
	ref, wrong := webhook.Name("MessageSid", f.Get("MessageSid"), maxMessageID)
	if wrong != nil {
		return heard{}, wrong
	}
	reason := f.Get("MessageStatus")
	if code := f.Get("ErrorCode"); code != "" {
		reason = "twilio_" + code
	}
	return stated(twilioFates, field{"MessageStatus", f.Get("MessageStatus")}, reason, sms.Report{ProviderRef: ref})
}

// twilioFates lists the words for what became of a message.
var twilioFates = map[string]sms.Fate{
	"accepted":    sms.Buffered,
	"scheduled":   sms.Buffered,
	"queued":      sms.Buffered,
	"sending":     sms.Buffered,
	"sent":        sms.Buffered,
	"delivered":   sms.Delivered,
	"read":        sms.Delivered,
	"undelivered": sms.Undelivered,
	"failed":      sms.Undelivered,
	"canceled":    sms.Undelivered,
}

func answerTwilio(_ heard, outcome string) webhook.Answer {
	if outcome == OutcomeFailed {
		return webhook.TextAnswer(http.StatusServiceUnavailable, outcome)
	}
	return webhook.Answer{Status: http.StatusOK, Media: "text/xml; charset=utf-8", Body: `<?xml version="1.0" encoding="UTF-8"?><Response/>`}
}

// signedByTwilio reports whether one of the keys signed the fields for our address, with its port or without.
func signedByTwilio(on Instance, r *http.Request, body []byte) bool {
	given, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Twilio-Signature"))
	if err != nil {
		return false
	}
	address := on.URL
	if strings.HasSuffix(r.URL.Path, reportsSuffix) {
		address += reportsSuffix
	}
	if r.URL.RawQuery != "" {
		address += "?" + r.URL.RawQuery
	}
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		return false
	}
	found := false
	for _, key := range on.Keys {
		for _, as := range addresses(address) {
			found = hmac.Equal(twilioSignature(key, as, fields), given) || found
		}
	}
	return found
}

// twilioSignature is what Twilio signs a call with.
func twilioSignature(key, address string, fields url.Values) []byte {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		for _, value := range slices.Compact(slices.Sorted(slices.Values(fields[name]))) {
			mac.Write([]byte(name + value))
		}
	}
	return mac.Sum(nil)
}

// addresses is an address with its port and without.
func addresses(address string) []string {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	with, without := *u, *u
	without.Host = u.Hostname()
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	with.Host = net.JoinHostPort(u.Hostname(), port)
	return []string{with.String(), without.String()}
}
