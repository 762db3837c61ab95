// Package session keeps the saved places of USSD dialogues between two callbacks, in memory.
//
// A session expires 180 seconds after it was last heard of; one that has shown its last page is kept a little while for
// repeated callbacks, without its place. There are never more than a set number of them: a flood of dials costs the oldest
// sessions, not the memory. Callbacks of one session are served one at a time.
//
// Gateways that resend everything typed so far would make this a store of PINs. So of a transcript only its length and a
// MAC are kept, which is enough to tell what is new in the next one, and the replies are found again by those MACs. It runs
// no dialogue and knows no gateway; a restart forgets all sessions, and the intents in the database say what became of them.
package session

import (
	"container/list"
	"sync"
	"sync/atomic"
	"time"

	"senti/ussd/menu"
	"senti/wallet/clock"
	"senti/wallet/id"
)

const (
	// TTL is how long a session lives after its last callback: longer than any telco keeps one open.
	TTL = 180 * time.Second
	// OverTTL is how long the last page is kept after it was shown. Telcos repeat a callback within seconds; later the
	// intent in the database knows that page, if it was about money.
	OverTTL = 60 * time.Second
)

// Key names a session: a keyed hash of gateway, session ID and caller.
type Key [16]byte

// Session is what is known of one session. Between Lock and Unlock it belongs to the caller.
type Session struct {
	Started bool       // a callback has been answered
	Origin  Key        // what the intents of the session name it by
	Place   menu.Place // where the person stands
	Intent  id.ID      // what the last END page was about; zero for none
	SIMSeen bool       // what the gateway tells of the phone's SIM was looked at
	History History    // what was answered

	turn    sync.Mutex
	turns   atomic.Int64
	key     Key
	touched time.Time
	users   int    // callbacks that hold or await the session: it is not thrown out meanwhile
	queue   *queue // where it waits for its expiry
	at      *list.Element
}

// Store holds sessions. It is safe for concurrent use.
type Store struct {
	clock clock.Clock
	most  int

	mu    sync.Mutex
	byKey map[Key]*Session
	live  queue
	over  queue
}

// queue holds sessions that live equally long, the least recently touched first.
type queue struct {
	list.List
	ttl time.Duration
}

// NewStore returns a store of at most most sessions.
func NewStore(c clock.Clock, most int) *Store {
	return &Store{clock: c, most: most, byKey: make(map[Key]*Session), live: queue{ttl: TTL}, over: queue{ttl: OverTTL}}
}

// Turns returns how many callbacks were answered, repeats not counted. It only grows.
func (s *Session) Turns() int { return int(s.turns.Load()) }

// Answer remembers the reply to a callback that was read.
func (s *Session) Answer(to Reading, reply Reply) {
	s.History.answer(to, reply)
	s.turns.Add(1)
}

// Lock returns the session with that key, a new one when there is none or it has expired, and keeps other callbacks of the
// same session waiting until Unlock. Arrived is how many callbacks had been answered before the wait: if it is fewer than
// Turns says now, the caller had not seen the latest reply when it called.
func (s *Store) Lock(key Key) (held *Session, arrived int) {
	held, arrived = s.take(key)
	held.turn.Lock()
	return held, arrived
}

// Restart makes a session that is held new again, as the next one of a phone whose gateway does not name its sessions.
func (s *Store) Restart(held *Session) {
	held.Started, held.Place, held.Intent, held.SIMSeen, held.History = false, menu.Place{}, id.ID{}, false, History{}
	s.mu.Lock()
	defer s.mu.Unlock()
	held.queue.Remove(held.at)
	s.put(held, &s.live)
}

// Peek is Lock for a session that exists; nil otherwise.
func (s *Store) Peek(key Key) *Session {
	s.mu.Lock()
	s.expire(s.clock.Now())
	found := s.byKey[key]
	if found != nil {
		found.users++
	}
	s.mu.Unlock()
	if found == nil {
		return nil
	}
	found.turn.Lock()
	return found
}

// Unlock lets the next callback of the session in. A session that has shown its last page lets go of its place.
func (s *Store) Unlock(held *Session) {
	over := held.History.Over() != nil
	if over {
		held.Place = menu.Place{}
		held.History.trim()
	}
	held.turn.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	held.users--
	if over && held.queue == &s.live {
		s.live.Remove(held.at)
		s.put(held, &s.over)
	}
}

// Len returns how many sessions there are, for metrics.
func (s *Store) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(s.clock.Now())
	return len(s.byKey)
}

// take finds or makes the session and counts the caller among its users.
func (s *Store) take(key Key) (found *Session, arrived int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	s.expire(now)
	found = s.byKey[key]
	if found == nil {
		s.makeRoom()
		found = &Session{key: key}
		s.byKey[key] = found
		s.put(found, &s.live)
	}
	found.users++
	found.touched = now
	found.queue.MoveToBack(found.at)
	return found, found.Turns()
}

func (s *Store) put(held *Session, q *queue) { held.queue, held.at = q, q.PushBack(held) }

// expire drops what has expired. Sessions lie in the order they were touched, so it stops at the first live one.
func (s *Store) expire(now time.Time) {
	for _, q := range []*queue{&s.live, &s.over} {
		for e := q.Front(); e != nil; e = q.Front() {
			oldest := e.Value.(*Session)
			if now.Sub(oldest.touched) < q.ttl || oldest.users > 0 {
				break
			}
			s.drop(oldest)
		}
	}
}

// makeRoom drops the sessions that were not heard of for longest, those that are over first. One whose callback is being
// served stays: dropping it would let a repeat of that callback run a second time beside it.
func (s *Store) makeRoom() {
	for _, q := range []*queue{&s.over, &s.live} {
		for e := q.Front(); e != nil && len(s.byKey) >= s.most; {
			next := e.Next()
			if old := e.Value.(*Session); old.users == 0 {
				s.drop(old)
			}
			e = next
		}
	}
}

func (s *Store) drop(old *Session) {
	delete(s.byKey, old.key)
	old.queue.Remove(old.at)
}
