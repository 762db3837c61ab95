package agents_test

import (
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// wafula works for an agent of his own, who has nothing to do with the others.
const (
	wafula = msisdn.Number("+254712000013") // PIN 7046
	amina  = msisdn.Number("+254712000014") // PIN 8351, for a shop more
)

// stranger opens wafula's shop in MAMA NJERI's ward.
func (w *town) stranger(float int64) {
	w.t.Helper()
	own := w.agent
	var err error
	w.agent, err = w.agents.AddAgent(bg, "system", network.Agent{Kind: network.Head, Name: "WAFULA LTD", Class: w.class(0)})
	w.must(err)
	w.shop(wafula, "WAFULA STORES", w.wallet.Market().Wards[0].Code, "SAM WAFULA", float)
	w.agent = own
}

// issues puts more float on a till.
func (w *town) issues(operator msisdn.Number, more int64) {
	w.t.Helper()
	_, err := w.wallet.Issue(bg, w.tills[operator].Float, more, w.wallet.IDs().New().String())
	w.must(err)
}

// sells moves float from one till to another, and returns what the operator hears.
func (w *town) sells(from, to msisdn.Number, amount int64) (agents.FloatReceipt, error) {
	w.t.Helper()
	q, err := w.agents.QuoteFloat(bg, agents.FloatRequest{Operator: from, Shop: w.tills[to].Code, Amount: amount})
	if err != nil {
		return agents.FloatReceipt{}, err
	}
	return w.agents.MoveFloat(bg, q.Intent, w.pin(from))
}

func TestSellFloat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		q, err := w.agents.QuoteFloat(bg, agents.FloatRequest{Operator: njeri, Shop: w.tills[otieno].Code, Amount: 5_000_00})
		w.must(err)
		if !strings.HasPrefix(q.Shop, "OTIENO KIOSK, ") || q.Amount != 5_000_00 {
			t.Errorf("quote %+v", q)
		}
		done, err := w.agents.MoveFloat(bg, q.Intent, w.pin(njeri))
		w.must(err)
		again, err := w.agents.MoveFloat(bg, q.Intent, w.pin(njeri))
		w.must(err)
		if done != again || done.Code == "" || !strings.HasPrefix(done.End, "SOLD Ksh 5,000 float to OTIENO KIOSK") {
			t.Errorf("%+v, again %+v", done, again)
		}
		w.has(njeri, 45_000_00)
		w.has(otieno, 5_800_00)
		w.told(map[msisdn.Number]string{
			njeri:  "Ksh 5,000 FLOAT went to OTIENO KIOSK",
			otieno: "Ksh 5,000 FLOAT came from MAMA NJERI",
		})
		q, err = w.agents.QuoteFloat(bg, agents.FloatRequest{Operator: njeri, Shop: w.tills[otieno].Code, Amount: 100_00})
		w.must(err)
		_, err = w.agents.MoveFloat(bg, q.Intent, w.pin(otieno))
		w.refused(err, fault.WrongPIN)
		w.right()
	})
}

func TestSellFloatRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.stranger(450_000_00)
		w.issues(njeri, 400_000_00)
		for _, c := range []struct {
			name     string
			from, to msisdn.Number
			amount   int64
			code     fault.Code
		}{
			{"to oneself", njeri, njeri, 100_00, fault.OwnShop},
			{"to somebody else's agent", njeri, wafula, 100_00, fault.OtherAgent},
			{"nothing", njeri, otieno, 0, fault.BadAmount},
			{"more than is there", otieno, njeri, 801_00, fault.TillShort},
			{"by a customer", john, njeri, 100_00, fault.NotOperator},
		} {
			_, err := w.sells(c.from, c.to, c.amount)
			if fault.CodeOf(err) != c.code {
				t.Errorf("%s: %v, want %s", c.name, err, c.code)
			}
		}
		w.issues(otieno, 100_000_00)
		if _, err := w.sells(njeri, otieno, 399_200_01); !fault.HasCode(err, fault.FloatFull) {
			t.Errorf("more than the class may hold: %v", err)
		}
		q, err := w.agents.QuoteFloat(bg, agents.FloatRequest{Operator: njeri, Shop: w.tills[otieno].Code, Amount: 100_00})
		w.must(err)
		w.suspend(otieno)
		_, err = w.agents.MoveFloat(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.ShopClosed)
		_, err = w.sells(njeri, otieno, 100_00)
		w.refused(err, fault.ShopClosed)
		w.has(njeri, 450_000_00)
		w.right()
	})
}

// A bank sells float to the agents under it, and buys it back.
func TestFloatFromTheBank(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		agent := w.agent
		w.agent = w.bank
		w.shop(wafula, "SIMBA BANK", w.wallet.Market().Wards[0].Code, "ANN SIMBA", 1_000_000_00)
		w.agent = agent
		_, err := w.sells(wafula, otieno, 30_000_00)
		w.must(err)
		_, err = w.sells(otieno, wafula, 800_00)
		w.must(err)
		w.has(otieno, 30_000_00)
		w.has(wafula, 970_800_00)
		w.right()
	})
}

