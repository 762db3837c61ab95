package smpp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// session is one connection from its bind to its end.
type session struct {
	link *Link
	kind Command // of the bind
	conn net.Conn
	in   *bufio.Reader

	out     chan outgoing
	window  chan struct{}  // one place for each submit under way
	queue   chan struct{}  // … for each that can wait: fewer, so that one which cannot finds a place
	inside  chan struct{}  // one place for each message from the centre in work
	idle    chan *Delivery // to a worker that waits for one
	workers sync.WaitGroup
	heard   atomic.Bool // something came since the keeper last looked

	mu       sync.Mutex
	pending  map[uint32]*request
	sequence uint32 // of the latest request
	stopping bool   // no new submits, and messages from the centre are put off

	ended chan struct{} // closed by fail
	cause error         // why, set before
	once  sync.Once
}

// outgoing is a PDU on its way to the connection.
type outgoing struct {
	bytes   []byte
	request *request // nil for an answer
	last    bool     // the connection ends when it was written
}

// request waits for its answer.
type request struct {
	answer   chan PDU // of capacity 1
	written  bool     // from here on it may have reached the centre; guarded by the session's mu
	withdraw bool     // it is not to be written any more; guarded by the session's mu
}

const (
	batchBytes  = 32 << 10 // written at once
	outQueue    = 256
	maxSequence = 0x7fffffff
	lastWords   = 2 * time.Second // for the answer to our unbind
	queuePart   = 3               // of a window's places, three in four are for who can wait
	wholePart   = 4
)

func newSession(l *Link, kind Command, conn net.Conn) *session {
	return &session{
		link: l, kind: kind, conn: conn, in: bufio.NewReaderSize(conn, 32<<10),
		out:     make(chan outgoing, outQueue),
		window:  make(chan struct{}, l.settings.Window),
		queue:   make(chan struct{}, max(1, l.settings.Window*queuePart/wholePart)),
		inside:  make(chan struct{}, l.settings.Inside),
		idle:    make(chan *Delivery),
		pending: map[uint32]*request{},
		ended:   make(chan struct{}),
	}
}

// fail ends the session. The first cause counts.
func (s *session) fail(cause error) {
	s.once.Do(func() {
		s.cause = cause
		close(s.ended)
		_ = s.conn.Close() // wakes who reads or writes
	})
}

// bind asks to be let in, which takes at most as long as is set.
func (s *session) bind() error {
	timer := time.AfterFunc(s.link.settings.Connect, func() { s.fail(errBindTimeout) })
	defer timer.Stop()
	c := s.link.settings
	body := Bind{c.SystemID, c.Password, c.SystemType, Address{Digits: c.Range}}.Bytes()
	s.sequence = 1
	if _, err := s.conn.Write(PDU{s.kind, OK, 1, body}.Append(nil)); err != nil {
		return s.because(err)
	}
	for {
		p, err := ReadPDU(s.in)
		if err != nil {
			return s.because(err)
		}
		switch {
		case p.Sequence != 1 || !p.Command.IsAnswer(): // whatever it is, it comes too early
		case p.Status != OK:
			return &Refused{p.Status}
		case p.Command == s.kind.Answer():
			return nil
		default:
			return &Refused{BadBindStatus}
		}
	}
}

// because returns why the session was ended, if it was, rather than what that looked like from the inside.
func (s *session) because(err error) error {
	select {
	case <-s.ended:
		return s.cause
	default:
		return err
	}
}

var (
	errBindTimeout = errors.New("smpp: no answer to the bind")
	errSilent      = errors.New("smpp: the centre is silent")
	errUnbound     = errors.New("smpp: the centre unbinds")
	errStopped     = errors.New("smpp: stopped")
)

// run works until the session ends, and returns why.
func (s *session) run() error {
	var all sync.WaitGroup
	all.Go(s.write)
	all.Go(s.keep)
	s.read()
	all.Wait()
	s.abandon()
	return s.cause
}

// write writes what is queued, as much at once as there is.
func (s *session) write() {
	batch := make([]byte, 0, batchBytes+maxPDU)
	for {
		last := false
		select {
		case next := <-s.out:
			batch, last = s.collect(batch[:0], next)
		case <-s.ended:
			return
		}
		if _, err := s.conn.Write(batch); err != nil {
			s.fail(err)
			return
		}
		if last {
			s.fail(errUnbound)
		}
	}
}

// collect takes what else is queued. What is in the batch counts as written: a connection that breaks does not tell how much of it
// arrived.
func (s *session) collect(batch []byte, next outgoing) (_ []byte, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case next.request == nil:
			batch = append(batch, next.bytes...)
		case !next.request.withdraw:
			next.request.written = true
			batch = append(batch, next.bytes...)
		}
		if next.last || len(batch) >= batchBytes {
			return batch, next.last
		}
		select {
		case next = <-s.out:
		default:
			return batch, false
		}
	}
}

// send queues a PDU that nobody waits for the answer of.
func (s *session) send(o outgoing) bool {
	select {
	case s.out <- o:
		return true
	case <-s.ended:
		return false
	}
}

