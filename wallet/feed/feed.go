// Package feed takes what telcos, and those between, tell of numbers: that another SIM has one (a swap), or another person (recycled).
//
// A partner posts events as JSON, one object or one on each line:
//
//	POST /numbers/NAME/SECRET HTTP/1.1
//	Content-Type: application/json
//
//	{"id":"evt-81f2","event":"swap","number":"254712000001","at":"2026-03-05T09:14:31Z"}
//	{"id":"evt-81f3","event":"recycle","number":"254712000044","at":"2026-03-05T09:15:02Z"}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"taken":2}
//
//	id       1 to 100 printable ASCII characters, the partner's own; an event may be sent again under it as often as wanted
//	event    swap: the number moved to another SIM (a replacement, a port); recycle: it was given to another person
//	number   best as 254712000001 or +254712000001
//	at       when it happened, RFC 3339
//
// 200 says that all of them are on record: no quote that was opened before pays any more. It says nothing of whose the numbers are: one
// that nobody here has, one that was told of before and one that is older than what is known are answered alike. A call with one wrong
// event has no effect at all. Errors:
//
//	400  {"error":"malformed","line":2,"field":"at","problem":"not RFC 3339"}: nothing was done
//	401, 403  {"error":"unauthorised"}: no secret or a wrong one, or an address that is not in the list
//	503  {"error":"unavailable"}: some may be done; send them again
//
// The package knows nothing of wallets and tills: what an event does is package agents' affair.
package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"senti/agents"
	"senti/wallet/clock"
	"senti/wallet/fault"
	"senti/wallet/webhook"
)

// Instance is one partner.
type Instance struct {
	Name  string // ends the path /numbers/NAME and stands in the log, in metrics and in the audit chain
	Guard webhook.Guard
}

// Config says who may tell.
type Config struct {
	Region string // ISO 3166 code of the market: the numbers of which country
	On     []Instance
	Take   func(context.Context, agents.NumberEvent) error // agents.Agents.TakeNumberEvent
	Clock  clock.Clock
	Log    *slog.Logger
	Count  func(feed, outcome string) // called once for each call with an Outcome constant; nil for nobody counting
}

// What became of a call, for Count.
const (
	OutcomeTaken     = "taken"
	OutcomeRefused   = "refused"   // the caller did not prove who it is
	OutcomeMalformed = "malformed" // nothing was done
	OutcomeFailed    = "failed"    // it is to be sent again
)

// Feed is one partner's door.
type Feed struct {
	Config
	Instance
}

