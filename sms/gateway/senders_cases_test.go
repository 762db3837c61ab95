package gateway

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"senti/sms"
)

// sending is one sender's block of the case table: how it is opened, what it must ask for, and how answers are to be understood.
type sending struct {
	name    string
	open    func(base string) (sms.Sender, error)
	request string // of "Ksh 5 to JANÊ" to +254712000001: method, path, then the parts that must be there, a line each
	answers []answerCase
}

type answerCase struct {
	name   string
	status int
	body   string // {id} is the message's own
	ref    string // of a message that was taken on; {id} likewise
	want   sms.SendError
}

const sendersReports = "https://senti.example/sms/x/9f3c/reports"

func sendings() []sending {
	return []sending{{
		name: "twilio",
		open: func(base string) (sms.Sender, error) {
			return NewTwilio(Twilio{BaseURL: base, Account: "AC1", Token: testKey, From: "SENTI", Reports: sendersReports})
		},
		request: "POST\n/2010-04-01/Accounts/AC1/Messages.json\nBasic QUMxOmF0c2tfM2Y5YTc3YzBkMQ==\nTo=%2B254712000001\nFrom=SENTI\n" +
			"Body=Ksh+5+to+JAN%C3%8A\nStatusCallback=https%3A%2F%2Fsenti.example%2Fsms%2Fx%2F9f3c%2Freports",
		answers: []answerCase{
			{"taken on", 201, `{"sid":"SM1","status":"queued"}`, "SM1", sms.SendError{}},
			{"unsubscribed", 400, `{"code":21610,"message":"no"}`, "", sms.SendError{Code: "unsubscribed", Status: 21610}},
			{"too fast", 429, `{"code":20429}`, "", sms.SendError{Code: sms.CodeThrottled, Status: 20429, Retryable: true}},
			{"no such key", 401, `{"code":20003}`, "", sms.SendError{Code: "authenticate", Status: 20003, Account: true}},
			{"unknown code", 400, `{"code":77777}`, "", sms.SendError{Code: "twilio_77777", Status: 77777}},
			{"no sid", 201, `{}`, "", sms.SendError{Code: sms.CodeBadAnswer, Status: 201, Unclear: true, Retryable: true}},
			{"broken", 503, `<html>`, "", sms.SendError{Code: sms.CodeHTTPStatus, Status: 503, Retryable: true, Unclear: true}},
		},
	}, {
		name: "infobip",
		open: func(base string) (sms.Sender, error) {
			return NewInfobip(Infobip{BaseURL: base, Key: testKey, From: "SENTI", Reports: sendersReports})
		},
		request: "POST\n/sms/3/messages\nApp " + testKey + "\n" + `"sender":"SENTI"` + "\n" + `"to":"254712000001","messageId":"{id}"` + "\n" +
			`"text":"Ksh 5 to JANÊ"` + "\n" + `"delivery":{"url":"https://senti.example/sms/x/9f3c/reports"`,
		answers: []answerCase{
			{"taken on", 200, `{"messages":[{"messageId":"{id}","status":{"groupName":"PENDING","name":"PENDING_ACCEPTED"}}]}`, "{id}", sms.SendError{}},
			{"no credit", 200, `{"messages":[{"messageId":"{id}","status":{"groupName":"REJECTED","name":"REJECTED_NOT_ENOUGH_CREDITS"}}]}`, "",
				sms.SendError{Code: "REJECTED_NOT_ENOUGH_CREDITS", Account: true}},
			{"bad number", 200, `{"messages":[{"messageId":"{id}","status":{"groupName":"REJECTED","name":"REJECTED_DESTINATION"}}]}`, "",
				sms.SendError{Code: "REJECTED_DESTINATION"}},
			{"flood", 200, `{"messages":[{"messageId":"{id}","status":{"groupName":"REJECTED","name":"REJECTED_FLOODING_FILTER"}}]}`, "",
				sms.SendError{Code: "REJECTED_FLOODING_FILTER", Retryable: true}},
			{"not mentioned", 200, `{"messages":[]}`, "", sms.SendError{Code: sms.CodeNotListed, Unclear: true, Retryable: true}},
			{"unknown group", 200, `{"messages":[{"messageId":"{id}","status":{"groupName":"MAYBE"}}]}`, "", sms.SendError{Code: "unknown_status", Unclear: true}},
			{"not JSON", 200, `ok`, "", sms.SendError{Code: sms.CodeBadAnswer, Status: 200, Unclear: true, Retryable: true}},
			{"no such key", 401, ``, "", sms.SendError{Code: sms.CodeHTTPStatus, Status: 401, Account: true}},
		},
	}, {
		name: "kannel",
		open: func(base string) (sms.Sender, error) {
			return NewKannel(Kannel{BaseURL: base, Username: "senti", Password: testKey, From: "20384", Reports: sendersReports})
		},
		request: "POST\n/cgi-bin/sendsms\nX-Kannel-Username: senti\nX-Kannel-Password: " + testKey + "\nX-Kannel-From: 20384\nX-Kannel-To: +254712000001\n" +
			"X-Kannel-Coding: 2\nX-Kannel-Dlr-Mask: 31\nX-Kannel-Dlr-Url: " + sendersReports + "?id={id}&type=%d&reply=%A\nKsh 5 to JANÊ",
		answers: []answerCase{
			{"taken on", 202, "0: Accepted for delivery", "", sms.SendError{}},
			{"queued", 202, "3: Queued for later delivery", "", sms.SendError{}},
			{"wrong password", 403, "Authorization failed for sendsms", "", sms.SendError{Code: "authorization", Status: 403, Account: true}},
			{"for now not", 503, "Temporal failure, try again later.", "", sms.SendError{Code: "temporal_failure", Status: 503, Retryable: true}},
			{"something else", 202, "hello", "", sms.SendError{Code: sms.CodeBadAnswer, Status: 202, Unclear: true, Retryable: true}},
			{"bad request", 400, "Missing receiver number, rejected", "", sms.SendError{Code: sms.CodeHTTPStatus, Status: 400}},
		},
	}, {
		name: "jasmin",
		open: func(base string) (sms.Sender, error) {
			return NewJasmin(Jasmin{BaseURL: base, Username: "senti", Password: testKey, From: "SENTI", Reports: sendersReports})
		},
		request: "POST\n/send\nusername=senti\npassword=" + testKey + "\nto=254712000001\nfrom=SENTI\ncoding=8\nhex-content=" + hex.EncodeToString(wide("Ksh 5 to JANÊ")) +
			"\ndlr=yes\ndlr-level=3\ndlr-method=POST\ndlr-url=https%3A%2F%2Fsenti.example%2Fsms%2Fx%2F9f3c%2Freports",
		answers: []answerCase{
			{"taken on", 200, `Success "07033084-5cfd"`, "07033084-5cfd", sms.SendError{}},
			{"wrong password", 403, `Error "Authentication failure for username:senti"`, "", sms.SendError{Code: sms.CodeHTTPStatus, Status: 403, Account: true}},
			{"too fast", 403, `Error "User throughput exceeded"`, "", sms.SendError{Code: sms.CodeThrottled, Status: 403, Retryable: true}},
			{"no route", 412, `Error "No route found"`, "", sms.SendError{Code: "no_route_found", Status: 412, Account: true}},
			{"something else", 200, `Hello`, "", sms.SendError{Code: sms.CodeBadAnswer, Status: 200, Unclear: true, Retryable: true}},
			{"broken", 500, `Error "Cannot send submit_sm"`, "", sms.SendError{Code: sms.CodeHTTPStatus, Status: 500, Retryable: true, Unclear: true}},
		},
	}}
}

