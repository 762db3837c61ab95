package gateway

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// madapi is MTN's MADAPI, "Messaging USSD" v1: the MTN countries.
//
// Each turn of a session:
//
//	POST /ussd/madapi/51cc… HTTP/1.1
//	Content-Type: application/json
//
//	{"sessionId":"01999","messageType":"0","msisdn":"2250700000001","serviceCode":"*321#","ussdString":"*321#","language":"FR",
//	 "imsi":"612050000000001"}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"statusCode":"0000","statusMessage":"OK","transactionId":"01999","data":{"inboundResponse":"Enter amount",
//	 "outboundResponse":"Enter amount","userInputRequired":true,"messageType":1,"serviceCode":"*321#","msisdn":"2250700000001"},
//	 "_link":{"self":{"href":"/ussd/madapi"}}}
//
// A session that we begin, at https://api.mtn.com/v1/messages/ussd/outbound; what is typed then comes as a turn of messageType 1:
//
//	POST /v1/messages/ussd/outbound HTTP/1.1
//	x-api-key: 6f0c…
//
//	{"sessionId":"push-0190…","messageType":"0","msisdn":"2250700000001","serviceCode":"*321#","ussdString":"… Type PIN for yes"}
//
//	HTTP/1.1 201 Created
//
//	{"statusCode":"0000","statusMessage":"","transactionId":"t-1","data":{"outboundResponse":"0000","sessionId":"push-0190…",
//	 "msisdn":"2250700000001"},"_link":{}}
//
// Who may call: a secret path, its list of addresses, or both. Its x-api-key is for our calls to it.
//
// Quirks:
//   - messageType is a text in its call and a number in our answer;
//   - its schema requires outboundResponse and describes inboundResponse, so the screen is sent as both;
//   - ussdString is the whole dialled code at first, and then only the latest input.
//
// Checked against a copy of its OpenAPI description of 2026-07.
var madapi = adapter{
	name:  "madapi",
	title: "MTN MADAPI (MTN countries)",
	input: latest,
	tells: "end, IMSI",
	limit: 160,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	push:  &pushing{token: func(h http.Header, token string) { h.Set("x-api-key", token) }, page: pushMADAPI, taken: takenMADAPI},
	doors: []door{{http.MethodPost, "", []string{"application/json"}, hearMADAPI}},

	reply:  replyMADAPI,
	noted:  noteMADAPI,
	refuse: refuseJSON,
}

type madapiPayload struct {
	SessionID, MessageType, MSISDN, ServiceCode, USSDString, IMSI string
}

type madapiReply struct {
	StatusCode    string     `json:"statusCode"`
	StatusMessage string     `json:"statusMessage"`
	TransactionID string     `json:"transactionId"`
	Data          madapiData `json:"data"`
	Link          madapiLink `json:"_link"`
}

type madapiData struct {
	Inbound     string `json:"inboundResponse"`
	Outbound    string `json:"outboundResponse"`
	InputWanted bool   `json:"userInputRequired"`
	MessageType int    `json:"messageType"`
	ServiceCode string `json:"serviceCode"`
	MSISDN      string `json:"msisdn"`
}

type madapiLink struct {
	Self struct {
		Href string `json:"href"`
	} `json:"self"`
}

func hearMADAPI(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatJSON(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := madapiPayload{f.Get("sessionId"), f.Get("messageType"), f.Get("msisdn"), f.Get("serviceCode"), f.Get("ussdString"), f.Get("imsi")}
	kind, ok := madapiType[p.MessageType]
	if !ok {
		return heard{}, webhook.Wrong("messageType", "unknown word "+webhook.Words(p.MessageType))
	}
	t := taker{call: c}
	session, caller := t.session("sessionId", p.SessionID), t.phone("msisdn", p.MSISDN)
	back := madapiReply{StatusCode: "0000", StatusMessage: "OK", TransactionID: p.SessionID,
		Data: madapiData{MessageType: madapiEnd, ServiceCode: p.ServiceCode, MSISDN: p.MSISDN}}
	back.Link.Self.Href = "/ussd/madapi"
	if kind.ended != "" {
		return t.end(ussd.EndNotice{Session: session, Caller: caller, Failed: true, Reason: kind.ended}, back)
	}
	r := ussd.Request{
		Session:     session,
		Caller:      caller,
		ServiceCode: t.serviceCode("serviceCode", p.ServiceCode),
		Text:        t.typed("ussdString", p.USSDString),
		New:         kind.first,
		Later:       !kind.first,
		IMSI:        imsi(p.IMSI),
	}
	if kind.first {
		r.Text = t.dialled("ussdString", p.USSDString, p.ServiceCode)
	}
	return t.turn(r, back)
}

func replyMADAPI(h heard, r ussd.Reply) webhook.Answer {
	out := h.wire.(madapiReply)
	out.Data.Inbound, out.Data.Outbound = r.Text, r.Text
	if !r.End {
		out.Data.InputWanted, out.Data.MessageType = true, madapiContinue
	}
	return webhook.JSONAnswer(http.StatusOK, out)
}

func noteMADAPI(h heard) webhook.Answer { return webhook.JSONAnswer(http.StatusOK, h.wire) }

// madapiPush has no imsi, cell and language, which are the network's to tell.
type madapiPush struct {
	SessionID   string `json:"sessionId"`
	MessageType string `json:"messageType"`
	MSISDN      string `json:"msisdn"`
	ServiceCode string `json:"serviceCode"`
	USSDString  string `json:"ussdString"`
}

func pushMADAPI(p ussd.Page) webhook.Answer {
	return webhook.JSONAnswer(http.StatusOK, madapiPush{p.Session, "0", strings.TrimPrefix(string(p.Phone), "+"), p.ServiceCode, p.Text})
}

// takenMADAPI reads the answer to a push. Success is "0000", in some descriptions "0".
func takenMADAPI(status int, body []byte) (session string, err error) {
	if status/100 != 2 {
		return "", notTakenWith(status)
	}
	f, wrong := webhook.FlatJSON(body)
	if wrong != nil {
		return "", errors.New("ussd gateway: the answer to a push is not JSON")
	}
	for _, field := range []string{"statusCode", "data.outboundResponse"} {
		if strings.Trim(f.Get(field), "0") != "" {
			return "", ussd.ErrNotTaken
		}
	}
	return f.Get("data.sessionId"), nil
}

// What our answer says of the session.
const (
	madapiContinue = 1
	madapiEnd      = 2
)

// madapiType lists what a call can be.
var madapiType = map[string]struct {
	first bool
	ended string // why the session is over
}{
	"0": {first: true},
	"1": {},
	"2": {ended: "end"},
	"4": {ended: "cancel"},
	"5": {ended: "timeout"},
}
