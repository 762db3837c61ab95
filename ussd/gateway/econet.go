package gateway

import (
	"net/http"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// econet is Econet Wireless: Zimbabwe.
//
// Each turn of a session:
//
//	POST /ussd/econet/88ab… HTTP/1.1
//	Content-Type: text/xml; charset=utf-8
//
//	<messageRequest xmlns="http://econet.co.zw/intergration/messagingSchema">
//	<transactionTime>2026-03-05T09:14:31.000+02:00</transactionTime><transactionID>8800001</transactionID>
//	<sourceNumber>263770000001</sourceNumber><destinationNumber>440</destinationNumber><message>*440#</message>
//	<stage>FIRST</stage><channel>USSD</channel></messageRequest>
//
//	HTTP/1.1 200 OK
//	Content-Type: text/xml; charset=utf-8
//
//	<?xml version="1.0" encoding="UTF-8"?>
//	<messageResponse xmlns="http://econet.co.zw/intergration/messagingSchema">
//	<transactionTime>2026-03-05T09:14:31.000+02:00</transactionTime><transactionID>8800001</transactionID>
//	<sourceNumber>263770000001</sourceNumber><destinationNumber>440</destinationNumber><message>Enter amount</message>
//	<stage>MENU_PROCESSING</stage><channel>USSD</channel><applicationTransactionID>8800001</applicationTransactionID>
//	<transactionType>MENU_PROCESSING</transactionType></messageResponse>
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both.
//
// Quirks:
//   - transactionID names the session; stage is FIRST at first and then what we answered: MENU_PROCESSING goes on, COMPLETE ends;
//   - the name space is spelled so;
//   - message is the whole dialled code at first, and then only the latest input; destinationNumber is the short code;
//   - it tells no end.
//
// Checked against five unrelated integrations in 2026-11; its own documentation was not to be had.
var econet = adapter{
	name:  "econet",
	title: "Econet (Zimbabwe)",
	input: latest,
	limit: 160,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	doors: []door{{http.MethodPost, "", []string{"text/xml", "application/xml"}, hearEconet}},

	reply:  replyEconet,
	refuse: refuseText,
}

type econetPayload struct {
	Time, ID, Source, Destination, Message, Stage string
}

// econetReply takes time, ID, source, destination, screen, stage, ID and stage.
const econetReply = `<messageResponse xmlns="http://econet.co.zw/intergration/messagingSchema"><transactionTime>%s</transactionTime>` +
	`<transactionID>%s</transactionID><sourceNumber>%s</sourceNumber><destinationNumber>%s</destinationNumber><message>%s</message>` +
	`<stage>%s</stage><channel>USSD</channel><applicationTransactionID>%s</applicationTransactionID>` +
	`<transactionType>%s</transactionType></messageResponse>`

func hearEconet(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatXML(c.body, "messageRequest")
	if wrong != nil {
		return heard{}, wrong
	}
	p := econetPayload{f.Get("transactionTime"), f.Get("transactionID"), f.Get("sourceNumber"), f.Get("destinationNumber"),
		f.Get("message"), f.Get("stage")}
	t := taker{call: c}
	first := p.Stage == econetFirst
	if p.Stage == "" {
		t.note("", webhook.Wrong("stage", "missing"))
	}
	r := ussd.Request{
		Session:     t.session("transactionID", p.ID),
		Caller:      t.phone("sourceNumber", p.Source),
		ServiceCode: t.serviceCode("destinationNumber", p.Destination),
		Text:        t.typed("message", p.Message),
		New:         first,
		Later:       !first,
	}
	if first {
		r.Text = t.dialled("message", p.Message, p.Destination)
	}
	return t.turn(r, p)
}

func replyEconet(h heard, r ussd.Reply) webhook.Answer {
	p := h.wire.(econetPayload)
	stage := econetGoesOn
	if r.End {
		stage = econetEnds
	}
	return xmlAnswer("text/xml; charset=utf-8", econetReply, p.Time, p.ID, p.Source, p.Destination, r.Text, stage, p.ID, stage)
}

// The stages.
const (
	econetFirst  = "FIRST"
	econetGoesOn = "MENU_PROCESSING"
	econetEnds   = "COMPLETE"
)
