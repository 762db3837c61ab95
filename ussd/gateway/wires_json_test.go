package gateway

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"senti/ussd"
)

// Usual sessions and callers of the tables below.
const (
	usualSession = "ATUid_7c1e0b"
	usualCaller  = "+254712000001"
)

// boolean writes true or false in the place of a text.
func boolean(yes bool) nested { return nested(fmt.Sprint(yes)) }

func hubtelWire() wire {
	body := func(kind, session, phone, code, text string, more ...any) req {
		return post(object(append([]any{"SessionId", session, "ServiceCode", code, "Type", kind, "Message", text, "Operator", "mtn",
			"Platform", "USSD", "Mobile", phone, "ClientState", ""}, more...)...))
	}
	end := ussd.EndNotice{Session: usualSession, Caller: usualCaller, Failed: true, Reason: "timeout"}
	released := end
	released.Reason = "release"
	later := ussd.Request{Session: "S1", Caller: usualCaller, ServiceCode: "713*9", Text: "5*5", Later: true, Turn: 2, Network: "mtn"}
	first := later
	first.Text, first.Later, first.New, first.Turn = "", false, true, 1
	shortDial, uncounted, byID := first, later, later
	shortDial.Text = "1*0712000002*100"
	uncounted.Turn = 0
	byID.ServiceCode = ""
	return wire{
		adapter: hubtel, names: map[string]string{"phone": "Mobile", "code": "ServiceCode"}, lacks: "code",
		write:  func(f fields) req { return body("Response", f.session, f.phone, "713*9", f.text, "Sequence", 3) },
		notice: func(f fields) req { return body("Timeout", f.session, f.phone, "713*9", f.text, "Sequence", 4) }, ended: end,
		continues: `{"SessionId":"ATUid_7c1e0b","Type":"response","Message":"Enter amount","Label":"Wallet","ClientState":"","DataType":"input","FieldType":"text"}`,
		ends:      `{"SessionId":"ATUid_7c1e0b","Type":"release","Message":"Bye","Label":"Wallet","ClientState":"","DataType":"display","FieldType":"text"}`,
		turns: []turnCase{
			{"first", body("Initiation", "S1", "254712000001", "713*9", "*713*9#", "Sequence", 1), first},
			{"short dial", body("initiation", "S1", usualCaller, "713*9", "*713*9*1*0712000002*100#", "Sequence", "1"), shortDial},
			{"second, counted by a text", body("Response", "S1", usualCaller, "713*9", "5*5", "Sequence", "2"), later},
			{"not counted", body("RESPONSE", "S1", usualCaller, "713*9", "5*5"), uncounted},
			{"of a service ID", body("Response", "S1", usualCaller, "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "5*5", "Sequence", 2), byID},
			{"in camel case", post(`{"sessionId":"S1","serviceCode":"713*9","type":"response","message":"5*5","operator":"mtn","mobile":"+254712000001","sequence":2,"extraData":{"a":[1,{"b":2}]}}`), later},
		},
		bad: []badCase{
			{"unknown word", body("AddToCart", "S1", usualCaller, "713*9", "1"), "unknown word AddToCart"},
			{"no type", post(`{"SessionId":"S1","Mobile":"+254712000001"}`), "Type"},
			{"sequence of letters", body("Response", "S1", usualCaller, "713*9", "1", "Sequence", "two"), "Sequence"},
			{"code too long", body("Response", "S1", usualCaller, strings.Repeat("1", 41), "1"), "ServiceCode"},
		},
		notices: []noticeCase{{"released", body("Release", usualSession, usualCaller, "713*9", ""), released}},
	}
}

func arkeselWire() wire {
	body := func(first bool, session, phone, text string) req {
		return post(object("sessionID", session, "userID", "APP_77", "newSession", boolean(first), "msisdn", phone, "userData", text, "network", "MTN"))
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, Text: "5*5", Later: true, Network: "MTN"}
	first := later
	first.Text, first.Later, first.New = "", false, true
	shortDial := first
	shortDial.Text = "1*0712000002*100"
	return wire{
		adapter: arkesel, names: map[string]string{"phone": "msisdn"}, lacks: "code",
		write:     func(f fields) req { return body(false, f.session, f.phone, f.text) },
		continues: `{"sessionID":"ATUid_7c1e0b","userID":"APP_77","msisdn":"+254712000001","message":"Enter amount","continueSession":true}`,
		ends:      `{"sessionID":"ATUid_7c1e0b","userID":"APP_77","msisdn":"+254712000001","message":"Bye","continueSession":false}`,
		turns: []turnCase{
			{"first", body(true, "S1", "254712000001", "*384#"), first},
			{"short dial", body(true, "S1", usualCaller, "*384*1*0712000002*100#"), shortDial},
			{"short dial of full width", body(true, "S1", usualCaller, "*384*1*0712000002*100＃"), shortDial},
			{"by another code", body(true, "S1", usualCaller, "*928*77*1#"), first},
			{"second", body(false, "S1", usualCaller, "5*5"), later},
			{"second, all texts and more", post(`{"sessionID":"S1","userID":"APP_77","newSession":"false","msisdn":"+254712000001","userData":"5*5","network":"MTN","colour":{"x":null}}`), later},
			{"a number was typed", post(`{"sessionID":"S1","newSession":false,"msisdn":"+254712000001","userData":500}`),
				ussd.Request{Session: "S1", Caller: usualCaller, Text: "500", Later: true}},
		},
		bad: []badCase{{"neither new nor not", post(`{"sessionID":"S1","newSession":"maybe","msisdn":"+254712000001","userData":"1"}`), "newSession"}},
	}
}

func naloWire() wire {
	body := func(first bool, phone, text string, more ...any) req {
		return post(object(append([]any{"USERID", "WALLET01", "MSISDN", phone, "USERDATA", text, "MSGTYPE", boolean(first), "NETWORK", "MTN"}, more...)...))
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, Text: "5*5", Later: true, Network: "MTN"}
	first := later
	first.Text, first.Later, first.New = "", false, true
	shortDial, unnamed, named := first, first, later
	shortDial.Text = "1*0712000002*100"
	unnamed.Session, unnamed.Reused = "", true
	named.Session, named.Reused = "", true
	return wire{
		adapter: nalo, names: map[string]string{"phone": "MSISDN"}, lacks: "code session",
		write:     func(f fields) req { return body(false, f.phone, f.text, "SESSIONID", f.session) },
		continues: `{"USERID":"WALLET01","MSISDN":"+254712000001","MSG":"Enter amount","MSGTYPE":true}`,
		ends:      `{"USERID":"WALLET01","MSISDN":"+254712000001","MSG":"Bye","MSGTYPE":false}`,
		turns: []turnCase{
			{"first", body(true, "254712000001", "*384#", "SESSIONID", "S1"), first},
			{"short dial", body(true, usualCaller, "*384*1*0712000002*100#", "SESSIONID", "S1"), shortDial},
			{"second", body(false, usualCaller, "5*5", "SESSIONID", "S1"), later},
			{"first without a session ID", body(true, usualCaller, "*384#"), unnamed},
			{"second without a session ID", body(false, usualCaller, "5*5"), named},
		},
		bad: []badCase{
			{"no kind", post(`{"MSISDN":"+254712000001","USERDATA":"1"}`), "MSGTYPE"},
			{"session of two lines", body(false, usualCaller, "1", "SESSIONID", "a\nb"), "SESSIONID"},
			{"session too long", body(false, usualCaller, "1", "SESSIONID", strings.Repeat("s", 101)), "SESSIONID"},
		},
	}
}

func infobipWire() wire {
	at := func(what, session string, pairs ...any) req {
		return post(object(pairs...)).on("/session/" + url.PathEscape(session) + "/" + what)
	}
	put := func(r req) req { r.method = http.MethodPut; return r }
	later := ussd.Request{Session: "S1", Caller: usualCaller, ServiceCode: "*384#", Text: "5*5", Later: true}
	first := later
	first.Text, first.Later, first.New, first.IMSI = "", false, true, "639020000000001"
	shortDial, codeless := first, later
	shortDial.Text = "1*0712000002*100"
	codeless.ServiceCode = ""
	end := ussd.EndNotice{Session: usualSession, Caller: usualCaller, Failed: true, Reason: "user abort #"}
	return wire{
		adapter: infobip, names: map[string]string{"phone": "msisdn", "code": "shortCode"}, lacks: "session", refused: http.StatusOK,
		write: func(f fields) req {
			return at("response", f.session, "msisdn", f.phone, "shortCode", f.code, "text", f.text, "language", nested("null"), "ussdGwId", "11")
		},
		notice: func(f fields) req { return put(at("end", f.session, "reason", "user abort", "exitCode", 1)) }, ended: end,
		continues: `{"shouldClose":false,"ussdMenu":"Enter amount","responseExitCode":200,"responseMessage":""}`,
		ends:      `{"shouldClose":true,"ussdMenu":"Bye","responseExitCode":200,"responseMessage":""}`,
		turns: []turnCase{
			{"first", at("start", "S1", "msisdn", "254712000001", "imsi", "639020000000001", "shortCode", "*384#", "text", "*384#", "language", nested("null")), first},
			{"short dial", at("start", "S1", "msisdn", usualCaller, "imsi", "639020000000001", "shortCode", "*384#", "text", "*384*1*0712000002*100#"), shortDial},
			{"second", at("response", "S1", "msisdn", usualCaller, "shortCode", "*384#", "text", "5*5"), later},
			{"second without its code, with a strange SIM", at("response", "S1", "msisdn", usualCaller, "imsi", "x", "text", "5*5"), codeless},
		},
		bad: []badCase{
			{"session too long", at("response", strings.Repeat("s", 101), "msisdn", usualCaller, "text", "1"), "session"},
		},
		others: []otherCase{
			{"a session we do not know", at("status", "nobodys"), `{"sessionActive":false,"responseExitCode":200,"responseMessage":""}`},
			{"the end of a session we do not know", put(at("end", "nobodys", "reason", "user abort")), `{"responseExitCode":200,"responseMessage":""}`},
		},
	}
}

func beemWire() wire {
	body := func(command, session, phone string, number int, response any) req {
		value, ok := response.(string)
		payload := object("request_id", number, "response", response)
		if ok {
			payload = object("request_id", number, "response", value)
		}
		return post(object("command", command, "msisdn", phone, "operator", "vodacom", "session_id", session, "payload", nested(payload)))
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, Text: "5*5", Later: true, Network: "vodacom"}
	first, pressed := later, later
	first.Text, first.Later, first.New = "", false, true
	pressed.Text = "1"
	end := ussd.EndNotice{Session: usualSession, Caller: usualCaller, Failed: true, Reason: "terminate"}
	return wire{
		adapter: beem, names: map[string]string{"phone": "msisdn", "session": "session"}, lacks: "code",
		write:  func(f fields) req { return body("continue", f.session, f.phone, 7, f.text) },
		notice: func(f fields) req { return body("terminate", f.session, f.phone, 7, f.text) }, ended: end,
		continues: `{"msisdn":"+254712000001","operator":"vodacom","session_id":"ATUid_7c1e0b","command":"continue","payload":{"request_id":7,"request":"Enter amount"}}`,
		ends:      `{"msisdn":"+254712000001","operator":"vodacom","session_id":"ATUid_7c1e0b","command":"terminate","payload":{"request_id":7,"request":"Bye"}}`,
		turns: []turnCase{
			{"first", body("initiate", "S1", "254712000001", 0, 0), first},
			{"second", body("continue", "S1", usualCaller, 1, "5*5"), later},
			{"second, a number", body("continue", "S1", usualCaller, 1, 1), pressed},
		},
		bad: []badCase{{"unknown word", body("begin", "S1", usualCaller, 1, "1"), "unknown word begin"}},
	}
}

func madapiWire() wire {
	body := func(kind, session, phone, code, text string, more ...any) req {
		return post(object(append([]any{"sessionId", session, "messageType", kind, "msisdn", phone, "serviceCode", code, "ussdString", text, "language", "FR"}, more...)...))
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, ServiceCode: "*384#", Text: "5*5", Later: true}
	first := later
	first.Text, first.Later, first.New, first.IMSI = "", false, true, "639020000000001"
	shortDial := first
	shortDial.Text = "1*0712000002*100"
	end := ussd.EndNotice{Session: usualSession, Caller: usualCaller, Failed: true, Reason: "timeout"}
	cancelled, ended := end, end
	cancelled.Reason, ended.Reason = "cancel", "end"
	screen := func(text string, wanted bool, kind int) string {
		return fmt.Sprintf(`{"statusCode":"0000","statusMessage":"OK","transactionId":"ATUid_7c1e0b","data":{"inboundResponse":"%s","outboundResponse":"%s",`+
			`"userInputRequired":%v,"messageType":%d,"serviceCode":"*384#","msisdn":"+254712000001"},"_link":{"self":{"href":"/ussd/madapi"}}}`, text, text, wanted, kind)
	}
	return wire{
		adapter: madapi, names: map[string]string{"phone": "msisdn", "code": "serviceCode"},
		write:  func(f fields) req { return body("1", f.session, f.phone, f.code, f.text) },
		notice: func(f fields) req { return body("5", f.session, f.phone, f.code, f.text) }, ended: end,
		continues: screen("Enter amount", true, 1), ends: screen("Bye", false, 2),
		turns: []turnCase{
			{"first", body("0", "S1", "254712000001", "*384#", "*384#", "imsi", "639020000000001"), first},
			{"short dial", body("0", "S1", usualCaller, "*384#", "*384*1*0712000002*100#", "imsi", "639020000000001", "cellId", "7"), shortDial},
			{"second", body("1", "S1", usualCaller, "*384#", "5*5"), later},
		},
		bad: []badCase{{"a kind that is ours", body("3", "S1", usualCaller, "*384#", "1"), "unknown word"}},
		notices: []noticeCase{
			{"cancelled", body("4", usualSession, usualCaller, "*384#", ""), cancelled},
			{"ended", body("2", usualSession, usualCaller, "*384#", ""), ended},
		},
	}
}

func junebugWire() wire {
	body := func(event nested, id, from string, content any) req {
		return post(object("to", "*384#", "from", from, "group", nested("null"), "message_id", id, "channel_id", "c1", "timestamp", "2026-03-05 09:14:31.0",
			"reply_to", nested("null"), "content", content, "channel_data", nested(`{"session_event":`+string(event)+`}`)))
	}
	later := ussd.Request{ID: "m2", Caller: usualCaller, ServiceCode: "*384#", Text: "5*5", Later: true, Reused: true}
	first := later
	first.ID, first.Text, first.Later, first.New = "m1", "", false, true
	end := ussd.EndNotice{Caller: usualCaller, Failed: true, Reason: "close"}
	reply := func(text string, more bool) string {
		return fmt.Sprintf(`Token reply-token /channels/c1/messages/ {"reply_to":"m9","content":"%s","channel_data":{"continue_session":%v}}`, text, more)
	}
	return wire{
		adapter: junebug, names: map[string]string{"phone": "from"}, lacks: "session code",
		write:  func(f fields) req { return body(`"resume"`, "m9", f.phone, f.text) },
		notice: func(f fields) req { return body(`"close"`, "m9", f.phone, nested("null")) }, ended: end,
		continues: reply("Enter amount", true), ends: reply("Bye", false),
		turns: []turnCase{
			{"first", body(`"new"`, "m1", usualCaller, nested("null")), first},
			{"second", body(`"resume"`, "m2", usualCaller, "5*5"), later},
		},
		bad: []badCase{
			{"no event", body(`null`, "m1", usualCaller, "1"), "session_event"},
			{"no message ID", body(`"resume"`, "", usualCaller, "1"), "message_id"},
		},
	}
}