func TestAskForFloat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		ask := agents.FloatRequest{Operator: otieno, Shop: w.tills[njeri].Code, Amount: 10_000_00}
		end, err := w.agents.AskFloat(bg, ask)
		w.must(err)
		if !strings.HasPrefix(end, "ASKED MAMA NJERI") {
			t.Errorf("%q", end)
		}
		w.told(map[msisdn.Number]string{njeri: "OTIENO KIOSK"})
		_, err = w.agents.AskFloat(bg, ask)
		w.refused(err, fault.OfferPending)
		asked := w.askedAt(njeri, offer.Float)
		if asked.Amount != 10_000_00 || !strings.HasPrefix(asked.Whom, "OTIENO KIOSK") || asked.Side != offer.Asked {
			t.Errorf("asked: %+v", asked)
		}
		give := agents.OfferRequest{Operator: njeri, Offer: asked.Offer}
		q, err := w.agents.QuoteGive(bg, give)
		w.must(err)
		done, err := w.agents.MoveFloat(bg, q.Intent, w.pin(njeri))
		w.must(err)
		again, err := w.agents.MoveFloat(bg, q.Intent, w.pin(njeri))
		w.must(err)
		if done != again {
			t.Errorf("%+v, again %+v", done, again)
		}
		w.has(njeri, 40_000_00)
		w.has(otieno, 10_800_00)
		_, err = w.agents.RefuseOffer(bg, give)
		w.refused(err, fault.OfferGone)

		_, err = w.agents.AskFloat(bg, ask)
		w.must(err)
		asked = w.askedAt(njeri, offer.Float)
		_, err = w.agents.RefuseOffer(bg, agents.OfferRequest{Operator: otieno, Offer: asked.Offer})
		w.refused(err, fault.OfferGone) // it is not otieno's to refuse
		_, err = w.agents.RefuseOffer(bg, agents.OfferRequest{Operator: njeri, Offer: asked.Offer})
		w.must(err)
		if !strings.Contains(w.texts(otieno), "said NO to Ksh 10,000 float") {
			t.Errorf("%s", w.texts(otieno))
		}

		_, err = w.agents.AskFloat(bg, ask)
		w.must(err)
		asked = w.askedAt(njeri, offer.Float)
		q, err = w.agents.QuoteGive(bg, agents.OfferRequest{Operator: njeri, Offer: asked.Offer})
		w.must(err)
		_, err = w.agents.WithdrawOffer(bg, agents.OfferRequest{Operator: otieno, Offer: asked.Offer})
		w.must(err)
		_, err = w.agents.MoveFloat(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.OfferGone)
		w.has(otieno, 10_800_00)

		_, err = w.agents.AskFloat(bg, ask)
		w.must(err)
		w.clock.Advance(24 * time.Hour)
		w.expires(1)
		w.expires(0)
		if !strings.Contains(w.texts(otieno), "did not answer about Ksh 10,000 float") {
			t.Errorf("%s", w.texts(otieno))
		}
		w.stranger(1_000_00)
		_, err = w.agents.AskFloat(bg, agents.FloatRequest{Operator: otieno, Shop: w.tills[wafula].Code, Amount: 100_00})
		w.refused(err, fault.OtherAgent)
		w.right()
	})
}

// askedAt is the one thing of that kind that a till has to answer.
func (w *town) askedAt(operator msisdn.Number, kind offer.Kind) agents.TillOffer {
	w.t.Helper()
	all, err := w.agents.Asked(bg, operator)
	w.must(err)
	if len(all) != 1 || all[0].Kind != kind {
		w.t.Fatalf("%s is asked %+v", operator, all)
	}
	return all[0]
}

// expires ends what is over, and asserts how much that was.
func (w *town) expires(want int) {
	w.t.Helper()
	n, err := w.agents.ExpireOffers(bg, 100)
	w.must(err)
	if n != want {
		w.t.Errorf("%d offers expired, want %d", n, want)
	}
}

func TestFloatNow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		_, err := w.ledger.Commit(bg, &ledger.Plan{ID: w.wallet.IDs().New(), Kind: ledger.HoldTake, Holds: []ledger.HoldAct{{
			Verb: ledger.TakeHold, Hold: w.wallet.IDs().New(), Account: w.tills[njeri].Float, Amount: 2_000_00, ExpiresAt: w.clock.Now().Add(time.Hour),
		}}})
		w.must(err)
		f, err := w.agents.Float(bg, njeri, w.pin(njeri), noOrigin)
		w.must(err)
		if f.Balance != 50_000_00 || f.Held != 2_000_00 || f.Low != 10_000_00 || f.High != 300_000_00 || !f.RunsOut.IsZero() ||
			f.End != "Float Ksh 50,000. Set aside Ksh 2,000, free Ksh 48,000.\nLow below 10,000, high above 300,000." {
			t.Errorf("%+v", f)
		}
		_, err = w.agents.Float(bg, njeri, w.pin(otieno), noOrigin)
		w.refused(err, fault.WrongPIN)
		_, err = w.agents.Float(bg, john, w.pin(john), noOrigin)
		w.refused(err, fault.NotOperator)
	})
}
