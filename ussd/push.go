package ussd

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"senti/ussd/dialogue"
	"senti/ussd/menu"
	"senti/ussd/session"
	"senti/wallet"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// A push is a session that we begin: the phone rings, so to speak, and shows a page. It is for what somebody asks of the phone's owner, at a
// counter, this minute (Push), and for the PIN of what its owner has just asked for by SMS (PushIntent). The question itself is in the
// database and its SMS on the way before anything is pushed, so a push may fail or be refused as it likes: it is tried once, and a dial shows
// the same page all the same.

// Pusher is a gateway that can begin a session. One file in package gateway each, and the simulator.
type Pusher interface {
	Name() string   // of the gateway: the Request.Gateway of what is answered
	Limit() int     // the longest screen it can show, in characters
	Answers() Shape // how what is answered comes
	// Serves reports whether a phone that has not dialled by it is known to be with its network.
	Serves(phone msisdn.Number) bool
	// Push shows a page and returns once the network has taken it on; the person may have answered by then. An error says that the page
	// was not shown, as far as is known.
	Push(ctx context.Context, p Page) error
}

// Shape is how the answers to a page come that was pushed.
type Shape struct {
	History bool // as Request.History; the page pushed has no part in the transcript. Numbered turns go on with 2
	Unnamed bool // without Request.Session, a phone having one session at a time; else with the page's, for which a gateway translates what its network calls it
}

// Page is the first page of a session that we begin. It always asks something.
type Page struct {
	Session     string // letters, digits and hyphens, at most 100; empty for a gateway whose sessions have no names
	Phone       msisdn.Number
	ServiceCode string
	Text        string
}

// ErrNotTaken is what Push returns when the network answered that it does not show the page: the phone is busy, off, or refuses.
var ErrNotTaken = errors.New("ussd: the page was not taken")

// pushed begins the names of sessions that we begin, so that any process knows one.
const pushed = "push-"

// PushBudget is how long a network may take to take a page on.
const PushBudget = 10 * time.Second

// Push begins a session with what is asked of a phone's owner. It reports whether a page was shown: not when nothing is asked any more.
func (s *Service) Push(ctx context.Context, to msisdn.Number, by Pusher) (bool, error) {
	return s.push(ctx, to, by, s.dialogues.Push)
}

// PushIntent begins a session on the PIN page of an act that the phone's owner has asked for by SMS: an intent of the Gateway wallet.ByText, to
// send, to send to a number without a wallet, or to withdraw. Its money moves once, however often and wherever its page is shown: the next
// plain dial of the service code opens on the same page, until the intent expires or another act follows. It reports whether a page was shown:
// not when the act was done or given up meanwhile.
func (s *Service) PushIntent(ctx context.Context, to msisdn.Number, act id.ID, by Pusher) (bool, error) {
	return s.push(ctx, to, by, func(ctx context.Context, c dialogue.Caller) (dialogue.Answer, bool) {
		return s.dialogues.PushIntent(ctx, c, act)
	})
}

func (s *Service) push(ctx context.Context, to msisdn.Number, by Pusher, begin func(context.Context, dialogue.Caller) (dialogue.Answer, bool)) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, PushBudget)
	defer cancel()
	name, shape := pushed+id.Random{}.New().String(), by.Answers()
	if shape.Unnamed {
		name = ""
	}
	key := s.reader.Key(by.Name(), name, string(to))
	held, _ := s.sessions.Lock(key) // an answer that overtakes Push waits for it
	defer s.sessions.Unlock(held)
	if held.Started && held.History.Over() == nil {
		return false, ErrNotTaken // somebody is in the middle of something
	}
	s.sessions.Restart(held)
	held.Origin = s.origin(Request{Gateway: by.Name(), Session: name, Caller: to, Reused: shape.Unnamed}, key)
	caller := dialogue.Caller{
		Phone:  to,
		Origin: wallet.Origin{Gateway: by.Name(), Session: held.Origin, Turn: 1},
		Page:   menu.Page{Limit: by.Limit(), Ref: reference(held.Origin)},
	}
	answer, ok := begin(ctx, caller)
	if !ok {
		return false, nil
	}
	reading := s.reader.First(session.Callback{Whole: shape.History, Turn: 1, New: true})
	held.Started, held.Place = true, answer.Place
	held.Answer(reading, session.Reply{Text: answer.Reply.Text})
	err := by.Push(ctx, Page{Session: name, Phone: to, ServiceCode: s.dialogues.ServiceCode(), Text: answer.Reply.Text})
	if err != nil && !answer.Intent.IsZero() {
		s.dialogues.Shown(answer.Intent, false) // the next dial need not speak of a page that nobody saw
	}
	return err == nil, err
}

