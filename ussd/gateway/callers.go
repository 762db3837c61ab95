package gateway

import (
	"sync"

	"senti/wallet/msisdn"
)

// callersMost is how many sessions a gateway may have at once before the oldest caller is forgotten.
const callersMost = 1 << 16

// callers remembers who holds which session, for a gateway whose notices name only the session.
type callers struct {
	mu     sync.Mutex
	of     map[string]msisdn.Number
	oldest []string // a ring of the sessions in of
	next   int
}

func (c *callers) note(session string, caller msisdn.Number) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.of[session]; known {
		c.of[session] = caller
		return
	}
	if c.of == nil {
		c.of = map[string]msisdn.Number{}
	}
	if len(c.oldest) < callersMost {
		c.oldest = append(c.oldest, session)
	} else {
		delete(c.of, c.oldest[c.next])
		c.oldest[c.next], c.next = session, (c.next+1)%callersMost
	}
	c.of[session] = caller
}

// who returns the caller of a session, or nobody.
func (c *callers) who(session string) msisdn.Number {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[session]
}
