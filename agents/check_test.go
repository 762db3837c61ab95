package agents_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

var receiptAndCode = regexp.MustCompile(`\b([2-9B-DF-HJ-NP-TV-Z]{10})-([0-9]{4})\b`)

// checked is what a stranger hears of every receipt that a phone was sent, in the order of their letters.
func (w *town) checked(phone msisdn.Number) (all []string) {
	w.t.Helper()
	for _, r := range receiptAndCode.FindAllStringSubmatch(w.texts(phone), -1) {
		said, err := w.agents.CheckReceipt(bg, stranger, "en", r[1], r[2])
		w.must(err)
		all = append(all, said)
	}
	slices.Sort(all)
	return all
}

// hears asserts what a stranger hears of the receipts that a phone was sent.
func (w *town) hears(of msisdn.Number, want ...string) {
	w.t.Helper()
	slices.Sort(want)
	if got := strings.Join(w.checked(of), "\n"); got != strings.Join(want, "\n") {
		w.t.Errorf("of the receipts of %s:\n%s\nwant\n%s", of.Masked(), got, strings.Join(want, "\n"))
	}
}

func TestCheckReceiptOfDeals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		shop := "shop " + string(w.tills[njeri].Code)
		in := "TRUE. Ksh 500 from " + shop + " to 0712***002, 3/12/26 14:02. "
		out := "TRUE. Ksh 2,000 from 0712***001 to " + shop + ", 3/12/26 14:02. "
		deposit := w.paysIn(njeri, jane, 500_00)
		w.hears(jane, in+"The money has moved.")
		w.hears(njeri, in+"The money has moved.")
		withdrawal := w.takesOut(john, njeri, 2_000_00)
		w.hears(john, out+"The money has moved.")

		_, err := claiming(w, njeri, deposit)
		w.must(err)
		w.hears(jane, in+"Ksh 500 is SET ASIDE: a case is open.")
		_, err = givingBack(w, jane, deposit)
		w.must(err)
		w.hears(jane, in+"IT WENT BACK on 3/12/26 14:02.", "TRUE. Ksh 500 from 0712***002 to "+shop+", 3/12/26 14:02. The money has moved.")

		w.clock.Advance(30 * time.Minute)
		_, err = notPaid(w, john, withdrawal)
		w.must(err)
		w.hears(john, out+"Ksh 2,000 is SET ASIDE: a case is open.")
		_, err = returning(w, njeri, withdrawal)
		w.must(err)
		w.hears(john, out+"IT WENT BACK on 3/12/26 14:32.", "TRUE. Ksh 2,000 from "+shop+" to 0712***001, 3/12/26 14:32. The money has moved.")
	})
}

func TestCheckReceiptOfVouchers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		sent := "TRUE. Ksh 1,000 from 0712***001 to a cash code, 3/12/26 14:02. "
		_, code := w.sendVoucher("")
		w.hears(john, sent+"Not fetched yet.")
		w.must(w.redeem(njeri, code, ""))
		w.hears(john, sent+"It was fetched.",
			"TRUE. Ksh 1,000 from a cash code to shop "+string(w.tills[njeri].Code)+", 3/12/26 14:02. The money has moved.")
	})
}

// What can be learned from a receipt is what its message says, less names and numbers.
func TestCheckReceiptTellsNobodysName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.takesOut(john, njeri, 2_000_00)
		w.paysIn(njeri, jane, 500_00)
		for _, phone := range []msisdn.Number{john, jane, njeri} {
			for _, said := range w.checked(phone) {
				for _, secret := range []string{"JOHN", "KAMAU", "JANE", "NJERI", "712000001", "712 000 001", "712000002", "712000011", "Balance"} {
					if strings.Contains(said, secret) {
						t.Errorf("%q tells %q", said, secret)
					}
				}
			}
		}
		_, err := w.agents.CheckReceipt(bg, stranger, "en", "PMF79GCDW2", "4821")
		w.refused(err, fault.ReceiptUnknown)
	})
}
