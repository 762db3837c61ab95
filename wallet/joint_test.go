package wallet

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
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

// The verified tier holds Ksh 500,000; who has three wallets holds no more with all together.
func TestBalanceAcrossWallets(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.opens(first, 300_000)
		w.opens(second, 150_000)
		w.opens(third, 48_000)
		for _, phone := range []msisdn.Number{first, second, third} {
			if _, code := w.send(john, phone, 2_001, "4826"); code != fault.CannotReceive {
				t.Errorf("2,001 to %s, with 2,000 to go: %q", phone, code)
			}
		}
		w.clock.Advance(2 * time.Minute)
		if _, code := w.send(first, third, 100_000, "2749"); code != "" { // there is no more of it after than before
			t.Errorf("from one to the other: %q", code)
		}
		if _, code := w.send(john, second, 2_000, "4826"); code != "" {
			t.Errorf("2,000, with 2,108 to go: %q", code)
		}
		if _, code := w.send(third, john, 10_000, "2749"); code != "" {
			t.Fatal(code)
		}
		w.clock.Advance(2 * time.Minute)
		if _, code := w.send(john, first, 9_000, "4826"); code != "" {
			t.Errorf("9,000, with 10,216 to go: %q", code)
		}
		w.balanced()
	})
}

// Two wallets of one person are paid at once, by two processes, and there is room for one: one is.
func TestBalanceAcrossWalletsAtOnce(t *testing.T) {
	dbtest.EachPair(t, func(t *testing.T, a, b *db.DB) {
		one := newNode(t, a, clock.NewFake(noon))
		one.settleIn()
		two := newNode(t, b, one.clock)
		one.opens(first, 250_000)
		one.opens(second, 248_500)
		for range 8 {
			codes := make([]fault.Code, 2)
			var group sync.WaitGroup
			here, there := one.quote(john, first, 1_000), two.quote(jane, second, 1_000)
			group.Go(func() { _, err := one.Send(ctx, here.Intent, one.pin("4826")); codes[0] = fault.CodeOf(err) })
			group.Go(func() { _, err := two.Send(ctx, there.Intent, two.pin("9173")); codes[1] = fault.CodeOf(err) })
			group.Wait()
			if (codes[0] == "") == (codes[1] == "") || codes[0]+codes[1] != fault.CannotReceive {
				t.Fatalf("%q", codes)
			}
			back, from, to := one, first, john
			if codes[1] == "" {
				from, to = second, jane
			}
			one.clock.Advance(time.Minute)
			if _, code := back.send(from, to, 1_000, "2749"); code != "" {
				t.Fatal(code)
			}
			if _, err := one.Issue(ctx, one.customer(from).Account, 13_00, one.ids.New().String()); err != nil { // the fee of that
				t.Fatal(err)
			}
			if _, err := one.Issue(ctx, one.customer(to).Account, 13_00, one.ids.New().String()); err != nil {
				t.Fatal(err)
			}
			one.clock.Advance(24 * time.Hour)
		}
		one.balanced()
	})
}

// What the first wallet pays while the second is being opened is not lost to the limits of both.
func TestAPaymentBetween(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.opens(first, 500_000)
		p, err := w.CounterRegistration(ctx, w.newcomer(second, "29883711"))
		w.must(err)
		if _, code := w.send(first, john, 200_000, "2749"); code != "" {
			t.Fatal(code)
		}
		p.Plan.ID, p.Plan.Kind = w.ids.New(), ledger.Register
		_, err = w.ledger.Commit(ctx, p.Plan)
		w.hears("a plan from before the payment", err, "conflict")
		w.opens(second, 1)
		var out int64
		if err := w.db.QueryRow(ctx, `SELECT out_day FROM verified_documents`).Scan(&out); err != nil || out != 200_000_00 {
			t.Errorf("counted %d, %v", out, err)
		}
	})
}

// A wallet that its owner opened on the phone, and that becomes the third on a document, brings along what it has moved.
func TestTheThirdBringsItsTurnover(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if _, err := w.Register(ctx, w.registration(third, "GRACE ACHIENG", "29883711", "2749")); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Issue(ctx, w.customer(third).Account, 9_000_00, "float"); err != nil {
			t.Fatal(err)
		}
		if _, code := w.send(third, john, 5_000, "2749"); code != "" {
			t.Fatal(code)
		}
		w.opens(first, 1)
		w.opens(second, 1)
		_, err := w.register(w.newcomer(third, "29883711"))
		w.must(err)
		var out int64
		if err := w.db.QueryRow(ctx, `SELECT out_day FROM verified_documents`).Scan(&out); err != nil || out != 5_000_00 {
			t.Errorf("counted %d, %v", out, err)
		}
	})
}
