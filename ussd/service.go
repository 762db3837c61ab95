package ussd

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"senti/ussd/dialogue"
	"senti/ussd/menu"
	"senti/ussd/session"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
)

// AnswerBudget is how long a page may take where its gateway has no deadline. Telcos wait 5 to 10 seconds.
const AnswerBudget = 2 * time.Second

// SessionsMax is how many sessions are kept at once unless Options say otherwise: a minute of a country's busiest hour.
const SessionsMax = 200_000

// Options are what a Service is made of.
type Options struct {
	Dialogues *dialogue.Dialogues
	Keys      *key.Ring
	Clock     clock.Clock
	Log       *slog.Logger
	Sessions  int                  // how many are kept at once; 0 for SessionsMax
	Budget    time.Duration        // how long a page may take; 0 for AnswerBudget
	Count     func(outcome string) // called once per callback with an Outcome constant; nil for nobody counting
}

// What a callback led to, for metrics.
const (
	OutcomePage   = "page"   // a new page, and the session goes on
	OutcomeEnd    = "end"    // a new last page
	OutcomeRepeat = "repeat" // nothing new: a page was given again
	OutcomeFault  = "fault"  // a last page that says something is wrong
	OutcomePanic  = "panic"  // a bug, survived
)

// Service answers callbacks. It is safe for concurrent use.
type Service struct {
	dialogues *dialogue.Dialogues
	sessions  *session.Store
	clock     clock.Clock
	budget    time.Duration
	reader    *session.Reader
	log       *slog.Logger
	count     func(string)
}

// New returns a service. It fails when the ring has no session key.
func New(o Options) (*Service, error) {
	reader, err := session.NewReader(o.Keys)
	if err != nil {
		return nil, fmt.Errorf("ussd: %w", err)
	}
	if o.Sessions == 0 {
		o.Sessions = SessionsMax
	}
	if o.Budget == 0 {
		o.Budget = AnswerBudget
	}
	if o.Count == nil {
		o.Count = func(string) {}
	}
	sessions := session.NewStore(o.Clock, o.Sessions)
	return &Service{dialogues: o.Dialogues, sessions: sessions, clock: o.Clock, budget: o.Budget, reader: reader, log: o.Log, count: o.Count}, nil
}

// Sessions returns how many sessions are kept, for metrics.
func (s *Service) Sessions() int { return s.sessions.Len() }

// Handle answers a callback by the deadline of its gateway. It never fails and never panics: what goes wrong becomes a last page. What is not
// certain by the deadline does too, and says that an SMS will tell; a commit that is under way goes on, and its receipt is that SMS. If there is
// none, because nothing came of it, wallet.TellAbandoned writes one.
//
// The work goes on when the gateway hangs up: its reply is kept, and the repeat that follows gets it.
func (s *Service) Handle(ctx context.Context, req Request) Reply {
	budget := cmp.Or(req.Deadline, s.budget)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), budget)
	defer cancel()
	key := s.reader.Key(req.Gateway, req.Session, string(req.Caller))
	held, arrived := s.sessions.Lock(key)
	defer s.sessions.Unlock(held)
	call := session.Callback{Whole: req.History, Text: req.Text, Turn: req.Turn, ID: req.ID, New: req.New, Blind: arrived < held.Turns()}
	if req.Reused && req.New && !call.Blind && !s.reader.Repeats(&held.History, call) {
		s.sessions.Restart(held)
	}
	if !held.Started {
		held.Origin = s.origin(req, key)
	}
	reply, outcome := s.serve(ctx, req, held, call)
	s.count(outcome)
	return reply
}

// origin is what the intents of a session that starts here name it by. Where the gateway uses its names again, those of a
// phone would all be one, and each would meet the last page of the one before: the moment tells them apart.
func (s *Service) origin(req Request, key session.Key) session.Key {
	if !req.Reused {
		return key
	}
	return s.reader.Key(req.Gateway, req.Session+" "+strconv.FormatInt(s.clock.Now().UnixMicro(), 10), string(req.Caller))
}

