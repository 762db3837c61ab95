package wallet

import (
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

// newcomer is somebody with the ID 29883711 at Mama Njeri's.
func (w *town) newcomer(phone msisdn.Number, number string) Newcomer {
	w.t.Helper()
	d, err := w.ParseIDNumber(phone, number)
	w.must(err)
	return Newcomer{Phone: phone, Language: "en", Name: "Grace Achieng", ID: d, Photo: "photos/2026/0001", Shop: "MAMA NJERI, Kawangware"}
}

// register commits the plan of a registration at a counter, as package agents does.
func (w *town) register(n Newcomer) (CounterPlan, error) {
	p, err := w.CounterRegistration(ctx, n)
	if err != nil {
		return p, err
	}
	p.Plan.ID, p.Plan.Kind = w.ids.New(), ledger.Register
	_, err = w.ledger.Commit(ctx, p.Plan)
	return p, err
}

func TestOpenedAtACounter(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		p, err := w.register(w.newcomer(grace, "29883711"))
		if err != nil || !p.New {
			t.Fatalf("%+v, %v", p, err)
		}
		c := w.customer(grace)
		if c.Name != "GRACE ACHIENG" || !c.NameVerified || c.Tier != 2 || c.Status != customer.Pending || c.Photo != "photos/2026/0001" || c.Shared || c.Terms != "" {
			t.Errorf("%+v", c)
		}
		code := w.sentCode(grace)
		if got, want := w.texted(grace)[0], "Senti: MAMA NJERI, Kawangware registered you. To open your wallet dial *384# and type code "+code+". Tell it to nobody, not even the agent."; got != want {
			t.Errorf("sent %q", got)
		}

		// It can receive, and nothing leaves it.
		if _, code := w.send(john, grace, 700, "4826"); code != "" {
			t.Errorf("paid: %q", code)
		}
		_, err = w.QuoteSend(ctx, SendRequest{From: grace, To: john, Amount: 100_00})
		w.hears("sending", err, "wallet_pending")
		if a := w.account(c.Account); a.Flags != ledger.DebitBlocked || a.Balance != 700_00 {
			t.Errorf("%+v", a)
		}
		w.hears("a forgotten PIN", w.ForgotPIN(ctx, grace, "29883711", Origin{}), "wallet_pending")
		_, err = w.register(w.newcomer(grace, "29883711"))
		w.hears("once more", err, "already_open")

		w.must(w.ProveCode(ctx, grace, code, Origin{}))
		_, err = w.Activate(ctx, w.newPIN(grace, "2749"), w.Terms())
		w.hears("without the end of the ID number", err, "sms_code_expired")
		w.must(w.ProveIDEnd(ctx, grace, "3711", Origin{}))
		_, err = w.ResetPIN(ctx, w.newPIN(grace, "2749"))
		w.hears("it is no reset", err, "wallet_pending")
		end, err := w.Activate(ctx, w.newPIN(grace, "2749"), w.Terms())
		if err != nil || !strings.HasPrefix(end, "Welcome GRACE ACHIENG. Your wallet is open.") {
			t.Fatalf("%q, %v", end, err)
		}
		if c = w.customer(grace); c.Status != customer.Active || c.Terms != w.Terms() || c.NameVerified != true {
			t.Errorf("%+v", c)
		}
		if a := w.account(c.Account); a.Flags != 0 || a.Class != 2 {
			t.Errorf("%+v", a)
		}
		if _, code := w.send(grace, john, 500, "2749"); code != "" {
			t.Errorf("sending: %q", code)
		}
		_, err = w.Activate(ctx, w.newPIN(grace, "3861"), w.Terms())
		w.hears("opened twice", err, "already_open")
		w.hears("another code", w.SendOpeningCode(ctx, grace, Origin{}), "already_open")
		w.balanced()
	})
}

