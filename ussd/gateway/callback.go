package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"senti/ussd"
)

// adapter is what one telco's file provides: how its bytes read, and what bytes it wants to hear.
type adapter struct {
	name  string
	limit int    // longest screen, in characters
	path  string // of the callback; notices come to path + "/events"
	media string // content type of what it sends
	guard Guard
	proof proof

	// Gateway and Limit of what these return are filled in by the endpoint.
	parse  func(body []byte, region string) (ussd.Request, *malformed)
	notice func(body []byte, region string) (ussd.EndNotice, *malformed)
	reply  func(ussd.Request, ussd.Reply) answer
	refuse func(status int, m *malformed) answer // m is nil when the caller did not prove who it is
}

// malformed says which field of a callback is wrong, and how, without quoting what it held.
type malformed struct{ field, problem string }

// answer is an HTTP answer.
type answer struct {
	status int
	media  string
	body   string
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
	if e.proof == secretInPath {
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
	if status, why := e.guard.admit(r, e.secret(c)); status != 0 {
		e.log.WarnContext(r.Context(), "callback refused", "why", why, "caller", e.guard.caller(r))
		e.count(e.name, OutcomeRefused)
		_ = e.write(c, e.refuse(status, nil))
		return nil, false
	}
	if wrong := e.mediaType(r.Header.Get("Content-Type")); wrong != nil {
		e.malformed(c, wrong)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response().Writer, r.Body, limit))
	if err != nil {
		e.malformed(c, &malformed{"body", readProblem(err)})
		return nil, false
	}
	return body, true
}

func readProblem(err error) string {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return "too long"
	}
	return "broken off"
}

func (e endpoint) secret(c echo.Context) string {
	if e.proof == secretInPath {
		return c.Param("secret")
	}
	scheme, token, _ := strings.Cut(c.Request().Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// mediaType refuses another content type, and any character set but UTF-8 and its subset.
func (e endpoint) mediaType(header string) *malformed {
	media, parameters, err := mime.ParseMediaType(header)
	if err != nil || media != e.media {
		return &malformed{"Content-Type", "must be " + e.media}
	}
	switch strings.ToLower(parameters["charset"]) {
	case "", "utf-8", "utf8", "us-ascii":
		return nil
	}
	return &malformed{"Content-Type", "charset must be utf-8"}
}

func (e endpoint) malformed(c echo.Context, m *malformed) {
	e.log.WarnContext(c.Request().Context(), "callback malformed", "field", m.field, "problem", m.problem)
	e.count(e.name, OutcomeMalformed)
	_ = e.write(c, e.refuse(http.StatusBadRequest, m))
}

// write sends an answer and makes sure, as far as TCP tells, that it left: a write alone only fills a buffer. Whether the
// caller has hung up is asked before: afterwards it may have closed because it has read everything.
func (e endpoint) write(c echo.Context, a answer) error {
	gone := c.Request().Context().Err()
	header := c.Response().Header()
	header.Set("Content-Type", a.media)
	header.Set("Content-Length", strconv.Itoa(len(a.body)))
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	c.Response().WriteHeader(a.status)
	if _, err := io.WriteString(c.Response(), a.body); err != nil {
		return err
	}
	if err := http.NewResponseController(c.Response().Writer).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return gone
}
