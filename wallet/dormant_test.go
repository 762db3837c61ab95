package wallet

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/proof"
)

const day = 24 * time.Hour

// watched runs the watch and returns how many wallets it dealt with.
func (w *town) watched(limit int) int {
	w.t.Helper()
	n, err := w.WatchDormancy(ctx, w.clock.Now(), limit)
	w.must(err)
	return n
}

// Kenya warns after 182, 365 and 547 days and lets a wallet sleep after 730.
func TestDormancy(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.registered()
		texts := func() []string { return w.texted(grace)[1:] }
		for _, c := range []struct {
			name  string
			pause time.Duration
			dealt int
			says  string
		}{
			{"half a year", 182 * day, 0, ""},
			{"and the week for which its use is not written down", 7 * day, 4, "Hutumii akaunti yako ya Senti. Tarehe 18/3/28 12:00 italala"},
			{"the same day", 0, 0, ""},
			{"before the second", 182 * day, 0, ""},
			{"the second", day, 4, "Hutumii akaunti yako ya Senti. Tarehe 18/3/28"},
			{"the third", 182 * day, 4, "Hutumii akaunti yako ya Senti. Tarehe 18/3/28"},
			{"it sleeps", 183 * day, 4, "Akaunti yako ya Senti imelala kwa kutotumika."},
			{"for ever after", 1000 * day, 0, ""},
		} {
			before := len(texts())
			w.clock.Advance(c.pause)
			if n := w.watched(100); n != c.dealt {
				t.Errorf("%s: dealt with %d wallets, want %d", c.name, n, c.dealt)
			}
			got := strings.Join(texts()[before:], "|")
			if c.says == "" && got != "" || !strings.HasPrefix(got, c.says) {
				t.Errorf("%s: told %q, want %q", c.name, got, c.says)
			}
		}
		c := w.customer(grace)
		if a := w.account(c.Account); c.Status != customer.Dormant || a.Flags != ledger.DebitBlocked {
			t.Errorf("%s, flags %b", c.Status, a.Flags)
		}
		_, err := w.QuoteSend(ctx, SendRequest{From: grace, To: john, Amount: 100_00})
		w.hears("sending", err, "wallet_dormant")
	})
}

// Only the owner's own act keeps a wallet awake: a balance does, money that arrives does not.
func TestWhatKeepsAWalletAwake(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		for range 8 {
			w.clock.Advance(30 * day)
			if _, code := w.send(john, jane, 10, "4826"); code != "" {
				t.Fatal(code)
			}
			if _, err := w.Statement(ctx, john, w.pin("4826")); err != nil {
				t.Fatal(err)
			}
			w.watched(100)
		}
		for phone, want := range map[msisdn.Number]bool{john: false, jane: true, peter: true} {
			told := strings.Contains(strings.Join(w.texted(phone), "|"), "Senti. Tarehe") || strings.Contains(strings.Join(w.texted(phone), "|"), "do not use your Senti wallet")
			if told != want {
				t.Errorf("%s was told: %t, want %t: %q", phone, told, want, w.texted(phone))
			}
		}
		if _, err := w.Balance(ctx, jane, w.pin("9173"), Origin{}); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(183 * day)
		w.watched(100)
		if _, err := w.Balance(ctx, jane, w.pin("9173"), Origin{}); err != nil {
			t.Fatal(err)
		}
		if c := w.customer(jane); c.Status != customer.Active {
			t.Errorf("Jane is %s", c.Status)
		}
	})
}

// A watch that was off for years does not send three warnings and stop a wallet in one night.
func TestWarningsKeepTheirDistance(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.clock.Advance(3000 * day)
		for range 10 {
			w.watched(100)
		}
		if c := w.customer(jane); c.Status != customer.Active || len(w.texted(jane)) != 1 {
			t.Errorf("%s, told %q", c.Status, w.texted(jane))
		}
	})
}

