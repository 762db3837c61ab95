package deal

import (
	"encoding/binary"
	"slices"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Part is a deposit that was made, as its customer's day remembers it for a while: it may have been part of a greater one.
type Part struct {
	Deal   id.ID
	At     time.Time
	Tree   int64 // the super-agent at whose agent's till it was, or that agent where there is none above
	Amount int64
	Earned int64 // by all agents together
}

// TreeOf is the tree of an agent.
func TreeOf(agent, super int64) int64 {
	if super != 0 {
		return super
	}
	return agent
}

// Seen is what deposits look like together: how many, their sum, and how much more they earned apart than one of that sum would have. The
// zero value is nothing worth a word.
type Seen struct {
	Deposits int   `json:"n,omitempty"`
	Sum      int64 `json:"sum,omitempty"`
	Gain     int64 `json:"gain,omitempty"`
}

// Splitting says when deposits look like parts of one.
type Splitting struct {
	Since time.Time                                // those before it are no part of it
	InOne func(sum int64) (earns int64, fits bool) // what one deposit of that sum earns, if there may be one
	Least int64                                    // a smaller gain is not worth a word
}

// Look says what a deposit looks like beside those that were made before it, in whatever order: the newest in its tree that together would
// have been one deposit and earned less, as many of them as make the gain greatest.
func (s Splitting) Look(next Part, before []Part) (most Seen) {
	before = slices.Clone(before)
	slices.SortStableFunc(before, func(x, y Part) int { return y.At.Compare(x.At) })
	seen := Seen{1, next.Amount, 0}
	earned := next.Earned
	for _, p := range before {
		if p.Tree != next.Tree || p.Deal == next.Deal || p.At.Before(s.Since) {
			continue
		}
		seen.Deposits, seen.Sum, earned = seen.Deposits+1, seen.Sum+p.Amount, earned+p.Earned
		inOne, fits := s.InOne(seen.Sum)
		if !fits {
			break
		}
		if seen.Gain = earned - inOne; seen.Gain >= max(s.Least, 1) && seen.Gain >= most.Gain {
			most = seen
		}
	}
	return most
}

// partsMost is how many deposits a customer's day remembers.
const partsMost = 20

// partBytes is the room that one takes.
const partBytes = 16 + 4*8

// parts are deposits as a column keeps them: a string, so that rows can be compared.
type parts string

func (p parts) list() []Part {
	var out []Part
	for b := []byte(p); len(b) >= partBytes; b = b[partBytes:] {
		at := func(i int) int64 { return int64(binary.BigEndian.Uint64(b[16+8*i:])) }
		out = append(out, Part{id.ID(b[:16]), time.UnixMicro(at(0)).UTC(), at(1), at(2), at(3)})
	}
	return out
}

func partsOf(all []Part) parts {
	var b []byte
	for _, p := range all {
		b = append(b, p.Deal[:]...)
		for _, n := range []int64{p.At.UnixMicro(), p.Tree, p.Amount, p.Earned} {
			b = binary.BigEndian.AppendUint64(b, uint64(n))
		}
	}
	return parts(b)
}

// with is the deposits with one more, without those that are too old to matter.
func (p parts) with(next Part, since time.Time) parts {
	all := slices.DeleteFunc(p.list(), func(old Part) bool { return old.At.Before(since) })
	all = append(all, next)
	return partsOf(all[max(0, len(all)-partsMost):])
}

// Parts are the deposits that a customer has made of late, in the order in which they were made.
func (d Day) Parts() []Part { return d.parts.list() }

// Undone returns the companion that forgets a deposit of a customer's, which was taken back and so is part of nothing.
func (s *Store) Undone(customer int64, deal id.ID) ledger.Companion {
	return forgetting{s, customer, deal}
}

type forgetting struct {
	store    *Store
	customer int64
	deal     id.ID
}

// Table is the days' table.
func (f forgetting) Table() ledger.Table { return f.store.days }

// Key is the customer.
func (f forgetting) Key() id.ID { return customerKey(f.customer) }

// Check never refuses.
func (forgetting) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish forgets it if the plan was accepted.
func (f forgetting) Finish(row any, o *ledger.Outcome) any {
	was, ok := row.(*Day)
	if !ok || !o.Accepted {
		return nil
	}
	left := slices.DeleteFunc(was.parts.list(), func(p Part) bool { return p.Deal == f.deal })
	if len(left)*partBytes == len(was.parts) {
		return nil
	}
	next := *was
	next.parts = partsOf(left)
	return &next
}
