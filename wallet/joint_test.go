package wallet

import (
	"fmt"
	"testing"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

const (
	first  msisdn.Number = "+254712000041" // three wallets of one person
	second msisdn.Number = "+254712000042"
	third  msisdn.Number = "+254712000043"
)

// opens registers a wallet at a counter on the ID 29883711, opens it with the PIN 2749 and puts shillings on it.
func (w *town) opens(phone msisdn.Number, shillings int64) {
	w.t.Helper()
	if _, err := w.register(w.newcomer(phone, "29883711")); err != nil {
		w.t.Fatal(err)
	}
	w.must(w.ProveCode(ctx, phone, w.sentCode(phone), Origin{}))
	w.must(w.ProveIDEnd(ctx, phone, "3711", Origin{}))
	if _, err := w.Activate(ctx, w.newPIN(phone, "2749"), w.Terms()); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.Issue(ctx, w.customer(phone).Account, shillings*100, "float of "+string(phone)); err != nil {
		w.t.Fatal(err)
	}
}

// The verified tier sends Ksh 500,000 a day and 250,000 at a time; who has two wallets does so with both together.
func TestLimitsAcrossWallets(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.opens(first, 500_000)
		if c := w.customer(first); c.Shared {
			t.Fatal("the only wallet on a document is not shared")
		}
		if _, code := w.send(first, jane, 200_000, "2749"); code != "" {
			t.Fatal(code)
		}
		stale := w.quote(first, jane, 1_000)
		staleFrom := w.quote(john, first, 100)
		w.opens(second, 500_000)
		for _, phone := range []msisdn.Number{first, second} {
			c := w.customer(phone)
			if a := w.account(c.Account); !c.Shared || a.Flags&ledger.Joint == 0 {
				t.Errorf("%s: shared %t, flags %b", phone, c.Shared, a.Flags)
			}
		}
		_, err := w.Send(ctx, stale.Intent, w.pin("2749"))
		w.hears("a quote from before the second wallet", err, "conflict")
		_, err = w.Send(ctx, staleFrom.Intent, w.pin("4826"))
		w.hears("a quote to it", err, "conflict")

		w.clock.Advance(2 * time.Minute)
		jane2 := msisdn.Number("+254712000044")
		w.payeeOnPhone(jane2)
		if _, code := w.send(second, john, 200_000, "2749"); code != "" {
			t.Errorf("400,000 of 500,000: %q", code)
		}
		r, err := w.Send(ctx, w.quote(first, john, 100_001).Intent, w.pin("2749"))
		w.hears("one shilling more than both may", err, "limit_day max=50000000 left=10000000")
		if r.Code != "" {
			t.Errorf("sent: %+v", r)
		}
		if _, code := w.send(first, jane2, 10_000, "2749"); code != "" {
			t.Errorf("410,000: %q", code)
		}
		w.clock.Advance(24 * time.Hour)
		if _, code := w.send(first, john, 100_001, "2749"); code != "" {
			t.Errorf("the next day: %q", code)
		}
		w.balanced()
	})
}

// payeeOnPhone opens a wallet on the phone.
func (w *town) payeeOnPhone(phone msisdn.Number) {
	w.t.Helper()
	if _, err := w.Register(ctx, w.registration(phone, "ANN", "30000001", "6094")); err != nil {
		w.t.Fatal(err)
	}
}

// From one wallet to the other of the same person: both sides count.
func TestBetweenOnesOwnWallets(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.opens(first, 500_000)
		w.opens(second, 0+1)
		w.clock.Advance(2 * time.Minute)
		if _, code := w.send(first, second, 240_000, "2749"); code != "" {
			t.Fatal(code)
		}
		if _, code := w.send(first, second, 240_000, "2749"); code != "" {
			t.Fatal(code)
		}
		if _, code := w.send(second, john, 20_001, "2749"); code != fault.LimitDay {
			t.Errorf("sent %q: the first wallet has sent 480,000 of 500,000", code)
		}
		var out, in int64
		err := w.db.QueryRow(ctx, `SELECT out_day, in_day FROM verified_documents`).Scan(&out, &in)
		if err != nil || out != 480_000_00 || in != 480_000_00 {
			t.Errorf("counted %d out and %d in, %v", out, in, err)
		}
	})
}

// Three wallets on one checked document, and no fourth.
func TestThreeCheckedWallets(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		for i, phone := range []msisdn.Number{first, second, third, "+254712000045"} {
			_, err := w.register(w.newcomer(phone, "29883711"))
			want := ""
			if i == 3 {
				want = "id_number_used"
			}
			w.hears(fmt.Sprint("wallet ", i+1), err, want)
		}
	})
}
