package switches

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"senti/wallet/clock"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// readEvery is how often a process reads the switches again, give or take a fifth, so that many processes do not ask together; readLimit
// is how long that may take.
const (
	readEvery = 5 * time.Second
	readLimit = 3 * time.Second
)

// Board is what one process knows of the switches: a copy that is read again every few seconds. Before the first Load nothing is
// stopped. It is safe for concurrent use, and asking it costs next to nothing.
type Board struct {
	store *Store
	clock clock.Clock
	all   atomic.Pointer[map[Scope][]Switch] // those that are not on; never changed once stored
	at    atomic.Int64                       // when they were read, UTC microseconds
}

// NewBoard returns a board on which nothing is stopped.
func NewBoard(s *Store, c clock.Clock) *Board {
	b := &Board{store: s, clock: c}
	b.all.Store(&map[Scope][]Switch{})
	return b
}

// Load reads the switches. After an error the board stands as before.
func (b *Board) Load(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	rows, err := b.store.List(ctx)
	if err != nil {
		return err
	}
	next := map[Scope][]Switch{}
	for _, s := range rows {
		if s.State != On {
			next[s.Scope] = append(next[s.Scope], s)
		}
	}
	b.all.Store(&next)
	b.at.Store(b.clock.Now().UnixMicro())
	return nil
}

// Watch reads the switches again and again until ctx is done.
func (b *Board) Watch(ctx context.Context) {
	for {
		timer := time.NewTimer(jittered(readEvery))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		if err := b.Load(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("switches: not read again, the last ones stay", "age", b.Age().String(), "err", err)
		}
	}
}

// jittered is a time of that length, give or take a fifth.
func jittered(d time.Duration) time.Duration {
	lot := id.Random{}.New()
	return d*4/5 + d*2/5*time.Duration(lot[len(lot)-1])/256
}

// Age is how long ago the switches were read.
func (b *Board) Age() time.Duration { return b.clock.Now().Sub(time.UnixMicro(b.at.Load())) }

// Any reports whether anything of a scope is switched, now or later.
func (b *Board) Any(scope Scope) bool { return len((*b.all.Load())[scope]) > 0 }

// Stops returns the switch that keeps that phone from what is called so, or nil. It is not for ranges of numbers.
func (b *Board) Stops(scope Scope, name string, phone msisdn.Number) *Switch {
	all := (*b.all.Load())[scope]
	for i := range all {
		if s := &all[i]; s.Name == name && s.Stops(phone, b.clock.Now()) {
			return s
		}
	}
	return nil
}

// StopsTier is Stops for a tier.
func (b *Board) StopsTier(tier int16, phone msisdn.Number) *Switch {
	return b.Stops(Tier, strconv.Itoa(int(tier)), phone)
}

// StopsNumber returns the switch that keeps a phone from everything because of how its number begins, or nil.
func (b *Board) StopsNumber(phone msisdn.Number) *Switch {
	all := (*b.all.Load())[Numbers]
	for i := range all {
		if s := &all[i]; strings.HasPrefix(string(phone), s.Name) && s.Stops(phone, b.clock.Now()) {
			return s
		}
	}
	return nil
}

// Closes says whether a route is stopped, and to whom it is open all the same (nil: nobody).
func (b *Board) Closes(route string) (closed bool, but func(msisdn.Number) bool) {
	now, all := b.clock.Now(), (*b.all.Load())[Route]
	for i := range all {
		s := &all[i]
		switch {
		case s.Name != route || !s.InForce(now):
		case s.State == Off:
			return true, nil
		default:
			return true, func(to msisdn.Number) bool { return !s.Stops(to, now) }
		}
	}
	return false, nil
}

// InForce returns what stops anything now, by scope and name.
func (b *Board) InForce() (out []Switch) {
	now, all := b.clock.Now(), *b.all.Load()
	for _, scope := range Scopes {
		for _, s := range all[scope] {
			if s.InForce(now) {
				out = append(out, s)
			}
		}
	}
	return out
}
