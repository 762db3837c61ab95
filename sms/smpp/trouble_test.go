package smpp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/sms/peers"
)

// The centre says that we are too fast: every submit says so, the link slows down, and in the end all are taken on.
func TestThrottling(t *testing.T) {
	c := centre(t, peers.SMSCSettings{Quiet: true})
	b := run(t, quick(c.Address), nil)
	b.await(WasBound)
	c.Plan(peers.Answer{Times: 50}, peers.Answer{Status: int(Throttled), Times: 5}, peers.Answer{Status: int(QueueFull), Times: 1})
	taken := make(chan bool)
	for range 70 {
		go func() {
			for {
				_, err := b.submit(saying("x"))
				var refused *Refused
				switch {
				case err == nil:
					taken <- true
					return
				case !errors.As(err, &refused) || !refused.Status.Busy() || !refused.Status.Passing() || refused.Status.Account():
					t.Error(err)
					taken <- false
					return
				}
			}
		}()
	}
	for range 70 {
		<-taken
	}
	if got := c.Counts(); got.Taken != 70 || got.Refused != 6 || b.counted(WasThrottled) != 6 {
		t.Errorf("%+v, throttled %d times", got, b.counted(WasThrottled))
	}
	if rate := b.Report().Rate; rate == 0 || rate > 60 {
		t.Errorf("the link goes on at %d messages a second", rate)
	}
}

// A connection ends in the middle of a window. What was not written is told apart from what may have arrived, and all that is
// tried again arrives: nothing is lost, and only what was unclear is there twice.
func TestADropInMidWindow(t *testing.T) {
	c := centre(t, peers.SMSCSettings{Quiet: true})
	b := run(t, quick(c.Address), nil)
	b.await(WasBound)
	c.Plan(peers.Answer{Times: 100}, peers.Answer{Silent: true, Times: 3}, peers.Answer{Drop: true, Times: 1},
		peers.Answer{Times: 100}, peers.Answer{Drop: true, Times: 1}, peers.Answer{Times: 200}, peers.Answer{Drop: true, Times: 1})
	const messages = 1000
	var all sync.WaitGroup
	work := make(chan int)
	for range 40 {
		all.Go(func() {
			for n := range work {
				for {
					_, err := b.submit(saying(fmt.Sprintf("message %d", n)))
					if err == nil {
						break
					}
					if !errors.Is(err, ErrDown) && !errors.Is(err, ErrUnclear) {
						t.Errorf("message %d: %v", n, err)
						break
					}
					pause(t.Context(), 5*time.Millisecond)
				}
			}
		})
	}
	for n := range messages {
		work <- n
	}
	close(work)
	all.Wait()
	got := c.Counts()
	twice, unclear := got.Taken-got.Unique, b.counted(WasUnclear)
	t.Logf("%d messages: taken %d, twice %d, unclear %d, binds %d", messages, got.Taken, twice, unclear, got.Binds)
	if got.Unique != messages || twice > unclear || got.Binds < 4 || unclear == 0 || unclear > 4*10 {
		t.Errorf("%+v, unclear %d", got, unclear)
	}
}

func TestAnAnswerThatNeverComes(t *testing.T) {
	c := centre(t, peers.SMSCSettings{Quiet: true})
	s := quick(c.Address)
	s.Answer, s.Window = 50*time.Millisecond, 1
	b := run(t, s, nil)
	b.await(WasBound)
	c.Plan(peers.Answer{Silent: true, Times: 2})
	if _, err := b.submit(saying("x")); !errors.Is(err, ErrUnclear) {
		t.Error(err)
	}
	// The window is free again, and a caller who gives up while waiting for it has sent nothing.
	s.Answer = patience
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() { _, err := b.Submit(ctx, saying("y")); first <- err }()
	for c.Counts().Silent < 2 {
	}
	cancel()
	if err := <-first; !errors.Is(err, ErrUnclear) {
		t.Error(err)
	}
	if _, err := b.Submit(ctx, saying("z")); !errors.Is(err, ErrNoTime) {
		t.Error(err)
	}
	if _, err := b.submit(saying("z")); err != nil || b.counted(WasUnclear) != 2 {
		t.Errorf("%v, unclear %d times", err, b.counted(WasUnclear))
	}
}

// A centre that is silent is left, and bound to again.
func TestASilentCentre(t *testing.T) {
	c := centre(t, peers.SMSCSettings{Deaf: true})
	s := quick(c.Address)
	s.Idle, s.Answer = 20*time.Millisecond, 50*time.Millisecond
	b := run(t, s, nil)
	b.await(WasLost)
	b.await(WasBound)
	if got := c.Counts(); got.Enquiries == 0 {
		t.Errorf("%+v", got)
	}
	if log := b.logged(); !strings.Contains(log, errSilent.Error()) {
		t.Errorf("log: %s", log)
	}
}

