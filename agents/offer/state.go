package offer

import (
	"slices"
	"time"

	"senti/wallet/fault"
)

// State is what became of an offer. Numbers are stored: never reuse one.
type State int16

// The states.
const (
	Waiting    State = 1 // asked, and not yet answered
	Agreed     State = 2 // the till said yes: what was promised is held
	Done       State = 3 // the money has moved
	Refused    State = 4 // the till said no
	Unanswered State = 5 // the till said nothing in time
	Withdrawn  State = 6 // taken back by who asked
	Broken     State = 7 // agreed to, and not kept by the till
	Lapsed     State = 8 // agreed to, and the time ran out
)

var stateNames = map[State]string{
	Waiting: "waiting", Agreed: "agreed", Done: "done", Refused: "refused", Unanswered: "unanswered", Withdrawn: "withdrawn",
	Broken: "broken", Lapsed: "lapsed",
}

// String returns the state's name, for logs and the arguments of faults.
func (s State) String() string {
	if name, ok := stateNames[s]; ok {
		return name
	}
	return "unknown"
}

// Open reports whether somebody has yet to do something.
func (s State) Open() bool { return s == Waiting || s == Agreed }

// Move is a change of state that is allowed to offers of some kinds. Late ones are for when the time is over, and only for then; all
// others only before.
type Move struct {
	From, To State
	Late     bool
	Kinds    []Kind
}

// Moves is the one table of what may become of an offer. What is not in it is refused in the commit, whoever asks.
var Moves = []Move{
	{Waiting, Done, false, []Kind{Float}},
	{Waiting, Agreed, false, []Kind{Swap, Cash}},
	{Waiting, Refused, false, []Kind{Float, Swap, Cash}},
	{Waiting, Withdrawn, false, []Kind{Float, Swap, Cash}},
	{Waiting, Unanswered, true, []Kind{Float, Swap, Cash}},
	{Agreed, Done, false, []Kind{Swap, Cash}},
	{Agreed, Withdrawn, false, []Kind{Swap, Cash}},
	{Agreed, Broken, false, []Kind{Swap, Cash}},
	{Agreed, Lapsed, true, []Kind{Swap, Cash}},
}

// move refuses a change of state that the table does not have now. The faults are offer_gone (state), and offer_live for an expiry
// that comes too early.
func (o Offer) move(to State, at time.Time) *fault.Error {
	late := !at.Before(o.ExpiresAt)
	for _, m := range Moves {
		if m.From != o.State || m.To != to || !slices.Contains(m.Kinds, o.Kind) {
			continue
		}
		switch {
		case m.Late == late:
			return nil
		case m.Late:
			return fault.New(fault.OfferLive)
		}
	}
	return fault.New(fault.OfferGone, "state", o.State.String())
}

// Counts reports whether an end says something about the till: whether it says yes when asked, and keeps its word.
func (s State) Counts() bool { return s.Kept() || s == Refused || s == Unanswered || s == Broken }

// Kept reports whether the till said yes and did not go back on it: a customer who did not come was not let down.
func (s State) Kept() bool { return s == Agreed || s == Done || s == Lapsed }
