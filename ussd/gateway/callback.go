package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"senti/ussd"
	"senti/wallet/webhook"
)

// adapter is what one telco's file provides: how its bytes read, and what bytes it wants to hear.
type adapter struct {
	name  string
	limit int    // longest screen, in characters
	path  string // of the callback; notices come to path + "/events"
	media string // content type of what it sends
	guard webhook.Guard
	proof webhook.Proof

	// Gateway and Limit of what these return are filled in by the endpoint.
	parse  func(body []byte, region string) (ussd.Request, *webhook.Malformed)
	notice func(body []byte, region string) (ussd.EndNotice, *webhook.Malformed)
	reply  func(ussd.Request, ussd.Reply) webhook.Answer
	refuse func(status int, m *webhook.Malformed) webhook.Answer // m is nil when the caller did not prove who it is
}

// The largest bodies read. A transcript is at most maxText long; a notice repeats it and the last screen, percent-encoded.
const (
	callbackBytes = 8 << 10
	noticeBytes   = 32 << 10
)

// endpoint serves one gateway's routes.
type endpoint struct {
	adapter
	region  string
	dialler Dialler
	log     *slog.Logger
	count   func(gateway, outcome string)
}

func (e endpoint) routes() []Route {
	routes := []Route{
		{http.MethodPost, e.path, e.callback},
		{http.MethodPost, e.path + "/events", e.event},
	}
	if e.proof == webhook.SecretInPath {
		routes = append(routes,
			Route{http.MethodPost, e.path + "/:secret", e.callback},
			Route{http.MethodPost, e.path + "/:secret/events", e.event})
	}
	return routes
}

// callback answers one turn of a session.
func (e endpoint) callback(c echo.Context) error {
	body, ok := e.receive(c, callbackBytes)
	if !ok {
		return nil
	}
	request, wrong := e.parse(body, e.region)
	if wrong != nil {
		e.malformed(c, wrong)
		return nil
	}
	request.Gateway, request.Limit = e.name, e.limit
	ctx := c.Request().Context()
	reply := e.dialler.Handle(ctx, request)
	outcome := OutcomeContinue
	if reply.End {
		outcome = OutcomeEnd
	}
	if n := utf8.RuneCountInString(reply.Text); n > e.limit {
		e.log.ErrorContext(ctx, "screen longer than the gateway shows", "characters", n, "limit", e.limit)
		outcome = OutcomeOverlong
	}
	err := e.write(c, e.reply(request, reply))
	if err != nil {
		outcome = OutcomeUnwritten
	}
	if reply.End {
		e.written(ctx, request, err == nil)
	}
	e.count(e.name, outcome)
	return nil
}

// written reports whether the gateway took a last screen: if not, the next dial tells what became of the money. A lost
// screen that asks something is not the end: the gateway may well ask for it again.
func (e endpoint) written(ctx context.Context, r ussd.Request, ok bool) {
	reason := "reply written"
	if !ok {
		reason = "reply not written"
	}
	e.dialler.Ended(context.WithoutCancel(ctx), ussd.EndNotice{
		Gateway: e.name, Session: r.Session, Caller: r.Caller, Failed: !ok, Reason: reason,
	})
}

// event takes a notice that a session is over.
func (e endpoint) event(c echo.Context) error {
	body, ok := e.receive(c, noticeBytes)
	if !ok {
		return nil
	}
	notice, wrong := e.notice(body, e.region)
	if wrong != nil {
		e.malformed(c, wrong)
		return nil
	}
	notice.Gateway = e.name
	e.dialler.Ended(c.Request().Context(), notice)
	e.count(e.name, OutcomeNotice)
	return c.NoContent(http.StatusOK)
}

// receive checks who calls and reads the body; when it returns false it has answered. Nothing is read from a stranger.
func (e endpoint) receive(c echo.Context, limit int64) (body []byte, ok bool) {
	r := c.Request()
	if status, why := e.guard.Admit(r, e.proof.Secret(r, c.Param("secret"))); status != 0 {
		e.log.WarnContext(r.Context(), "callback refused", "why", why, "caller", e.guard.Caller(r))
		e.count(e.name, OutcomeRefused)
		_ = e.write(c, e.refuse(status, nil))
		return nil, false
	}
	body, wrong := webhook.Read(c.Response().Writer, r, e.media, limit)
	if wrong != nil {
		e.malformed(c, wrong)
		return nil, false
	}
	return body, true
}

func (e endpoint) malformed(c echo.Context, m *webhook.Malformed) {
	e.log.WarnContext(c.Request().Context(), "callback malformed", "field", m.Field, "problem", m.Problem)
	e.count(e.name, OutcomeMalformed)
	_ = e.write(c, e.refuse(http.StatusBadRequest, m))
}

func (e endpoint) write(c echo.Context, a webhook.Answer) error {
	return a.Write(c.Response(), c.Request())
}
