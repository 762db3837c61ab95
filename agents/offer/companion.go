package offer

import (
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Ask returns the companions that write a new offer, waiting for an answer until o.ExpiresAt. The caller fills in what stands above
// Hold, and Hold. The plan is refused with offer_pending while who asks has another offer open.
func (s *Store) Ask(o Offer) []ledger.Companion {
	o.State = Waiting
	return []ledger.Companion{addition{s, o}, turn{store: s, asker: o.asker(), offer: o.ID, until: o.ExpiresAt, begin: true}}
}

type addition struct {
	store *Store
	offer Offer
}

// added is an offer that its table has not seen yet.
type added struct{ Offer }

// offerOf returns the offer of a row image, or nil.
func offerOf(row any) *Offer {
	switch o := row.(type) {
	case *Offer:
		return o
	case *added:
		return &o.Offer
	}
	return nil
}

// Table is the offers' table.
func (a addition) Table() ledger.Table { return a.store.offers }

// Key is the offer.
func (a addition) Key() id.ID { return a.offer.ID }

// BornWithPlan says that nobody can have written the row before its plan: the plan's ID is the row's.
func (addition) BornWithPlan() {}

// Check refuses an offer that is there already.
func (addition) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if row != nil {
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish writes the offer if the plan was accepted.
func (a addition) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := added{a.offer}
	next.AskedAt = o.At
	return &next
}

// Next is what becomes of an offer.
type Next struct {
	State    State
	Operator int64     // who answers for the till, 0: nobody did
	Hold     id.ID     // what is set aside from now on, zero: what was, if anything
	Until    time.Time // Agreed only: when it lapses
	Posting  id.ID     // the money that moves, zero for none
	from     State
	typed    Side
	alone    bool // the other side has not typed
}

// To returns the companions that bring an offer, as it was read, to another state. They refuse with offer_changed when something else
// became of it since and it is still open, so that a plan always does to the money what belongs to the state it was made for;
// offer_gone (state) when it is over; offer_live for an expiry that comes too early.
func (s *Store) To(was Offer, n Next) []ledger.Companion {
	n.from = was.State
	until := time.Time{}
	if n.State.Open() {
		until = n.Until
	}
	return []ledger.Companion{change{s, was.ID, n}, turn{store: s, asker: was.asker(), offer: was.ID, until: until}}
}

// PassOn returns the companions that end an offer as To does, and put the next one in its place, which waits for another till: who asked
// still has one offer open. The faults are To's, and offer_pending when who asked has asked for something else since.
func (s *Store) PassOn(was Offer, n Next, next Offer) []ledger.Companion {
	n.from, next.State = was.State, Waiting
	return []ledger.Companion{change{s, was.ID, n}, addition{s, next},
		turn{store: s, asker: was.asker(), offer: next.ID, until: next.ExpiresAt, begin: true, after: was.ID}}
}

// TypedFirst returns the companions that note that a side of a swap has typed the other's code while the other side has not. They
// refuse with offer_changed when either has; offer_gone (state) when the swap is over.
func (s *Store) TypedFirst(was Offer, side Side) []ledger.Companion {
	return []ledger.Companion{change{s, was.ID, Next{State: Agreed, typed: side, alone: true}}}
}

// TypedLast returns the companions that note that a side of a swap has typed the other's code after the other side had, and with it
// that the posting has moved the float. They refuse with offer_changed when the other side has not; offer_gone (state) when the
// swap is over.
func (s *Store) TypedLast(was Offer, side Side, posting id.ID) []ledger.Companion {
	return []ledger.Companion{
		change{s, was.ID, Next{State: Done, Posting: posting, typed: side}},
		turn{store: s, asker: was.asker(), offer: was.ID},
	}
}

// change is what becomes of one offer.
type change struct {
	store *Store
	offer id.ID
	next  Next
}

// Table is the offers' table.
func (c change) Table() ledger.Table { return c.store.offers }

// Key is the offer.
func (c change) Key() id.ID { return c.offer }

// Check asks whether it may be.
func (c change) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	was := offerOf(row)
	if was == nil {
		return nil, fault.New(fault.OfferGone, "state", "unknown")
	}
	return nil, c.judge(was, at)
}

func (c change) judge(was *Offer, at time.Time) *fault.Error {
	if c.next.typed == 0 {
		if was.State.Open() && was.State != c.next.from {
			return fault.New(fault.OfferChanged)
		}
		return was.move(c.next.State, at)
	}
	if refusal := was.move(Done, at); refusal != nil {
		return refusal
	}
	if want := c.next.typed.Other(); c.next.alone && was.Typed != 0 || !c.next.alone && was.Typed != want {
		return fault.New(fault.OfferChanged)
	}
	return nil
}

// Finish makes the change if the plan was accepted.
func (c change) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	n, next := c.next, *offerOf(row)
	next.Typed |= n.typed
	if n.Operator != 0 {
		next.Operator = n.Operator
	}
	if !n.Hold.IsZero() {
		next.Hold = n.Hold
	}
	if n.State == Agreed && next.State == Waiting {
		next.AnsweredAt, next.ExpiresAt = o.At, n.Until
	}
	next.State, next.Posting = n.State, n.Posting
	if !next.State.Open() {
		next.EndedAt, next.ExpiresAt = o.At, time.Time{}
	}
	return &next
}

// turn sees to it that who asks has one offer open at a time: a row for each of them says which, and until when.
type turn struct {
	store *Store
	asker id.ID
	offer id.ID
	until time.Time // zero: it is over
	begin bool
	after id.ID // the offer whose place it takes; zero for none
}

// Turn is the offer that somebody has open.
type Turn struct {
	Asker id.ID
	Offer id.ID
	Until time.Time
}

// Table is the turns' table.
func (t turn) Table() ledger.Table { return t.store.turns }

// Key is who asks.
func (t turn) Key() id.ID { return t.asker }

// Check refuses a second offer.
func (t turn) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	was, ok := row.(*Turn)
	switch {
	case !t.begin:
	case t.after.IsZero() && ok && at.Before(was.Until), !t.after.IsZero() && (!ok || was.Offer != t.after):
		return nil, fault.New(fault.OfferPending)
	}
	return nil, nil
}

// Finish notes the offer, or that it is over.
func (t turn) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := Turn{t.asker, t.offer, t.until}
	if t.until.IsZero() {
		next.Until = o.At
	}
	if was, ok := row.(*Turn); !t.begin && (!ok || was.Offer != t.offer) {
		return nil // a later offer's turn, after this one's time
	}
	return &next
}
