package route

import (
	"time"

	"golang.org/x/time/rate"

	"senti/sms"
)

const (
	// Window is how many messages one route has in hand at most.
	Window = 1024
	// tolerated is how many handings-over in a row may fail wholly before the route is left alone.
	tolerated = 3
	// A route that is left alone is tried again after a second, and if that fails after twice as long, up to half a minute. So is one
	// that asked for a rest without saying how long.
	leastRest, mostRest = time.Second, 30 * time.Second
	// longestRest is how long a provider can make us wait.
	longestRest = time.Hour
)

// Gate is a route and how it fares. It is a circuit breaker of our own, because those of others keep the time themselves: a test could not
// let an hour pass.
type Gate struct {
	Route

	limit  *rate.Limiter // nil: as fast as they are taken
	inHand int

	failures int           // handings-over that failed wholly, in a row
	rest     time.Duration // the last pause; 0 when all is well
	until    time.Time     // nothing is handed over before
	dead     bool          // only one message is handed over then
	trying   bool          // that message is on its way
}

// newGate returns a gate that is open. Its limiter may fall behind by a fifth of a second and catch up: messages are handed over ten times
// a second.
func newGate(r Route) *Gate {
	g := &Gate{Route: r}
	if r.Rate > 0 {
		g.limit = rate.NewLimiter(rate.Limit(r.Rate), max(1, r.Rate/5))
	}
	return g
}

// Room returns how many messages the route can be given now.
func (g *Gate) Room(now time.Time) int {
	if now.Before(g.until) || g.trying {
		return 0
	}
	room := Window - g.inHand
	if g.limit != nil {
		room = min(room, int(g.limit.TokensAt(now)))
	}
	if g.dead {
		room = min(room, 1)
	}
	return max(0, room)
}

// Hand is a number of messages that a route was given together.
type Hand struct {
	gate *Gate
	n    int
	test bool // whether the route is back
}

// Take notes that the route is given n messages now, which is no more than Room said.
func (g *Gate) Take(now time.Time, n int) Hand {
	if g.limit != nil {
		g.limit.AllowN(now, n)
	}
	g.inHand += n
	g.trying = g.dead
	return Hand{g, n, g.dead}
}

// Land notes what became of them.
func (h Hand) Land(now time.Time, results []sms.Result) {
	g := h.gate
	g.inHand -= h.n
	if h.test {
		g.trying = false
	}
	var answered, busy, dead int
	var asked time.Duration
	for _, r := range results {
		switch blameOf(r) {
		case ofMessage:
			answered++
		case ofHaste:
			busy++
			asked = max(asked, r.Err.RetryAfter)
		case ofRoute:
			dead++
			asked = max(asked, r.Err.RetryAfter)
		case ofNobody:
		}
	}
	switch {
	case busy > 0:
		g.failures, g.dead = 0, false // it is there
		if answered > 0 {
			g.rest = 0
		}
		g.pause(now, asked)
	case answered > 0:
		if g.dead {
			g.until = time.Time{}
		}
		g.failures, g.rest, g.dead = 0, 0, false
	case dead > 0 && (h.test || !g.dead):
		if g.failures++; h.test || g.failures >= tolerated || asked > 0 {
			g.dead = true
			g.pause(now, asked)
		}
	}
}

// pause leaves the route alone for as long as was asked for, or twice as long as the last time.
func (g *Gate) pause(now time.Time, asked time.Duration) {
	g.rest = min(max(leastRest, 2*g.rest), mostRest)
	if until := now.Add(max(g.rest, min(asked, longestRest))); until.After(g.until) {
		g.until = until
	}
}

// Down reports whether the route is left alone, as it does not work.
func (g *Gate) Down() bool { return g.dead }

// Until returns before when nothing is handed over; zero if it is not resting.
func (g *Gate) Until() time.Time { return g.until }

// blame is whose fault it is that a message was not taken on.
type blame int

const (
	ofMessage blame = iota // nobody's, or the message's own: the route works
	ofHaste                // it came too fast
	ofRoute                // the route does not work: no answer, or our account is turned away
	ofNobody               // the provider could not just now: that says nothing of other messages
)

func blameOf(r sms.Result) blame {
	e := r.Err
	switch {
	case r.Accepted:
		return ofMessage
	case e == nil:
		return ofNobody
	case e.Busy():
		return ofHaste
	case e.Account, e.Retryable && e.NoAnswer():
		return ofRoute
	case e.Retryable:
		return ofNobody
	}
	return ofMessage
}

// Elsewhere reports whether another route may take a message on that this one did not, and whose result this is.
func Elsewhere(r sms.Result) bool {
	return !r.Accepted && (r.Err == nil || r.Err.Retryable || r.Err.Account)
}