// serve answers a callback of a session that belongs to it meanwhile.
func (s *Service) serve(ctx context.Context, req Request, held *session.Session, call session.Callback) (Reply, string) {
	reading := s.read(held, call)
	if reading.Known != nil {
		return Reply(*reading.Known), OutcomeRepeat
	}
	answer, panicked := s.turn(ctx, req, held, reading.Input)
	reply := session.Reply{Text: answer.Reply.Text, End: answer.Reply.End}
	held.Started, held.Place = true, answer.Place
	held.Answer(reading, reply)
	if reply.End && !fault.HasCode(answer.Reply.Fault, fault.OutcomeUnknown) {
		held.Intent = answer.Intent
	}
	s.report(req, held.Origin, answer.Reply.Fault)
	return Reply(reply), outcome(answer.Reply, panicked)
}

// read tells what is new in a callback.
func (s *Service) read(held *session.Session, call session.Callback) session.Reading {
	if !held.Started {
		return s.reader.First(call)
	}
	reading := s.reader.Read(&held.History, call)
	if over := held.History.Over(); reading.Known == nil && over != nil {
		reading.Known = over // whatever still comes, the session has ended
	}
	return reading
}

// turn takes one step of the dialogue, or begins one.
func (s *Service) turn(ctx context.Context, req Request, held *session.Session, input string) (answer dialogue.Answer, panicked bool) {
	caller := dialogue.Caller{
		Phone:  req.Caller,
		Origin: wallet.Origin{Gateway: req.Gateway, Session: held.Origin, Turn: held.Turns() + 1},
		Page:   menu.Page{Limit: req.Limit, Ref: reference(held.Origin)},
	}
	if !held.SIMSeen && (req.IMSI != "" || !req.SIMSwapped.IsZero()) { // once a session: a SIM is not changed during a call
		held.SIMSeen, caller.SIM = true, s.dialogues.SIM(req.IMSI, req.SIMSwapped)
	}
	defer func() {
		if broken := recover(); broken != nil {
			s.log.Error("ussd: a turn panicked", "gateway", req.Gateway, "session", reference(held.Origin), "panic", fmt.Sprintf("%T", broken), "stack", string(debug.Stack()))
			answer, panicked = s.dialogues.Lost(caller, held.Place, errPanic), true
		}
	}()
	if held.Started {
		return s.dialogues.Next(ctx, caller, held.Place, input), false
	}
	switch {
	case strings.HasPrefix(req.Session, pushed): // begun by us, elsewhere or before a restart: what is asked is asked once more
		return s.dialogues.Open(ctx, caller, nil), false
	case req.History, req.New, req.Turn == 1:
	case req.Later, req.Turn > 1:
		return s.dialogues.Resume(ctx, caller), false
	default:
		input = req.Opening
	}
	return s.dialogues.Open(ctx, caller, session.Dialled(input)), false
}

// errPanic stands for a panic in a reply. What the panic said stays out of it: it may hold anything.
var errPanic = errors.New("ussd: a turn panicked")

// Ended notes that a session is over, and whether its last page reached the phone.
func (s *Service) Ended(ctx context.Context, n EndNotice) {
	key := s.reader.Key(n.Gateway, n.Session, string(n.Caller))
	var intent id.ID
	if held := s.sessions.Peek(key); held != nil {
		intent = held.Intent
		s.sessions.Unlock(held)
	} else {
		origin := wallet.Origin{Gateway: n.Gateway, Session: key}
		intent, _ = s.dialogues.Closed(ctx, dialogue.Caller{Phone: n.Caller, Origin: origin})
	}
	if n.Failed {
		s.log.Info("ussd: a last page may not have been seen", "gateway", n.Gateway, "session", reference(key), "reason", n.Reason)
	}
	if !intent.IsZero() {
		s.dialogues.Shown(intent, n.Failed)
	}
}

// report logs what ended a dialogue, once. A refusal is ordinary; anything else is for us to mend.
func (s *Service) report(req Request, key session.Key, err error) {
	if err == nil {
		return
	}
	level := slog.LevelInfo
	switch fault.CodeOf(err) {
	case fault.Internal, fault.OutcomeUnknown, fault.LookAgain, fault.Busy, fault.Conflict:
		level = slog.LevelError
	}
	s.log.Log(context.Background(), level, "ussd: a dialogue ended with a fault", "gateway", req.Gateway, "session", reference(key), "code", fault.CodeOf(err), "err", err)
}

func outcome(r menu.Reply, panicked bool) string {
	switch {
	case panicked:
		return OutcomePanic
	case r.Fault != nil:
		return OutcomeFault
	case r.End:
		return OutcomeEnd
	}
	return OutcomePage
}

// reference is how logs and people name a session: it says nothing of its ID or its caller.
func reference(key session.Key) string { return hex.EncodeToString(key[:4]) }
