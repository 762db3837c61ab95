package agents_test

import (
	"testing"

	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/ledger"
)

// The last page that showed a request was not the one that approved it: the redial tells of the approval, and without one that nothing was
// done.
func TestARequestIsToldAsItStands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		first := w.requests(njeri, john, 500_00)
		w.sees(john)
		last, ok, err := w.agents.LastOutcome(bg, john)
		if err != nil || !ok || last.Intent == first || last.State != wallet.NotDone || last.Kind != ledger.CashOut || !last.Untold() {
			t.Errorf("not approved: %+v, %v, %v", last, ok, err)
		}
		w.sees(john)
		done, err := w.agents.Approve(bg, first, w.pin(john))
		w.must(err)
		last, ok, err = w.agents.LastOutcome(bg, john)
		if err != nil || !ok || last.Intent != done.Intent || last.State != wallet.Done || last.End != done.End || !last.Untold() {
			t.Errorf("approved: %+v, %v, %v", last, ok, err)
		}
		w.has(john, 4_471_00)
		w.right()
	})
}
