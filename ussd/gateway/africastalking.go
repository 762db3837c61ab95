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
var africasTalking = adapter{
	name:  "africastalking",
	title: "Africa's Talking (Kenya, Uganda, Tanzania, Rwanda, Nigeria, Malawi …)",
	input: history,
	tells: "end, network",
	limit: 156,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	opens: true,
	doors: []door{
		{http.MethodPost, "", []string{"application/x-www-form-urlencoded"}, hearAfricasTalking},
		{http.MethodPost, "/events", []string{"application/x-www-form-urlencoded"}, hearAfricasTalkingEnd},
	},
	reply:  replyCONEND,
	refuse: refuseCONEND,
}

// africasTalkingPayload is what is read of a callback.
type africasTalkingPayload struct {
	SessionID, PhoneNumber, NetworkCode, ServiceCode, Text string
}

// africasTalkingNotice is what is read of a notice. It has no place for input and lastAppResponse, on purpose.
type africasTalkingNotice struct {
	SessionID, PhoneNumber, Date, Status, ErrorMessage string
}

func hearAfricasTalking(c call) (heard, *webhook.Malformed) {
	form, wrong := webhook.FormFields(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := africasTalkingPayload{
		form.Get("sessionId"), form.Get("phoneNumber"), form.Get("networkCode"), form.Get("serviceCode"), form.Get("text"),
	}
	t := taker{call: c}
	return t.turn(ussd.Request{
		Session:     t.session("sessionId", p.SessionID),
		Caller:      t.phone("phoneNumber", p.PhoneNumber),
		ServiceCode: t.serviceCode("serviceCode", p.ServiceCode),
		Text:        t.transcript("text", p.Text),
		History:     true,
		New:         p.Text == "",
		Network:     network(p.NetworkCode),
	}, nil)
}

func hearAfricasTalkingEnd(c call) (heard, *webhook.Malformed) {
	form, wrong := webhook.FormFields(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := africasTalkingNotice{
		form.Get("sessionId"), form.Get("phoneNumber"), form.Get("date"), form.Get("status"), form.Get("errorMessage"),
	}
	failed, ok := africasTalkingStatus[p.Status]
	if !ok {
		return heard{}, webhook.Wrong("status", "unknown word "+webhook.Words(p.Status))
	}
	at, _ := time.Parse(time.DateTime, p.Date) // one that cannot be read is no reason to lose the notice
	t := taker{call: c}
	return t.end(ussd.EndNotice{
		Session: t.session("sessionId", p.SessionID),
		Caller:  t.phone("phoneNumber", p.PhoneNumber),
		Failed:  failed,
		Reason:  webhook.Words(p.Status + " " + p.ErrorMessage),
		At:      at,
	}, nil)
}

// replyCONEND is the answer of Africa's Talking, and of its many followers.
func replyCONEND(_ heard, r ussd.Reply) webhook.Answer {
	if r.End {
		return webhook.TextAnswer(http.StatusOK, "END "+r.Text)
	}
	return webhook.TextAnswer(http.StatusOK, "CON "+r.Text)
}

// africasTalkingStatus lists the words for how a session ended, and whether the person may have missed the last screen.
var africasTalkingStatus = map[string]bool{
	"Success":    false,
	"Incomplete": true,
	"Failed":     true,
}
