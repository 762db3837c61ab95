package gateway

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"senti/sms"
)

// single sends for providers that take one message a request, several requests at once.
type single struct {
	name     string
	client   *http.Client
	parallel int
	request  func(ctx context.Context, m sms.Message) (*http.Request, error)
	// read turns the answer to a request into the provider's name for the message, or into why it was not taken on.
	read func(status int, header http.Header, body []byte) (ref string, failed *sms.SendError)
}

// The bounds of a sender that sets none.
const (
	sendTimeout  = 10 * time.Second
	sendParallel = 8
	answerBytes  = 64 << 10 // as much of an answer as is read
)

func newSingle(name string, timeout time.Duration, parallel int) *single {
	if timeout <= 0 {
		timeout = sendTimeout
	}
	if parallel <= 0 {
		parallel = sendParallel
	}
	return &single{name: name, client: newClient(timeout, parallel), parallel: parallel}
}

// Name returns the provider's name.
func (s *single) Name() string { return s.name }

// Send makes one request for each message and returns when all are answered.
func (s *single) Send(ctx context.Context, messages []sms.Message) []sms.Result {
	results := make([]sms.Result, len(messages))
	slots := make(chan struct{}, s.parallel)
	var all sync.WaitGroup
	for i, m := range messages {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			ref, failed := s.one(ctx, m)
			results[i] = sms.Result{ID: m.ID, Accepted: failed == nil, ProviderRef: ref, Err: failed}
		})
	}
	all.Wait()
	return results
}

func (s *single) one(ctx context.Context, m sms.Message) (ref string, failed *sms.SendError) {
	request, err := s.request(ctx, m)
	if err != nil { // cannot be: the URL was checked
		return "", &sms.SendError{Sender: s.name, Code: sms.CodeNoAnswer, Retryable: true}
	}
	response, err := s.client.Do(request)
	if err != nil {
		return "", unanswered(s.name, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerBytes))
	if err != nil {
		return "", unanswered(s.name, err)
	}
	return s.read(response.StatusCode, response.Header, body)
}

// badAnswer is for an answer that is not what the provider documents. The message may have been taken on.
func badAnswer(sender string, status int) *sms.SendError {
	return &sms.SendError{Sender: sender, Code: sms.CodeBadAnswer, Status: status, Unclear: true, Retryable: true}
}
