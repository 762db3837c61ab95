package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"senti/sms"
	"senti/wallet/msisdn"
)

// AfricasTalking sends through Africa's Talking (Kenya, Uganda, Tanzania, Rwanda, Nigeria and more): bulk SMS, form POST.
//
//	POST /version1/messaging HTTP/1.1
//	Host: api.africastalking.com
//	apiKey: 5f2c…
//	Accept: application/json
//	Content-Type: application/x-www-form-urlencoded
//
//	username=senti&to=%2B254712000001%2C%2B254712000002&message=Hello&from=SENTI&bulkSMSMode=1&enqueue=1
//
//	HTTP/1.1 201 Created
//
//	{"SMSMessageData":{"Message":"Sent to 1/2 Total Cost: KES 0.8000","Recipients":[
//	  {"statusCode":101,"number":"+254712000001","status":"Success","cost":"KES 0.8000","messageId":"ATXid_1"},
//	  {"statusCode":406,"number":"+254712000002","status":"UserInBlacklist","cost":"0","messageId":"None"}]}}
//
// Quirks: 201 says only that the request was read, each recipient has a status of its own; one request carries one text,
// so messages are grouped by text; there is no client reference, so a request that timed out may have been taken on, and
// sending it again may double the message (every receipt carries its code, which tells the reader); the sandbox is
// api.sandbox.africastalking.com with user name "sandbox".
type AfricasTalking struct {
	BaseURL  string        // "https://api.africastalking.com" when empty; plain http only to a loopback address
	Username string        // the application's user name
	APIKey   string        // sent in the header apiKey, never logged
	From     string        // sender name or short code; empty = the provider's shared one
	Timeout  time.Duration // of one request; 10 s when 0
	Parallel int           // requests in flight at once; 8 when 0
}

// africasTalkingRecipients is how many phones one request names at most.
const africasTalkingRecipients = 100

// africasTalkingAnswer is as much of an answer as is read: a full request's answer has some 15 KiB.
const africasTalkingAnswer = 1 << 20

type africasTalking struct {
	AfricasTalking
	url    string
	client *http.Client
}

type africasTalkingReply struct {
	SMSMessageData *struct {
		Message    string
		Recipients []africasTalkingRecipient
	}
}

type africasTalkingRecipient struct {
	StatusCode int    `json:"statusCode"`
	Number     string `json:"number"`
	MessageID  string `json:"messageId"`
}

// NewAfricasTalking returns a sender, or an error that names the setting to mend.
func NewAfricasTalking(c AfricasTalking) (sms.Sender, error) {
	if c.BaseURL == "" {
		c.BaseURL = "https://api.africastalking.com"
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Parallel <= 0 {
		c.Parallel = 8
	}
	if c.Username == "" || c.APIKey == "" {
		return nil, errors.New("sms: africastalking needs a user name and an API key")
	}
	base, err := baseURL(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("sms: africastalking: %w", err)
	}
	return &africasTalking{c, base.JoinPath("version1/messaging").String(), newClient(c.Timeout, c.Parallel)}, nil
}

// Name returns "africastalking".
func (*africasTalking) Name() string { return "africastalking" }

// Send posts one request per text, several at once, and returns when all are answered.
func (a *africasTalking) Send(ctx context.Context, messages []sms.Message) []sms.Result {
	results := make([]sms.Result, len(messages))
	slots := make(chan struct{}, a.Parallel)
	var all sync.WaitGroup
	for _, group := range groupByText(messages) {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			a.sendGroup(ctx, messages, group, results)
		})
	}
	all.Wait()
	return results
}

// groupByText returns the positions of messages that may share a request: the same text, to different phones.
func groupByText(messages []sms.Message) [][]int {
	var groups [][]int
	open := make(map[string]int, len(messages)) // text -> its last group
	seen := make(map[string]map[msisdn.Number]bool, len(messages))
	for i, m := range messages {
		g, ok := open[m.Text]
		if !ok || len(groups[g]) == africasTalkingRecipients || seen[m.Text][m.To] {
			g = len(groups)
			groups = append(groups, nil)
			open[m.Text], seen[m.Text] = g, map[msisdn.Number]bool{}
		}
		groups[g] = append(groups[g], i)
		seen[m.Text][m.To] = true
	}
	return groups
}