func wide(text string) []byte { _, octets := jasminContent(text); return octets }

// What a sender asks for, and what it makes of every answer.
func TestSenders(t *testing.T) {
	for _, s := range sendings() {
		t.Run(s.name, func(t *testing.T) {
			batch := messages("Ksh 5 to JANÊ")
			own := strings.NewReplacer("{id}", batch[0].ID.String())
			for _, c := range s.answers {
				var asked string
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					var head strings.Builder
					_ = r.Header.Write(&head)
					asked = r.Method + "\n" + r.RequestURI + "\n" + head.String() + string(body)
					w.WriteHeader(c.status)
					fmt.Fprint(w, own.Replace(c.body))
				}))
				sender, err := s.open(server.URL)
				if err != nil {
					t.Fatal(err)
				}
				r := sender.Send(context.Background(), batch)[0]
				server.Close()
				if c.want.Code == "" {
					if r.ID != batch[0].ID || !r.Accepted || r.Err != nil || r.ProviderRef != own.Replace(c.ref) {
						t.Errorf("%s: %+v, %v", c.name, r, r.Err)
					}
				} else {
					c.want.Sender = s.name
					if r.Accepted || r.Err == nil || *r.Err != c.want {
						t.Errorf("%s: %+v, want %+v", c.name, r.Err, c.want)
					}
				}
				for part := range strings.SplitSeq(own.Replace(s.request), "\n") {
					if !strings.Contains(asked, part) {
						t.Errorf("%s: no %q in\n%s", c.name, part, asked)
					}
				}
				if line, _, _ := strings.Cut(asked, "\nAccept"); strings.Contains(strings.SplitN(line, "\n", 3)[1], testKey) {
					t.Errorf("the key is in the address: %s", line)
				}
			}
		})
	}
}

