// Package gateway speaks the wire formats of telcos and aggregators for USSD: one file each, and the explicit list.
//
// An adapter translates bytes to ussd.Request and ussd.Reply to bytes, and nothing else: it knows no session, no screen
// and no wallet. What all share is once: who may call and how much may be sent in package webhook, what is counted and
// logged in callback.go. What a person typed may be a PIN, so no request body is ever logged, counted or put into an error.
//
// To add a telco: a table in tables.yaml, or in a file of one's own, if its format fits one; otherwise one file in the order of
// africastalking.go and one line in adapters. Either way one block of cases in the test table.
package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"senti/ussd"
	"senti/wallet/webhook"
)

// Dialler answers callbacks; ussd.Service is one.
type Dialler interface {
	Handle(ctx context.Context, r ussd.Request) ussd.Reply
	Ended(ctx context.Context, n ussd.EndNotice)
}

// Config says which gateways are on.
type Config struct {
	Region   string // ISO 3166 code of the market, "KE": the numbers of which country call
	Code     string // the market's service code, "*384#", for gateways that do not tell where the code ends
	Gateways []Instance

	Log   *slog.Logger
	Count func(gateway, outcome string) // called once per callback; nil = not counted. Outcomes are the constants below
}

// Instance is a gateway that is on. There may be several of one type.
type Instance struct {
	Type  string        // an adapter's name, or "http" with a Table
	Name  string        // in the path /ussd/NAME, in metrics and sessions; empty for Type
	Guard webhook.Guard // who may call

	Logins []string      // USER:PASSWORD that the caller shows, in the way of its type; any one of them
	Code   string        // the service code; empty for the market's
	Limit  int           // longest screen; 0 for the type's
	Waits  time.Duration // how long it waits for an answer; 0 for the type's
	Answer time.Duration // after how long it is answered at the latest; 0 for 2 s, or half of what it waits if that is less
	Idle   time.Duration // how long a person may be silent before its network ends the session; 0 for the type's
	GSM7   bool          // it carries no other alphabet
	NoSIM  bool          // what it says of SIMs is wrong, and not looked at

	Table   []byte  // of type "http": its format, as in tables.yaml
	Replies Replies // of a type that takes its replies by a call of ours: where
	Push    Push    // where it takes pages that begin a session
}

// What became of a callback, for Count.
const (
	OutcomeContinue  = "continue"  // a screen that asks something
	OutcomeEnd       = "end"       // a last screen
	OutcomeNotice    = "notice"    // a notice that a session is over
	OutcomeNothing   = "nothing"   // a call that only wants an answer
	OutcomeRefused   = "refused"   // the caller did not prove who it is
	OutcomeMalformed = "malformed" // the bytes are not what the gateway documents
	OutcomeUnwritten = "unwritten" // the gateway hung up before it had the screen
	OutcomeOverlong  = "overlong"  // a screen longer than the gateway can show was sent: a bug of ours
)

// Gateway is what the router needs to know of a gateway that is on.
type Gateway struct {
	Name   string
	Limit  int           // longest screen, in characters
	Idle   time.Duration // how long a person may be silent before its network ends the session
	Routes []Route
	Pusher ussd.Pusher                 // begins sessions; nil when it cannot, or is not told where
	Stop   func(context.Context) error // waits for what is under way beside the routes
}

// Route is one HTTP route of a gateway. Path is in Echo's notation.
type Route struct {
	Method, Path string
	Handler      echo.HandlerFunc
}

// adapters lists every type of gateway there is; those of tables.yaml come after them.
var adapters = []adapter{
	senti,
	africasTalking,
	hubtel,
	arkesel,
	nalo,
	infobip,
	beem,
	madapi,
	safaricom,
	comvivaGET,
	comvivaXML,
	econet,
	truRoute,
	restComm,
	junebug,
}

// known lists every type there is, with those of tables.yaml.
func known() []adapter { return slices.Concat(adapters, tables()) }

// Types returns the names of every type but http.
func Types() []string {
	var names []string
	for _, a := range known() {
		names = append(names, a.name)
	}
	return names
}

// All returns the gateways that are on, or an error that names the setting to mend.
func All(d Dialler, c Config) ([]Gateway, error) {
	if c.Log == nil {
		return nil, errors.New("ussd gateway: no logger")
	}
	if c.Count == nil {
		c.Count = func(string, string) {}
	}
	var on []Gateway
	for _, i := range c.Gateways {
		e, err := c.endpoint(i, d)
		if err != nil {
			return nil, fmt.Errorf("ussd gateway %s: %w", cmp.Or(i.Name, i.Type), err)
		}
		if slices.ContainsFunc(on, func(g Gateway) bool { return g.Name == e.name }) {
			return nil, fmt.Errorf("ussd gateway %s: there are two of that name: give one another", e.name)
		}
		on = append(on, e.gateway(i.Push))
	}
	return on, nil
}

