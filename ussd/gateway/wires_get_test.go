package gateway

import (
	"fmt"
	"net/http"
	"net/url"

	"senti/ussd"
)

func safaricomWire() wire {
	query := func(session, phone, code, text string) req {
		return get(form("ORIG", phone, "DEST", code, "SESSION_ID", session, "USSD_PARAMS", text))
	}
	dial := ussd.Request{Session: "S1", Caller: usualCaller, ServiceCode: "384", History: true}
	shortDial, typed := dial, dial
	shortDial.Text, typed.Text = "1*0712000002*100", "1*5*5"
	return wire{
		adapter: safaricom, names: map[string]string{"phone": "ORIG", "session": "SESSION_ID", "code": "DEST", "body": "query"},
		write:     func(f fields) req { return query(f.session, f.phone, f.code, f.text) },
		continues: "CON Enter amount", ends: "END Bye",
		turns: []turnCase{
			{"first", query("S1", "254712000001", "384", ""), dial},
			{"short dial", query("S1", usualCaller, "384", "1*0712000002*100"), shortDial},
			{"later", query("S1", usualCaller, "384", "1*5*5"), typed},
		},
		bad: []badCase{
			{"two texts", get("ORIG=254712000001&DEST=384&SESSION_ID=S1&USSD_PARAMS=1&ussd_params=2"), "params"},
			{"not a query", get("ORIG=%zz"), "body"},
		},
	}
}

func comvivaGETWire() wire {
	query := func(session, phone, text string) req {
		return get(form("SessionID", session, "MSISDN", phone, "MSC", "m1", "input", text))
	}
	ended := func(session, phone string) req {
		return get(form("SessionID", session, "msisdn", phone, "clean", "clean-session", "error", "522"))
	}
	plain := ussd.Request{Session: "S1", Caller: usualCaller, Text: "384"}
	shortDial, typed := plain, plain
	shortDial.Text, shortDial.Opening = "384*1*0712000002*100", "1*0712000002*100"
	typed.Text = "5*5"
	return wire{
		adapter: comvivaGET, names: map[string]string{"phone": "MSISDN", "session": "SessionID", "body": "query"}, lacks: "code",
		write:     func(f fields) req { return query(f.session, f.phone, f.text) },
		notice:    func(f fields) req { return ended(f.session, f.phone) },
		ended:     ussd.EndNotice{Session: usualSession, Caller: usualCaller, Failed: true, Reason: "clean-session ###"},
		continues: "Enter amount", ends: "Bye",
		continuesHeader: "Freeflow: FC\ncharge: N\namount: 0", endsHeader: "Freeflow: FB\ncharge: N\namount: 0",
		turns: []turnCase{
			{"first", query("S1", "254712000001", "384"), plain},
			{"short dial", query("S1", usualCaller, "384*1*0712000002*100"), shortDial},
			{"later", query("S1", usualCaller, "5*5"), typed},
		},
		bad: []badCase{{"no input", get("SessionID=S1&MSISDN=254712000001"), "input"}},
	}
}

// history is the block of a look-alike of Africa's Talking whose fields have those names.
func lookAlikeWire(name, session, phone, code, input string, send func(string) req) wire {
	body := func(id, from, dialled, text string) req {
		return send(form(session, id, phone, from, code, dialled, input, text))
	}
	dial := ussd.Request{Session: "S1", Caller: usualCaller, ServiceCode: "*384#", History: true, New: true}
	shortDial := dial
	shortDial.New, shortDial.Text = false, "1*0712000002*100"
	names := map[string]string{"phone": phone, "session": session, "code": code}
	if send("").method == http.MethodGet {
		names["body"] = "query"
	}
	return wire{
		adapter: tableNamed(name), names: names,
		write:     func(f fields) req { return body(f.session, f.phone, f.code, f.text) },
		continues: "CON Enter amount", ends: "END Bye",
		turns: []turnCase{
			{"first", body("S1", "254712000001", "*384#", ""), dial},
			{"short dial", body("S1", usualCaller, "*384#", "1*0712000002*100"), shortDial},
		},
		bad: []badCase{{"two texts", send(form(session, "S1", phone, usualCaller, input, "1") + "&" + url.QueryEscape(input) + "=2"), ""}},
	}
}

// tableNamed is a gateway of tables.yaml.
func tableNamed(name string) adapter {
	for _, a := range tables() {
		if a.name == name {
			return a
		}
	}
	panic("no table " + name)
}

func advantaWire() wire {
	w := lookAlikeWire("advanta", "SESSIONID", "MSISDN", "USSDCODE", "INPUT", get)
	at := func(text string) req {
		return get(form("SESSIONID", "S1", "MSISDN", usualCaller, "USSDCODE", "*415*33#", "INPUT", text))
	}
	dial := ussd.Request{Session: "S1", Caller: usualCaller, ServiceCode: "*415*33#", History: true}
	shortDial, typed, both := dial, dial, dial
	shortDial.Text, typed.Text, both.Text = "1", "1*5*5", "1*500"
	w.turns = []turnCase{
		{"first", at("*415*33#"), dial},
		{"short dial", at("*415*33*1#"), shortDial},
		{"typed", at("*415*33#*1*5*5"), typed},
		{"typed, without the hash", at("*415*33*1*5*5"), typed},
		{"typed after a short dial", at("*415*33*1#*500"), both},
	}
	return w
}

