package gateway

import (
	"container/list"
	"encoding/binary"
	"sync"
	"time"

	"senti/wallet/clock"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// The bounds of what is kept of sessions: a person who does not answer is gone after three minutes at most.
const (
	smppSessionsMost = 200_000
	smppSessionFor   = 4 * time.Minute
)

// smppKey is what the centre knows a session by.
type smppKey struct {
	number uint16
	phone  msisdn.Number
}

// smppSessions gives sessions names of their own: the centre uses its numbers again, and the session of yesterday is not today's.
type smppSessions struct {
	clock clock.Clock
	ids   id.Source

	mu    sync.Mutex
	open  map[smppKey]*list.Element
	order *list.List // of *smppOpen, the one longest silent first
	next  uint16     // the number of the next session that we begin
}

type smppOpen struct {
	key   smppKey
	name  string
	fresh bool // its first page is being made: a start that comes again is the same one
	until time.Time
}

func newSMPPSessions(c clock.Clock, ids id.Source) *smppSessions {
	first := ids.New() // the numbers of one process are not those of the one before
	return &smppSessions{clock: c, ids: ids, open: map[smppKey]*list.Element{}, order: list.New(), next: binary.BigEndian.Uint16(first[14:])}
}

// begin returns the name of a session that begins.
func (s *smppSessions) begin(key smppKey) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.open[key]; e != nil && e.Value.(*smppOpen).fresh {
		return e.Value.(*smppOpen).name
	}
	return s.put(key, s.ids.New().String()).name
}

// place opens a session that we begin, under a number that the phone has not.
func (s *smppSessions) place(to msisdn.Number, name string) smppKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		s.next += 2
		key := smppKey{s.next &^ endOfSession, to}
		if s.open[key] == nil {
			s.put(key, name)
			return key
		}
	}
}

// put opens a session, in the place of an earlier one of that key, and makes room for it.
func (s *smppSessions) put(key smppKey, name string) *smppOpen {
	if e := s.open[key]; e != nil {
		s.remove(e)
	}
	now := s.clock.Now()
	for e := s.order.Front(); e != nil && (s.order.Len() >= smppSessionsMost || !now.Before(e.Value.(*smppOpen).until)); e = s.order.Front() {
		s.remove(e)
	}
	o := &smppOpen{key, name, true, now.Add(smppSessionFor)}
	s.open[key] = s.order.PushBack(o)
	return o
}

// find returns the name of a session that goes on, or nothing for one that is not known, because this process began after it did.
func (s *smppSessions) find(key smppKey) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.open[key]
	if e == nil {
		return ""
	}
	o := e.Value.(*smppOpen)
	o.fresh, o.until = false, s.clock.Now().Add(smppSessionFor)
	s.order.MoveToBack(e)
	return o.name
}

// answered notes that a page of a session was submitted, or could not be.
func (s *smppSessions) answered(key smppKey, name string, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.open[key]; e != nil && e.Value.(*smppOpen).name == name {
		e.Value.(*smppOpen).fresh = false
		if last {
			s.remove(e)
		}
	}
}

// forget closes a session, unless its number is already another's.
func (s *smppSessions) forget(key smppKey, name string) { s.answered(key, name, true) }

func (s *smppSessions) remove(e *list.Element) {
	delete(s.open, e.Value.(*smppOpen).key)
	s.order.Remove(e)
}