// gateway is the endpoint as the router and whoever pushes see it.
func (e *endpoint) gateway(to Push) Gateway {
	g := Gateway{Name: e.name, Limit: e.limit, Idle: e.silence, Routes: e.routes(), Stop: e.courier.stop}
	if e.push != nil && to.URL != "" {
		r := newRinger(e, to)
		g.Pusher = r
		g.Stop = func(ctx context.Context) error { return errors.Join(r.stop(ctx), e.courier.stop(ctx)) }
	}
	return g
}

// A name stands in paths and metrics.
var nameShape = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,30}$`)

// The screens and times that may be configured. Every dialogue is proven to fit the shortest screen.
const (
	shortestScreen, longestScreen = 120, 182
	shortestWait, longestWait     = time.Second, time.Minute
	shortestAnswer                = 200 * time.Millisecond
	shortestIdle, longestIdle     = 20 * time.Second, 10 * time.Minute
)

// usualAnswer is the deadline of a gateway that has no other: people do not look at an empty screen for longer. usualIdle is its time for
// silence, longer than most networks keep a session open.
const (
	usualAnswer = 2 * time.Second
	usualIdle   = 3 * time.Minute
)

// times are those of a gateway: how long it waits, by when it is answered, and how long a person may be silent.
type times struct{ patience, answerBy, silence time.Duration }

// settled fills in what is not configured, and names the setting to mend.
func (t times) settled() (times, error) {
	t.answerBy, t.silence = cmp.Or(t.answerBy, min(usualAnswer, t.patience/2)), cmp.Or(t.silence, usualIdle)
	switch {
	case t.patience < shortestWait || t.patience > longestWait:
		return t, fmt.Errorf("a gateway waits %s to %s", shortestWait, longestWait)
	case t.answerBy < shortestAnswer || t.answerBy >= t.patience:
		return t, fmt.Errorf("it is answered after %s at the soonest, and before it has waited %s", shortestAnswer, t.patience)
	case t.silence < shortestIdle || t.silence > longestIdle:
		return t, fmt.Errorf("a person may be silent for %s to %s", shortestIdle, longestIdle)
	}
	return t, nil
}

// endpoint puts a gateway together as configured.
func (c Config) endpoint(i Instance, d Dialler) (*endpoint, error) {
	a, err := find(i)
	if err != nil {
		return nil, err
	}
	a.name, a.limit = cmp.Or(i.Name, a.name), cmp.Or(i.Limit, a.limit)
	own, err := times{cmp.Or(i.Waits, a.waits), i.Answer, cmp.Or(i.Idle, a.idle)}.settled()
	guard := i.Guard
	if len(i.Logins) > 0 {
		guard.Locks = append(slices.Clone(guard.Locks), webhook.Lock{Proof: a.login, Secrets: i.Logins})
	}
	switch {
	case !nameShape.MatchString(a.name):
		return nil, errors.New("a name is up to 31 small letters, digits, - and _, and begins with a letter")
	case guard.Empty():
		return nil, errors.New("nobody may call it: set secret, token, login, sign or allow")
	case a.limit < shortestScreen || a.limit > longestScreen:
		return nil, fmt.Errorf("a screen has %d to %d characters", shortestScreen, longestScreen)
	case err != nil:
		return nil, err
	}
	if err := guard.Check(a.opens); err != nil {
		return nil, err
	}
	if a.async {
		if err := i.Replies.check(); err != nil {
			return nil, err
		}
	}
	if err := i.Push.check(a); err != nil {
		return nil, err
	}
	return &endpoint{adapter: a, times: own, guard: guard, region: c.Region, code: cmp.Or(i.Code, c.Code), gsm7: i.GSM7, noSIM: i.NoSIM,
		dialler: d, courier: newCourier(i.Replies), log: c.Log.With("gateway", a.name), count: c.Count}, nil
}

// typeHTTP is the type whose format is told by a table of the configuration.
const typeHTTP = "http"

// find returns the adapter of an instance.
func find(i Instance) (adapter, error) {
	if i.Type == typeHTTP {
		return ownTable(i.Table)
	}
	for _, a := range known() {
		if a.name == i.Type {
			return a, nil
		}
	}
	return adapter{}, fmt.Errorf("there is no type %q", i.Type)
}
