package simulator

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"senti/ussd"
	"senti/wallet/msisdn"
)

// Pusher is the network of the simulated phones as far as it begins sessions: a phone that is on the page and free rings and shows the page.
// It stands for the gateway that the page speaks to, so what is typed comes by that.
type Pusher struct {
	mu    sync.Mutex
	calls map[msisdn.Number]*ring
}

// ring is a page that waits for its phone to take it.
type ring struct {
	page  ussd.Page
	taken chan struct{}
}

// NewPusher returns the pusher of a page.
func NewPusher() *Pusher { return &Pusher{calls: map[msisdn.Number]*ring{}} }

// ringFor is how long a phone has to take a page: its page asks every second.
const ringFor = 5 * time.Second

// Name is the gateway that the page speaks to.
func (*Pusher) Name() string { return "africastalking" }

// Limit is the longest screen of that gateway.
func (*Pusher) Limit() int { return limit }

// Answers says that the page resends everything typed.
func (*Pusher) Answers() ussd.Shape { return ussd.Shape{History: true} }

// Serves says that all phones are on the page.
func (*Pusher) Serves(msisdn.Number) bool { return true }

// Push waits until the phone has taken the page. A phone that is off the page, or in a call for so long, does not.
func (p *Pusher) Push(ctx context.Context, page ussd.Page) error {
	ctx, cancel := context.WithTimeout(ctx, ringFor)
	defer cancel()
	call := &ring{page, make(chan struct{})}
	if !p.begin(call) {
		return ussd.ErrNotTaken
	}
	select {
	case <-call.taken:
		return nil
	case <-ctx.Done():
	}
	if p.end(call) {
		return ussd.ErrNotTaken
	}
	return nil // taken in this very moment
}

// begin has the phone ring, unless it rings already.
func (p *Pusher) begin(call *ring) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls[call.page.Phone] != nil {
		return false
	}
	p.calls[call.page.Phone] = call
	return true
}

// end has it ring no more, and reports whether it still did.
func (p *Pusher) end(call *ring) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls[call.page.Phone] != call {
		return false
	}
	delete(p.calls, call.page.Phone)
	return true
}

// take is the phone taking the page that it rings for, if it does.
func (p *Pusher) take(phone msisdn.Number) (ussd.Page, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	call := p.calls[phone]
	if call == nil {
		return ussd.Page{}, false
	}
	delete(p.calls, phone)
	close(call.taken)
	return call.page, true
}

// rings answers a phone that is free with the page it rings for, or with nothing.
func rings(c echo.Context, p *Pusher) error {
	guard(c)
	c.Response().Header().Set("Cache-Control", "no-store")
	phone := c.QueryParam("phone")
	if !international(phone) {
		return badPhone(c)
	}
	page, ok := p.take(msisdn.Number(phone))
	if !ok {
		return c.NoContent(http.StatusNoContent)
	}
	return c.JSON(http.StatusOK, map[string]string{"session": page.Session, "text": page.Text})
}
