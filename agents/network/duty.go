package network

import (
	"errors"
	"math"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// Most is what the market lets an operator handle a day, minor units. An operator's own limits go before it.
type Most struct{ In, Out int64 }

// Works returns the companions that let a plan through only if the operator, as just read, may do this deal, and count it on
// his day: in is what a customer deposits with him, out what one withdraws. The date is that of the commit.
//
// The fault is operator_suspended, operator_limit (args: max, and what was left before this deal), or conflict when he was moved
// or his limits were changed since he was read: read him as late as possible.
func (d *Directory) Works(o Operator, in, out int64, most Most) []ledger.Companion {
	if o.DayIn > 0 {
		most.In = o.DayIn
	}
	if o.DayOut > 0 {
		most.Out = o.DayOut
	}
	return []ledger.Companion{
		d.stands(o),
		d.onDuty(o.ID, func(row *duty, _ time.Time) *fault.Error {
			if in < 0 || out < 0 || in > math.MaxInt64-row.day.In || out > math.MaxInt64-row.day.Out {
				return fault.Wrap(errors.New("network: a deal of that size cannot be counted"), fault.Internal)
			}
			if row.day.In+in > most.In && in > 0 {
				return passed(most.In, row.day.In)
			}
			if row.day.Out+out > most.Out && out > 0 {
				return passed(most.Out, row.day.Out)
			}
			row.day.In += in
			row.day.Out += out
			return nil
		}),
	}
}

// Undone returns the companion that takes off an operator's day what came to nothing or was undone, if it was counted on that date
// (yyyymmdd) and that is still his last. It refuses nothing.
func (d *Directory) Undone(operator, in, out int64, date int32) ledger.Companion {
	return act[duty]{d.duties, numbered(operator), func(old *duty, _ time.Time) (*duty, *fault.Error) {
		if old == nil || old.day.Date != date {
			return nil, nil
		}
		next := *old
		next.day.In, next.day.Out = max(0, next.day.In-in), max(0, next.day.Out-out)
		return &next, nil
	}}
}

// stands looks at an operator without writing him: he is who he was when read, and may work.
func (d *Directory) stands(o Operator) ledger.Companion {
	return act[Operator]{d.operators, numbered(o.ID), func(row *Operator, _ time.Time) (*Operator, *fault.Error) {
		switch {
		case row == nil:
			return nil, fault.New(fault.NotOperator)
		case row.Status != Active:
			return nil, fault.New(fault.OperatorSuspended)
		case row.Till != o.Till, row.DayIn != o.DayIn, row.DayOut != o.DayOut:
			return nil, fault.New(fault.Conflict)
		}
		return nil, nil
	}}
}

// Stands returns the companion that lets a plan through only if the operator is who he was when read and may work, for acts that are
// no deals. Faults: not_operator, operator_suspended, conflict.
func (d *Directory) Stands(o Operator) ledger.Companion { return d.stands(o) }

// Attends returns the companion that lets a plan through only if that operator may work, at that till: whoever sends money there by
// the code on the wall finds somebody who sees it. The fault is shop_closed.
func (d *Directory) Attends(operator, till int64) ledger.Companion {
	return act[Operator]{d.operators, numbered(operator), func(row *Operator, _ time.Time) (*Operator, *fault.Error) {
		if row == nil || row.Status != Active || row.Till != till {
			return nil, fault.New(fault.ShopClosed)
		}
		return nil, nil
	}}
}

// Manages returns the companion that lets a plan through only if the operator is a manager of that agent's and may work. Faults:
// not_manager, operator_suspended.
func (d *Directory) Manages(operator, agent int64) ledger.Companion {
	return act[Operator]{d.operators, numbered(operator), func(row *Operator, _ time.Time) (*Operator, *fault.Error) {
		switch {
		case row == nil || row.Role != Manager || row.Agent != agent:
			return nil, fault.New(fault.NotManager)
		case row.Status != Active:
			return nil, fault.New(fault.OperatorSuspended)
		}
		return nil, nil
	}}
}

func passed(most, before int64) *fault.Error {
	return fault.New(fault.OperatorLimit, "max", fault.Minor(most), "left", fault.Minor(max(0, most-before)))
}

// onDuty changes what an operator did on the commit's date. A day that is over is forgotten with the first deed of the next.
func (d *Directory) onDuty(operator int64, change func(row *duty, at time.Time) *fault.Error) ledger.Companion {
	return act[duty]{d.duties, numbered(operator), func(old *duty, at time.Time) (*duty, *fault.Error) {
		next := duty{operator: operator}
		if old != nil {
			next = *old
		}
		if today := next.day.On(d.date(at)); today.Date != next.day.Date {
			next.day, next.refusals = today, 0
		}
		if refusal := change(&next, at); refusal != nil {
			return nil, refusal
		}
		return &next, nil
	}}
}

// date is a moment's date in the market's zone.
func (d *Directory) date(at time.Time) int32 {
	year, month, day := at.In(d.zone).Date()
	return int32(year*10_000 + int(month)*100 + day)
}

// Forever bars an operator until he is pardoned.
const Forever = time.Duration(math.MaxInt64)

// Refused returns the companion that counts a customer's refusal of what an operator asked for. The one that makes it most on one
// date bars him from asking for that long, and the count begins anew.
func (d *Directory) Refused(operator int64, most int, bar time.Duration) ledger.Companion {
	return d.onDuty(operator, func(row *duty, at time.Time) *fault.Error {
		row.refusals++
		if row.refusals >= int64(most) {
			row.refusals = 0
			row.barredUntil = max(row.barredUntil, at.Add(bar).UnixMicro())
		}
		return nil
	})
}

// MayAsk returns the companion that lets a plan through only if the operator may ask customers. The fault is operator_barred.
func (d *Directory) MayAsk(operator int64) ledger.Companion {
	return act[duty]{d.duties, numbered(operator), func(row *duty, at time.Time) (*duty, *fault.Error) {
		if row != nil && at.UnixMicro() < row.barredUntil {
			return nil, fault.New(fault.OperatorBarred)
		}
		return nil, nil
	}}
}

// Pardon returns the companion that lets a barred operator ask again.
func (d *Directory) Pardon(operator int64) ledger.Companion {
	return d.onDuty(operator, func(row *duty, _ time.Time) *fault.Error {
		row.refusals, row.barredUntil = 0, 0
		return nil
	})
}
