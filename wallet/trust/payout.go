package trust

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Payout is a payment that a bank is told to make. The e-money behind it is held from then on, and unmade when a line of
// the bank's statement tells of the payment.
type Payout struct {
	No        int64 // the request that ordered it
	Kind      ledger.Kind
	Bank      int64
	Account   int64 // whose e-money it is
	Amount    int64 // minor units
	Payee     int64
	State     PayoutState
	Hold      id.ID
	OrderedAt time.Time
	EndedAt   time.Time // zero while it is ordered
	Line      id.ID     // that told of it; zero before
	Posting   id.ID     // that unmade the e-money; zero before
}

// PayoutState is how far a payout is. Numbers are stored: never reuse one.
type PayoutState int16

// The states.
const (
	Ordered   PayoutState = 1
	Paid      PayoutState = 2
	CalledOff PayoutState = 3
)

// String returns the state as people read it.
func (s PayoutState) String() string {
	switch s {
	case Ordered:
		return "ordered"
	case Paid:
		return "paid"
	case CalledOff:
		return "called off"
	}
	return "unknown"
}

// Reference is what the bank is to write on the payment, so that its statement names it.
func (p Payout) Reference() string { return fmt.Sprintf("SENTI%d", p.No) }

// Names reports whether a line's words have that reference or receipt among them, be it parted in two, and not only inside another word.
func (l Line) Names(reference string) bool {
	before := ""
	for word := range strings.FieldsFuncSeq(strings.ToUpper(l.Reference+" "+l.Detail), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if word == reference || before+word == reference {
			return true
		}
		before = word
	}
	return false
}

var payouts = &table[Payout]{
	name:    "trust_payouts",
	columns: []string{"no", "kind", "bank", "account", "amount", "payee", "hold_id", "ordered_at", "state", "ended_at", "line", "posting"}, fixed: 8,
	arg: numberOf, keyOf: func(p *Payout) id.ID { return numbered(p.No) },
	fields: func(p *Payout) []any {
		return []any{&p.No, &p.Kind, &p.Bank, &p.Account, &p.Amount, &p.Payee, idOf{&p.Hold}, moment{&p.OrderedAt}, &p.State, moment{&p.EndedAt},
			idOf{&p.Line}, idOf{&p.Posting}}
	},
	values: func(p *Payout) []any {
		return []any{p.No, int64(p.Kind), p.Bank, p.Account, p.Amount, p.Payee, p.Hold, micros(p.OrderedAt), int64(p.State), micros(p.EndedAt),
			orNull(p.Line), orNull(p.Posting)}
	},
}

// Order returns the companion that writes a payout down.
func (s *Store) Order(p Payout) ledger.Companion {
	return on[Payout]{payouts, numbered(p.No), func(row *Payout, _ time.Time) *fault.Error {
		if row != nil {
			return fault.New(fault.Conflict)
		}
		return nil
	}, func(_ *Payout, o *ledger.Outcome) *Payout {
		next := p
		next.State, next.OrderedAt = Ordered, o.At
		return &next
	}}
}

// Pay returns the companion that notes that a line tells of a payout, whose e-money this plan's posting unmakes. Faults:
// payout_not_found, payout_closed (state).
func (s *Store) Pay(no int64, line id.ID) ledger.Companion {
	return endPayout(no, func(next *Payout, o *ledger.Outcome) { next.State, next.Line, next.Posting = Paid, line, o.ID })
}

// CallOff returns the companion that notes that a payout will not be made. The faults are Pay's.
func (s *Store) CallOff(no int64) ledger.Companion {
	return endPayout(no, func(next *Payout, _ *ledger.Outcome) { next.State = CalledOff })
}

func endPayout(no int64, end func(next *Payout, o *ledger.Outcome)) ledger.Companion {
	return on[Payout]{payouts, numbered(no), func(row *Payout, _ time.Time) *fault.Error {
		switch {
		case row == nil:
			return fault.New(fault.PayoutNotFound)
		case row.State != Ordered:
			return fault.New(fault.PayoutClosed, "state", row.State.String())
		}
		return nil
	}, func(row *Payout, o *ledger.Outcome) *Payout {
		next := *row
		next.EndedAt = o.At
		end(&next, o)
		return &next
	}}
}

// Payout returns a payout, or payout_not_found.
func (s *Store) Payout(ctx context.Context, no int64) (Payout, error) {
	found, err := payouts.list(ctx, s.db, `WHERE no = ?`, no)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.PayoutNotFound)
	}
	if err != nil {
		return Payout{}, err
	}
	return found[0], nil
}

// Ordered returns the payouts of a bank that no line has told of yet, oldest first.
func (s *Store) Ordered(ctx context.Context, bank int64) ([]Payout, error) {
	return payouts.list(ctx, s.db, `WHERE state = ? AND bank = ? ORDER BY no`, int64(Ordered), bank)
}

// LastPayouts returns the newest payouts of all banks, at most so many, oldest first.
func (s *Store) LastPayouts(ctx context.Context, limit int) ([]Payout, error) {
	return payouts.list(ctx, s.db, `WHERE no IN (SELECT l.no FROM (SELECT no FROM trust_payouts ORDER BY no DESC LIMIT ?) l) ORDER BY no`, limit)
}
