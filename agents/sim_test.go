package agents_test

import (
	"sync"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

// event is what a feed says of a number, a minute after whatever was before.
func (w *town) event(id string, kind agents.NumberEventKind, number msisdn.Number) agents.NumberEvent {
	w.clock.Advance(time.Minute)
	return agents.NumberEvent{Feed: "safaricom", ID: id, Kind: kind, Number: number, At: w.clock.Now()}
}

func (w *town) sends(from, to msisdn.Number, cents int64) (wallet.SendQuote, error) {
	return w.wallet.QuoteSend(bg, wallet.SendRequest{From: from, To: to, Amount: cents, Origin: wallet.Origin{Gateway: "test"}})
}

// An event is done once, however often it is told; of nobody's number it is nothing; an old one is no news after the ID was checked.
func TestNumberEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		take := func(e agents.NumberEvent) { w.must(w.agents.TakeNumberEvent(bg, e)) }
		take(w.event("1", agents.NumberSwapped, "+254712000099"))
		swap := w.event("2", agents.NumberSwapped, john)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := w.agents.TakeNumberEvent(bg, swap); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if _, err := w.sends(john, jane, 100_00); !fault.HasCode(err, fault.SIMChanged) {
			t.Errorf("after the swap: %v", err)
		}
		entries, err := audit.NewStore(d).List(bg, audit.Filter{Act: "customer.sim_changed"})
		w.must(err)
		done := 0
		for _, e := range entries {
			if e.Refusal == "" {
				done++
			}
		}
		if done != 1 {
			t.Errorf("recorded %d times: %+v", done, entries)
		}
		var postings int
		w.must(d.QueryRow(bg, `SELECT COUNT(*) FROM postings WHERE kind = 28 AND refusal IS NULL`).Scan(&postings))
		if postings != 1 {
			t.Errorf("%d postings of one event", postings)
		}
		if n := w.rowsOf(`SELECT COUNT(*) FROM messages WHERE phone = '+254712000001'`); n != 1 {
			t.Errorf("%d messages of one event", n)
		}
	})
}

// After the feed was answered no quote of before is paid; before that, either may come first.
func TestSwapEventBesideSends(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		var quotes []wallet.SendQuote
		for range 20 {
			q, err := w.sends(john, jane, 10_00)
			w.must(err)
			quotes = append(quotes, q)
		}
		swap := w.event("1", agents.NumberSwapped, john)
		answered := make(chan struct{})
		var all sync.WaitGroup
		for i, q := range quotes {
			all.Go(func() {
				if i%2 == 1 {
					<-answered
				}
				_, err := w.wallet.Send(bg, q.Intent, w.pin(john))
				if err == nil && i%2 == 1 {
					t.Error("paid after the event was answered")
				}
				if err != nil && !fault.HasCode(err, fault.SIMChanged) {
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			if err := w.agents.TakeNumberEvent(bg, swap); err != nil {
				t.Error(err)
			}
			close(answered)
		})
		all.Wait()
	})
}

// One process answers the feed, another has the quotes and remembers the customer as he was.
func TestSwapEventAtAnotherProcess(t *testing.T) {
	dbtest.EachPair(t, func(t *testing.T, a, b *db.DB) {
		w := newTown(t, a)
		other := openTown(t, b, w.clock)
		var quotes []wallet.SendQuote
		for range 10 {
			q, err := other.sends(john, jane, 10_00)
			w.must(err)
			quotes = append(quotes, q)
		}
		swap := w.event("1", agents.NumberSwapped, john)
		var all sync.WaitGroup
		answered := make(chan struct{})
		for i, q := range quotes {
			all.Go(func() {
				if i%2 == 1 {
					<-answered
				}
				_, err := other.wallet.Send(bg, q.Intent, w.pin(john))
				if err == nil && i%2 == 1 {
					t.Error("paid after the event was answered")
				}
				if err != nil && !fault.HasCode(err, fault.SIMChanged) {
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			if err := w.agents.TakeNumberEvent(bg, swap); err != nil {
				t.Error(err)
			}
			close(answered)
		})
		all.Wait()
		w.right()
	})
}

// A wrong deposit is given back by the customer's own act, and so not with another SIM; what a shop or staff undo is.
func TestNothingIsGivenBackWithAnotherSIM(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		in := w.paysIn(njeri, jane, 500_00)
		_, err := claiming(w, njeri, in)
		w.must(err)
		q, err := w.agents.QuoteGiveBack(bg, agents.MendRequest{Who: jane, Deal: in})
		w.must(err)
		w.must(w.agents.TakeNumberEvent(bg, w.event("1", agents.NumberSwapped, jane)))
		_, err = w.agents.GiveBack(bg, q.Intent, w.pin(jane))
		w.refused(err, fault.SIMChanged)
		w.right()
	})
}

