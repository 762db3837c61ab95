package deal

import (
	"slices"

	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// State is what became of a deal. Numbers are stored: never reuse one.
type State int16

// The states.
const (
	Waiting   State = 1  // cash was taken, the customer has not yet said yes
	Done      State = 2  // the money has moved
	Declined  State = 3  // the customer said no
	Expired   State = 4  // nobody said anything in time
	Cancelled State = 5  // taken back by the operator before the customer said anything
	Returned  State = 6  // undone by the operator, fee and all
	Disputed  State = 7  // the customer says: not paid; a case is open
	Claimed   State = 8  // the operator says: wrong number; a case is open
	Reversed  State = 9  // undone, wholly or as far as money was left, by agreement or by staff
	Upheld    State = 10 // the case was decided: it stands, for good
)

var stateNames = map[State]string{
	Waiting: "waiting", Done: "done", Declined: "declined", Expired: "expired", Cancelled: "cancelled", Returned: "returned",
	Disputed: "disputed", Claimed: "claimed", Reversed: "reversed", Upheld: "upheld",
}

// String returns the state's name, for logs and the arguments of faults.
func (s State) String() string {
	if name, ok := stateNames[s]; ok {
		return name
	}
	return "unknown"
}

// Open reports whether somebody has yet to decide.
func (s State) Open() bool { return s == Waiting || s == Disputed || s == Claimed }

// Stands reports whether the deal's money is where the deal put it, if perhaps disputed.
func (s State) Stands() bool { return s == Done || s == Disputed || s == Claimed || s == Upheld }

// Move is a change of state that is allowed to deals of some kinds.
type Move struct {
	From, To State
	Kinds    []ledger.Kind
}

// Moves is the one table of what may become of a deal. What is not in it is refused in the commit, whoever asks.
var Moves = []Move{
	{Waiting, Done, []ledger.Kind{ledger.CashIn}},
	{Waiting, Declined, []ledger.Kind{ledger.CashIn}},
	{Waiting, Expired, []ledger.Kind{ledger.CashIn}},
	{Waiting, Cancelled, []ledger.Kind{ledger.CashIn}},
	{Done, Returned, []ledger.Kind{ledger.CashOut}},
	{Done, Disputed, []ledger.Kind{ledger.CashOut, ledger.VoucherRedeem}},
	{Done, Claimed, []ledger.Kind{ledger.CashIn}},
	{Done, Reversed, []ledger.Kind{ledger.Commission}},
	{Disputed, Reversed, []ledger.Kind{ledger.CashOut, ledger.VoucherRedeem}},
	{Disputed, Upheld, []ledger.Kind{ledger.CashOut, ledger.VoucherRedeem}},
	{Claimed, Reversed, []ledger.Kind{ledger.CashIn}},
	{Claimed, Upheld, []ledger.Kind{ledger.CashIn}},
}

// begins are the states in which a deal may be written.
var begins = []Move{
	{To: Waiting, Kinds: []ledger.Kind{ledger.CashIn}},
	{To: Done, Kinds: []ledger.Kind{ledger.CashIn, ledger.CashOut, ledger.VoucherRedeem, ledger.Commission}},
}

// CanMove reports whether a deal of that kind may go from one state to the other.
func CanMove(kind ledger.Kind, from, to State) bool { return allowed(Moves, kind, from, to) }

func allowed(table []Move, kind ledger.Kind, from, to State) bool {
	return slices.ContainsFunc(table, func(m Move) bool {
		return m.From == from && m.To == to && slices.Contains(m.Kinds, kind)
	})
}

// move refuses a change of state that the table does not have. A change that leaves the state alone is none.
func move(kind ledger.Kind, from, to State) *fault.Error {
	if from == to || CanMove(kind, from, to) {
		return nil
	}
	return fault.New(fault.DealClosed, "state", from.String())
}