// A provider that is not there was not asked; one that answers too late may have taken the message on.
func TestSendersWithoutAnswer(t *testing.T) {
	asked := make(chan struct{}, len(sendings()))
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done()
	}))
	defer slow.Close()
	for _, s := range sendings() {
		away, err := s.open("http://127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		if r := away.Send(context.Background(), messages("x"))[0]; r.Err == nil || r.Err.Code != sms.CodeNoAnswer || r.Err.Unclear || !r.Err.Retryable {
			t.Errorf("%s, not there: %+v", s.name, r.Err)
		}
		late, err := s.open(slow.URL)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		go func() { <-asked; cancel() }()
		if r := late.Send(ctx, messages("x"))[0]; r.Err == nil || !r.Err.Unclear || !r.Err.Retryable {
			t.Errorf("%s, too late: %+v", s.name, r.Err)
		}
	}
}

func TestSendersAreRefused(t *testing.T) {
	for name, open := range map[string]func() (sms.Sender, error){
		"twilio without a token":     func() (sms.Sender, error) { return NewTwilio(Twilio{Account: "AC1", From: "S"}) },
		"twilio without a sender":    func() (sms.Sender, error) { return NewTwilio(Twilio{Account: "AC1", Token: testKey}) },
		"infobip without a key":      func() (sms.Sender, error) { return NewInfobip(Infobip{BaseURL: "https://x.example", From: "S"}) },
		"infobip without an address": func() (sms.Sender, error) { return NewInfobip(Infobip{Key: testKey, From: "S"}) },
		"infobip in the clear": func() (sms.Sender, error) {
			return NewInfobip(Infobip{BaseURL: "http://x.example", Key: testKey, From: "S"})
		},
		"kannel without a password": func() (sms.Sender, error) { return NewKannel(Kannel{BaseURL: "http://127.0.0.1:13013", Username: "s"}) },
		"jasmin without a password": func() (sms.Sender, error) { return NewJasmin(Jasmin{BaseURL: "http://127.0.0.1:1401", Username: "s"}) },
	} {
		if s, err := open(); err == nil || s != nil || strings.Contains(err.Error(), testKey) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}