// An operator with another SIM does nothing at the till until a manager of the agent, or staff, say that it is he.
func TestOperatorWithAnotherSIM(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.must(w.agents.SeenSIM(bg, otieno, w.wallet.SIMOf("639020000000001", time.Time{})))
		w.must(w.agents.SeenSIM(bg, otieno, w.wallet.SIMOf("639020000000001", time.Time{})))
		if is, err := w.agents.Swapped(bg, otieno); is || err != nil {
			t.Fatalf("with his own SIM: %t, %v", is, err)
		}
		w.must(w.agents.SeenSIM(bg, otieno, w.wallet.SIMOf("639020000000002", time.Time{})))
		if is, err := w.agents.Swapped(bg, otieno); !is || err != nil {
			t.Fatalf("with another SIM: %t, %v", is, err)
		}
		_, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: otieno, To: jane, Amount: 100_00})
		if !fault.HasCode(err, fault.OperatorSuspended) {
			t.Errorf("a deposit: %v", err)
		}
		if n := w.rowsOf(`SELECT COUNT(*) FROM messages WHERE phone = '+254712000011' AND body LIKE '%PAUL OTIENO%'`); n != 1 {
			t.Errorf("the other manager hears it %d times", n)
		}
		ask := agents.HelpRequest{Manager: njeri, Colleague: otieno}
		if _, err := w.agents.HelpWithPIN(bg, ask, w.pin(njeri)); !fault.HasCode(err, fault.OperatorSuspended) {
			t.Errorf("a new PIN for whoever that is: %v", err)
		}
		if _, err := w.agents.ConfirmSIM(bg, ask, w.pin(otieno)); !fault.HasCode(err, fault.WrongPIN) {
			t.Errorf("with another's PIN: %v", err)
		}
		if _, err := w.agents.ConfirmSIM(bg, ask, w.pin(njeri)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.agents.ConfirmSIM(bg, ask, w.pin(njeri)); !fault.HasCode(err, fault.SIMKnown) {
			t.Errorf("said twice: %v", err)
		}
		if _, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: otieno, To: jane, Amount: 100_00}); err != nil {
			t.Errorf("afterwards: %v", err)
		}
		// Whom staff have stopped, a manager does not let go on.
		post, err := w.agents.Post(bg, otieno)
		w.must(err)
		w.must(w.agents.Suspend(bg, "staff:ann", network.Ref{Kind: network.AnOperator, ID: post.Operator.ID}, "?"))
		w.must(w.agents.TakeNumberEvent(bg, w.event("9", agents.NumberSwapped, otieno)))
		if _, err := w.agents.ConfirmSIM(bg, ask, w.pin(njeri)); !fault.HasCode(err, fault.NotColleague) {
			t.Errorf("one whom staff have stopped: %v", err)
		}
	})
}

