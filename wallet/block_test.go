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
