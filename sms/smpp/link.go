package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"

	"senti/wallet/clock"
)

// Link is a connection to a message centre, or a pair, that binds again whenever it ends. It is safe for concurrent use.
type Link struct {
	settings Settings
	clock    clock.Clock
	log      *slog.Logger
	observe  func(link, what string)
	pace     *pace

	handle  Handler
	working context.Context // of those who deal with messages: they finish what they are at

	out      atomic.Pointer[session] // the one that submits, or nil
	inFlight atomic.Int64

	mu     sync.Mutex
	status map[Command]*state
}

// Handler deals with a message from the centre. It answers it once what it says is durable; a message that is not answered
// when the handler returns is to come again. Many run at once.
type Handler func(ctx context.Context, d *Delivery)

// Delivery is a message from the centre that waits for its answer.
type Delivery struct {
	*Message
	session  *session
	pdu      PDU
	answered atomic.Bool
}

// Answer answers the message. Only the first answer counts; it is false when the connection was gone.
func (d *Delivery) Answer(s Status) bool {
	if d.answered.Swap(true) {
		return true
	}
	what := WasDelivered
	switch {
	case s.Passing():
		what = WasPutOff
	case s != OK:
		what = WasDeclined
	}
	d.session.link.count(what)
	return d.session.send(outgoing{bytes: d.pdu.Answers(s).Append(nil)})
}

// Gone is closed when the connection that the message came over has ended: its answer may not have arrived.
func (d *Delivery) Gone() <-chan struct{} { return d.session.ended }

// state is how one bind of a link is doing.
type state struct {
	bound bool
	since time.Time
	why   string // it is not bound
}

// New returns a link that Run runs, or an error that names the setting to mend.
func New(s Settings, p Parts) (*Link, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if p.Clock == nil || p.Log == nil {
		return nil, errors.New("smpp: no clock or no logger")
	}
	if p.Count == nil {
		p.Count = func(string, string) {}
	}
	l := &Link{settings: s, clock: p.Clock, log: p.Log.With("link", s.Name), observe: p.Count, pace: newPace(p.Clock, s.Rate)}
	l.status = map[Command]*state{}
	for _, kind := range l.kinds() {
		l.status[kind] = &state{since: p.Clock.Now(), why: "not started"}
	}
	return l, nil
}

func (l *Link) kinds() []Command {
	if l.settings.Pair {
		return []Command{BindTransmitter, BindReceiver}
	}
	return []Command{BindTransceiver}
}

// Name returns the link's name.
func (l *Link) Name() string { return l.settings.Name }

func (l *Link) count(what string) { l.observe(l.settings.Name, what) }

// Run binds, and binds again, until ctx is done; then it finishes what is under way and unbinds. It runs once.
func (l *Link) Run(ctx context.Context, handle Handler) {
	l.handle = handle
	l.working = context.WithoutCancel(ctx)
	var all sync.WaitGroup
	for _, kind := range l.kinds() {
		all.Go(func() { l.bindForEver(ctx, kind) })
	}
	all.Wait()
}

// steady is how long a bind must have lasted for its end to be no sign of trouble.
const steady = 30 * time.Second

func (l *Link) bindForEver(ctx context.Context, kind Command) {
	again := &backoff.ExponentialBackOff{InitialInterval: l.settings.Again, RandomizationFactor: 0.3, Multiplier: 2, MaxInterval: max(time.Minute, l.settings.Again)}
	again.Reset()
	for ctx.Err() == nil {
		began := l.clock.Now()
		err := l.bindOnce(ctx, kind)
		l.is(kind, false, reason(err))
		if ctx.Err() != nil {
			return
		}
		if l.clock.Now().Sub(began) >= steady {
			again.Reset()
		}
		wait := again.NextBackOff()
		l.log.Warn("smpp: not bound", "why", reason(err), "again_in", wait.Round(time.Millisecond))
		pause(ctx, wait)
	}
}

// bindOnce connects, binds and works until the connection ends.
func (l *Link) bindOnce(ctx context.Context, kind Command) error {
	conn, err := l.dial(ctx)
	if err != nil {
		return err
	}
	s := newSession(l, kind, conn)
	release := context.AfterFunc(ctx, func() { s.fail(errStopped) }) // while it binds there is nothing to finish
	if err = s.bind(); err != nil {
		if refused := (*Refused)(nil); errors.As(err, &refused) {
			l.count(WasRefused)
		}
		s.fail(err)
		return err
	}
	if !release() {
		return errStopped
	}
	if kind != BindReceiver {
		l.out.Store(s)
		defer l.out.CompareAndSwap(s, nil)
	}
	l.is(kind, true, "")
	l.log.Info("smpp: bound", "centre", conn.RemoteAddr().String())
	l.count(WasBound)
	stopped := make(chan struct{})
	release = context.AfterFunc(ctx, func() { defer close(stopped); s.stop() })
	err = s.run()
	if !release() {
		<-stopped
	}
	l.count(WasLost)
	return err
}

