package gateway

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// hubtel is Hubtel's programmable services: Ghana, on USSD, the web and its own app.
//
// Each turn of a session:
//
//	POST /ussd/hubtel/4d1a… HTTP/1.1
//	Content-Type: application/json
//
//	{"SessionId":"5b0c7a","ServiceCode":"713*9","Type":"Initiation","Message":"*713*9#","Operator":"mtn","Platform":"USSD",
//	 "Mobile":"233240000001","ClientState":"","Sequence":1}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"SessionId":"5b0c7a","Type":"response","Message":"Enter amount","Label":"Wallet","ClientState":"","DataType":"input",
//	 "FieldType":"text"}
//
// Type is initiation or response for a turn; timeout (we were too late) or release (the person or the network ended it) for
// a session that is over, whose answer nobody reads. Our Type is response to go on and release to end.
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both.
//
// Quirks:
//   - Message is the whole dialled code at first, and then only the latest input; on the web and in the app it is empty at first;
//   - ServiceCode is the USSD code, or an ID of 32 hexadecimal digits;
//   - Sequence is a number in its SDK and a text in its documentation; names of fields are in Pascal case in one and in camel
//     case in the other;
//   - it waits 5 s, and a session lives 2 minutes without a key;
//   - AddToCart, with which a session can end at its checkout, is not for a wallet that holds its own money.
//
// Checked against its .NET SDK of 2022-03 and its documentation.
var hubtel = adapter{
	name:  "hubtel",
	title: "Hubtel (Ghana)",
	input: numbered,
	tells: "end, network",
	limit: 160,
	waits: 5 * time.Second,
	idle:  2 * time.Minute,
	login: webhook.BasicLogin,
	doors: []door{{http.MethodPost, "", []string{"application/json"}, hearHubtel}},

	reply:  replyHubtel,
	noted:  noteHubtel,
	refuse: refuseJSON,
}

type hubtelPayload struct {
	SessionID, ServiceCode, Type, Message, Operator, Mobile, Sequence string
}

type hubtelReply struct {
	SessionID   string `json:"SessionId"`
	Type        string `json:"Type"`
	Message     string `json:"Message"`
	Label       string `json:"Label"`
	ClientState string `json:"ClientState"`
	DataType    string `json:"DataType"`
	FieldType   string `json:"FieldType"`
}

func hearHubtel(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatJSON(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := hubtelPayload{f.Get("SessionId"), f.Get("ServiceCode"), f.Get("Type"), f.Get("Message"), f.Get("Operator"),
		f.Get("Mobile"), f.Get("Sequence")}
	kind, ok := hubtelType[strings.ToLower(p.Type)]
	if !ok {
		return heard{}, webhook.Wrong("Type", "unknown word "+webhook.Words(p.Type))
	}
	t := taker{call: c}
	session, caller := t.session("SessionId", p.SessionID), t.phone("Mobile", p.Mobile)
	if kind.ended {
		return t.end(ussd.EndNotice{Session: session, Caller: caller, Failed: true, Reason: strings.ToLower(p.Type)}, session)
	}
	r := ussd.Request{Session: session, Caller: caller, New: kind.first, Later: !kind.first, Network: network(p.Operator)}
	if p.Sequence != "" {
		var err error
		if r.Turn, err = strconv.Atoi(p.Sequence); err != nil || r.Turn < 0 {
			t.note("", webhook.Wrong("Sequence", "not a number"))
		}
	}
	if strings.Trim(p.ServiceCode, "0123456789*#") == "" {
		r.ServiceCode = t.serviceCode("ServiceCode", p.ServiceCode)
	}
	if r.Text = t.typed("Message", p.Message); kind.first {
		r.Text = t.dialled("Message", p.Message, r.ServiceCode)
	}
	return t.turn(r, nil)
}

func replyHubtel(h heard, r ussd.Reply) webhook.Answer {
	out := hubtelReply{SessionID: h.turn.Session, Type: "response", Message: r.Text, Label: "Wallet", DataType: "input", FieldType: "text"}
	if r.End {
		out.Type, out.DataType = "release", "display"
	}
	return webhook.JSONAnswer(http.StatusOK, out)
}

func noteHubtel(h heard) webhook.Answer {
	return webhook.JSONAnswer(http.StatusOK, hubtelReply{SessionID: h.end.Session, Type: "release", DataType: "display", FieldType: "text"})
}

// hubtelType lists what a call can be, in small letters.
var hubtelType = map[string]struct{ first, ended bool }{
	"initiation": {first: true},
	"response":   {},
	"timeout":    {ended: true},
	"release":    {ended: true},
}
