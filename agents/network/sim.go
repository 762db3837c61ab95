package network

import (
	"fmt"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// SwapOperator returns the companion that stops an operator whose number another SIM has since at; card is what is known of that, if
// anything. One who is stopped or closed already stays that. The fault is conflict when it is no news.
func (d *Directory) SwapOperator(operator int64, card [16]byte, at time.Time) ledger.Companion {
	return alter(d.operators, operator, fault.NotOperator, func(o *Operator) *fault.Error {
		same := o.SwapIsNews(at) || o.SIMIsNews(card)
		o.SIM, o.SIMChanged = card, at
		if o.Status == Active {
			o.Status = Swapped
		}
		return asRead(same)
	})
}

// KeepSIM returns the companion that notes which SIM an operator, as just read, has. The fault is conflict when another was noted meanwhile.
func (d *Directory) KeepSIM(o Operator, card [16]byte) ledger.Companion {
	return alter(d.operators, o.ID, fault.NotOperator, func(row *Operator) *fault.Error {
		same := row.SIM == o.SIM
		row.SIM = card
		return asRead(same)
	})
}

// ConfirmSIM returns the companion that lets an operator work again who was stopped for another SIM and nothing else. The fault is
// sim_known for any other.
func (d *Directory) ConfirmSIM(operator int64, at time.Time) ledger.Companion {
	return alter(d.operators, operator, fault.NotOperator, func(o *Operator) *fault.Error {
		if o.Status != Swapped {
			return fault.New(fault.SIMKnown)
		}
		o.Status, o.SIMChanged = Active, at
		return nil
	})
}

// sim scans and writes a SIM's hash; NULL is none.
type sim struct{ card *[16]byte }

// Scan is for database/sql.
func (s sim) Scan(value any) error {
	switch b := value.(type) {
	case nil:
		*s.card = [16]byte{}
		return nil
	case []byte:
		if len(b) == len(s.card) {
			*s.card = [16]byte(b)
			return nil
		}
	}
	return fmt.Errorf("network: a SIM is a %T", value)
}

func (s sim) value() any {
	if *s.card == [16]byte{} {
		return nil
	}
	return s.card[:]
}