func (l *Link) dial(ctx context.Context) (net.Conn, error) {
	plain := &net.Dialer{Timeout: l.settings.Connect}
	if !l.settings.TLS {
		return plain.DialContext(ctx, "tcp", l.settings.Address)
	}
	secure := tls.Dialer{NetDialer: plain, Config: &tls.Config{MinVersion: tls.VersionTLS12}}
	return secure.DialContext(ctx, "tcp", l.settings.Address)
}

// Submit hands a message to the centre and returns the centre's name for it. The error is a *Refused with what the centre said, or
// one of ErrDown, ErrNoTime and ErrUnclear, which tell whether the message may be on its way, or ErrTooLong.
func (l *Link) Submit(ctx context.Context, m *Message) (name string, err error) {
	return l.submit(ctx, m, false)
}

// SubmitFirst is Submit for a message that somebody waits for, phone in hand: it goes before those that Submit keeps waiting.
func (l *Link) SubmitFirst(ctx context.Context, m *Message) (name string, err error) {
	return l.submit(ctx, m, true)
}

func (l *Link) submit(ctx context.Context, m *Message, first bool) (name string, err error) {
	body, err := m.Bytes()
	if err != nil {
		return "", err
	}
	l.inFlight.Add(1)
	defer l.inFlight.Add(-1)
	answer, err := l.inTurn(ctx, body, first)
	switch {
	case errors.Is(err, ErrUnclear):
		l.count(WasUnclear)
		return "", err
	case err != nil:
		l.count(WasUnsent)
		return "", err
	case answer.Status == OK:
		l.pace.took()
		l.count(WasTaken)
		return MessageID(answer.Body), nil
	case answer.Status.Busy():
		l.pace.throttled()
		l.count(WasThrottled)
	default:
		l.count(WasRejected)
	}
	return "", &Refused{answer.Status}
}

// inTurn waits for a message's turn, by the pace and in the window, and then for the answer.
func (l *Link) inTurn(ctx context.Context, body []byte, first bool) (PDU, error) {
	if s := l.out.Load(); s == nil || s.isStopping() {
		return PDU{}, ErrDown
	}
	wait, ok := l.pace.slot(l.left(ctx), first)
	if !ok {
		return PDU{}, ErrNoTime
	}
	if wait > 0 {
		pause(ctx, wait)
	}
	s := l.out.Load() // it may have been bound again meanwhile
	if s == nil {
		return PDU{}, ErrDown
	}
	places := []chan struct{}{s.queue, s.window}
	if first {
		places = places[1:]
	}
	for _, place := range places {
		select {
		case place <- struct{}{}:
			defer func() { <-place }()
		case <-s.ended:
			return PDU{}, ErrDown
		case <-ctx.Done():
			return PDU{}, ErrNoTime
		}
	}
	if ctx.Err() != nil {
		return PDU{}, ErrNoTime
	}
	return s.ask(ctx, SubmitSM, body)
}

// left returns how much time there is.
func (l *Link) left(ctx context.Context) time.Duration {
	deadline, limited := ctx.Deadline()
	if !limited {
		return longestWait
	}
	return deadline.Sub(l.clock.Now())
}

// longestWait is for who has set no limit.
const longestWait = time.Hour

// RetryAfter returns for how long the centre wants to be left alone.
func (l *Link) RetryAfter() time.Duration { return l.pace.leave() }

// Report is how a link is doing.
type Report struct {
	Bound    bool      // every bind of it
	Since    time.Time // when that began
	Why      string    // it is not bound; fit for a log
	InFlight int       // submits that wait for their turn or their answer
	Rate     int       // messages in a second at present; 0 for no limit
}

// Report returns how the link is doing.
func (l *Link) Report() Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := Report{Bound: true, InFlight: int(l.inFlight.Load()), Rate: l.pace.now()}
	for _, kind := range l.kinds() {
		s := l.status[kind]
		r.Bound = r.Bound && s.bound
		r.Since = maxTime(r.Since, s.since)
		if s.why != "" {
			r.Why = s.why
		}
	}
	return r
}

func (l *Link) is(kind Command, bound bool, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.status[kind]
	if s.bound != bound {
		s.since = l.clock.Now()
	}
	s.bound, s.why = bound, why
}

// reason is an error's words for the log. None holds a password or what anybody wrote.
func reason(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// pause waits for the time to pass, or for ctx.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
