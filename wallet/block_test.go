package wallet

import (
	"testing"

	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

func TestBlockAndUnblock(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		ann := audit.Staff("ann")
		if _, err := w.Customer(ctx, jane); err != nil { // remembered for display
			t.Fatal(err)
		}
		for range 2 {
			w.must(w.BlockCustomer(ctx, jane, ann, "asked for by the police"))
		}
		if a := w.account(w.customer(jane).Account); a.Flags != ledger.DebitBlocked|ledger.CreditBlocked {
			t.Errorf("flags %b", a.Flags)
		}
		_, err := w.QuoteSend(ctx, SendRequest{From: john, To: jane, Amount: 100_00})
		w.hears("paying her", err, "cannot_receive")
		_, err = w.QuoteSend(ctx, SendRequest{From: jane, To: john, Amount: 100_00})
		w.hears("her paying", err, "sender_blocked")
		w.must(w.UnblockCustomer(ctx, jane, ann, "a mistake"))
		if a := w.account(w.customer(jane).Account); a.Flags != 0 {
			t.Errorf("flags %b", a.Flags)
		}
		if _, code := w.send(john, jane, 100, "4826"); code != "" {
			t.Errorf("afterwards: %q", code)
		}
		w.hears("unblocked twice", w.UnblockCustomer(ctx, jane, ann, ""), "conflict")
		w.hears("nobody", w.BlockCustomer(ctx, ghost, ann, ""), "not_registered")

		entries, err := audit.NewStore(w.db).List(ctx, audit.Filter{Act: "customer."})
		if err != nil || len(entries) != 4 || entries[0].Refusal != "conflict" || entries[1].Act.Act != "customer.unblock" ||
			entries[1].Act.Detail != `{"why":"a mistake"}` || entries[1].Act.Actor != "staff:ann" {
			t.Errorf("recorded %+v, %v", entries, err)
		}
	})
}

// A wallet that its owner has not opened yet is no open one after staff stopped it and let it go.
func TestUnblockedBeforeItWasOpened(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if _, err := w.register(w.newcomer(grace, "29883711")); err != nil {
			t.Fatal(err)
		}
		w.must(w.BlockCustomer(ctx, grace, audit.Staff("ann"), ""))
		w.must(w.UnblockCustomer(ctx, grace, audit.Staff("ann"), ""))
		if c := w.customer(grace); c.Status != customer.Pending || w.account(c.Account).Flags != ledger.DebitBlocked {
			t.Errorf("%s, flags %b", c.Status, w.account(c.Account).Flags)
		}
	})
}

// A wallet that slept before staff stopped it sleeps afterwards: only its owner wakes it, with PIN and ID. Stopped twice it is no other.
func TestUnblockedAsleep(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.registered()
		for range 5 {
			w.clock.Advance(400 * day)
			w.watched(100)
		}
		for range 2 {
			w.must(w.BlockCustomer(ctx, grace, audit.Staff("ann"), "a stolen phone"))
		}
		w.must(w.UnblockCustomer(ctx, grace, audit.Staff("ann"), "found again"))
		if c := w.customer(grace); c.Status != customer.Dormant || w.account(c.Account).Flags != ledger.DebitBlocked {
			t.Errorf("%s, flags %b", c.Status, w.account(c.Account).Flags)
		}
		w.must(w.BlockCustomer(ctx, grace, audit.Staff("ann"), "again"))
		// One that was stopped by a process which did not keep what it was before.
		if _, err := w.db.Exec(ctx, `UPDATE customers SET was = '' WHERE phone = ?`, string(grace)); err != nil {
			t.Fatal(err)
		}
		w = newNode(t, w.db, w.clock)
		w.must(w.UnblockCustomer(ctx, grace, audit.Staff("ann"), ""))
		if c := w.customer(grace); c.Status != customer.Active || w.account(c.Account).Flags != 0 {
			t.Errorf("%s, flags %b", c.Status, w.account(c.Account).Flags)
		}
	})
}

// A wallet that was stopped while it was not used is told nothing meanwhile, and all warnings once it goes on.
func TestUnblockedUnused(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.must(w.BlockCustomer(ctx, jane, audit.Staff("ann"), ""))
		for range 4 {
			w.clock.Advance(200 * day)
			w.watched(1)
		}
		if texts := w.texted(jane); len(texts) != 0 {
			t.Errorf("told %q", texts)
		}
		w.must(w.UnblockCustomer(ctx, jane, audit.Staff("ann"), ""))
		for range 4 {
			w.watched(1)
			w.clock.Advance(200 * day)
		}
		if c := w.customer(jane); c.Status != customer.Dormant && len(w.texted(jane)) != 3 {
			t.Errorf("%s, told %q", c.Status, w.texted(jane))
		}
	})
}

func TestUnlockPIN(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		for range 3 {
			_, _ = w.CheckPIN(ctx, john, w.pin("1357"))
		}
		if _, err := w.CheckPIN(ctx, john, w.pin("4826")); !fault.HasCode(err, fault.PINLocked) {
			t.Fatal(err)
		}
		w.must(w.UnlockPIN(ctx, john, audit.Staff("ann"), "came with his ID"))
		if _, err := w.CheckPIN(ctx, john, w.pin("4826")); err != nil {
			t.Errorf("his own PIN: %v", err)
		}
		if texts := w.texted(john); len(texts) != 1 || texts[0] != "Your Senti PIN works again since 12/3/26 12:00: you have 3 tries. If you did not ask for this, bring your ID to a Senti office." {
			t.Errorf("told %q", texts)
		}
	})
}