// ask sends a request and waits for its answer.
func (s *session) ask(ctx context.Context, command Command, body []byte) (PDU, error) {
	late := time.NewTimer(s.link.settings.Answer)
	defer late.Stop()
	r := &request{answer: make(chan PDU, 1)}
	s.mu.Lock()
	s.sequence++
	if s.sequence > maxSequence {
		s.sequence = 1
	}
	sequence := s.sequence
	s.pending[sequence] = r
	s.mu.Unlock()
	o := outgoing{bytes: PDU{command, OK, sequence, body}.Append(nil), request: r}
	out, unsent := s.out, ErrNoTime
	for {
		select {
		case out <- o:
			out = nil // from now on only the answer is waited for
			continue
		case p := <-r.answer:
			return p, nil
		case <-s.ended:
			unsent = ErrDown
		case <-late.C:
		case <-ctx.Done():
		}
		return s.giveUp(sequence, r, unsent)
	}
}

// giveUp stops waiting. Whether the request may have arrived is known here exactly: what is not in a batch yet never will be.
func (s *session) giveUp(sequence uint32, r *request, unsent error) (PDU, error) {
	s.mu.Lock()
	waiting := s.pending[sequence] == r
	delete(s.pending, sequence)
	r.withdraw = true
	written := r.written
	s.mu.Unlock()
	switch {
	case !waiting:
		return <-r.answer, nil // it came this very moment
	case written:
		return PDU{}, ErrUnclear
	}
	return PDU{}, unsent
}

// read takes in what comes until the connection ends.
func (s *session) read() {
	for {
		p, err := ReadPDU(s.in)
		if err != nil {
			if errors.Is(err, errLength) {
				s.link.count(WasMalformed)
			}
			s.fail(err)
			return
		}
		s.heard.Store(true)
		switch {
		case p.Command.IsAnswer():
			s.answered(p)
		case p.Command == DeliverSM:
			s.deliver(p)
		case p.Command == EnquireLink:
			s.send(outgoing{bytes: p.Answers(OK).Append(nil)})
		case p.Command == Unbind:
			s.send(outgoing{bytes: p.Answers(OK).Append(nil), last: true})
		case p.Command == AlertNotice, p.Command == Outbind: // want no answer
		default:
			s.link.count(WasMalformed)
			s.send(outgoing{bytes: p.Answers(BadCommand).Append(nil)})
		}
	}
}

func (s *session) answered(p PDU) {
	s.mu.Lock()
	r := s.pending[p.Sequence]
	delete(s.pending, p.Sequence)
	s.mu.Unlock()
	if r == nil {
		s.link.count(WasLate)
		return
	}
	r.answer <- p
}

// deliver gives a message from the centre to who deals with it, and answers it when that is done.
func (s *session) deliver(p PDU) {
	m, err := ReadMessage(p.Body)
	if err != nil {
		s.link.count(WasMalformed)
		s.send(outgoing{bytes: p.Answers(Refuse).Append(nil)})
		return
	}
	d := &Delivery{Message: m, session: s, pdu: p}
	if s.isStopping() {
		d.Answer(TryAgain)
		return
	}
	select {
	case s.inside <- struct{}{}:
	default:
		d.Answer(QueueFull)
		return
	}
	select {
	case s.idle <- d:
	default:
		s.workers.Go(func() { s.serve(d) })
	}
}

// idleFor is how long a worker waits for more work. One that has worked has a stack that is large enough; to enlarge a new one's costs
// a sixth of a USSD turn.
const idleFor = time.Second

// serve deals with a delivery, and with more if they come soon.
func (s *session) serve(d *Delivery) {
	bored := time.NewTimer(idleFor)
	defer bored.Stop()
	for {
		s.work(d)
		<-s.inside
		bored.Reset(idleFor)
		select {
		case d = <-s.idle:
		case <-bored.C:
			return
		case <-s.ended:
			return
		}
	}
}

// work deals with a delivery. One that panics, or is forgotten, is put off.
func (s *session) work(d *Delivery) {
	defer d.Answer(TryAgain)
	defer func() {
		if broken := recover(); broken != nil {
			s.link.log.Error("smpp: dealing with a message panicked", "panic", fmt.Sprintf("%T", broken), "stack", string(debug.Stack()))
		}
	}()
	s.link.handle(s.link.working, d)
}

// keep asks whether the centre is there when nothing has come for a while, and ends the session when it does not answer.
func (s *session) keep() {
	tick := time.NewTicker(s.link.settings.Idle)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.ended:
			return
		}
		if s.heard.Swap(false) {
			continue
		}
		if _, err := s.ask(context.Background(), EnquireLink, nil); err != nil && !s.heard.Load() {
			s.fail(errSilent)
			return
		}
	}
}

// stop finishes what is under way and unbinds.
func (s *session) stop() {
	s.mu.Lock()
	s.stopping = true
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), s.link.settings.Drain)
	defer cancel()
	s.drain(ctx)
	ctx, cancel = context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	_, _ = s.ask(ctx, Unbind, nil) // whatever it says, this is the end
	s.fail(errStopped)
}

func (s *session) isStopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

// drain waits for the answers of our submits, and for our own answers: once every place is ours, nothing is under way.
func (s *session) drain(ctx context.Context) {
	for _, places := range []chan struct{}{s.window, s.inside} {
		for range cap(places) {
			select {
			case places <- struct{}{}:
			case <-s.ended:
				return
			case <-ctx.Done():
				return
			}
		}
	}
}

// abandon waits for those who deal with the centre's messages; their answers go nowhere.
func (s *session) abandon() { s.workers.Wait() }
