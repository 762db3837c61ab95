package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/sms"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

const testKey = "atsk_3f9a77c0d1"

// fakeProvider is a server that behaves as Africa's Talking documents its bulk API, and keeps what it was sent.
type fakeProvider struct {
	*httptest.Server
	mu       sync.Mutex
	requests []url.Values
	statuses map[string]int // recipient -> statusCode; 101 when absent
	omit     string         // recipient left out of the answer
}

func newProvider(t *testing.T) *fakeProvider {
	p := &fakeProvider{statuses: map[string]int{}}
	p.Server = httptest.NewServer(http.HandlerFunc(p.messaging))
	t.Cleanup(p.Close)
	return p
}

func (p *fakeProvider) messaging(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != "/version1/messaging" || r.Method != http.MethodPost:
		http.Error(w, "no such thing", http.StatusNotFound)
		return
	case r.Header.Get("apiKey") != testKey:
		http.Error(w, "The supplied authentication is invalid", http.StatusUnauthorized)
		return
	}
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, r.PostForm)
	var recipients []map[string]any
	for number := range strings.SplitSeq(r.PostForm.Get("to"), ",") {
		if number == p.omit {
			continue
		}
		status := 101
		if s, ok := p.statuses[number]; ok {
			status = s
		}
		recipients = append(recipients, map[string]any{
			"statusCode": status, "number": number, "status": "word", "cost": "KES 0.8000", "messageId": "ATXid_" + number[1:],
		})
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]any{"SMSMessageData": map[string]any{
		"Message": "Sent to some of them", "Recipients": recipients,
	}})
}