// One of whom nothing can be found keeps nobody else from being told, however small the pages; nor from the end of a small day.
func TestOneBadRowDoesNotStopTheNight(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.registered()
		const nobody = 7 // a customer that there is not, and who comes before all others
		lost, code := ownProof(customer.Customer{ID: nobody}), proof.NewCode()
		set, err := w.pins.Set(pinOf(nobody), w.pin("6094"))
		w.must(err)
		begin, err := w.proofs.Begin(lost, proof.OwnPhone, code, day)
		w.must(err)
		for _, c := range []ledger.Companion{set, begin, w.proofs.Typed(lost, code), w.proofs.Use(lost, proof.OwnPhone, day)} {
			_, err = w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{c}})
			w.must(err)
		}
		w.must(w.ForgotPIN(ctx, grace, "29883711", Origin{}))
		w.must(w.ProveCode(ctx, grace, w.sentCode(grace), Origin{}))
		if _, err := w.ResetPIN(ctx, w.newPIN(grace, "2749")); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(day)
		for _, want := range []int{1, 0} {
			if n, err := w.LiftSmallLimits(ctx, w.clock.Now(), 1); n != want || !fault.HasCode(err, fault.NotRegistered) {
				t.Errorf("%d were lifted, %v; want %d", n, err, want)
			}
		}
		w.clock.Advance(200 * day)
		if n, err := w.WatchDormancy(ctx, w.clock.Now(), 1); n != 4 || !fault.HasCode(err, fault.NotRegistered) {
			t.Errorf("%d were told, %v; want 4", n, err)
		}
	})
}

// Two processes watch at once, in small steps, and every customer is told once.
func TestWatchedByTwo(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		var phones []msisdn.Number
		for i := range 12 {
			phones = append(phones, msisdn.Number(fmt.Sprintf("+2547120000%d", 50+i)))
			if _, err := w.OpenWallet(ctx, NewWallet{Phone: phones[i], Name: "ANN", Language: "en", Tier: 1, PIN: w.pin("6094")}); err != nil {
				t.Fatal(err)
			}
		}
		w.clock.Advance(200 * day)
		var wg sync.WaitGroup
		for _, node := range []*town{w, newNode(t, w.db, w.clock)} {
			wg.Go(func() {
				for range 8 {
					if _, err := node.WatchDormancy(ctx, w.clock.Now(), 3); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for w.watched(3) > 0 {
		}
		for _, phone := range phones {
			if texts := w.texted(phone); len(texts) != 1 {
				t.Errorf("%s was told %q", phone, texts)
			}
		}
	})
}

func TestWakeUp(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.registered()
		for range 5 {
			w.clock.Advance(400 * day)
			w.watched(100)
		}
		if w.customer(grace).Status != customer.Dormant {
			t.Fatal("still awake")
		}
		if _, err := w.Balance(ctx, grace, w.pin("6094"), Origin{}); err != nil {
			t.Errorf("looking is not stopped: %v", err)
		}
		waking := func(number, typed string) Waking {
			d, err := w.ParseIDNumber(grace, number)
			w.must(err)
			return Waking{Phone: grace, ID: d, PIN: w.pin(typed)}
		}
		_, err := w.WakeUp(ctx, waking("29883711", "1357"))
		w.hears("a wrong PIN", err, "wrong_pin left=2")
		_, err = w.WakeUp(ctx, waking("29883712", "6094"))
		w.hears("another ID number", err, "wrong_id_number left=2")
		if end, err := w.WakeUp(ctx, waking("29883711", "6094")); err != nil || end != "Akaunti yako imeamka: unaweza kutuma pesa tena." {
			t.Errorf("%q, %v", end, err)
		}
		if c := w.customer(grace); c.Status != customer.Active || w.account(c.Account).Flags != 0 {
			t.Errorf("%s, flags %b", c.Status, w.account(c.Account).Flags)
		}
		_, err = w.WakeUp(ctx, waking("29883711", "6094"))
		w.hears("awake already", err, "already_open")
		w.clock.Advance(188 * day)
		if n := w.watched(100); n != 0 {
			t.Errorf("%d told again too early", n)
		}
		w.must(w.BlockCustomer(ctx, grace, audit.Staff("ann"), "test"))
		w.clock.Advance(10 * day)
		before := len(w.texted(grace))
		if n := w.watched(100); n != 0 || len(w.texted(grace)) != before {
			t.Errorf("a blocked wallet: %d, told %q", n, w.texted(grace)[before:])
		}
	})
}