// The code was lost, or came too late: the phone asks for another, three times a day.
func TestAnotherOpeningCode(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if _, err := w.register(w.newcomer(grace, "29883711")); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(72 * time.Hour)
		w.hears("too late", w.ProveCode(ctx, grace, w.sentCode(grace), Origin{}), "sms_code_expired")
		if step, err := w.Proving(ctx, grace); err != nil || step != proof.Nothing {
			t.Errorf("%v, %v", step, err)
		}
		for range 3 {
			w.must(w.SendOpeningCode(ctx, grace, Origin{}))
			w.clock.Advance(time.Minute)
		}
		w.hears("a fourth", w.SendOpeningCode(ctx, grace, Origin{}), "sms_codes_spent")
		w.must(w.ProveCode(ctx, grace, w.sentCode(grace), Origin{}))
		w.hears("one", w.ProveIDEnd(ctx, grace, "0000", Origin{}), "wrong_id_end left=2")
		w.hears("two", w.ProveIDEnd(ctx, grace, "0000", Origin{}), "wrong_id_end left=1")
		w.hears("three", w.ProveIDEnd(ctx, grace, "0000", Origin{}), "proof_locked")
		w.hears("a code that might help", w.SendOpeningCode(ctx, grace, Origin{}), "proof_locked")
	})
}

// Forty operators register one number at once: it gets one wallet.
func TestRegisteredAtManyCountersAtOnce(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		var mu sync.Mutex
		heard := map[fault.Code]int{}
		var wg sync.WaitGroup
		for range 40 {
			n := w.newcomer(grace, "29883711")
			wg.Go(func() {
				_, err := w.register(n)
				mu.Lock()
				defer mu.Unlock()
				heard[fault.CodeOf(err)]++
			})
		}
		wg.Wait()
		if heard[""] != 1 || heard[fault.AlreadyOpen]+heard[fault.Conflict] != 39 {
			t.Errorf("heard %v", heard)
		}
	})
}

// A wallet opened on the phone: its ID is checked at a counter, and its limits rise.
func TestCheckedAtACounter(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.registered()
		_, err := w.register(w.newcomer(grace, "29883712"))
		w.hears("another document", err, "id_mismatch")
		p, err := w.register(w.newcomer(grace, "29883711"))
		if err != nil || p.New {
			t.Fatalf("%+v, %v", p, err)
		}
		c := w.customer(grace)
		if !c.NameVerified || c.Tier != 2 || c.Status != customer.Active || c.Language != "sw" || c.Photo == "" {
			t.Errorf("%+v", c)
		}
		if a := w.account(c.Account); a.Class != 2 || a.Flags != 0 {
			t.Errorf("%+v", a)
		}
		if texts := w.texted(grace); !strings.HasPrefix(texts[len(texts)-1], "Kitambulisho chako kimekaguliwa MAMA NJERI, Kawangware.") {
			t.Errorf("told %q", texts[len(texts)-1])
		}
		if _, err := w.Balance(ctx, grace, w.pin("6094"), Origin{}); err != nil {
			t.Errorf("the PIN that she has: %v", err)
		}
		_, err = w.register(w.newcomer(grace, "29883711"))
		w.hears("checked twice", err, "already_open")
		w.must(w.BlockCustomer(ctx, grace, audit.Staff("ann"), "test"))
	})
}

// Whose PIN was set anew a moment ago keeps the small limits, whatever the counter says of the ID.
func TestCheckedInASmallDay(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.registered()
		w.must(w.ForgotPIN(ctx, grace, "29883711", Origin{}))
		w.must(w.ProveCode(ctx, grace, w.sentCode(grace), Origin{}))
		if _, err := w.ResetPIN(ctx, w.newPIN(grace, "2749")); err != nil {
			t.Fatal(err)
		}
		stale, err := w.CounterRegistration(ctx, w.newcomer(grace, "29883711"))
		w.must(err)
		if _, err := w.register(w.newcomer(grace, "29883711")); err != nil {
			t.Fatal(err)
		}
		if a := w.account(w.customer(grace).Account); a.Class != 102 {
			t.Errorf("class %d, want 102", a.Class)
		}
		stale.Plan.ID, stale.Plan.Kind = w.ids.New(), ledger.Register
		_, err = w.ledger.Commit(ctx, stale.Plan)
		w.hears("a plan made before", err, "conflict")
		w.clock.Advance(24 * time.Hour)
		if n, err := w.LiftSmallLimits(ctx, w.clock.Now(), 10); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if a := w.account(w.customer(grace).Account); a.Class != 2 {
			t.Errorf("class %d, want 2", a.Class)
		}
	})
}
