package main

import (
	"net/http"
	"strconv"
	"strings"

	"senti/wallet/msisdn"
)

// gatewaySample is how a type of gateway calls: the first call of a session and a later one, with {session}, {phone}, {turn},
// {input} and {history} in the places of these.
type gatewaySample struct {
	path         string // after the gateway's own
	media        string // nothing for a query
	first, later string
	async        bool // the page is not in the answer
}

const (
	mediaForm = "application/x-www-form-urlencoded"
	mediaJSON = "application/json"
	mediaXML  = "text/xml"
)

// gatewayCall is one call to a gateway.
type gatewayCall struct{ method, target, media, body string }

// gatewayTurn is what a call says: the session, the phone, and what was typed in it so far; nothing when it was dialled just now.
type gatewayTurn struct {
	session string
	phone   msisdn.Number
	typed   []string
}

// call is the call of a turn.
func (s gatewaySample) call(gateway, secret string, t gatewayTurn) gatewayCall {
	text, path := s.later, s.path
	if len(t.typed) == 0 {
		text, path = s.first, strings.Replace(path, "/response", "/start", 1) // as Infobip's
	}
	target, body := t.fill("/ussd/"+gateway+"/"+secret+path), t.fill(text)
	if s.media == "" {
		return gatewayCall{method: http.MethodGet, target: target + "?" + body}
	}
	return gatewayCall{http.MethodPost, target, s.media, body}
}

// fill returns a text with its places filled. It is quicker than a strings.Replacer, which would be new for each call.
func (t gatewayTurn) fill(text string) string {
	out := make([]byte, 0, len(text)+64)
	for {
		before, rest, found := strings.Cut(text, "{")
		out = append(out, before...)
		if !found {
			return string(out)
		}
		name, after, _ := strings.Cut(rest, "}")
		switch name {
		case "session":
			out = append(out, t.session...)
		case "phone":
			out = append(out, strings.TrimPrefix(string(t.phone), "+")...)
		case "turn":
			out = strconv.AppendInt(out, int64(len(t.typed)+1), 10)
		case "input":
			if n := len(t.typed); n > 0 {
				out = append(out, t.typed[n-1]...)
			}
		case "history":
			for i, typed := range t.typed {
				if i > 0 {
					out = append(out, '*')
				}
				out = append(out, typed...)
			}
		default: // a brace of the text's own
			out = append(out, '{')
			after = rest
		}
		text = after
	}
}

func alike(media, text string) gatewaySample {
	return gatewaySample{media: media, first: text, later: text}
}

