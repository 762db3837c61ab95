package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"senti/sms"
	"senti/wallet/webhook"
)

// desk is where one provider brings what it has.
type desk struct {
	inbound
	on       Instance
	config   InboundConfig
	receiver Receiver
	log      *slog.Logger
}

func newDesk(r Receiver, c InboundConfig, on Instance) (desk, error) {
	all := inbounds()
	i := slices.IndexFunc(all, func(g inbound) bool { return g.name == on.Type })
	switch {
	case i < 0:
		return desk{}, fmt.Errorf("no provider is called %q; choose one of %s", on.Type, strings.Join(InboundTypes(), ", "))
	case all[i].signed != nil && (len(on.Keys) == 0 || on.URL == ""):
		return desk{}, errors.New("it signs what it sends: set the key it signs with, and url, our address as it knows it")
	case all[i].signed == nil && on.Guard.Empty():
		return desk{}, errors.New("anybody could call: set secret, token, login or allow")
	}
	if err := on.Guard.Check(true); err != nil {
		return desk{}, err
	}
	return desk{all[i], on, c, r, c.Log.With("gateway", on.Name)}, nil
}

func (d desk) routes() (routes []Route) {
	path := "/sms/" + d.on.Name
	for _, door := range d.doors {
		handler := func(c echo.Context) error { return d.take(c, door) }
		routes = append(routes, Route{door.method, path + door.suffix, handler})
		if d.proof == webhook.SecretInPath {
			routes = append(routes, Route{door.method, path + "/:secret" + door.suffix, handler})
		}
	}
	return routes
}

// The bounds of a message, in bytes: the longest that phones write is ten parts, some 3,000 bytes in the widest script.
const (
	maxText      = 4000
	maxMessageID = 100
	maxTo        = 40
	inboundBytes = 32 << 10
)

// receiveWithin is how long a call may take: a provider waits for 10 s.
const receiveWithin = 8 * time.Second

// take takes in what a call brings. The work goes on when the caller hangs up: it brings the same again and hears that it is known.
func (d desk) take(c echo.Context, at door) error {
	r := c.Request()
	if status, why := d.on.Guard.Admit(r, d.proof.Secret(r, c.Param("secret"))); status != 0 {
		return d.refused(c, status, why)
	}
	carried, wrong := []byte(r.URL.RawQuery), (*webhook.Malformed)(nil)
	if at.medias != nil {
		carried, wrong = webhook.ReadAny(c.Response().Writer, r, at.medias, inboundBytes)
	}
	if wrong != nil {
		return d.malformed(c, wrong)
	}
	if !d.on.Guard.Signature.Signed(r, carried) || d.signed != nil && !d.signed(d.on, r, carried) {
		return d.refused(c, http.StatusUnauthorized, "wrong signature")
	}
	h, wrong := at.hear(call{carried, d.config.Region})
	if wrong != nil {
		return d.malformed(c, wrong)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), receiveWithin)
	defer cancel()
	return d.write(c, d.answer(h, d.handle(ctx, h)))
}

// handle takes in all that was heard and returns the worst that became of any of it.
func (d desk) handle(ctx context.Context, h heard) (outcome string) {
	outcome = OutcomeTaken
	for _, m := range h.messages {
		one := d.message(ctx, m)
		d.config.Count(d.on.Name, one)
		if one == OutcomeFailed || outcome == OutcomeTaken {
			outcome = one
		}
	}
	if len(h.reports) == 0 {
		return outcome
	}
	for i := range h.reports {
		h.reports[i].Gateway = d.name
	}
	one := OutcomeReport
	if err := d.config.Reports(ctx, h.reports); err != nil {
		d.log.ErrorContext(ctx, "sms: reports were not taken in", "reports", len(h.reports), "err", err)
		one, outcome = OutcomeFailed, OutcomeFailed
	}
	for range h.reports {
		d.config.Count(d.on.Name, one)
	}
	return outcome
}

