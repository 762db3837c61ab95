package customer

import (
	"testing"
	"time"

	"senti/wallet/clock/clocktest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/market"
)

// What a person may move in a day with all wallets of one document begins anew once on each date, wherever that is.
func TestDocumentsDayBeginsAnewOncePerDate(t *testing.T) {
	clocktest.OncePerDate(t, func(t *testing.T, zone *time.Location) func(time.Time) bool {
		most := func(after ledger.Account) *fault.Error {
			if after.Turnover.OutDay > 500 {
				return fault.New(fault.LimitDay)
			}
			return nil
		}
		moved := (&Store{}).Moved(Movement{Out: 500, Rule: most}, (&market.Market{Zone: zone}).Day)
		var row any = &checkedRow{}
		return func(at time.Time) bool {
			_, refusal := moved.Check(row, at)
			if refusal != nil {
				if refusal.Code != fault.LimitDay {
					t.Fatal(refusal)
				}
				return false
			}
			row = moved.Finish(row, &ledger.Outcome{Accepted: true, At: at})
			return true
		}
	})
}
