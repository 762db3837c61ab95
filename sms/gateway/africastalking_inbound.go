package gateway

import (
	"net/http"
	"time"

	"senti/sms"
	"senti/wallet/webhook"
)

// africasTalkingInbound is how Africa's Talking brings the texts that phones send to our short code, and reports.
//
//	POST /sms/africastalking/9f3c… HTTP/1.1
//	Content-Type: application/x-www-form-urlencoded
//
//	date=2026-03-05T06%3A04%3A45Z&from=%2B254712000001&id=28a4f1c0&linkId=&text=1+4821&to=20384&cost=KES+1.00&networkCode=63902
//
//	HTTP/1.1 200 OK
//
// and what became of a message of ours, to the same path with /reports:
//
//	id=ATXid_1&status=Failed&phoneNumber=%2B254712000001&networkCode=63902&failureReason=AbsentSubscriber&retryCount=0
//
// Who may call: as for its USSD callbacks, a secret path, its list of addresses, or both.
//
// Quirks:
//   - anything but 200 makes it bring the message again, for up to 12 hours; a repeat has the same id;
//   - so a sender that is no phone of this country (a company's name, a short code), whom nobody can answer and who cannot
//     change it, is told 200 too, and dropped;
//   - the body of an answer is not read: what we answer goes out as a message of its own;
//   - date is written in two ways, with T and Z or with a space, both in UTC;
//   - of the words for what became of a message, Rejected, Success and Failed are final; AbsentSubscriber and Expired are too, as
//     far as we are concerned: nothing is told after them.
//
// Checked against its documentation in 2026-11; the repeats as others quote it.
var africasTalkingInbound = inbound{
	name:  "africastalking",
	title: "Africa's Talking",
	proof: webhook.SecretInPath,
	doors: []door{
		{http.MethodPost, "", form, hearAfricasTalking},
		{http.MethodPost, reportsSuffix, form, hearAfricasTalkingReport},
	},
	answer: answerStatus,
	refuse: refuseText,
}

func hearAfricasTalking(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.Form(c.carried)
	if wrong != nil {
		return heard{}, wrong
	}
	m, wrong := c.read(field{"id", f.Get("id")}, field{"from", f.Get("from")}, field{"to", f.Get("to")}, field{"text", f.Get("text")})
	if wrong != nil {
		return heard{}, wrong
	}
	// A date that cannot be read is no reason to lose the message; the zero time says "not told".
	for _, layout := range []string{time.RFC3339, time.DateTime} {
		if at, err := time.Parse(layout, f.Get("date")); err == nil {
			m.At = at.UTC()
		}
	}
	return heard{messages: []sms.Inbound{m}}, nil
}

func hearAfricasTalkingReport(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.Form(c.carried)
	if wrong != nil {
		return heard{}, wrong
	}
	ref, wrong := webhook.Name("id", f.Get("id"), maxMessageID)
	if wrong != nil {
		return heard{}, wrong
	}
	reason := f.Get("failureReason")
	if reason == "" {
		reason = f.Get("status")
	}
	return stated(africasTalkingFates, field{"status", f.Get("status")}, reason, sms.Report{ProviderRef: ref})
}

// africasTalkingFates lists the words for what became of a message, in small letters.
var africasTalkingFates = map[string]sms.Fate{
	"sent":             sms.Buffered,
	"submitted":        sms.Buffered,
	"buffered":         sms.Buffered,
	"rejected":         sms.Undelivered,
	"success":          sms.Delivered,
	"failed":           sms.Undelivered,
	"absentsubscriber": sms.Undelivered,
	"expired":          sms.Undelivered,
}
