package ledger_test

import (
	"testing"
	"time"

	"senti/wallet/clock/clocktest"
	"senti/wallet/ledger"
)

// What an account may still move in a day begins anew once on each date, wherever that is; so of a month.
func TestTurnoverBeginsAnewOncePerDate(t *testing.T) {
	clocktest.OncePerDate(t, func(t *testing.T, zone *time.Location) func(time.Time) bool {
		var kept ledger.Turnover
		return func(at time.Time) bool {
			next := kept.On(ledger.DayIn(zone, at))
			anew := next.OutDay == 0 && next.InDay == 0
			if (next.OutMonth == 0) != (next.Month != kept.Month) || anew != (next.Day != kept.Day) {
				t.Fatalf("at %v %+v came after %+v", at, next, kept)
			}
			next.OutDay, next.InDay, next.OutMonth, next.InMonth = next.OutDay+1, next.InDay+1, next.OutMonth+1, next.InMonth+1
			kept = next
			return anew
		}
	})
}