// What became of a push, for metrics.
const (
	PushShown   = "shown"
	PushNothing = "nothing" // nothing was asked any more
	PushRefused = "refused" // the network did not take it: the phone is busy, off, or refuses
	PushTimeout = "timeout"
	PushFailed  = "failed"
	PushDropped = "dropped" // too many at once
	PushNoWay   = "no_way"  // no gateway that can begin a session is known to reach the phone
)

// Pushes pushes to phones whose owners are asked something: by the gateway that each phone dialled with last, if that can, or by one that is
// known to serve the number. It is best effort.
type Pushes struct {
	service *Service
	dials   func(context.Context, msisdn.Number) (gateway string, err error)
	by      []Pusher
	queue   chan ring
	log     *slog.Logger
	count   func(gateway, outcome string)
}

// ring is a page that is to be pushed.
type ring struct {
	phone msisdn.Number
	act   id.ID // whose PIN is asked for; zero for what somebody else asks
}

// pushersAtOnce is how many pages are being pushed at a time, pushesWaiting how many wait for that. More than that have only their SMS.
const (
	pushersAtOnce = 16
	pushesWaiting = 1000
)

// NewPushes returns what pushes by these gateways. dials says by which gateway a phone dialled last, "" for none; count is called once
// for each push with a Push constant, nil for nobody counting.
func NewPushes(s *Service, by []Pusher, dials func(context.Context, msisdn.Number) (string, error), log *slog.Logger, count func(gateway, outcome string)) *Pushes {
	if count == nil {
		count = func(string, string) {}
	}
	return &Pushes{service: s, dials: dials, by: by, queue: make(chan ring, pushesWaiting), log: log, count: count}
}

// Ring has a page pushed to a phone whose owner is asked something. It does not wait, and nothing comes of it when no gateway can push.
func (p *Pushes) Ring(phone msisdn.Number) { p.ring(ring{phone: phone}) }

// RingIntent is Ring for the PIN of what the phone's owner has asked for by SMS (Service.PushIntent). The SMS that says so, and to dial if no
// page comes up, must be in the database before: nobody hears of it when a push comes to nothing.
func (p *Pushes) RingIntent(phone msisdn.Number, act id.ID) { p.ring(ring{phone, act}) }

func (p *Pushes) ring(r ring) {
	if len(p.by) == 0 {
		return
	}
	select {
	case p.queue <- r:
	default:
		p.count("", PushDropped)
	}
}

// Run pushes until ctx is done.
func (p *Pushes) Run(ctx context.Context) {
	var all sync.WaitGroup
	for range pushersAtOnce {
		all.Go(func() {
			for {
				select {
				case r := <-p.queue:
					p.push(ctx, r)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	all.Wait()
}

func (p *Pushes) push(ctx context.Context, r ring) {
	gateway, err := p.dials(ctx, r.phone)
	if err != nil {
		p.log.Error("ussd: which gateway a phone dials with", "err", err)
	}
	by := p.reach(r.phone, gateway)
	if by == nil {
		p.count("", PushNoWay)
		return
	}
	var shown bool
	if r.act.IsZero() {
		shown, err = p.service.Push(ctx, r.phone, by)
	} else {
		shown, err = p.service.PushIntent(ctx, r.phone, r.act, by)
	}
	outcome := PushShown
	switch {
	case errors.Is(err, ErrNotTaken):
		outcome = PushRefused
	case errors.Is(err, context.DeadlineExceeded):
		outcome = PushTimeout
	case err != nil:
		outcome = PushFailed
		p.log.Warn("ussd: a push failed", "gateway", by.Name(), "err", err)
	case !shown:
		outcome = PushNothing
	}
	p.count(by.Name(), outcome)
}

// reach is what a phone can be reached by, nil for nothing. A phone that dials by a gateway that cannot push may still be with a network that
// another one serves.
func (p *Pushes) reach(phone msisdn.Number, gateway string) Pusher {
	var serves Pusher
	for _, by := range p.by {
		switch {
		case by.Name() == gateway:
			return by
		case serves == nil && by.Serves(phone):
			serves = by
		}
	}
	return serves
}
