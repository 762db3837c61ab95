package network

import (
	"testing"
	"time"

	"senti/wallet/clock/clocktest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// An operator who deposits up to the limit may go on once on each date, wherever the shop is.
func TestOperatorsDayBeginsAnewOncePerDate(t *testing.T) {
	clocktest.OncePerDate(t, func(t *testing.T, zone *time.Location) func(time.Time) bool {
		works := NewDirectory(nil, zone).Works(Operator{ID: 1000}, 500, 0, Most{In: 500, Out: 500})
		onDuty := works[len(works)-1]
		var row any
		return func(at time.Time) bool {
			_, refusal := onDuty.Check(row, at)
			if refusal != nil {
				if refusal.Code != fault.OperatorLimit {
					t.Fatal(refusal)
				}
				return false
			}
			row = onDuty.Finish(row, &ledger.Outcome{Accepted: true, At: at})
			return true
		}
	})
}