func (d desk) message(ctx context.Context, m sms.Inbound) string {
	m.Gateway = d.on.Name
	fresh, err := d.receiver.Receive(ctx, m)
	switch {
	case err != nil:
		d.log.ErrorContext(ctx, "sms: a text was not taken in", "message", m.ID().Short(), "from", m.From, "err", err)
		return OutcomeFailed
	case !fresh:
		return OutcomeRepeated
	}
	return OutcomeTaken
}

func (d desk) refused(c echo.Context, status int, why string) error {
	r := c.Request()
	d.log.WarnContext(r.Context(), "sms: a caller was refused", "why", why, "caller", d.on.Guard.Caller(r))
	d.config.Count(d.on.Name, OutcomeRefused)
	return d.write(c, d.refuse(status, nil))
}

func (d desk) malformed(c echo.Context, m *webhook.Malformed) error {
	d.log.WarnContext(c.Request().Context(), "sms: what was brought is malformed", "field", m.Field, "problem", m.Problem)
	d.config.Count(d.on.Name, OutcomeMalformed)
	return d.write(c, d.refuse(http.StatusBadRequest, m))
}

// write answers. An answer that does not arrive is the provider's to ask for again.
func (d desk) write(c echo.Context, a webhook.Answer) error {
	_ = a.Write(c.Response(), c.Request())
	return nil
}

// field is a part of a message as its provider calls it, for errors.
type field struct{ name, value string }

// read makes a message of its parts.
func (c call) read(id, from, to, text field) (m sms.Inbound, wrong *webhook.Malformed) {
	if m.ProviderID, wrong = webhook.Name(id.name, id.value, maxMessageID); wrong != nil {
		return sms.Inbound{}, wrong
	}
	if m.From, wrong = webhook.Phone(from.name, from.value, c.region); wrong != nil {
		return sms.Inbound{}, wrong
	}
	if m.To, wrong = webhook.Typed(to.name, to.value, maxTo); wrong != nil {
		return sms.Inbound{}, wrong
	}
	if m.Text, wrong = said(text.name, text.value); wrong != nil {
		return sms.Inbound{}, wrong
	}
	return m, nil
}

// utf16BE reads a text in the two octets a unit that SMS have.
func utf16BE(name string, octets []byte) (string, *webhook.Malformed) {
	if len(octets)%2 != 0 {
		return "", webhook.Wrong(name, "not UCS-2")
	}
	units := make([]uint16, 0, len(octets)/2)
	for i := 0; i < len(octets); i += 2 {
		units = append(units, uint16(octets[i])<<8|uint16(octets[i+1]))
	}
	return string(utf16.Decode(units)), nil
}

// stated makes a report of a provider's word for what became of a message.
func stated(words map[string]sms.Fate, at field, reason string, r sms.Report) (heard, *webhook.Malformed) {
	fate, ok := words[strings.ToLower(at.value)]
	if !ok {
		return heard{}, webhook.Wrong(at.name, "unknown word "+webhook.Words(at.value))
	}
	r.Fate, r.Reason = fate, word(reason)
	return heard{reports: []sms.Report{r}}, nil
}

// answerStatus answers with a word and the status that asks for it again when it failed.
func answerStatus(_ heard, outcome string) webhook.Answer {
	if outcome == OutcomeFailed {
		return webhook.TextAnswer(http.StatusServiceUnavailable, outcome)
	}
	return webhook.TextAnswer(http.StatusOK, outcome)
}

// refuseText refuses. A sender that is no phone of this country (a company's name, a short code), whom nobody can answer and who
// cannot change it, is told 200 too, and dropped: who is told anything else brings the message again and again.
func refuseText(status int, m *webhook.Malformed) webhook.Answer {
	if m == nil {
		return webhook.TextAnswer(status, OutcomeRefused)
	}
	if senderFields[m.Field] {
		status = http.StatusOK
	}
	return webhook.TextAnswer(status, m.Field+": "+m.Problem)
}

// senderFields are what providers call the sender of a message.
var senderFields = map[string]bool{"from": true, "From": true}

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
