package agents_test

import (
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

// recycled gives John's number to Omar, who opens a wallet with the PIN 8351.
func (w *town) recycled() (omar int64) {
	w.t.Helper()
	w.must(w.agents.TakeNumberEvent(bg, w.event("recycled", agents.NumberRecycled, john)))
	w.clock.Advance(time.Minute)
	c, err := w.wallet.OpenWallet(bg, wallet.NewWallet{Phone: john, Name: "OMAR ALI", Language: "en", Tier: 2, PIN: w.pin(amina)})
	w.must(err)
	return c.Account
}

// What John began before his number was Omar's ends for John: his money comes back to him, and Omar neither gets nor hears of it. Once John has
// claimed his wallet he hears of it on the new number.
func TestWhatWasBegunOnARecycledNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		taken := w.takesOut(john, njeri, 2_000_00)
		w.sendVoucher("")
		q, err := w.agents.QuoteCashCode(bg, agents.CashCodeRequest{From: john, Amount: 500_00, Origin: wallet.Origin{Gateway: "test"}})
		w.must(err)
		if _, err := w.agents.CashCode(bg, q.Intent, w.pin(john)); err != nil {
			t.Fatal(err)
		}
		before := w.texts(john)
		omar := w.recycled()

		if codes, err := w.agents.VouchersOf(bg, john); err != nil || len(codes) != 0 {
			t.Errorf("Omar's vouchers are %+v, %v", codes, err)
		}
		if has, err := w.agents.HasCashCode(bg, john); has || err != nil {
			t.Errorf("Omar has a cash code, %v", err)
		}
		if deals, err := w.agents.Unpaid(bg, john); err != nil || len(deals) != 0 {
			t.Errorf("Omar's withdrawals are %+v, %v", deals, err)
		}
		if _, err := returning(w, njeri, taken); err != nil {
			t.Fatal(err)
		}
		w.is(taken, deal.Returned)
		w.clock.Advance(30 * 24 * time.Hour)
		for name, expire := range map[string]func() (int, error){
			"vouchers":   func() (int, error) { return w.agents.ExpireVouchers(bg, 100) },
			"cash codes": func() (int, error) { return w.agents.ExpireCashCodes(bg, 100) },
		} {
			if n, err := expire(); n != 1 || err != nil {
				t.Errorf("%s: %d ended, %v", name, n, err)
			}
		}
		if a, err := w.ledger.Account(bg, w.people[john].Account); err != nil || a.Held != 0 || a.Balance < 4_900_00 {
			t.Errorf("John has %+v, %v", a, err)
		}
		if n := w.balance(omar); n != 0 {
			t.Errorf("Omar has %d", n)
		}
		said := w.texts(john)
		for _, line := range strings.Split(strings.TrimSpace(strings.TrimPrefix(said, before)), "\n") {
			if !strings.Contains(line, "OMAR ALI") && line != "" {
				t.Errorf("Omar's phone gets %q", line)
			}
		}
		w.right()
	})
}

// A wallet that was claimed is told on its new number of what was begun on the old one.
func TestToldOnTheNewNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.sendVoucher("")
		w.recycled()
		p := twoPeople{town: w}
		p.office, p.alice, p.bob = w.office()
		const now = msisdn.Number("+254712000077")
		_, err := p.asks(wallet.RequestClaim, wallet.ClaimArgs{Customer: w.people[jane].ID, To: now, Why: "not hers to claim"})
		w.refused(err, fault.NumberKept)
		p.agree(wallet.RequestClaim, wallet.ClaimArgs{Customer: w.people[john].ID, To: now, Why: "he showed his ID, of which none was kept"}, "put the wallet of JOHN KAMAU")
		w.clock.Advance(30 * 24 * time.Hour)
		if n, err := w.agents.ExpireVouchers(bg, 100); n != 1 || err != nil {
			t.Fatalf("%d ended, %v", n, err)
		}
		if said := w.texts(now); strings.Count(said, "\n") != 2 {
			t.Errorf("on the new number: %q", said)
		}
		w.right()
	})
}

// loses has no message that was written for a phone reach it.
func (w *town) loses(phone msisdn.Number) {
	w.t.Helper()
	for _, query := range []string{
		`UPDATE messages SET state = 2, due_at = NULL WHERE phone = ?`,
		`INSERT INTO lost_messages (message, phone) SELECT id, phone FROM messages WHERE phone = ?`,
	} {
		_, err := w.db.Exec(bg, query, string(phone))
		w.must(err)
	}
}

// A message to the number that its owner of then did not get is not offered to the owner of now.
func TestLostMessagesOfARecycledNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.takesOut(john, njeri, 2_000_00)
		q, err := w.sends(jane, john, 100_00)
		w.must(err)
		if _, err := w.wallet.Send(bg, q.Intent, w.pin(jane)); err != nil {
			t.Fatal(err)
		}
		w.loses(john)
		if last, ok, err := w.agents.LastOutcome(bg, john); !ok || !last.MessageFailed || err != nil {
			t.Fatalf("John is told of %+v, %t, %v", last, ok, err)
		}
		w.recycled()
		if last, ok, err := w.agents.LastOutcome(bg, john); ok || err != nil {
			t.Errorf("Omar is told of %+v, %v", last, err)
		}
	})
}