// A name stands in a path and in metrics.
var nameShape = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,30}$`)

// New returns the doors that are on, or an error that names the setting to mend.
func New(c Config) ([]*Feed, error) {
	if c.Log == nil || c.Take == nil || c.Clock == nil {
		return nil, errors.New("number feed: no logger, no clock, or nobody who takes events")
	}
	if c.Count == nil {
		c.Count = func(string, string) {}
	}
	var all []*Feed
	seen := map[string]bool{}
	for _, on := range c.On {
		switch {
		case !nameShape.MatchString(on.Name):
			return nil, fmt.Errorf("number feed %q: a name is up to 31 small letters, digits, - and _, and begins with a letter", on.Name)
		case seen[on.Name]:
			return nil, fmt.Errorf("number feed %s: there are two of that name", on.Name)
		case on.Guard.Empty():
			return nil, fmt.Errorf("number feed %s: nobody may call it: set secret, token, login, sign or allow", on.Name)
		}
		if err := on.Guard.Check(false); err != nil {
			return nil, fmt.Errorf("number feed %s: %w", on.Name, err)
		}
		seen[on.Name] = true
		all = append(all, &Feed{c, on})
	}
	return all, nil
}

// Path is the route of the door, to which a secret may be added.
func (f *Feed) Path() string { return "/numbers/" + f.Name }

// The bounds of a call.
const (
	callMost   = 32 << 10
	eventsMost = 100
	idMost     = 100
	ahead      = 10 * time.Minute // how far a partner's clock may be before ours
)

// medias are what a body may call itself.
var medias = []string{"application/json", "application/x-ndjson"}

// Serve answers a call; secret is what its path shows, "" for nothing.
func (f *Feed) Serve(w http.ResponseWriter, r *http.Request, secret string) {
	status, why := f.Guard.Admit(r, secret)
	var body []byte
	var wrong *webhook.Malformed
	if status == 0 {
		body, wrong = webhook.ReadAny(w, r, medias, callMost)
		if wrong == nil && !f.Guard.Signature.Signed(r, body) {
			status, why = http.StatusUnauthorized, "wrong signature"
		}
	}
	if status != 0 {
		f.Log.Warn("number feed: a caller was refused", "feed", f.Name, "why", why)
		f.answer(w, r, OutcomeRefused, status, failure{Error: "unauthorised"})
		return
	}
	if wrong != nil {
		f.malformed(w, r, 0, wrong)
		return
	}
	events, line, wrong := f.read(body)
	if wrong != nil {
		f.malformed(w, r, line, wrong)
		return
	}
	for _, e := range events {
		if err := f.Take(r.Context(), e); err != nil {
			f.Log.Error("number feed: an event was not done", "feed", f.Name, "event", e.Kind, "number", e.Number, "code", fault.CodeOf(err), "err", err)
			f.answer(w, r, OutcomeFailed, http.StatusServiceUnavailable, failure{Error: "unavailable"})
			return
		}
	}
	f.answer(w, r, OutcomeTaken, http.StatusOK, taken{len(events)})
}

type taken struct {
	Taken int `json:"taken"`
}

type failure struct {
	Error   string `json:"error"`
	Line    int    `json:"line,omitempty"`
	Field   string `json:"field,omitempty"`
	Problem string `json:"problem,omitempty"`
}

func (f *Feed) malformed(w http.ResponseWriter, r *http.Request, line int, m *webhook.Malformed) {
	f.Log.Warn("number feed: a call is malformed", "feed", f.Name, "line", line, "field", m.Field, "problem", m.Problem)
	f.answer(w, r, OutcomeMalformed, http.StatusBadRequest, failure{"malformed", line, m.Field, m.Problem})
}

func (f *Feed) answer(w http.ResponseWriter, r *http.Request, outcome string, status int, body any) {
	f.Count(f.Name, outcome)
	if err := webhook.JSONAnswer(status, body).Write(w, r); err != nil {
		f.Log.Info("number feed: a caller hung up", "feed", f.Name) // and sends it again
	}
}

// event is one line.
type event struct {
	ID     string `json:"id"`
	Event  string `json:"event"`
	Number string `json:"number"`
	At     string `json:"at"`
}

// read reads all events of a call before any is done; line is where a wrong one stands.
func (f *Feed) read(body []byte) (all []agents.NumberEvent, line int, wrong *webhook.Malformed) {
	for n, text := range bytes.Split(body, []byte("\n")) {
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if len(all) == eventsMost {
			return nil, n + 1, webhook.Wrong("body", "too many events")
		}
		e, wrong := f.one(text)
		if wrong != nil {
			return nil, n + 1, wrong
		}
		all = append(all, e)
	}
	if len(all) == 0 {
		return nil, 0, webhook.Wrong("body", "empty")
	}
	return all, 0, nil
}

func (f *Feed) one(text []byte) (e agents.NumberEvent, wrong *webhook.Malformed) {
	var told event
	if wrong := webhook.JSON(text, &told); wrong != nil {
		return e, wrong
	}
	e = agents.NumberEvent{Feed: f.Name, Kind: agents.NumberEventKind(told.Event)}
	if e.Kind != agents.NumberSwapped && e.Kind != agents.NumberRecycled {
		return e, webhook.Wrong("event", "must be swap or recycle")
	}
	if e.ID, wrong = webhook.Name("id", told.ID, idMost); wrong != nil {
		return e, wrong
	}
	if e.Number, wrong = webhook.Phone("number", told.Number, f.Region); wrong != nil {
		return e, wrong
	}
	at, err := time.Parse(time.RFC3339, told.At)
	now := f.Clock.Now()
	switch {
	case err != nil:
		return e, webhook.Wrong("at", "not RFC 3339")
	case at.After(now.Add(ahead)):
		return e, webhook.Wrong("at", "in the future")
	case at.Year() < 2000:
		return e, webhook.Wrong("at", "long ago")
	case at.After(now):
		at = now // their clock is ahead
	}
	e.At = at.UTC().Truncate(time.Microsecond)
	return e, nil
}
