package outbox

import (
	"slices"
	"sync"
	"time"

	"senti/sms/route"
)

// RouteHealth is how a route fares, as far as this process knows: only the one that sends knows more than that all is well.
type RouteHealth struct {
	Name    string
	Down    bool // it does not work, and is left alone
	Resting bool // it is given nothing just now
	Closed  bool // by hand, perhaps not to everybody
}

// health is that of all routes, for those who ask from outside.
type health struct {
	mu     sync.Mutex
	routes []RouteHealth
}

func (h *health) note(now time.Time, t *route.Table, closed Closed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.routes = h.routes[:0]
	for _, g := range t.Gates() {
		by, _ := closed(g.Name)
		h.routes = append(h.routes, RouteHealth{g.Name, g.Down(), g.Down() || now.Before(g.Until()), by})
	}
}

// Health returns how the routes fare.
func (w *Worker) Health() []RouteHealth {
	w.health.mu.Lock()
	defer w.health.mu.Unlock()
	return slices.Clone(w.health.routes)
}
