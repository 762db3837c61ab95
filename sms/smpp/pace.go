package smpp

import (
	"sync"
	"time"

	"senti/wallet/clock"
)

// The bounds of a pace.
const (
	fastest   = 1_000_000              // messages in a second; a link without a rate has this one
	shortest  = time.Second            // that a link stands still after it was told that it is too fast
	longest   = 30 * time.Second       // … after it was told so again and again
	grain     = 2 * time.Millisecond   // shorter waits are not worth a timer; the slots keep the pace all the same
	cutAtMost = 500 * time.Millisecond // between two cuts: a whole window is throttled at once, and that is one cut
	riseEvery = time.Second
	risePart  = 10 // a tenth faster every second
	cutPart   = 2  // half as fast
	slowest   = 1
)

// pace gives every message a moment to be sent at. When the centre says that we are too fast, it stands still for a while, goes on
// at half the rate and then becomes a little faster every second, up to the rate that was agreed.
type pace struct {
	clock clock.Clock
	full  int // messages in a second that were agreed

	mu       sync.Mutex
	rate     int
	next     time.Time     // when the next message may be sent
	still    time.Time     // until when none may be sent
	risen    time.Time     // when the rate was last changed
	rest     time.Duration // how long it stands still next time
	accepted int           // messages taken on in the current second
	lately   int           // … in the one before
	second   time.Time     // when the current one began
}

// newPace returns a pace of so many messages in a second; 0 is as fast as it goes.
func newPace(c clock.Clock, rate int) *pace {
	if rate <= 0 {
		rate = fastest
	}
	return &pace{clock: c, full: rate, rate: rate, rest: shortest}
}

// slot returns how long to wait before a message is sent, or false when that is longer than most: then no slot is taken, so that
// who has no time does not make the next ones wait. First is for who cannot queue; those in the queue come a little later for it.
func (p *pace) slot(most time.Duration, first bool) (wait time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	p.rise(now)
	p.next = maxTime(p.next, now)
	at := p.next
	if first {
		at = maxTime(p.still, now)
	}
	if wait = at.Sub(now); wait > most {
		return wait, false
	}
	p.next = p.next.Add(time.Second / time.Duration(p.rate))
	if wait < grain {
		return 0, true
	}
	return wait, true
}

// throttled slows down.
func (p *pace) throttled() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	if now.Sub(p.risen) < cutAtMost {
		return
	}
	p.rate = max(slowest, min(p.rate, max(p.lately, p.accepted, slowest))/cutPart)
	p.risen = now
	p.still = now.Add(p.rest)
	p.next = maxTime(p.next, p.still)
	p.rest = min(2*p.rest, longest)
}

// leave returns for how long to leave the centre alone.
func (p *pace) leave() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(0, p.still.Sub(p.clock.Now()))
}

// took notes that a message was taken on.
func (p *pace) took() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rest = shortest
	now := p.clock.Now()
	if now.Sub(p.second) >= time.Second {
		p.lately, p.accepted, p.second = p.accepted, 0, now
	}
	p.accepted++
}

// rise makes up for the seconds that have passed.
func (p *pace) rise(now time.Time) {
	for p.rate < p.full && now.Sub(p.risen) >= riseEvery {
		p.rate = min(p.full, p.rate+max(1, p.rate/risePart))
		p.risen = p.risen.Add(riseEvery)
	}
}

// now returns the present rate; 0 when there is none.
func (p *pace) now() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rise(p.clock.Now())
	if p.rate == fastest {
		return 0
	}
	return p.rate
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
