package ussd_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"senti/ussd"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/pin"
)

const approvedOnce = "0712 000 001 has Ksh 4,471; MAMA NJERI has float Ksh 50,500"

// requested has Njeri ask John for Ksh 500.
func (w *world) requested() {
	w.t.Helper()
	w.dial("*384*2*0712000001*1*500#", "+254712000011")
	w.answer(true)
	if page := w.keys("1"); !strings.HasPrefix(page.Text, "ASKED. JOHN K") {
		w.t.Fatalf("not asked:\n%s", page.Text)
	}
}

// redials is John's next plain dial.
func (w *world) redials() ussd.Reply {
	w.dial("*384#", john)
	return w.answer(true)
}

// The approval's commit is slow: John hears that it is not known, dials again before it has landed, is shown what there is to be seen, and
// answers. Whatever he does, no page says that no money has moved when it has, and it moves once.
func TestAnApprovalThatLandsLate(t *testing.T) {
	for _, answer := range []string{"4826", "2", ""} {
		t.Run("then "+answer, func(t *testing.T) {
			dbtest.EachPair(t, func(t *testing.T, mine, theirs *db.DB) {
				w := newWorld(t, mine, "en")
				w.openShops()
				w.moved()
				w.requested()
				w.budget = time.Second
				w.serve()
				w.redials()
				release := sitOnTheSequencer(t, theirs)
				page := w.keys("4826")
				meanwhile := w.redials()
				release()
				if !strings.Contains(page.Text, "We do not know yet") {
					t.Fatalf("page: %+v", page)
				}
				if !strings.Contains(meanwhile.Text, "NOT CERTAIN YET") && !strings.Contains(meanwhile.Text, "cannot see your wallet") {
					t.Fatalf("meanwhile: %+v", meanwhile)
				}

				w.budget = 0
				w.serve()
				now := w.redials()
				if strings.HasPrefix(strings.Join(w.moved(), "; "), "0712") != strings.Contains(now.Text, "withdrawing at 110106: DONE.") {
					t.Fatalf("redial:\n%s", now.Text)
				}
				if strings.Contains(now.Text, "DONE. Do not") {
					return
				}
				w.keys("1")
				if answer == "" {
					return
				}
				if page := w.keys(answer); strings.Contains(page.Text, "No money") {
					t.Fatalf("then:\n%s", page.Text)
				}
			})
		})
	}
}

// The request that John looks at is approved on another node's page meanwhile: whatever he answers here, the receipt comes.
func TestARequestThatWasApprovedOnAnotherPage(t *testing.T) {
	for _, answer := range []string{"4826", "2"} {
		t.Run(answer, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d, "en")
				w.openShops()
				w.moved()
				w.requested()
				w.redials()
				elsewhere, _, err := w.agents.QuoteApproval(context.Background(), john, wallet.Origin{Gateway: "africastalking", Session: [16]byte{1}})
				w.must(err)
				yes, err := pin.Parse("4826")
				w.must(err)
				_, err = w.agents.Approve(context.Background(), elsewhere.Intent, yes)
				w.must(err)
				w.wantMoney(approvedOnce)

				page := w.keys(answer)
				if !page.End || !strings.HasPrefix(page.Text, "TAKEN OUT Ksh 500") {
					t.Fatalf("answered here:\n%s", page.Text)
				}
				w.wantMoney(unmoved)
				w.restart() // a repeated call-back gets the same page from any node
				if repeated := w.answer(true); repeated != page {
					t.Errorf("repeated:\n%s", repeated.Text)
				}
				if page := w.redials(); strings.Contains(page.Text, "NOT DONE") {
					t.Errorf("and then:\n%s", page.Text)
				}
			})
		})
	}
}