// gatewaySamples has every type of gateway.
var gatewaySamples = map[string]gatewaySample{
	"senti":          alike(mediaJSON, `{"session":"{session}","turn":{turn},"phone":"{phone}","code":"*384#","input":"{input}"}`),
	"africastalking": alike(mediaForm, `sessionId={session}&phoneNumber=%2B{phone}&networkCode=63902&serviceCode=*384%23&text={history}`),
	"hubtel": {media: mediaJSON,
		first: `{"SessionId":"{session}","ServiceCode":"384","Type":"Initiation","Message":"*384#","Operator":"mtn","Platform":"USSD","Mobile":"{phone}","ClientState":"","Sequence":{turn}}`,
		later: `{"SessionId":"{session}","ServiceCode":"384","Type":"Response","Message":"{input}","Operator":"mtn","Platform":"USSD","Mobile":"{phone}","ClientState":"","Sequence":{turn}}`},
	"arkesel": {media: mediaJSON,
		first: `{"sessionID":"{session}","userID":"APP_77","newSession":true,"msisdn":"{phone}","userData":"*384#","network":"MTN"}`,
		later: `{"sessionID":"{session}","userID":"APP_77","newSession":false,"msisdn":"{phone}","userData":"{input}","network":"MTN"}`},
	"nalo": {media: mediaJSON,
		first: `{"USERID":"WALLET01","MSISDN":"{phone}","USERDATA":"*384#","MSGTYPE":true,"NETWORK":"MTN","SESSIONID":"{session}"}`,
		later: `{"USERID":"WALLET01","MSISDN":"{phone}","USERDATA":"{input}","MSGTYPE":false,"NETWORK":"MTN","SESSIONID":"{session}"}`},
	"infobip": {path: "/session/{session}/response", media: mediaJSON,
		first: `{"msisdn":"{phone}","imsi":"639020000000001","shortCode":"*384#","text":"*384#","language":null,"optional":"","ussdGwId":"11"}`,
		later: `{"msisdn":"{phone}","imsi":"639020000000001","shortCode":"*384#","text":"{input}","language":null,"optional":"","ussdGwId":"11"}`},
	"beem": {media: mediaJSON,
		first: `{"command":"initiate","msisdn":"{phone}","operator":"vodacom","session_id":"{session}","payload":{"request_id":0,"response":0}}`,
		later: `{"command":"continue","msisdn":"{phone}","operator":"vodacom","session_id":"{session}","payload":{"request_id":{turn},"response":"{input}"}}`},
	"madapi": {media: mediaJSON,
		first: `{"sessionId":"{session}","messageType":"0","msisdn":"{phone}","serviceCode":"*384#","ussdString":"*384#","language":"EN"}`,
		later: `{"sessionId":"{session}","messageType":"1","msisdn":"{phone}","serviceCode":"*384#","ussdString":"{input}","language":"EN"}`},
	"safaricom": alike("", `ORIG={phone}&DEST=384&SESSION_ID={session}&USSD_PARAMS={history}`),
	"comviva-get": {
		first: `SessionID={session}&MSISDN={phone}&MSC=m1&input=384`,
		later: `SessionID={session}&MSISDN={phone}&MSC=m1&input={input}`},
	"comviva-xml": {media: mediaXML,
		first: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><request type="pull"><transactionId>9001</transactionId><sessionId>{session}</sessionId><msisdn>{phone}</msisdn><newRequest>1</newRequest><subscriberInput>384</subscriberInput><parameters></parameters><freeflow><mode>FD</mode></freeflow></request>`,
		later: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><request type="pull"><transactionId>9001</transactionId><sessionId>{session}</sessionId><msisdn>{phone}</msisdn><newRequest>0</newRequest><subscriberInput>{input}</subscriberInput><parameters></parameters><freeflow><mode>FD</mode></freeflow></request>`},
	"econet": {media: mediaXML,
		first: `<messageRequest xmlns="http://econet.co.zw/intergration/messagingSchema"><transactionTime>2026-03-05T09:14:31.000+02:00</transactionTime><transactionID>{session}</transactionID><sourceNumber>{phone}</sourceNumber><destinationNumber>384</destinationNumber><message>*384#</message><stage>FIRST</stage><channel>USSD</channel></messageRequest>`,
		later: `<messageRequest xmlns="http://econet.co.zw/intergration/messagingSchema"><transactionTime>2026-03-05T09:14:31.000+02:00</transactionTime><transactionID>{session}</transactionID><sourceNumber>{phone}</sourceNumber><destinationNumber>384</destinationNumber><message>{input}</message><stage>MENU_PROCESSING</stage><channel>USSD</channel></messageRequest>`},
	"truroute": {media: mediaXML,
		first: `<ussd><msisdn>{phone}</msisdn><sessionid>{session}</sessionid><type>1</type><msg>*384#</msg></ussd>`,
		later: `<ussd><msisdn>{phone}</msisdn><sessionid>{session}</sessionid><type>2</type><msg>{input}</msg></ussd>`},
	"restcomm": {media: mediaXML,
		first: `<dialog type="Begin" networkId="0" localId="{session}" remoteId="13" mapMessagesSize="1"><originationReference number="{phone}" nai="international_number" npi="ISDN"/><processUnstructuredSSRequest_Request invokeId="0" dataCodingScheme="15" string="*384#"><msisdn nai="international_number" npi="ISDN" number="{phone}"/></processUnstructuredSSRequest_Request></dialog>`,
		later: `<dialog type="Continue" networkId="0" localId="{session}" remoteId="13" mapMessagesSize="1" userObject="0 {phone}"><unstructuredSSRequest_Response invokeId="1" dataCodingScheme="15" string="{input}"/></dialog>`},
	"junebug": {media: mediaJSON, async: true,
		first: `{"to":"*384#","from":"+{phone}","group":null,"message_id":"{session}-{turn}","channel_id":"c1","reply_to":null,"content":null,"channel_data":{"session_event":"new"}}`,
		later: `{"to":"*384#","from":"+{phone}","group":null,"message_id":"{session}-{turn}","channel_id":"c1","reply_to":null,"content":"{input}","channel_data":{"session_event":"resume"}}`},
	"hellio":      alike(mediaForm, `sessionId={session}&phoneNumber=%2B{phone}&networkCode=62006&serviceCode=*384%23&text={history}`),
	"mobilesasa":  alike(mediaForm, `sessionId={session}&serviceCode=*384%23&phoneNumber={phone}&text={history}`),
	"crossgate":   alike("", `session_id={session}&msisdn={phone}&network_code=62130&ussd_string={history}&service_code=*384%23`),
	"techsavanna": alike("", `SESSIONID={session}&USSDCODE=*384%23&NETWORK=63902&MSISDN={phone}&INPUT={history}`),
	"advanta": {
		first: `SESSIONID={session}&USSDCODE=*384%23&MSISDN={phone}&INPUT=*384%23`,
		later: `SESSIONID={session}&USSDCODE=*384%23&MSISDN={phone}&INPUT=*384%23*{history}`},
	"bonga": alike("", `mobile_number={phone}&session_id={session}&message={history}&service_code=*384%23&network=63902`),
	"hollatags": {
		first: `session_msisdn={phone}&session_operation=begin&session_msg=*384%23&session_id={session}&session_from=384&session_type=1&session_mno=MTN`,
		later: `session_msisdn={phone}&session_operation=continue&session_msg={input}&session_id={session}&session_from=384&session_type=3&session_mno=MTN`},
	"moolre": {media: mediaJSON,
		first: `{"sessionid":"{session}","new":true,"msisdn":"{phone}","network":3,"message":"","extension":"77","data":""}`,
		later: `{"sessionid":"{session}","new":false,"msisdn":"{phone}","network":3,"message":"{input}","extension":"77","data":""}`},
	"dmark": {
		first: `transactionId={session}&msisdn={phone}&ussdServiceCode=384&transactionTime=1&ussdRequestString=*384%23&creationTime=1&response=false`,
		later: `transactionId={session}&msisdn={phone}&ussdServiceCode=384&transactionTime=1&ussdRequestString={input}&creationTime=1&response=true`},
	"cellulant": {
		first: `opCode=BEG&MSISDN={phone}&sessionID={session}&INPUT=*384%23&ABORT=0`,
		later: `opCode=CON&MSISDN={phone}&sessionID={session}&INPUT={input}&ABORT=0`},
}
