package deal

import (
	"testing"
	"time"

	"senti/wallet/clock/clocktest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// What a person may do at the own counter in a day begins anew once on each date, wherever the shop is.
func TestCustomersDayBeginsAnewOncePerDate(t *testing.T) {
	clocktest.OncePerDate(t, func(t *testing.T, zone *time.Location) func(time.Time) bool {
		counted := NewStore(nil, zone).Counted(Count{Customer: 1, In: 500, Own: true, OwnMax: 500})
		var row any
		return func(at time.Time) bool {
			_, refusal := counted.Check(row, at)
			if refusal != nil {
				if refusal.Code != fault.OwnWalletLimit {
					t.Fatal(refusal)
				}
				return false
			}
			row = counted.Finish(row, &ledger.Outcome{Accepted: true, At: at})
			return true
		}
	})
}
