package outbox

import (
	"strconv"
	"time"
)

// Kind is what a message is for. It decides for how long it is worth sending, and what goes first. Numbers are stored: never reuse one.
type Kind int64

// The kinds.
const (
	Receipt Kind = 0 // what became of the person's money
	Notice  Kind = 1 // something they should know
	Code    Kind = 2 // holds a code that is worth something for a short time
	Answer  Kind = 3 // what they asked for by SMS
	Ask     Kind = 4 // somebody waits for them to do something
	Survey  Kind = 5 // how was it?
)

// kinds is all that differs between them. A message that was not taken on within its life is given up, unless it has a life of its own
// (AddUntil). A day is for how long a person may look for a receipt; who asked by SMS has asked again long before.
var kinds = [...]struct {
	word   string
	life   time.Duration
	urgent bool // goes before others: the person waits for it
}{
	Receipt: {"receipt", 24 * time.Hour, false},
	Notice:  {"notice", 24 * time.Hour, false},
	Code:    {"code", 10 * time.Minute, true},
	Answer:  {"answer", time.Hour, true},
	Ask:     {"ask", 10 * time.Minute, true},
	Survey:  {"survey", 24 * time.Hour, false},
}

// Reasons of ours why a message was given up.
const (
	Expired = "expired"  // it is no longer worth sending
	NoRoute = "no_route" // the same, and no route serves its number
)

// Kinds returns every kind there is.
func Kinds() []Kind {
	all := make([]Kind, len(kinds))
	for i := range kinds {
		all[i] = Kind(i)
	}
	return all
}

// known reports whether this program has the kind: one of a later release may have written the row.
func (k Kind) known() bool { return k >= 0 && int(k) < len(kinds) }

// String is the kind's word, for lists and metrics.
func (k Kind) String() string {
	if !k.known() {
		return "kind " + strconv.FormatInt(int64(k), 10)
	}
	return kinds[k].word
}

// Life is for how long a message of that kind is worth sending.
func (k Kind) Life() time.Duration {
	if !k.known() {
		return kinds[Receipt].life
	}
	return kinds[k].life
}

// missed reports whether a person who did not get it still wants to know what it said: what holds a code, answers or asks is over.
func (k Kind) missed() bool { return k == Receipt || k == Notice }

func (k Kind) urgent() bool { return k.known() && kinds[k].urgent }