// A recycled number is nobody's wallet and nobody's till. Whoever has it now opens a wallet and sees nothing of what was.
func TestRecycledNumberOfAnOperator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		c, err := w.wallet.OpenWallet(bg, wallet.NewWallet{Phone: otieno, Name: "PAUL OTIENO", Language: "sw", Tier: 2, PIN: w.pin(otieno), Float: 700_00})
		w.must(err)
		q, err := w.sends(otieno, jane, 100_00)
		w.must(err)
		if _, err := w.wallet.Send(bg, q.Intent, w.pin(otieno)); err != nil {
			t.Fatal(err)
		}
		left, err := w.ledger.Account(bg, c.Account)
		w.must(err)
		event := w.event("1", agents.NumberRecycled, otieno)
		for range 2 {
			w.must(w.agents.TakeNumberEvent(bg, event))
		}
		if _, err := w.agents.Post(bg, otieno); !fault.HasCode(err, fault.NotOperator) {
			t.Errorf("at the till: %v", err)
		}
		if _, ok, err := w.agents.LastOutcome(bg, otieno); ok || err != nil {
			t.Errorf("an act is told of, %v", err)
		}
		w.clock.Advance(time.Minute)
		next, err := w.wallet.OpenWallet(bg, wallet.NewWallet{Phone: otieno, Name: "OMAR ALI", Language: "en", Tier: 1, PIN: w.pin(john)})
		w.must(err)
		if last, ok, err := w.agents.LastOutcome(bg, otieno); ok || err != nil {
			t.Errorf("the new owner is told of %+v, %v", last, err)
		}
		page, err := w.wallet.Statement(bg, otieno, w.pin(john))
		if err != nil || len(page.Lines) != 0 {
			t.Errorf("the new owner's statement is %+v, %v", page, err)
		}
		if a, err := w.ledger.Account(bg, next.Account); err != nil || a.Turnover.OutDay != 0 || a.Balance != 0 {
			t.Errorf("the new owner's account is %+v, %v", a, err)
		}
		old, err := w.wallet.Customers().ByID(bg, c.ID)
		if err != nil || !old.Detached() {
			t.Errorf("the old owner is %+v, %v", old, err)
		}
		if a, err := w.ledger.Account(bg, c.Account); err != nil || a.Balance != left.Balance {
			t.Errorf("the old owner's money is %+v, %v; want %d", a, err, left.Balance)
		}
		w.must(w.agents.TakeNumberEvent(bg, event)) // told again, of the number that is another's now
		if now, err := w.wallet.Customers().ByPhone(bg, otieno); err != nil || now.ID != next.ID {
			t.Errorf("the new owner is %+v, %v", now, err)
		}
	})
}

// All kinds of acts that take money out of a wallet are refused while its owner's ID is to be checked, and none is forgotten.
func TestNothingLeavesWithAnotherSIM(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.must(w.agents.TakeNumberEvent(bg, w.event("1", agents.NumberSwapped, john)))
		shop := network.CodeOf(w.tills[njeri].ID)
		origin := wallet.Origin{Gateway: "test"}
		for name, ask := range map[string]func() error{
			"send": func() error { _, err := w.sends(john, jane, 100_00); return err },
			"cash-out": func() error {
				_, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: shop, Amount: 100_00, Origin: origin})
				return err
			},
			"cash code": func() error {
				_, err := w.agents.QuoteCashCode(bg, agents.CashCodeRequest{From: john, Amount: 100_00, Origin: origin})
				return err
			},
			"voucher": func() error {
				_, err := w.agents.QuoteVoucher(bg, agents.VoucherRequest{From: john, To: "+254712000099", Amount: 100_00, Origin: origin})
				return err
			},
			"asked for at the counter": func() error {
				_, err := w.agents.QuoteAsk(bg, agents.AskRequest{Operator: njeri, From: john, Amount: 100_00, Origin: origin})
				return err
			},
		} {
			if err := ask(); !fault.HasCode(err, fault.SIMChanged) && !fault.HasCode(err, fault.CannotWithdraw) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: john, Amount: 100_00}); err != nil {
			t.Errorf("a deposit: %v", err)
		}
	})
}
