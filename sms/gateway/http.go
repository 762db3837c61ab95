package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"senti/sms"
	"senti/wallet/msisdn"
)

// baseURL checks a provider's configured address. Keys travel in headers, so plain http is for this machine only.
func baseURL(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") || base.User != nil {
		return nil, errors.New("the base URL must look like https://api.example.com")
	}
	ip := net.ParseIP(base.Hostname())
	if base.Scheme == "http" && base.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, errors.New("the base URL must be https, or the API key travels in the clear")
	}
	return base, nil
}

// sendsAtOnce is how many calls of Send the outbox has under way at a route when much waits.
const sendsAtOnce = 8

// newClient returns a client that keeps as many connections open as there are requests in flight, and that follows no
// redirect: the standard one would take a key in a header of its own along to wherever it is sent.
func newClient(timeout time.Duration, parallel int) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, parallel*sendsAtOnce // a connection made anew for each would cost more than its message
	return &http.Client{
		Timeout:       timeout,
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// unanswered tells a connection that never was from an answer that never came: only after the second may the message have
// gone out. The error's own words are dropped; a log needs only the kind.
func unanswered(sender string, err error) *sms.SendError {
	e := &sms.SendError{Sender: sender, Code: sms.CodeNoAnswer, Retryable: true, Unclear: true}
	var network net.Error
	if errors.As(err, &network) && network.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		e.Code = sms.CodeTimeout
	}
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Op == "dial" {
		e.Unclear = false
	}
	return e
}

// refused turns an HTTP status that is not success into what to do about it. Only a status that is about the request itself
// refuses its messages for good; an answer from somewhere else, or to somebody else, is for a person to mend.
func refused(sender string, response *http.Response) *sms.SendError {
	return refusedWith(sender, response.StatusCode, response.Header)
}

// refusedWith is refused for an answer that was read.
func refusedWith(sender string, status int, header http.Header) *sms.SendError {
	e := &sms.SendError{Sender: sender, Code: sms.CodeHTTPStatus, Status: status}
	switch s := status; {
	case s >= 500:
		e.Retryable, e.Unclear = true, true
	case s == http.StatusTooManyRequests, s == http.StatusRequestTimeout:
		e.Retryable = true
	case s != http.StatusBadRequest && s != http.StatusRequestEntityTooLarge && s != http.StatusUnprocessableEntity:
		e.Account = true // key, credit, address
	}
	if seconds, err := strconv.Atoi(header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(min(seconds, 3600)) * time.Second
	}
	return e
}

// word makes a provider's word fit for the log: letters, digits and underscores, and short.
func word(said string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
			return r
		case r == ' ', r == '-', r == '.':
			return '_'
		}
		return -1
	}, said)
	return clean[:min(len(clean), 40)]
}

// digits is a phone number as some providers want it: international, without the plus.
func digits(n msisdn.Number) string { return strings.TrimPrefix(string(n), "+") }
