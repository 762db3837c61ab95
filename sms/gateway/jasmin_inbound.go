package gateway

import (
	"encoding/hex"
	"net/http"
	"net/url"

	"senti/sms"
	"senti/wallet/i18n"
	"senti/wallet/webhook"
)

// jasminInbound is how a Jasmin of one's own brings the texts that phones send, and reports.
//
//	POST /sms/jasmin/9f3c… HTTP/1.1
//	Content-Type: application/x-www-form-urlencoded
//
//	id=3b1e…&from=254712000001&to=20384&origin-connector=safaricom&content=1+4821&binary=312034383231&coding=0&priority=0&validity=
//
//	HTTP/1.1 200 OK
//
//	ACK/Jasmin
//
// and what became of a message of ours, to the same path with /reports:
//
//	id=07033084-…&message_status=DELIVRD&level=2&connector=safaricom&id_smsc=123&sub=001&dlvrd=001&subdate=2603050604
//	&donedate=2603050605&err=000&text=
//
// Who may call: it proves nothing, so a secret path, its address, or both.
//
// Quirks: it wants 200 and exactly ACK/Jasmin, else it brings the same thrice more, half a minute apart; content may be bytes of
// GSM-7 as if they were text, so the text is read from binary, by its coding; a report of level 1 says only that the network has taken
// the message or not; message_status is missing in some, whose dlvrd or err tells.
//
// Checked against its documentation in 2026-11.
var jasminInbound = inbound{
	name:  "jasmin",
	title: "Jasmin",
	proof: webhook.SecretInPath,
	doors: []door{
		{http.MethodPost, "", form, hearJasmin},
		{http.MethodPost, reportsSuffix, form, hearJasminReport},
	},
	answer: answerJasmin,
	refuse: refuseJasmin,
}

func hearJasmin(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.Form(c.carried)
	if wrong != nil {
		return heard{}, wrong
	}
	text, wrong := jasminText(f)
	if wrong != nil {
		return heard{}, wrong
	}
	m, wrong := c.read(field{"id", f.Get("id")}, field{"from", f.Get("from")}, field{"to", f.Get("to")}, field{"content", text})
	if wrong != nil {
		return heard{}, wrong
	}
	return heard{messages: []sms.Inbound{m}}, nil
}

// jasminText is the text by its bytes and their SMPP data coding, or as it stands where there are no bytes.
func jasminText(f url.Values) (string, *webhook.Malformed) {
	if f.Get("binary") == "" {
		return f.Get("content"), nil
	}
	octets, err := hex.DecodeString(f.Get("binary"))
	if err != nil {
		return "", webhook.Wrong("binary", "not hexadecimal")
	}
	switch f.Get("coding") {
	case "", "0":
		return i18n.DecodeGSM(octets), nil
	case "1":
		return string(octets), nil
	case "3":
		latin := make([]rune, len(octets))
		for i, o := range octets {
			latin[i] = rune(o)
		}
		return string(latin), nil
	case "8":
		return utf16BE("binary", octets)
	}
	return "", webhook.Wrong("coding", "not that of a text")
}

func hearJasminReport(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.Form(c.carried)
	if wrong != nil {
		return heard{}, wrong
	}
	ref, wrong := webhook.Name("id", f.Get("id"), maxMessageID)
	if wrong != nil {
		return heard{}, wrong
	}
	status, report := f.Get("message_status"), sms.Report{ProviderRef: ref}
	switch {
	case status == "" && (f.Get("dlvrd") == "001" || f.Get("dlvrd") == "1"):
		status = "DELIVRD"
	case status == "" && f.Get("err") != "" && f.Get("err") != "000":
		status = "UNDELIV"
	}
	if f.Get("level") == "1" && len(status) > 4 && status[:5] == "ESME_" {
		report.Fate, report.Reason = sms.Undelivered, word(status) // the network did not take it
		if status == "ESME_ROK" {
			report.Fate = sms.Buffered
		}
		return heard{reports: []sms.Report{report}}, nil
	}
	return stated(jasminFates, field{"message_status", status}, status, report)
}

// jasminFates lists the words for what became of a message, in small letters: those of SMPP receipts.
var jasminFates = map[string]sms.Fate{
	"delivrd":  sms.Delivered,
	"undeliv":  sms.Undelivered,
	"rejectd":  sms.Undelivered,
	"expired":  sms.Undelivered,
	"deleted":  sms.Undelivered,
	"accepted": sms.Buffered,
	"acceptd":  sms.Buffered,
	"enroute":  sms.Buffered,
	"unknown":  sms.Buffered,
}

func answerJasmin(_ heard, outcome string) webhook.Answer {
	if outcome == OutcomeFailed {
		return webhook.TextAnswer(http.StatusServiceUnavailable, outcome)
	}
	return webhook.TextAnswer(http.StatusOK, "ACK/Jasmin")
}

// refuseJasmin drops what comes from no phone, as refuseText does, in the only words that Jasmin takes for an answer.
func refuseJasmin(status int, m *webhook.Malformed) webhook.Answer {
	if m != nil && senderFields[m.Field] {
		return webhook.TextAnswer(http.StatusOK, "ACK/Jasmin")
	}
	return refuseText(status, m)
}
