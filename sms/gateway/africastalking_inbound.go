package gateway

import (
	"net/http"
	"time"

	"senti/sms"
	"senti/wallet/webhook"
)

// africasTalkingInbound is how Africa's Talking brings the texts that phones send to our short code.
//
//	POST /sms/africastalking/9f3c… HTTP/1.1
//	Content-Type: application/x-www-form-urlencoded
//
//	date=2026-03-05T06%3A04%3A45Z&from=%2B254712000001&id=28a4f1c0&linkId=&text=1+4821&to=20384&cost=KES+1.00&networkCode=63902
//
//	HTTP/1.1 200 OK
//
// Who may call: as for its USSD callbacks, a secret path, its list of addresses, or both.
//
// Quirks:
//   - anything but 200 makes it bring the message again, for up to 12 hours; a repeat has the same id;
//   - so a sender that is no phone of this country (a company's name, a short code), whom nobody can answer and who cannot
//     change it, is told 200 too, and dropped;
//   - the body of an answer is not read: what we answer goes out as a message of its own;
//   - date is written in two ways, with T and Z or with a space, both in UTC.
//
// Checked against its documentation in 2026-11; the repeats as others quote it.
func africasTalkingInbound(g webhook.Guard) inbound {
	return inbound{
		name:  "africastalking",
		path:  "/sms/africastalking",
		media: "application/x-www-form-urlencoded",
		guard: g,
		proof: webhook.SecretInPath,

		parse:  parseAfricasTalkingInbound,
		answer: answerAfricasTalkingInbound,
		refuse: refuseAfricasTalkingInbound,
	}
}

func parseAfricasTalkingInbound(body []byte, region string) (m sms.Inbound, wrong *webhook.Malformed) {
	form, wrong := webhook.Form(body)
	if wrong != nil {
		return m, wrong
	}
	if m.ProviderID, wrong = webhook.Name("id", form.Get("id"), maxMessageID); wrong != nil {
		return sms.Inbound{}, wrong
	}
	if m.From, wrong = webhook.Phone("from", form.Get("from"), region); wrong != nil {
		return sms.Inbound{}, wrong
	}
	if m.To, wrong = webhook.Typed("to", form.Get("to"), maxTo); wrong != nil {
		return sms.Inbound{}, wrong
	}
	if m.Text, wrong = said("text", form.Get("text")); wrong != nil {
		return sms.Inbound{}, wrong
	}
	// A date that cannot be read is no reason to lose the message; the zero time says "not told".
	for _, layout := range []string{time.RFC3339, time.DateTime} {
		if at, err := time.Parse(layout, form.Get("date")); err == nil {
			m.At = at.UTC()
		}
	}
	return m, nil
}

func answerAfricasTalkingInbound(_ sms.Inbound, outcome string) webhook.Answer {
	if outcome == OutcomeFailed {
		return webhook.TextAnswer(http.StatusServiceUnavailable, outcome)
	}
	return webhook.TextAnswer(http.StatusOK, outcome)
}

func refuseAfricasTalkingInbound(status int, m *webhook.Malformed) webhook.Answer {
	switch {
	case m == nil:
		return webhook.TextAnswer(status, OutcomeRefused)
	case m.Field == "from":
		status = http.StatusOK
	}
	return webhook.TextAnswer(status, m.Field+": "+m.Problem)
}
