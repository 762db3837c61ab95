package gateway

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"senti/sms/peers"
)

// Twilio's own SDK signs calls as ours expects them, whatever the fields hold.
func TestTwilioSignsAsItsSDK(t *testing.T) {
	sdk := peers.Node(t, "twilio.js")
	type signing struct {
		Token  string         `json:"token"`
		URL    string         `json:"url"`
		Params map[string]any `json:"params"`
	}
	for n, c := range []signing{
		{twilioToken, "https://senti.example/sms/twilio", map[string]any{"Body": "1 4821", "From": "+254712000001", "To": "20384"}},
		{twilioToken, "https://senti.example:8443/sms/twilio/reports?a=b&c=%20", map[string]any{"MessageSid": "SM1", "MessageStatus": "sent"}},
		{"a key", "http://127.0.0.1/sms/twilio", map[string]any{}},
		{twilioToken, "https://senti.example/x", map[string]any{"Body": " é€ 漢 \n+&=%", "empty": "", "B": "b", "b": "B"}},
		{twilioToken, "https://senti.example/x", map[string]any{"MediaUrl": []string{"b", "a", "b"}, "z": "1"}},
	} {
		fields := url.Values{}
		for name, value := range c.Params {
			if all, ok := value.([]string); ok {
				fields[name] = all
				continue
			}
			fields.Set(name, value.(string))
		}
		var want struct{ Signature string }
		sdk.Ask(c, &want)
		if got := base64.StdEncoding.EncodeToString(twilioSignature(c.Token, c.URL, fields)); got != want.Signature {
			t.Errorf("call %d: %s, the SDK has %s", n+1, got, want.Signature)
		}
	}
}

// What Africa's Talking's own SDK sends is what ours does, but for a header that says who is sending.
func TestAfricasTalkingSendsAsItsSDK(t *testing.T) {
	type request struct {
		method, path, key, accept, media string
		form                             string
	}
	heard := make(chan request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
		heard <- request{r.Method, r.URL.Path, r.Header.Get("apiKey"), r.Header.Get("Accept"), media, r.PostForm.Encode()}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"SMSMessageData":{"Message":"Sent","Recipients":[{"statusCode":101,"number":%q,"messageId":"ATXid_1"}]}}`, r.PostForm.Get("to"))
	}))
	t.Cleanup(server.Close)
	var said struct{ Problem string }
	peers.Node(t, "africastalking.js").Ask(map[string]any{"url": server.URL + "/version1/messaging", "username": "senti", "apiKey": testKey,
		"to": "+254712000001", "message": "Ksh 500 SENT & gone €", "from": "SENTI"}, &said)
	if said.Problem != "" {
		t.Fatal(said.Problem)
	}
	want := <-heard
	if r := newSender(t, server.URL).Send(context.Background(), messages("Ksh 500 SENT & gone €"))[0]; !r.Accepted {
		t.Fatalf("%+v", r.Err)
	}
	got := <-heard
	if got != want {
		t.Errorf("we sent\n%+v\nthe SDK\n%+v", got, want)
	}
}