func TestAnIdleLinkStaysBound(t *testing.T) {
	c := centre(t, peers.SMSCSettings{})
	s := quick(c.Address)
	s.Idle = 10 * time.Millisecond
	b := run(t, s, nil)
	b.await(WasBound)
	for c.Counts().Enquiries < 5 {
	}
	if b.counted(WasLost) != 0 {
		t.Errorf("lost %d times", b.counted(WasLost))
	}
}

func TestTheCentreUnbinds(t *testing.T) {
	c := centre(t, peers.SMSCSettings{})
	b := run(t, quick(c.Address), nil)
	b.await(WasBound)
	c.Tell(map[string]any{"do": "unbind"})
	b.await(WasLost)
	b.await(WasBound)
	if log := b.logged(); !strings.Contains(log, errUnbound.Error()) {
		t.Errorf("log: %s", log)
	}
}

// Told to stop, a link finishes what is under way: our submits are answered, and so is what the centre sent.
func TestStoppingFinishesWhatIsUnderWay(t *testing.T) {
	c := centre(t, peers.SMSCSettings{})
	entered, leave := make(chan struct{}), make(chan struct{})
	b := run(t, quick(c.Address), func(ctx context.Context, d *Delivery) {
		close(entered)
		<-leave
		if ctx.Err() != nil {
			t.Error("its time was up")
		}
		d.Answer(OK)
	})
	b.await(WasBound)
	c.Send("mo", map[string]any{"source_addr": "254712000001", "short_message": "BAL"})
	<-entered
	stopped := make(chan struct{})
	go func() { b.stop(); close(stopped) }()
	for {
		if _, err := b.submit(saying("x")); errors.Is(err, ErrDown) {
			break // from now on it takes nothing more
		}
	}
	c.Send("late", map[string]any{"source_addr": "254712000001", "short_message": "BAL"})
	if e := c.AwaitThat("answer", func(e peers.Event) bool { return e.Token == "late" }); e.Status != int(TryAgain) {
		t.Errorf("what comes too late is answered with %#x", e.Status)
	}
	close(leave)
	if e := c.AwaitThat("answer", func(e peers.Event) bool { return e.Token == "mo" }); e.Status != 0 {
		t.Errorf("what was under way is answered with %#x", e.Status)
	}
	c.Await("unbind")
	<-stopped
}

// More than we can work at is put off, and the answers to our own submits still come through.
func TestTooMuchAtOnce(t *testing.T) {
	c := centre(t, peers.SMSCSettings{})
	s := quick(c.Address)
	s.Inside = 2
	leave := make(chan struct{})
	b := run(t, s, func(_ context.Context, d *Delivery) { <-leave; d.Answer(OK) })
	b.await(WasBound)
	for _, token := range []string{"1", "2"} {
		c.Send(token, map[string]any{"source_addr": "254712000001", "short_message": "BAL"})
	}
	if e := c.Deliver("3", map[string]any{"source_addr": "254712000001", "short_message": "BAL"}); e.Status != int(QueueFull) {
		t.Errorf("the third is answered with %#x", e.Status)
	}
	if _, err := b.submit(saying("x")); err != nil {
		t.Error(err)
	}
	close(leave)
	c.Await("answer")
	c.Await("answer")
}

// One that cannot queue goes before a window's worth of others that can.
func TestFirst(t *testing.T) {
	c := centre(t, peers.SMSCSettings{Quiet: true})
	s := quick(c.Address)
	s.Window, s.Answer = 4, patience
	b := run(t, s, nil)
	b.await(WasBound)
	c.Plan(peers.Answer{Silent: true, Times: 3})
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { _, _ = b.Submit(ctx, saying("bulk")) })
	}
	for c.Counts().Silent < 3 {
	}
	if _, err := b.SubmitFirst(ctx, saying("first")); err != nil {
		t.Error(err)
	}
	if got := c.Counts(); got.Submits != 4 {
		t.Errorf("%+v", got)
	}
	cancel()
	all.Wait()
}

// A centre that answers no bind, or something else, is given up.
func TestABindThatIsNotAnswered(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // of this machine
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	kept := make(chan net.Conn, 100)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				close(kept)
				return
			}
			go func() { _, _ = io.Copy(io.Discard, conn) }()
			kept <- conn
		}
	}()
	s := quick(l.Addr().String())
	s.Connect = 50 * time.Millisecond
	b := run(t, s, nil)
	<-kept
	second := <-kept
	_, _ = second.Write(PDU{BindReceiver.Answer(), OK, 1, []byte{0}}.Append(nil))
	<-kept
	if log := b.logged(); !strings.Contains(log, errBindTimeout.Error()) || !strings.Contains(log, BadBindStatus.String()) {
		t.Errorf("log: %s", log)
	}
}
