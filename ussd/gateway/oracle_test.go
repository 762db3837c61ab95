package gateway

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"senti/sms/peers"
	"senti/ussd"
	"senti/wallet/webhook"
)

// An application on the npm package ussd-builder, which others wrote for the same gateways, answers the same calls: what it says
// ours must say too. Where it is known to be wrong: it puts a plus before numbers that came without, and forgets the session of
// Beem when it goes on.
func TestAnswersAreThoseOfAnotherApplication(t *testing.T) {
	const id, phone = "8801", "254712000001"
	calls := map[string]struct {
		adapter     wire
		first, next string
	}{
		"africasTalking": {africasTalkingWire(), form("sessionId", id, "phoneNumber", "+"+phone, "serviceCode", "*384#", "text", ""),
			form("sessionId", id, "phoneNumber", "+"+phone, "serviceCode", "*384#", "text", "500")},
		"hubtel": {hubtelWire(), object("SessionId", id, "ServiceCode", "384", "Type", "Initiation", "Message", "*384#", "Operator", "mtn", "Mobile", phone, "Sequence", 1),
			object("SessionId", id, "ServiceCode", "384", "Type", "Response", "Message", "500", "Operator", "mtn", "Mobile", phone, "Sequence", 2)},
		"arkesel": {arkeselWire(), object("sessionID", id, "userID", "APP_77", "newSession", boolean(true), "msisdn", phone, "userData", "*384#", "network", "MTN"),
			object("sessionID", id, "userID", "APP_77", "newSession", boolean(false), "msisdn", phone, "userData", "500", "network", "MTN")},
		"nalo": {naloWire(), object("USERID", "WALLET01", "MSISDN", phone, "USERDATA", "*384#", "MSGTYPE", boolean(true), "NETWORK", "MTN"),
			object("USERID", "WALLET01", "MSISDN", phone, "USERDATA", "500", "MSGTYPE", boolean(false), "NETWORK", "MTN")},
		"beem": {beemWire(), object("command", "initiate", "msisdn", phone, "operator", "vodacom", "session_id", id, "payload", nested(`{"request_id":0,"response":0}`)),
			object("command", "continue", "msisdn", phone, "operator", "vodacom", "session_id", id, "payload", nested(`{"request_id":1,"response":"500"}`))},
	}
	peer := peers.Node(t, "ussd.js")
	for provider, c := range calls {
		b := newBench(t, c.adapter, Instance{Guard: webhook.Guard{Secrets: []string{testSecret}}})
		for i, body := range []string{c.first, c.next} {
			b.reply = ussd.Reply{Text: []string{"Enter amount", "Bye"}[i], End: i == 1}
			status, ours := b.call(post(body))
			var theirs struct{ Answer, Problem any }
			peer.Ask(map[string]any{"provider": provider, "call": asValues(t, body)}, &theirs)
			if status != 200 || theirs.Problem != nil {
				t.Fatalf("%s, call %d: ours is %d, theirs %v", provider, i+1, status, theirs.Problem)
			}
			if missing := differs(theirs.Answer, asAnswer(t, ours)); missing != "" {
				t.Errorf("%s, call %d: %s\nours   %s\ntheirs %v", provider, i+1, missing, ours, theirs.Answer)
			}
		}
	}
}

// asValues is a call's body as a web framework gives it to an application.
func asValues(t *testing.T, body string) any {
	t.Helper()
	if strings.HasPrefix(body, "{") {
		return asAnswer(t, body)
	}
	query, err := url.ParseQuery(body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	for name := range query {
		out[name] = query.Get(name)
	}
	return out
}

// asAnswer is what an answer says: an object, or a text.
func asAnswer(t *testing.T, body string) any {
	t.Helper()
	if !strings.HasPrefix(body, "{") {
		return body
	}
	var out any
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// differs says which of their values ours lacks, or nothing.
func differs(theirs, ours any) string {
	object, ok := theirs.(map[string]any)
	if !ok {
		their, our := strings.TrimPrefix(fmt.Sprint(theirs), "+"), fmt.Sprint(ours)
		if strings.EqualFold(their, our) && fmt.Sprintf("%T", theirs) == fmt.Sprintf("%T", ours) { // Hubtel's SDK does not mind the case of its words
			return ""
		}
		return fmt.Sprintf("theirs is %v, ours %v", theirs, ours)
	}
	our, _ := ours.(map[string]any)
	for name, value := range object {
		if found := differs(value, our[name]); found != "" {
			return name + ": " + found
		}
	}
	return ""
}
