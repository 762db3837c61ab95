package gateway

import (
	"net/http"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// africasTalking is Africa's Talking, an aggregator: Kenya, Uganda, Tanzania, Rwanda, Nigeria, Malawi and more.
//
// Each turn of a session:
//
//	POST /ussd/africastalking/9f3c… HTTP/1.1
//	Content-Type: application/x-www-form-urlencoded
//
//	sessionId=ATUid_7c1e0b&phoneNumber=%2B254712000001&networkCode=63902&serviceCode=*384%23&text=1*0712000002*250
//
//	HTTP/1.1 200 OK
//	Content-Type: text/plain; charset=utf-8
//
//	CON Send Ksh 250 to
//	JANE WANJIKU …
//
// When the session is over, to the same path with /events:
//
//	date=2026-03-05+09%3A14%3A31&sessionId=ATUid_7c1e0b&serviceCode=*384%23&networkCode=63902&phoneNumber=%2B254712000001
//	&status=Incomplete&cost=KES+0.10&durationInMillis=41230&hopsCount=4&input=1*0712000002*250&lastAppResponse=CON+Send…
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both. Without a secret the path is
// /ussd/africastalking, which is there for the list of addresses and for the demo.
//
// Quirks:
//   - text is everything typed so far joined by "*", so a PIN comes again in every later turn and in the notice's input;
//     input and lastAppResponse are dropped here, unread;
//   - an empty text means a new session, but a dialled short cut (*384*1#) begins with text, so the opposite is not said;
//   - there is no number of the turn and no promise not to repeat one;
//   - any answer but 200 with CON or END ends the session on the phone;
//   - an answer after 10 s is lost; a session lasts 180 s at most, 30 s without a key on some networks;
//   - the shortest screen of its networks is 160 (Safaricom), of which "CON " takes 4;
//   - a status of Success says that the session ended as it should, not that the phone showed the last screen.
//
// Checked against its documentation in 2026-11; notices and time limits as others quote it.
func africasTalking(g webhook.Guard) adapter {
	return adapter{
		name:  "africastalking",
		limit: 156,
		path:  "/ussd/africastalking",
		media: "application/x-www-form-urlencoded",
		guard: g,
		proof: webhook.SecretInPath,

		parse:  parseAfricasTalking,
		notice: parseAfricasTalkingNotice,
		reply:  replyAfricasTalking,
		refuse: refuseAfricasTalking,
	}
}

// africasTalkingPayload is what is read of a callback; networkCode is not needed.
type africasTalkingPayload struct {
	SessionID, PhoneNumber, ServiceCode, Text string
}

// africasTalkingNotice is what is read of a notice. It has no place for input and lastAppResponse, on purpose.
type africasTalkingNotice struct {
	SessionID, PhoneNumber, Date, Status, ErrorMessage string
}

func parseAfricasTalking(body []byte, region string) (r ussd.Request, wrong *webhook.Malformed) {
	form, wrong := webhook.Form(body)
	if wrong != nil {
		return r, wrong
	}
	p := africasTalkingPayload{
		form.Get("sessionId"), form.Get("phoneNumber"), form.Get("serviceCode"), form.Get("text"),
	}
	r = ussd.Request{History: true, New: p.Text == ""}
	if r.Session, wrong = webhook.Name("sessionId", p.SessionID, maxSession); wrong != nil {
		return ussd.Request{}, wrong
	}
	if r.Caller, wrong = webhook.Phone("phoneNumber", p.PhoneNumber, region); wrong != nil {
		return ussd.Request{}, wrong
	}
	if r.ServiceCode, wrong = serviceCode("serviceCode", p.ServiceCode); wrong != nil {
		return ussd.Request{}, wrong
	}
	if r.Text, wrong = webhook.Typed("text", p.Text, maxText); wrong != nil {
		return ussd.Request{}, wrong
	}
	return r, nil
}

func parseAfricasTalkingNotice(body []byte, region string) (n ussd.EndNotice, wrong *webhook.Malformed) {
	form, wrong := webhook.Form(body)
	if wrong != nil {
		return n, wrong
	}
	p := africasTalkingNotice{
		form.Get("sessionId"), form.Get("phoneNumber"), form.Get("date"), form.Get("status"), form.Get("errorMessage"),
	}
	failed, ok := africasTalkingStatus[p.Status]
	if !ok {
		return n, webhook.Wrong("status", "unknown word "+webhook.Words(p.Status))
	}
	n = ussd.EndNotice{Failed: failed, Reason: webhook.Words(p.Status + " " + p.ErrorMessage)}
	if n.Session, wrong = webhook.Name("sessionId", p.SessionID, maxSession); wrong != nil {
		return ussd.EndNotice{}, wrong
	}
	if n.Caller, wrong = webhook.Phone("phoneNumber", p.PhoneNumber, region); wrong != nil {
		return ussd.EndNotice{}, wrong
	}
	// A date that cannot be read is no reason to lose the notice; the zero time says "not told".
	n.At, _ = time.Parse(time.DateTime, p.Date)
	return n, nil
}

func replyAfricasTalking(_ ussd.Request, r ussd.Reply) webhook.Answer {
	word := "CON "
	if r.End {
		word = "END "
	}
	return webhook.TextAnswer(http.StatusOK, word+r.Text)
}

// refuseAfricasTalking ends the session. The phone may show the text, so it says first that nothing was done.
func refuseAfricasTalking(status int, m *webhook.Malformed) webhook.Answer {
	if m == nil {
		return webhook.TextAnswer(status, "END This caller is not known here.")
	}
	return webhook.TextAnswer(status, "END Sorry, that did not reach us well. Nothing was done. Please dial again.\n("+
		m.Field+": "+m.Problem+")")
}

// africasTalkingStatus lists the words for how a session ended, and whether the person may have missed the last screen.
var africasTalkingStatus = map[string]bool{
	"Success":    false,
	"Incomplete": true,
	"Failed":     true,
}
