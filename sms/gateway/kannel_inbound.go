package gateway

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"senti/sms"
	"senti/wallet/id"
	"senti/wallet/webhook"
)

// kannelInbound is how a Kannel of one's own brings the texts that phones send, and reports. Its configuration:
//
//	group = smsbox
//	mo-recode = true           # UTF-8, whatever the phone wrote in
//	http-request-retry = 100   # otherwise a text that we could not take in just then is lost
//
//	group = sms-service
//	keyword = default
//	catch-all = true
//	max-messages = 0           # what we answer goes out as a message of its own
//	get-url = "http://127.0.0.1:8080/sms/kannel/9f3c…?id=%I&from=%p&to=%P&text=%b&charset=%C&coding=%c&at=%T"
//
//	GET /sms/kannel/9f3c…?id=2c4f…&from=%2B254712000001&to=20384&text=1+4821&charset=UTF-8&coding=0&at=1772690685 HTTP/1.1
//
//	HTTP/1.1 200 OK
//
// What became of a message of ours comes to the same path with /reports, with our ID of it, since the sender puts both there:
//
//	GET /sms/kannel/9f3c…/reports?id=0190f3…&type=1&reply= HTTP/1.1
//
// Who may call: it proves nothing, so a secret path, its address, or both.
//
// Quirks: %a squeezes spaces and so breaks a text in UCS-2, %b does not; without mo-recode such a text comes as UTF-16BE, which is
// read too; the sender has a "+" only where the network says that the number is international.
//
// Quirks of retries: it brings again, as often as http-request-retry says, whatever is not answered 200. What nobody can mend by
// bringing it again is therefore answered 200, logged and dropped.
//
// Checked against Kannel 1.4.5.
var kannelInbound = inbound{
	name:  "kannel",
	title: "Kannel",
	proof: webhook.SecretInPath,
	doors: []door{
		{http.MethodGet, "", nil, hearKannel},
		{http.MethodGet, reportsSuffix, nil, hearKannelReport},
	},
	answer: answerStatus,
	refuse: refuseKannel,
}

func hearKannel(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.Form(c.carried)
	if wrong != nil {
		return heard{}, wrong
	}
	text, wrong := kannelText(f)
	if wrong != nil {
		return heard{}, wrong
	}
	m, wrong := c.read(field{"id", f.Get("id")}, field{"from", f.Get("from")}, field{"to", f.Get("to")}, field{"text", text})
	if wrong != nil {
		return heard{}, wrong
	}
	if seconds, err := strconv.ParseInt(f.Get("at"), 10, 64); err == nil && seconds > 0 && seconds < 1<<33 {
		m.At = time.Unix(seconds, 0).UTC()
	}
	return heard{messages: []sms.Inbound{m}}, nil
}

// kannelText is the text in UTF-8.
func kannelText(f url.Values) (string, *webhook.Malformed) {
	text := f.Get("text")
	switch charset := strings.ToUpper(f.Get("charset")); {
	case charset == "UTF-16BE", charset == "" && f.Get("coding") == "2":
		return utf16BE("text", []byte(text))
	case charset == "", charset == "UTF-8", charset == "US-ASCII", charset == "ASCII", isASCII(text): // as octets, too
		return text, nil
	}
	return "", webhook.Wrong("charset", "must be UTF-8: set mo-recode in the group smsbox")
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > 0x7e }) < 0
}

func refuseKannel(status int, m *webhook.Malformed) webhook.Answer {
	if m == nil {
		return webhook.TextAnswer(status, OutcomeRefused)
	}
	return webhook.TextAnswer(http.StatusOK, m.Field+": "+m.Problem)
}

func hearKannelReport(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.Form(c.carried)
	if wrong != nil {
		return heard{}, wrong
	}
	message, err := id.Parse(f.Get("id"))
	if err != nil {
		return heard{}, webhook.Wrong("id", "not an ID of ours")
	}
	reason := webhook.Words(f.Get("reply")) // of the network, in whatever form
	if reason == "" {
		reason = "type_" + f.Get("type")
	}
	return stated(kannelFates, field{"type", f.Get("type")}, reason, sms.Report{Message: message})
}

// kannelFates lists the types of its reports. The network's own refusal is final: Kannel does not ask it again.
var kannelFates = map[string]sms.Fate{
	"1":  sms.Delivered,
	"2":  sms.Undelivered,
	"4":  sms.Buffered,
	"8":  sms.Buffered,
	"16": sms.Undelivered,
	"32": sms.Buffered, // in between
}
