package gateway

import (
	"net/http"
	"strings"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// restComm is the RestComm USSD gateway, which an operator runs beside its own network: any country.
//
// The first turn of a session, and any later one:
//
//	POST /ussd/restcomm/61f7… HTTP/1.1
//	Content-Type: text/xml
//
//	<dialog type="Begin" networkId="0" localId="12" remoteId="13" mapMessagesSize="1">
//	<destinationReference number="204200000000001" nai="international_number" npi="land_mobile"/>
//	<originationReference number="254712000001" nai="international_number" npi="ISDN"/>
//	<processUnstructuredSSRequest_Request invokeId="0" dataCodingScheme="15" string="*384#">
//	<msisdn nai="international_number" npi="ISDN" number="254712000001"/></processUnstructuredSSRequest_Request></dialog>
//
//	<dialog type="Continue" localId="12" remoteId="13" mapMessagesSize="1" userObject="0 254712000001">
//	<unstructuredSSRequest_Response invokeId="1" dataCodingScheme="15" string="500"/></dialog>
//
// Our answer that goes on, and the one that ends:
//
//	<dialog mapMessagesSize="1" userObject="0 254712000001"><unstructuredSSRequest_Request dataCodingScheme="15"
//	string="Enter amount"/></dialog>
//
//	<dialog mapMessagesSize="1" prearrangedEnd="false" userObject="0 254712000001"><processUnstructuredSSRequest_Response
//	invokeId="0" dataCodingScheme="15" string="Bye"/></dialog>
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both.
//
// Quirks:
//   - only 200 with a body is an answer; it waits 25 s; a body's character set stands in Content-Encoding too;
//   - the answer that ends names the invokeId of the first call, and a later call does not say whose it is: both stand in
//     userObject, which comes back with every later call;
//   - localId names the session, and begins again when the gateway is restarted;
//   - dataCodingScheme is 15 for GSM-7 (182 characters) and 72 for UCS-2 (80);
//   - a session that is over shows as a call of type Abort or End, or by dialogTimedOut, invokeTimedOut, mapUserAbortChoice,
//     mapAbortProviderReason, mapRefuseReason or errComponents.
//
// Checked against its source, version 7.2.0.
var restComm = adapter{
	name:  "restcomm",
	title: "RestComm USSD gateway (run by an operator itself)",
	input: latest,
	tells: "end",
	limit: 182,
	waits: 25 * time.Second,
	login: webhook.BasicLogin,
	push:  restCommPush,
	doors: []door{{http.MethodPost, "", []string{"text/xml", "application/xml"}, hearRestComm}},

	reply:  replyRestComm,
	refuse: refuseText,
}

// The answer that goes on takes userObject, alphabet and screen; the one that ends userObject, invokeId, alphabet and screen.
const (
	restCommGoesOn = `<dialog mapMessagesSize="1" userObject="%s"><unstructuredSSRequest_Request dataCodingScheme="%s" string="%s"/></dialog>`
	restCommEnds   = `<dialog mapMessagesSize="1" prearrangedEnd="false" userObject="%s">` +
		`<processUnstructuredSSRequest_Response invokeId="%s" dataCodingScheme="%s" string="%s"/></dialog>`
)

func hearRestComm(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatXML(c.body, "dialog")
	if wrong != nil {
		return heard{}, wrong
	}
	const begin, reply = "processUnstructuredSSRequest_Request.", "unstructuredSSRequest_Response."
	invoke, number, _ := strings.Cut(f.Get("userObject"), " ")
	for _, field := range []string{"originationReference.number", begin + "msisdn.number", reply + "msisdn.number"} {
		if n := f.Get(field); n != "" {
			number = n
		}
	}
	t := taker{call: c}
	session, caller := t.session("localId", f.Get("localId")), t.phone("msisdn", number)
	if over := restCommOver(f); over != "" {
		return t.end(ussd.EndNotice{Session: session, Caller: caller, Failed: true, Reason: over}, nil)
	}
	r := ussd.Request{Session: session, Caller: caller, Reused: true}
	switch kind := f.Get("type"); kind {
	case "Begin":
		invoke, r.New = f.Get(begin+"invokeId"), true
		r.Text = t.dialled("string", f.Get(begin+"string"), "")
	case "Continue":
		r.Later, r.Text = true, t.typed("string", f.Get(reply+"string"))
	default:
		return heard{}, webhook.Wrong("type", "unknown word "+webhook.Words(kind))
	}
	return t.turn(r, invoke+" "+number)
}

// restCommOver says why the session is over, or nothing.
func restCommOver(f webhook.Flat) string {
	switch kind := f.Get("type"); kind {
	case "Abort", "End":
		return kind
	}
	for field, value := range f {
		name, _, _ := strings.Cut(field, ".")
		if sign := restCommSigns[name]; sign != "" && value != "false" {
			return sign
		}
	}
	return ""
}

func replyRestComm(h heard, r ussd.Reply) webhook.Answer {
	object, dcs := h.wire.(string), restCommAlphabet(r.Text)
	if !r.End {
		return xmlAnswer(restCommMedia, restCommGoesOn, object, dcs, r.Text)
	}
	invoke, _, _ := strings.Cut(object, " ")
	return xmlAnswer(restCommMedia, restCommEnds, object, invoke, dcs, r.Text)
}

// The alphabets.
const (
	restCommGSM7 = "15"
	restCommUCS2 = "72"
)

// restCommSigns are what stands in a call of a session that is over, by its name in small letters.
var restCommSigns = map[string]string{
	"dialogtimedout":         "dialogTimedOut",
	"invoketimedout":         "invokeTimedOut",
	"mapuserabortchoice":     "mapUserAbortChoice",
	"mapabortproviderreason": "mapAbortProviderReason",
	"maprefusereason":        "mapRefuseReason",
	"errcomponents":          "errComponents",
}
