package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"senti/sms"
)

// Twilio sends through Twilio (most countries): one message a request, form POST, Basic login.
//
//	POST /2010-04-01/Accounts/AC3f…/Messages.json HTTP/1.1
//	Host: api.twilio.com
//	Authorization: Basic QUMz…
//	Content-Type: application/x-www-form-urlencoded
//
//	To=%2B254712000001&From=SENTI&Body=Hello&StatusCallback=https%3A%2F%2Fsenti.example%2Fsms%2Ftwilio%2Freports
//
//	HTTP/1.1 201 Created
//	Content-Type: application/json
//
//	{"sid":"SM9f…","status":"queued","error_code":null}
//
//	HTTP/1.1 400 Bad Request
//
//	{"code":21610,"message":"Attempt to send to unsubscribed recipient","status":400}
//
// Quirks: it takes no reference of ours, so a request that timed out may have been taken on, and sending it again may double the
// message; From is a number, a short code or a name, or an ID of a messaging service that begins with MG; 1,600 characters at
// most; sending too fast is HTTP 429 with code 20429.
type Twilio struct {
	BaseURL  string // "https://api.twilio.com" when empty; plain http only to a loopback address
	Account  string // the account's SID, AC…
	Token    string // its auth token, never logged
	From     string
	Reports  string // the whole URL that it reports to; empty: it reports nothing
	Timeout  time.Duration
	Parallel int
}

// NewTwilio returns a sender, or an error that names the setting to mend.
func NewTwilio(c Twilio) (sms.Sender, error) {
	if c.BaseURL == "" {
		c.BaseURL = "https://api.twilio.com"
	}
	switch {
	case c.Account == "" || c.Token == "":
		return nil, errors.New("sms: twilio needs the account's SID as user name, and its auth token")
	case c.From == "":
		return nil, errors.New("sms: twilio needs a sender: a number, a short code, a name or a messaging service")
	}
	base, err := baseURL(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("sms: twilio: %w", err)
	}
	where := base.JoinPath("2010-04-01/Accounts", c.Account, "Messages.json").String()
	s := newSingle("twilio", c.Timeout, c.Parallel)
	s.request = func(ctx context.Context, m sms.Message) (*http.Request, error) {
		form := url.Values{"To": {string(m.To)}, "Body": {m.Text}}
		from := "From"
		if strings.HasPrefix(c.From, "MG") && len(c.From) == 34 {
			from = "MessagingServiceSid"
		}
		form.Set(from, c.From)
		if c.Reports != "" {
			form.Set("StatusCallback", c.Reports)
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, where, strings.NewReader(form.Encode()))
		if err != nil {
			return nil, err
		}
		r.SetBasicAuth(c.Account, c.Token)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "application/json")
		return r, nil
	}
	s.read = readTwilio
	return s, nil
}

type twilioAnswer struct {
	SID  string `json:"sid"`
	Code int    `json:"code"`
}

func readTwilio(status int, header http.Header, body []byte) (ref string, failed *sms.SendError) {
	var a twilioAnswer
	understood := json.Unmarshal(body, &a) == nil
	switch {
	case status == http.StatusCreated && understood && a.SID != "":
		return a.SID, nil
	case status == http.StatusCreated:
		return "", badAnswer("twilio", status)
	}
	failed = refusedWith("twilio", status, header)
	if !understood || a.Code == 0 {
		return "", failed
	}
	failed.Status = a.Code
	known, ok := twilioCodes[a.Code]
	if !ok {
		failed.Code = "twilio_" + strconv.Itoa(a.Code)
		return "", failed
	}
	failed.Code, failed.Retryable, failed.Account, failed.Unclear = known.word, known.retry, known.account, false
	return "", failed
}

// twilioCodes lists those of its refusals that say what to do; others go by the HTTP status.
var twilioCodes = map[int]struct {
	word           string
	retry, account bool
}{
	20003: {word: "authenticate", account: true},
	20429: {word: sms.CodeThrottled, retry: true},
	21211: {word: "invalid_to"},
	21212: {word: "invalid_from", account: true},
	21408: {word: "region_not_enabled", account: true},
	21603: {word: "from_missing", account: true},
	21606: {word: "from_not_ours", account: true},
	21610: {word: "unsubscribed"},
	21611: {word: "queue_full", retry: true},
	21612: {word: "not_reachable"},
	21614: {word: "not_a_mobile"},
	21617: {word: "too_long"},
	30001: {word: "queue_overflow", retry: true},
	30002: {word: "account_suspended", account: true},
}
