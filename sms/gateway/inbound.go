package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"senti/sms"
	"senti/wallet/webhook"
)

// inbound is what one provider's file provides for the texts that phones send to us: how its bytes read, and what it wants to
// hear.
type inbound struct {
	name  string
	path  string
	media string // content type of what it sends
	guard webhook.Guard
	proof webhook.Proof

	parse  func(body []byte, region string) (sms.Inbound, *webhook.Malformed) // Gateway is filled in by the door
	answer func(m sms.Inbound, outcome string) webhook.Answer
	refuse func(status int, m *webhook.Malformed) webhook.Answer // m is nil when the caller did not prove who it is
}

// inbounds lists every gateway that brings texts.
func inbounds(c InboundConfig) []inbound {
	return []inbound{
		africasTalkingInbound(c.AfricasTalking),
		sentiInbound(c.Senti),
	}
}

// Receiver takes messages in; intake.Intake is one. After an error the message must come again.
type Receiver interface {
	Receive(ctx context.Context, m sms.Inbound) (fresh bool, err error)
}

// InboundConfig says which gateways may bring texts. One whose Guard is empty is off.
type InboundConfig struct {
	Region         string // ISO 3166 code of the market, "KE": the numbers of which country write
	AfricasTalking webhook.Guard
	Senti          webhook.Guard

	Reports sms.ReportHandler // takes what providers report of messages over HTTP

	Log   *slog.Logger
	Count func(gateway, outcome string) // called once per message; nil = not counted. Outcomes are the constants below
}

// What became of an inbound message, for Count.
const (
	OutcomeTaken     = "taken"     // it is dealt with
	OutcomeRepeated  = "repeated"  // it was before
	OutcomeFailed    = "failed"    // it is not, and must come again
	OutcomeRefused   = "refused"   // the caller did not prove who it is
	OutcomeMalformed = "malformed" // the bytes are not what the gateway documents, or the sender is no phone
)

// Route is one HTTP route of a gateway. Path is in Echo's notation.
type Route struct {
	Method, Path string
	Handler      echo.HandlerFunc
}

// Inbound returns the routes of the gateways that are on, or an error that names the setting to mend.
func Inbound(r Receiver, c InboundConfig) ([]Route, error) {
	if c.Log == nil {
		return nil, errors.New("sms gateway: no logger")
	}
	if c.Count == nil {
		c.Count = func(string, string) {}
	}
	var routes []Route
	for _, g := range inbounds(c) {
		if g.guard.Empty() {
			continue
		}
		if err := g.guard.Check(true); err != nil {
			return nil, fmt.Errorf("sms gateway %s: %w", g.name, err)
		}
		d := door{g, c.Region, r, c.Log.With("gateway", g.name), c.Count}
		routes = append(routes, Route{http.MethodPost, g.path, d.receive})
		if g.proof == webhook.SecretInPath {
			routes = append(routes, Route{http.MethodPost, g.path + "/:secret", d.receive})
		}
	}
	return routes, nil
}

// The bounds of a message, in bytes: the longest that phones write is ten parts, some 3,000 bytes in the widest script.
const (
	maxText      = 4000
	maxMessageID = 100
	maxTo        = 40
	inboundBytes = 32 << 10
)

// receiveWithin is how long a message may take: a gateway waits for 10 s.
const receiveWithin = 8 * time.Second

// door is where one gateway brings texts.
type door struct {
	inbound
	region   string
	receiver Receiver
	log      *slog.Logger
	count    func(gateway, outcome string)
}

// receive takes one message in. The work goes on when the gateway hangs up: it brings the message again and hears that it is
// known.
func (d door) receive(c echo.Context) error {
	r := c.Request()
	if status, why := d.guard.Admit(r, d.proof.Secret(r, c.Param("secret"))); status != 0 {
		d.log.WarnContext(r.Context(), "sms: a caller was refused", "why", why, "caller", d.guard.Caller(r))
		return d.write(c, OutcomeRefused, d.refuse(status, nil))
	}
	body, wrong := webhook.Read(c.Response().Writer, r, d.media, inboundBytes)
	if wrong != nil {
		return d.malformed(c, wrong)
	}
	m, wrong := d.parse(body, d.region)
	if wrong != nil {
		return d.malformed(c, wrong)
	}
	m.Gateway = d.name
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), receiveWithin)
	defer cancel()
	outcome := OutcomeTaken
	switch fresh, err := d.receiver.Receive(ctx, m); {
	case err != nil:
		d.log.ErrorContext(ctx, "sms: a text was not taken in", "message", m.ID().Short(), "from", m.From, "err", err)
		outcome = OutcomeFailed
	case !fresh:
		outcome = OutcomeRepeated
	}
	return d.write(c, outcome, d.answer(m, outcome))
}

func (d door) malformed(c echo.Context, m *webhook.Malformed) error {
	d.log.WarnContext(c.Request().Context(), "sms: a text is malformed", "field", m.Field, "problem", m.Problem)
	return d.write(c, OutcomeMalformed, d.refuse(http.StatusBadRequest, m))
}

// write answers and counts. An answer that does not arrive is the gateway's to ask for again.
func (d door) write(c echo.Context, outcome string, a webhook.Answer) error {
	d.count(d.name, outcome)
	_ = a.Write(c.Response(), c.Request())
	return nil
}

// said accepts what a person wrote. A phone can put any character into a text, and a person cannot mend it: control characters
// become spaces.
func said(field, value string) (string, *webhook.Malformed) {
	if len(value) > maxText {
		return "", webhook.Wrong(field, "too long")
	}
	if !utf8.ValidString(value) {
		return "", webhook.Wrong(field, "not UTF-8")
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f {
			return ' '
		}
		return r
	}, value), nil
}
