package gateway

import (
	"net/http"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// comvivaXML is the XML pull of Comviva's gateway: MTN in Rwanda, Benin, Cameroon, Ghana and others.
//
// Each turn of a session:
//
//	POST /ussd/comviva-xml/a3d0… HTTP/1.1
//	Content-Type: application/xml
//
//	<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
//	<request type="pull"><transactionId>9001</transactionId><sessionId>17000000001</sessionId><msisdn>250788000001</msisdn>
//	<newRequest>1</newRequest><subscriberInput>384</subscriberInput><parameters></parameters>
//	<freeflow><mode>FD</mode></freeflow></request>
//
//	HTTP/1.1 200 OK
//	Content-Type: application/xml; charset=utf-8
//
//	<?xml version="1.0" encoding="UTF-8"?>
//	<response><msisdn>250788000001</msisdn><applicationResponse>Enter amount</applicationResponse>
//	<appDrivenMenuCode></appDrivenMenuCode><freeflow><freeflowState>FC</freeflowState><freeflowCharging>N</freeflowCharging>
//	<freeflowChargingAmount>0</freeflowChargingAmount></freeflow></response>
//
// freeflowState is FC to go on and FB to end. A request of type "cleanup" says that the session is over; it is answered
// with FB and no text.
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both.
//
// Quirks:
//   - subscriberInput is at first the dialled code without its * and #, and then only the latest input;
//   - newRequest is 1 at first and 0 after it;
//   - what stands in freeflow, and what other elements there are, differs from country to country; they are passed over.
//
// Checked against five unrelated integrations in 2026-11; its own documentation was not to be had.
var comvivaXML = adapter{
	name:  "comviva-xml",
	title: "Comviva, XML pull (MTN)",
	input: latest,
	tells: "end",
	limit: 160,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	doors: []door{{http.MethodPost, "", []string{"application/xml", "text/xml"}, hearComvivaXML}},

	reply:  replyComvivaXML,
	noted:  noteComvivaXML,
	refuse: refuseText,
}

type comvivaXMLPayload struct{ Type, SessionID, MSISDN, NewRequest, Input string }

// comvivaXMLReply takes the number, the screen and the state.
const comvivaXMLReply = `<response><msisdn>%s</msisdn><applicationResponse>%s</applicationResponse>` +
	`<appDrivenMenuCode></appDrivenMenuCode><freeflow><freeflowState>%s</freeflowState><freeflowCharging>N</freeflowCharging>` +
	`<freeflowChargingAmount>0</freeflowChargingAmount></freeflow></response>`

func hearComvivaXML(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatXML(c.body, "request")
	if wrong != nil {
		return heard{}, wrong
	}
	p := comvivaXMLPayload{f.Get("type"), f.Get("sessionId"), f.Get("msisdn"), f.Get("newRequest"), f.Get("subscriberInput")}
	t := taker{call: c}
	session, caller := t.session("sessionId", p.SessionID), t.phone("msisdn", p.MSISDN)
	if p.Type == "cleanup" {
		return t.end(ussd.EndNotice{Session: session, Caller: caller, Failed: true, Reason: p.Type}, p.MSISDN)
	}
	first, ok := yes[p.NewRequest]
	if !ok {
		t.note("", webhook.Wrong("newRequest", "must be 1 or 0"))
	}
	r := ussd.Request{Session: session, Caller: caller, Text: t.typed("subscriberInput", p.Input), New: first, Later: !first}
	if first {
		r.Text = t.dialled("subscriberInput", p.Input, "")
	}
	return t.turn(r, p.MSISDN)
}

func replyComvivaXML(h heard, r ussd.Reply) webhook.Answer {
	state := "FC"
	if r.End {
		state = "FB"
	}
	msisdn, _ := h.wire.(string)
	return xmlAnswer("application/xml; charset=utf-8", comvivaXMLReply, msisdn, r.Text, state)
}

func noteComvivaXML(h heard) webhook.Answer { return replyComvivaXML(h, ussd.Reply{End: true}) }