func newSender(t *testing.T, base string) sms.Sender {
	t.Helper()
	s, err := NewAfricasTalking(AfricasTalking{
		BaseURL: base, Username: "senti", APIKey: testKey, From: "SENTI", Timeout: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func messages(texts ...string) []sms.Message {
	var ids id.Sequence
	var out []sms.Message
	for i, text := range texts {
		out = append(out, sms.Message{ID: ids.New(), To: msisdn.Number(fmt.Sprintf("+2547120000%02d", i+1)), Text: text})
	}
	return out
}

func TestAfricasTalkingSends(t *testing.T) {
	p := newProvider(t)
	batch := messages("Ksh 500 SENT & gone", "the same", "the same")
	results := newSender(t, p.URL).Send(context.Background(), batch)
	for i, r := range results {
		if r.ID != batch[i].ID || !r.Accepted || r.Err != nil || r.ProviderRef != "ATXid_"+string(batch[i].To)[1:] {
			t.Errorf("result %d: %+v", i, r)
		}
	}
	slices.SortFunc(p.requests, func(a, b url.Values) int { return strings.Compare(a.Get("to"), b.Get("to")) })
	want := []url.Values{
		bulk("+254712000001", "Ksh 500 SENT & gone"),
		bulk("+254712000002,+254712000003", "the same"),
	}
	if got, want := fmt.Sprint(p.requests), fmt.Sprint(want); got != want {
		t.Errorf("requests\n%s\nwant\n%s", got, want)
	}
}

func bulk(to, text string) url.Values {
	return url.Values{
		"username": {"senti"}, "to": {to}, "message": {text}, "from": {"SENTI"}, "bulkSMSMode": {"1"}, "enqueue": {"1"},
	}
}

// The same text to the same phone twice is two messages, which one request cannot say.
func TestAfricasTalkingTwiceTheSame(t *testing.T) {
	p := newProvider(t)
	batch := messages("twice", "twice")
	batch[1].To = batch[0].To
	for _, r := range newSender(t, p.URL).Send(context.Background(), batch) {
		if !r.Accepted {
			t.Errorf("%+v", r)
		}
	}
	if len(p.requests) != 2 {
		t.Errorf("%d requests, want 2", len(p.requests))
	}
}

func TestAfricasTalkingManyPhonesOneText(t *testing.T) {
	p := newProvider(t)
	var batch []sms.Message
	for i := range 250 {
		batch = append(batch, sms.Message{To: msisdn.Number(fmt.Sprintf("+254712%06d", i)), Text: "maintenance tonight"})
	}
	newSender(t, p.URL).Send(context.Background(), batch)
	var sizes []int
	for _, r := range p.requests {
		sizes = append(sizes, len(strings.Split(r.Get("to"), ",")))
	}
	slices.Sort(sizes)
	if !slices.Equal(sizes, []int{50, 100, 100}) {
		t.Errorf("recipients per request: %v", sizes)
	}
}

// Every status in the provider's list, and one that is not in it.
func TestAfricasTalkingRecipientStatuses(t *testing.T) {
	cases := []struct {
		status           int
		code             string // "" = accepted
		retry, ours, may bool
	}{
		{100, "", false, false, false},
		{101, "", false, false, false},
		{102, "", false, false, false},
		{401, "RiskHold", false, true, false},
		{402, "InvalidSenderId", false, true, false},
		{403, "InvalidPhoneNumber", false, false, false},
		{404, "UnsupportedNumberType", false, false, false},
		{405, "InsufficientBalance", false, true, false},
		{406, "UserInBlacklist", false, false, false},
		{407, "CouldNotRoute", false, false, false},
		{409, "DoNotDisturbRejection", false, false, false},
		{500, "InternalServerError", true, false, false},
		{501, "GatewayError", true, false, false},
		{502, "RejectedByGateway", false, false, false},
		{999, "unknown_status_999", false, false, true},
	}
	p := newProvider(t)
	sender := newSender(t, p.URL)
	for _, c := range cases {
		t.Run(fmt.Sprint(c.status), func(t *testing.T) {
			batch := messages("both", "both")
			p.statuses = map[string]int{string(batch[1].To): c.status}
			results := sender.Send(context.Background(), batch)
			if !results[0].Accepted {
				t.Errorf("the neighbour: %+v", results[0])
			}
			checkResult(t, results[1], c.code, c.retry, c.ours, c.may)
		})
	}
	if len(africasTalkingStatus) != len(cases)-1 {
		t.Errorf("%d statuses are listed, %d tested", len(africasTalkingStatus), len(cases)-1)
	}
}

func checkResult(t *testing.T, r sms.Result, code string, retry, ours, may bool) {
	t.Helper()
	if code == "" {
		if !r.Accepted || r.Err != nil {
			t.Errorf("not accepted: %v", r.Err)
		}
		return
	}
	if r.Accepted || r.Err == nil {
		t.Fatalf("accepted, want %s", code)
	}
	if r.Err.Code != code || r.Err.Retryable != retry || r.Err.Account != ours || r.Err.Unclear != may {
		t.Errorf("%+v, want code %s, retryable %v, account %v, unclear %v", *r.Err, code, retry, ours, may)
	}
	if text := r.Err.Error(); strings.Contains(text, "0712") || strings.Contains(text, "254712") || strings.Contains(text, testKey) {
		t.Errorf("the error gives away a number or the key: %s", text)
	}
}

// What can go wrong with the whole request.
func TestAfricasTalkingFailures(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	cases := []struct {
		name             string
		handler          http.HandlerFunc
		code             string
		retry, ours, may bool
	}{
		{"500", answer(500, "oops"), sms.CodeHTTPStatus, true, false, true},
		{"503", answer(503, ""), sms.CodeHTTPStatus, true, false, true},
		{"429", answer(429, "slow down"), sms.CodeHTTPStatus, true, false, false},
		{"400", answer(400, "bad"), sms.CodeHTTPStatus, false, false, false},
		{"401", answer(401, "who are you"), sms.CodeHTTPStatus, false, true, false},
		{"408", answer(408, ""), sms.CodeHTTPStatus, true, false, false},
		{"200 is not 201: not the provider at all", answer(200, "<html>hotel wifi"), sms.CodeHTTPStatus, false, true, false},
		{"404: the address leads elsewhere", answer(404, "<html>moved"), sms.CodeHTTPStatus, false, true, false},
		{"garbage", answer(201, "{{{"), sms.CodeBadAnswer, false, false, true},
		{"another shape", answer(201, `[1,2]`), sms.CodeBadAnswer, false, false, true},
		{"empty object", answer(201, `{}`), sms.CodeBadAnswer, false, false, true},
		{"empty body", answer(201, ""), sms.CodeBadAnswer, false, false, true},
		{"nobody listed", answer(201, `{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}`), sms.CodeNotListed, false, true, false},
		{"broken off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(201)
			_, _ = w.Write([]byte(`{"SMSMessageData":`))
		}, sms.CodeNoAnswer, true, false, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			r := newSender(t, server.URL).Send(context.Background(), messages("hello"))
			checkResult(t, r[0], c.code, c.retry, c.ours, c.may)
			if c.code == sms.CodeHTTPStatus && r[0].Err.RetryAfter != 7*time.Second {
				t.Errorf("retry after %v, want 7s", r[0].Err.RetryAfter)
			}
		})
	}
}

func TestAfricasTalkingOneRecipientMissing(t *testing.T) {
	p := newProvider(t)
	batch := messages("both", "both")
	p.omit = string(batch[1].To)
	results := newSender(t, p.URL).Send(context.Background(), batch)
	checkResult(t, results[0], "", false, false, false)
	checkResult(t, results[1], sms.CodeNotListed, false, false, true)
}

func TestAfricasTalkingSlow(t *testing.T) {
	stop := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, _ *http.Request) { <-stop }))
	defer server.Close()
	defer close(stop)
	sender, err := NewAfricasTalking(AfricasTalking{BaseURL: server.URL, Username: "u", APIKey: testKey, Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	r := sender.Send(context.Background(), messages("hello"))
	checkResult(t, r[0], sms.CodeTimeout, true, false, true)

	// A caller who gives up does not wait for the time-out, and its messages stay to be sent.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r = newSender(t, server.URL).Send(ctx, messages("hello"))
	checkResult(t, r[0], sms.CodeNoAnswer, true, false, true)
}

func TestAfricasTalkingConnectionRefused(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	address := server.URL
	server.Close()
	r := newSender(t, address).Send(context.Background(), messages("hello"))
	checkResult(t, r[0], sms.CodeNoAnswer, true, false, false)
}

func TestAfricasTalkingDoesNotCarryItsKeyAway(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("followed a redirect, apiKey %q", r.Header.Get("apiKey"))
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	r := newSender(t, server.URL).Send(context.Background(), messages("hello"))
	checkResult(t, r[0], sms.CodeHTTPStatus, false, true, false)
}
