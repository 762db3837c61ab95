package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"senti/sms"
)

// Infobip sends through Infobip (most countries): many messages a request, JSON, a key in the header.
//
//	POST /sms/3/messages HTTP/1.1
//	Host: xyz123.api.infobip.com
//	Authorization: App 5f2c…
//	Content-Type: application/json
//
//	{"messages":[{"sender":"SENTI","destinations":[{"to":"254712000001","messageId":"0190f3…"}],"content":{"text":"Hello"},
//	  "webhooks":{"delivery":{"url":"https://senti.example/sms/infobip/9f3c…/reports","intermediateReport":true,
//	  "contentType":"application/json"}}}]}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"bulkId":"b1","messages":[{"messageId":"0190f3…","destination":"254712000001",
//	  "status":{"groupId":1,"groupName":"PENDING","id":26,"name":"PENDING_ACCEPTED"}}]}
//
// Quirks: each account has an address of its own; 200 says only that the request was read, each message has a status of its own;
// the ID of the message is ours and comes back in its report, but a message sent again under it after an answer that was lost is
// sent twice.
type Infobip struct {
	BaseURL  string // the account's own address
	Key      string // never logged
	From     string
	Reports  string // the whole URL that it reports to; empty: what the account has set
	Timeout  time.Duration
	Parallel int
}

// infobipMessages is how many messages one request carries at most.
const infobipMessages = 100

type infobip struct {
	Infobip
	url    string
	client *http.Client
}

// NewInfobip returns a sender, or an error that names the setting to mend.
func NewInfobip(c Infobip) (sms.Sender, error) {
	if c.Key == "" || c.From == "" {
		return nil, errors.New("sms: infobip needs an API key and a sender")
	}
	base, err := baseURL(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("sms: infobip: %w; it is on the account's own page", err)
	}
	if c.Timeout <= 0 {
		c.Timeout = sendTimeout
	}
	if c.Parallel <= 0 {
		c.Parallel = sendParallel
	}
	return &infobip{c, base.JoinPath("sms/3/messages").String(), newClient(c.Timeout, c.Parallel)}, nil
}

// Name returns "infobip".
func (*infobip) Name() string { return "infobip" }

// Send posts the messages in lots, several at once, and returns when all are answered.
func (i *infobip) Send(ctx context.Context, messages []sms.Message) []sms.Result {
	results := make([]sms.Result, len(messages))
	slots := make(chan struct{}, i.Parallel)
	var all sync.WaitGroup
	for begin := 0; begin < len(messages); begin += infobipMessages {
		end := min(begin+infobipMessages, len(messages))
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			i.lot(ctx, messages[begin:end], results[begin:end])
		})
	}
	all.Wait()
	return results
}

func (i *infobip) lot(ctx context.Context, messages []sms.Message, results []sms.Result) {
	statuses, failed := i.post(ctx, messages)
	for n, m := range messages {
		results[n] = sms.Result{ID: m.ID, Err: failed}
		if failed != nil {
			continue
		}
		status, ok := statuses[m.ID.String()]
		if !ok {
			results[n].Err = &sms.SendError{Sender: i.Name(), Code: sms.CodeNotListed, Unclear: true, Retryable: true}
			continue
		}
		if results[n].Err = infobipRefusal(status); results[n].Err == nil {
			results[n].Accepted, results[n].ProviderRef = true, m.ID.String()
		}
	}
}

type (
	infobipRequest struct {
		Messages []infobipMessage `json:"messages"`
	}
	infobipMessage struct {
		Sender       string               `json:"sender"`
		Destinations []infobipDestination `json:"destinations"`
		Content      infobipContent       `json:"content"`
		Webhooks     *infobipWebhooks     `json:"webhooks,omitempty"`
	}
	infobipDestination struct {
		To        string `json:"to"`
		MessageID string `json:"messageId"`
	}
	infobipContent struct {
		Text string `json:"text"`
	}
	infobipWebhooks struct {
		Delivery infobipDelivery `json:"delivery"`
	}
	infobipDelivery struct {
		URL          string `json:"url"`
		Intermediate bool   `json:"intermediateReport"`
		ContentType  string `json:"contentType"`
	}
	infobipStatus struct {
		GroupName string `json:"groupName"`
		Name      string `json:"name"`
	}
	infobipReply struct {
		Messages []struct {
			MessageID string        `json:"messageId"`
			Status    infobipStatus `json:"status"`
		} `json:"messages"`
	}
)

func (i *infobip) post(ctx context.Context, messages []sms.Message) (map[string]infobipStatus, *sms.SendError) {
	var hooks *infobipWebhooks
	if i.Reports != "" {
		hooks = &infobipWebhooks{infobipDelivery{i.Reports, true, "application/json"}}
	}
	var request infobipRequest
	for _, m := range messages {
		request.Messages = append(request.Messages, infobipMessage{i.From,
			[]infobipDestination{{digits(m.To), m.ID.String()}}, infobipContent{m.Text}, hooks})
	}
	body, err := json.Marshal(request)
	if err != nil { // cannot be: only texts are in it
		return nil, &sms.SendError{Sender: i.Name(), Code: sms.CodeNoAnswer}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, i.url, bytes.NewReader(body))
	if err != nil { // cannot be: the URL was checked
		return nil, &sms.SendError{Sender: i.Name(), Code: sms.CodeNoAnswer}
	}
	r.Header = http.Header{"Authorization": {"App " + i.Key}, "Accept": {"application/json"}, "Content-Type": {"application/json"}}
	response, err := i.client.Do(r)
	if err != nil {
		return nil, unanswered(i.Name(), err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, refused(i.Name(), response)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, unanswered(i.Name(), err)
	}
	var reply infobipReply
	if json.Unmarshal(answer, &reply) != nil {
		return nil, badAnswer(i.Name(), response.StatusCode)
	}
	statuses := make(map[string]infobipStatus, len(reply.Messages))
	for _, m := range reply.Messages {
		statuses[m.MessageID] = m.Status
	}
	return statuses, nil
}

// infobipRefusal turns a message's status into an error, or nil when it was taken on.
func infobipRefusal(s infobipStatus) *sms.SendError {
	e := &sms.SendError{Sender: "infobip", Code: word(s.Name)}
	switch s.GroupName {
	case "PENDING", "DELIVERED":
		return nil
	case "UNDELIVERABLE", "EXPIRED":
		return e
	case "REJECTED":
		known := infobipRejected[s.Name]
		e.Retryable, e.Account = known.retry, known.account
		return e
	}
	e.Code, e.Unclear = "unknown_status", true
	return e
}

// infobipRejected lists the rejections that are not the message's own fault.
var infobipRejected = map[string]struct{ retry, account bool }{
	"REJECTED_SYSTEM_ERROR":                  {retry: true},
	"REJECTED_FLOODING_FILTER":               {retry: true},
	"REJECTED_NOT_ENOUGH_CREDITS":            {account: true},
	"REJECTED_SENDER":                        {account: true},
	"REJECTED_SOURCE_ADDRESS_MISMATCH":       {account: true},
	"REJECTED_ROUTE_NOT_AVAILABLE":           {account: true},
	"REJECTED_NETWORK":                       {account: true},
	"REJECTED_ALPHANUMERIC_SENDER_NOT_VALID": {account: true},
}
