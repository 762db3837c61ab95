package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"senti/wallet/webhook"
)

// Replies says where a gateway takes the replies that it does not take as the answer to its call.
type Replies struct {
	URL   string
	Token string // Authorization: Token …
	Login string // USER:PASSWORD, Authorization: Basic …
}

func (r Replies) check() error {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("it takes its replies by a call of ours: set replies to the URL for them")
	}
	return nil
}

const (
	replyTimeout = 4 * time.Second
	repliesMost  = 256 // on the way at once
)

// courier brings replies to a gateway that does not take them as the answer to its call.
type courier struct {
	to     Replies
	client *http.Client
	slots  chan struct{}
	under  sync.WaitGroup
}

func newCourier(to Replies) *courier {
	transport := &http.Transport{MaxIdleConnsPerHost: repliesMost, IdleConnTimeout: time.Minute}
	return &courier{to: to, client: &http.Client{Transport: transport, Timeout: replyTimeout}, slots: make(chan struct{}, repliesMost)}
}

// carry takes a reply on its way and tells done whether it arrived. It makes the caller wait when too many are on the way.
func (c *courier) carry(reply webhook.Answer, done func(error)) {
	c.slots <- struct{}{}
	c.under.Go(func() {
		defer func() { <-c.slots }()
		err := c.bring(reply)
		if errors.Is(err, errNotTaken) {
			err = c.bring(reply) // certain not to be shown twice
		}
		done(err)
	})
}

// errNotTaken says that the gateway has certainly not taken a reply.
var errNotTaken = errors.New("ussd gateway: reply not taken")

// bring makes one call. Its errors do not quote the reply.
func (c *courier) bring(reply webhook.Answer) error {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, c.to.URL, strings.NewReader(reply.Body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", reply.Media)
	if c.to.Token != "" {
		r.Header.Set("Authorization", "Token "+c.to.Token)
	}
	if user, password, ok := strings.Cut(c.to.Login, ":"); ok {
		r.SetBasicAuth(user, password)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			return errNotTaken
		}
		return errors.New("ussd gateway: no answer to a reply")
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxCall)) // so that the connection can be used again
	switch {
	case answer.StatusCode >= 500:
		return errNotTaken
	case answer.StatusCode >= 300:
		return fmt.Errorf("ussd gateway: a reply was answered with %d", answer.StatusCode)
	}
	return nil
}

// stop waits for the replies on the way.
func (c *courier) stop(ctx context.Context) error {
	done := make(chan struct{})
	go func() { c.under.Wait(); close(done) }()
	select {
	case <-done:
		c.client.CloseIdleConnections()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
