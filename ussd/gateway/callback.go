package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"senti/ussd"
	"senti/wallet/i18n"
	"senti/wallet/msisdn"
	"senti/wallet/webhook"
)

// adapter is what one telco's file provides: how its bytes read, and what bytes it wants to hear.
type adapter struct {
	name  string        // in the configuration and, unless configured, in the path
	title string        // as people call it, and where it is
	input input         // what it sends of what was typed
	tells string        // what it tells besides: "end, network, IMSI"
	limit int           // longest screen, in characters
	waits time.Duration // how long it waits for an answer
	idle  time.Duration // how long a person may be silent before its network ends the session; 0 for usualIdle
	login webhook.Proof // how it shows a user and password: webhook.BasicLogin, or QueryLogin
	opens bool          // may be open, for the demo
	async bool          // takes the reply by a call of ours
	// silentEnds says that its notices do not tell whose session it was.
	silentEnds bool
	doors      []door
	push       *pushing // how it begins a session that nobody dialled; nil when it cannot

	reply  func(heard, ussd.Reply) webhook.Answer                // to a turn; Gateway and Session as in the turn
	noted  func(heard) webhook.Answer                            // to all else; nil for 200 and nothing
	refuse func(status int, m *webhook.Malformed) webhook.Answer // m is nil when the caller did not prove who it is
}

// input is what a gateway sends of what was typed.
type input string

const (
	history  input = "history"          // all of it, joined by "*"
	latest   input = "latest"           // the latest only
	numbered input = "latest, numbered" // the latest, and which turn it is
)

// door is one address of a gateway, and how what comes through it reads.
type door struct {
	method string
	path   string   // after the gateway's own; ":session" is a place for call.session
	medias []string // content types of the body; none when the call is its query
	hear   func(call) (heard, *webhook.Malformed)
}

// call is what an adapter reads: the body, or the query as it stands in the URL.
type call struct {
	body    []byte
	session string // from the path
	known   bool   // that session is remembered, where the adapter has silentEnds
	region  string // the country whose numbers call
	code    string // the service code, should the gateway not know it
}

// heard is what a call means. Gateway and limits of turn and end are filled in by the endpoint.
type heard struct {
	means meaning
	turn  ussd.Request
	end   ussd.EndNotice
	wire  any // what the adapter keeps for its answer
}

type meaning int

const (
	nothing meaning = iota // it only wants an answer
	aTurn
	anEnd
)

// The largest call read. A notice repeats the transcript and the last screen, percent-encoded.
const maxCall = 32 << 10

// endpoint serves the routes of one gateway.
type endpoint struct {
	adapter
	times
	guard   webhook.Guard
	region  string
	code    string
	gsm7    bool
	noSIM   bool
	dialler Dialler
	courier *courier
	callers kept[msisdn.Number] // of sessions
	names   kept[string]        // ours, of sessions that we began and the network calls otherwise
	log     *slog.Logger
	count   func(gateway, outcome string)
}

// routes has every door twice: with a secret in the path, and without one for gateways that prove themselves otherwise.
func (e *endpoint) routes() []Route {
	var routes []Route
	for _, d := range e.doors {
		routes = append(routes,
			Route{d.method, "/ussd/" + e.name + d.path, e.serve(d)},
			Route{d.method, "/ussd/" + e.name + "/:secret" + d.path, e.serve(d)})
	}
	return routes
}

func (e *endpoint) serve(d door) echo.HandlerFunc {
	return func(c echo.Context) error {
		body, ok := e.receive(c, d)
		if !ok {
			return nil
		}
		given := call{body: body, session: c.Param("session"), region: e.region, code: e.code}
		if e.silentEnds {
			_, given.known = e.callers.get(given.session)
		}
		h, wrong := d.hear(given)
		switch {
		case wrong != nil:
			e.malformed(c, wrong)
		case h.means == aTurn:
			e.turn(c, h)
		default:
			e.note(c, h)
		}
		return nil
	}
}

// note takes what is not a turn: a notice that a session is over, or a call that only wants an answer.
func (e *endpoint) note(c echo.Context, h heard) {
	outcome := OutcomeNothing
	if e.silentEnds {
		h.end.Caller, _ = e.callers.get(h.end.Session)
	}
	h.end.Session = e.ours(h.end.Session)
	if h.means == anEnd && h.end.Caller != "" {
		h.end.Gateway, outcome = e.name, OutcomeNotice
		e.dialler.Ended(c.Request().Context(), h.end)
	}
	_ = e.write(c, e.answer(h)) // if it does not hear this it may say it again
	e.count(e.name, outcome)
}

// turn answers one turn of a session.
func (e *endpoint) turn(c echo.Context, h heard) {
	h.turn.Gateway, h.turn.Limit, h.turn.Deadline = e.name, e.limit, e.answerBy
	if e.silentEnds {
		e.callers.note(h.turn.Session, h.turn.Caller)
	}
	turn := h.turn
	turn.Session = e.ours(turn.Session)
	if e.noSIM {
		turn.IMSI, turn.SIMSwapped = "", time.Time{}
	}
	ctx := c.Request().Context()
	reply, outcome := e.screen(ctx, turn)
	if e.async {
		_ = e.write(c, e.answer(h)) // if it does not hear this it may ask again; the reply goes another way
		e.courier.carry(e.reply(h, reply), func(err error) { e.written(ctx, turn, reply, outcome, err) })
		return
	}
	e.written(ctx, turn, reply, outcome, e.write(c, e.reply(h, reply)))
}

// ours is what we call a session: as the network does, but for some that we began.
func (e *endpoint) ours(session string) string {
	if e.push == nil {
		return session
	}
	if name, ok := e.names.get(session); ok {
		return name
	}
	return session
}

// screen asks for the screen that answers a turn.
func (e *endpoint) screen(ctx context.Context, turn ussd.Request) (reply ussd.Reply, outcome string) {
	reply = e.dialler.Handle(ctx, turn)
	if e.gsm7 {
		reply.Text = i18n.FoldText(reply.Text)
	}
	outcome = OutcomeContinue
	if reply.End {
		outcome = OutcomeEnd
	}
	if n := utf8.RuneCountInString(reply.Text); n > e.limit {
		e.log.ErrorContext(ctx, "screen longer than the gateway shows", "characters", n, "limit", e.limit)
		outcome = OutcomeOverlong
	}
	return reply, outcome
}

// written counts a turn, and reports whether the gateway took a last screen: if not, the next dial tells what became of the
// money. A lost screen that asks something is not the end: the gateway may well ask for it again.
func (e *endpoint) written(ctx context.Context, r ussd.Request, reply ussd.Reply, outcome string, err error) {
	reason := "reply written"
	if err != nil {
		reason, outcome = "reply not written", OutcomeUnwritten
	}
	if reply.End {
		e.dialler.Ended(context.WithoutCancel(ctx), ussd.EndNotice{
			Gateway: e.name, Session: r.Session, Caller: r.Caller, Failed: err != nil, Reason: reason,
		})
	}
	e.count(e.name, outcome)
}

// answer is what a call hears that is not answered with a screen.
func (e *endpoint) answer(h heard) webhook.Answer {
	if e.noted == nil {
		return webhook.Answer{Status: http.StatusOK, Media: "text/plain; charset=utf-8"}
	}
	return e.noted(h)
}
