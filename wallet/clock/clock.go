// Package clock tells the time to everything that keeps books or decides by time.
//
// It is the only caller of time.Now in Senti (cmd/tidy sees to it): a test that owns the clock can stand one microsecond
// before a hold expires. It does not schedule anything, and it does not measure durations for metrics; those may use the
// monotonic reading of the time it returns.
package clock

import (
	"sync"
	"time"
)

// Clock tells the present moment.
type Clock interface {
	// Now returns the present moment in UTC, truncated to the microsecond, which is what the database keeps.
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now returns the machine's time. The monotonic reading is dropped on purpose: what is compared here is compared with
// times read back from a database.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Fake is a clock that stands still until it is moved. It is safe for concurrent use.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake returns a clock that stands at t.
func NewFake(t time.Time) *Fake { return &Fake{now: t.UTC().Truncate(time.Microsecond)} }

// Now returns the time the clock was last set to.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock by d, which may be negative: clocks do step back.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d).Truncate(time.Microsecond)
}

// Set moves the clock to t.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t.UTC().Truncate(time.Microsecond)
}