func hollatagsWire() wire {
	query := func(operation, session, phone, text string) req {
		return get(form("session_id", session, "session_msisdn", phone, "session_msg", text, "session_operation", operation,
			"session_from", "*384#", "session_type", "3", "session_mno", "MTN"))
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, Text: "5*5", Later: true, Network: "MTN"}
	first := later
	first.Text, first.Later, first.New = "", false, true
	shortDial := first
	shortDial.Text = "1*0712000002*100"
	screen := func(operation, kind, text string) string {
		return fmt.Sprintf(`{"session_msisdn":"+254712000001","session_operation":"%s","session_type":"%s","session_msg":"%s", "session_id":"ATUid_7c1e0b","session_from":"*384#","session_mno":"MTN"}`, operation, kind, text)
	}
	return wire{
		adapter: tableNamed("hollatags"), names: map[string]string{"phone": "msisdn", "session": "session", "body": "query"}, lacks: "code",
		write:     func(f fields) req { return query("continue", f.session, f.phone, f.text) },
		notice:    func(f fields) req { return query("end", f.session, f.phone, f.text) },
		ended:     ussd.EndNotice{Session: usualSession, Caller: usualCaller, Failed: true, Reason: "end"},
		continues: screen("continue", "1", "Enter amount"), ends: screen("end", "4", "Bye"),
		turns: []turnCase{
			{"first", query("begin", "S1", "254712000001", "*384#"), first},
			{"short dial", query("begin", "S1", usualCaller, "*384*1*0712000002*100#"), shortDial},
			{"second", query("continue", "S1", usualCaller, "5*5"), later},
		},
	}
}

func moolreWire() wire {
	body := func(first bool, session, phone, text string) req {
		return post(object("sessionid", session, "new", boolean(first), "msisdn", phone, "network", 3, "message", text, "extension", "77", "data", nested(`{"x":[]}`)))
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, Text: "5*5", Later: true, Network: "3"}
	first := later
	first.Text, first.Later, first.New = "", false, true
	shortDial := first
	shortDial.Text = "1"
	return wire{
		adapter: tableNamed("moolre"), names: map[string]string{"phone": "msisdn"}, lacks: "code",
		write:     func(f fields) req { return body(false, f.session, f.phone, f.text) },
		continues: `{"message":"Enter amount","reply":true}`, ends: `{"message":"Bye","reply":false}`,
		turns: []turnCase{
			{"first", body(true, "S1", "254712000001", ""), first},
			{"short dial", body(true, "S1", usualCaller, "*384*1#"), shortDial},
			{"second", body(false, "S1", usualCaller, "5*5"), later},
		},
	}
}

func dmarkWire() wire {
	query := func(first, session, phone, code, text string) req {
		return get(form("transactionId", session, "msisdn", phone, "ussdServiceCode", code, "transactionTime", "1772702071", "ussdRequestString", text,
			"creationTime", "1772702071", "response", first))
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, ServiceCode: "384", Text: "5*5", Later: true}
	first := later
	first.Text, first.Later, first.New = "", false, true
	shortDial := first
	shortDial.Text = "1"
	return wire{
		adapter: tableNamed("dmark"), names: map[string]string{"phone": "msisdn", "session": "transaction", "code": "ussdServiceCode", "body": "query"},
		write:     func(f fields) req { return query("true", f.session, f.phone, f.code, f.text) },
		continues: `{"responseString":"Enter amount","action":"request"}`, ends: `{"responseString":"Bye","action":"end"}`,
		turns: []turnCase{
			{"first", query("false", "S1", "254712000001", "384", "*384#"), first},
			{"short dial", query("false", "S1", usualCaller, "384", "*384*1#"), shortDial},
			{"second", query("true", "S1", usualCaller, "384", "5*5"), later},
		},
	}
}

func cellulantWire() wire {
	query := func(code, session, phone, text string) req {
		return get(form("opCode", code, "MSISDN", phone, "sessionID", session, "INPUT", text, "ABORT", "0"))
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, Text: "5*5", Later: true}
	first := later
	first.Text, first.Later, first.New = "", false, true
	return wire{
		adapter: tableNamed("cellulant"), names: map[string]string{"phone": "MSISDN", "session": "sessionID", "body": "query"}, lacks: "code",
		write:     func(f fields) req { return query("CON", f.session, f.phone, f.text) },
		notice:    func(f fields) req { return query("ABO", f.session, f.phone, f.text) },
		ended:     ussd.EndNotice{Session: usualSession, Caller: usualCaller, Failed: true, Reason: "ABO"},
		continues: "1|Enter amount|null|null|null|null", ends: "1|Bye|null|null|end|null",
		turns: []turnCase{
			{"first", query("BEG", "S1", "254712000001", "*384#"), first},
			{"second", query("CON", "S1", usualCaller, "5*5"), later},
		},
	}
}