// sendGroup posts one request and fills in the results of its group, and of no other.
func (a *africasTalking) sendGroup(ctx context.Context, messages []sms.Message, group []int, results []sms.Result) {
	to := make([]string, 0, len(group))
	for _, i := range group {
		to = append(to, string(messages[i].To))
	}
	recipients, failed := a.post(ctx, strings.Join(to, ","), messages[group[0]].Text)
	for _, i := range group {
		m := messages[i]
		results[i] = sms.Result{ID: m.ID, Err: failed}
		if failed != nil {
			continue
		}
		r, ok := recipients[string(m.To)]
		if !ok {
			// With nobody listed at all it is our account that is refused, not a phone.
			nobody := len(recipients) == 0
			results[i].Err = &sms.SendError{Sender: a.Name(), Code: sms.CodeNotListed, Account: nobody, Unclear: !nobody}
			continue
		}
		if results[i].Err = a.refusal(r.StatusCode); results[i].Err == nil {
			results[i].Accepted, results[i].ProviderRef = true, r.MessageID
		}
	}
}

// post sends one text and returns what became of each phone, by number.
func (a *africasTalking) post(ctx context.Context, to, text string) (map[string]africasTalkingRecipient, *sms.SendError) {
	form := url.Values{
		"username": {a.Username}, "to": {to}, "message": {text}, "bulkSMSMode": {"1"}, "enqueue": {"1"},
	}
	if a.From != "" {
		form.Set("from", a.From)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, strings.NewReader(form.Encode()))
	if err != nil { // cannot be: the URL was checked
		return nil, &sms.SendError{Sender: a.Name(), Code: sms.CodeNoAnswer}
	}
	request.Header = http.Header{
		"Apikey": {a.APIKey}, "Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"},
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, unanswered(a.Name(), err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		return nil, refused(a.Name(), response)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, africasTalkingAnswer))
	if err != nil {
		return nil, unanswered(a.Name(), err)
	}
	var reply africasTalkingReply
	if json.Unmarshal(body, &reply) != nil || reply.SMSMessageData == nil {
		return nil, &sms.SendError{Sender: a.Name(), Code: sms.CodeBadAnswer, Status: response.StatusCode, Unclear: true}
	}
	byNumber := make(map[string]africasTalkingRecipient, len(reply.SMSMessageData.Recipients))
	for _, r := range reply.SMSMessageData.Recipients {
		byNumber[r.Number] = r
	}
	return byNumber, nil
}

// refusal turns a recipient's status into an error, or nil when the message was taken on.
func (a *africasTalking) refusal(code int) *sms.SendError {
	e := &sms.SendError{Sender: a.Name(), Status: code}
	known, ok := africasTalkingStatus[code]
	if !ok {
		e.Code, e.Unclear = fmt.Sprintf("unknown_status_%d", code), true
		return e
	}
	if known.accepted {
		return nil
	}
	e.Code, e.Retryable, e.Account = known.word, known.retry, known.account
	return e
}

// africasTalkingStatus is the provider's list of recipient statuses.
var africasTalkingStatus = map[int]struct {
	word                     string
	accepted, retry, account bool
}{
	100: {word: "Processed", accepted: true},
	101: {word: "Sent", accepted: true},
	102: {word: "Queued", accepted: true},
	401: {word: "RiskHold", account: true},
	402: {word: "InvalidSenderId", account: true},
	403: {word: "InvalidPhoneNumber"},
	404: {word: "UnsupportedNumberType"},
	405: {word: "InsufficientBalance", account: true},
	406: {word: "UserInBlacklist"},
	407: {word: "CouldNotRoute"},
	409: {word: "DoNotDisturbRejection"},
	500: {word: "InternalServerError", retry: true},
	501: {word: "GatewayError", retry: true},
	502: {word: "RejectedByGateway"},
}
