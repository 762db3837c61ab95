// Package route decides by which way a message leaves: which routes serve a number, the cheapest first, and which of them can take one
// now.
//
// A route keeps to its rate. It rests for as long as its provider asks. One that does not answer, or turns our account away, is left
// alone but for one message now and then that finds out whether it is back; meanwhile the others carry what they can.
//
// The package sends nothing and keeps no message: the outbox does. It has no clock and starts no goroutine; whoever asks says what time
// it is, and is one at a time.
package route

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"

	"senti/sms"
	"senti/wallet/msisdn"
)

// Route is one way that messages can leave by: an account with a provider.
type Route struct {
	Name   string // on record with each message, and in metrics
	Sender sms.Sender
	// Networks are whom it serves: prefixes ("+25471"), codes of networks ("63902") and their names ("Safaricom"). None: everybody.
	Networks []string
	Priority int   // a route of a smaller number is asked first
	Cost     int64 // of one SMS, to compare; among routes of one priority the cheapest is asked first
	Rate     int   // messages a second at most; 0: as fast as they are taken
}

// Table is all routes. It is for one goroutine.
type Table struct {
	gates []*Gate
	ways  map[string]*Way // by the places of their routes
	named bool            // some route asks for a network's name
	known map[string]bool // codes and names of networks that some route lists, in small letters
}

// Way is the routes that serve a number, in the order in which they are asked.
type Way struct {
	Gates []*Gate
	// Lane is a number from 1 to 16,000 that all ways of these routes have, whichever process asks and however often it was started.
	Lane int64
}

var (
	nameForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$`)
	networkForm = regexp.MustCompile(`^(\+[0-9]{2,15}|[0-9]{5,6}|\pL[\pL0-9 .&/'-]{0,39})$`)
)

// New returns the table of the routes, or an error that says what to mend.
func New(routes []Route) (*Table, error) {
	if len(routes) == 0 {
		return nil, errors.New("routes: there is none")
	}
	t := &Table{ways: map[string]*Way{}, known: map[string]bool{}}
	for _, r := range routes {
		switch {
		case !nameForm.MatchString(r.Name):
			return nil, fmt.Errorf("routes: a route is called %q: write letters, digits, dots, - and _, at most 40", r.Name)
		case t.Named(r.Name) != nil:
			return nil, fmt.Errorf("routes: two routes are called %s", r.Name)
		case r.Rate < 0 || r.Cost < 0:
			return nil, fmt.Errorf("routes: %s: rate and cost cannot be below 0", r.Name)
		}
		for _, n := range r.Networks {
			if !networkForm.MatchString(n) {
				return nil, fmt.Errorf("routes: %s: %q is no network: write a prefix (+25471), a network's code (63902) or its name (Safaricom)", r.Name, n)
			}
			if !strings.HasPrefix(n, "+") {
				t.known[strings.ToLower(n)] = true
				t.named = t.named || !isCode(n)
			}
		}
		t.gates = append(t.gates, newGate(r))
	}
	slices.SortStableFunc(t.gates, func(a, b *Gate) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Cost, b.Cost))
	})
	return t, nil
}

// Only returns the table of one route, which serves everybody.
func Only(sender sms.Sender) *Table {
	return &Table{gates: []*Gate{newGate(Route{Name: sender.Name(), Sender: sender})}, ways: map[string]*Way{}}
}

// Gates returns all routes, in the order in which they are asked.
func (t *Table) Gates() []*Gate { return t.gates }

// Named returns the route of that name, or nil.
func (t *Table) Named(name string) *Gate {
	i := slices.IndexFunc(t.gates, func(g *Gate) bool { return g.Name == name })
	if i < 0 {
		return nil
	}
	return t.gates[i]
}

// Asks reports whether it makes a difference of which network a phone is.
func (t *Table) Asks() bool { return len(t.known) > 0 }

// For returns the way of a number. The network is what its phone was last seen on, as a gateway called it, or "". A network that no route
// lists is as good as none: then the number plan says what it thinks.
func (t *Table) For(to msisdn.Number, network string) *Way {
	network = strings.ToLower(network)
	sure := t.known[network]
	if !sure {
		network = ""
		if t.named {
			network = strings.ToLower(to.Network())
		}
	}
	places := make([]byte, 0, 16)
	for i, g := range t.gates {
		if g.serves(string(to), network, sure) {
			places = append(places, byte(i>>8), byte(i))
		}
	}
	way, ok := t.ways[string(places)]
	if !ok {
		way = t.newWay(places)
		t.ways[string(places)] = way
	}
	return way
}

// newWay returns the way of the routes at these places.
func (t *Table) newWay(places []byte) *Way {
	w := &Way{}
	sum := fnv.New32a()
	for i := 0; i < len(places); i += 2 {
		g := t.gates[int(places[i])<<8|int(places[i+1])]
		w.Gates = append(w.Gates, g)
		_, _ = sum.Write([]byte(g.Name + "\n")) // never fails
	}
	w.Lane = 1 + int64(sum.Sum32()%lanes)
	return w
}

// lanes is how many lanes there are: few enough for half a SMALLINT, many enough that two ways seldom share one.
const lanes = 16_000

// serves reports whether the route serves a number. If it is sure of which network the phone is, a route that lists networks goes by
// that, and prefixes only count where nothing else is listed.
func (r Route) serves(to, network string, sure bool) bool {
	if len(r.Networks) == 0 {
		return true
	}
	byNetwork := false
	for _, n := range r.Networks {
		if strings.HasPrefix(n, "+") {
			continue
		}
		byNetwork = true
		if strings.ToLower(n) == network {
			return true
		}
	}
	if sure && byNetwork {
		return false
	}
	return slices.ContainsFunc(r.Networks, func(n string) bool { return strings.HasPrefix(n, "+") && strings.HasPrefix(to, n) })
}

func isCode(network string) bool { return strings.Trim(network, "0123456789") == "" }
