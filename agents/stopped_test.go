package agents_test

import (
	"testing"

	"senti/agents"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/switches"
)

// stops sets switches of services, and has the town read them.
func (w *town) stops(state switches.State, services ...string) {
	w.t.Helper()
	for _, name := range services {
		s := switches.Switch{Scope: switches.Service, Name: name, State: state, Why: "a drill"}
		_, err := w.ledger.Commit(bg, &ledger.Plan{Companions: []ledger.Companion{switches.NewStore(w.db).Set(s)}})
		w.must(err)
	}
	w.must(w.wallet.Switches().Load(bg))
}

// quoted are acts of every kind that were quoted and not yet done.
func (w *town) quoted() map[string]func() error {
	w.t.Helper()
	out, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: w.tills[njeri].Code, Amount: 100_00})
	w.must(err)
	code, err := w.agents.QuoteCashCode(bg, agents.CashCodeRequest{From: john, Amount: 100_00})
	w.must(err)
	keep, err := w.agents.QuoteReserve(bg, agents.CashOutRequest{From: john, Shop: w.tills[njeri].Code, Amount: 100_00})
	w.must(err)
	gift, err := w.agents.QuoteVoucher(bg, agents.VoucherRequest{From: john, To: stranger, Amount: 200_00})
	w.must(err)
	in := w.byNumber(100_00)
	asks := w.byNumber(20_000_00)
	float, err := w.agents.QuoteFloat(bg, agents.FloatRequest{Operator: njeri, Shop: w.tills[otieno].Code, Amount: 100_00})
	w.must(err)
	number, err := w.wallet.ParseIDNumber(stranger, "23456789")
	w.must(err)
	register, err := w.agents.QuoteRegister(bg, agents.RegisterRequest{Operator: njeri, Phone: stranger, Name: "Amina Hassan", ID: number, Language: "sw"})
	w.must(err)
	approve := w.requests(otieno, jane, 100_00)
	act := func(do func() error) func() error { return do }
	return map[string]func() error{
		"cash-out":        act(func() error { _, err := w.agents.CashOut(bg, out.Intent, w.pin(john)); return err }),
		"cash code":       act(func() error { _, err := w.agents.CashCode(bg, code.Intent, w.pin(john)); return err }),
		"reserve":         act(func() error { _, err := w.agents.Reserve(bg, keep.Intent, w.pin(john)); return err }),
		"voucher":         act(func() error { _, err := w.agents.SendVoucher(bg, gift.Intent, w.pin(john)); return err }),
		"cash-in":         act(func() error { _, err := w.agents.CashIn(bg, in.Intent, w.pin(njeri)); return err }),
		"cash-in, asking": act(func() error { _, err := w.agents.CashIn(bg, asks.Intent, w.pin(njeri)); return err }),
		"float":           act(func() error { _, err := w.agents.MoveFloat(bg, float.Intent, w.pin(njeri)); return err }),
		"register":        act(func() error { _, err := w.agents.RegisterCustomer(bg, register.Intent, w.pin(njeri)); return err }),
		"approve":         act(func() error { _, err := w.agents.Approve(bg, approve, w.pin(jane)); return err }),
	}
}

// beginnings are the first steps of everything that can be stopped.
func (w *town) beginnings() map[string]func() error {
	w.t.Helper()
	number, err := w.wallet.ParseIDNumber(stranger, "23456789")
	w.must(err)
	return map[string]func() error{
		"cash-out": func() error {
			_, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: w.tills[njeri].Code, Amount: 100_00})
			return err
		},
		"cash code": func() error {
			_, err := w.agents.QuoteCashCode(bg, agents.CashCodeRequest{From: john, Amount: 100_00})
			return err
		},
		"reserve": func() error {
			_, err := w.agents.QuoteReserve(bg, agents.CashOutRequest{From: john, Shop: w.tills[njeri].Code, Amount: 100_00})
			return err
		},
		"voucher": func() error {
			_, err := w.agents.QuoteVoucher(bg, agents.VoucherRequest{From: john, To: stranger, Amount: 200_00})
			return err
		},
		"cash-in": func() error {
			_, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: 100_00})
			return err
		},
		"ask": func() error {
			_, err := w.agents.QuoteAsk(bg, agents.AskRequest{Operator: njeri, From: john, Amount: 100_00})
			return err
		},
		"deposit code": func() error { _, err := w.agents.DepositCode(bg, jane, wallet.Origin{}); return err },
		"float": func() error {
			_, err := w.agents.QuoteFloat(bg, agents.FloatRequest{Operator: njeri, Shop: w.tills[otieno].Code, Amount: 100_00})
			return err
		},
		"ask for float": func() error {
			_, err := w.agents.AskFloat(bg, agents.FloatRequest{Operator: otieno, Shop: w.tills[njeri].Code, Amount: 100_00})
			return err
		},
		"ask for a swap": func() error {
			_, err := w.agents.AskSwap(bg, agents.FloatRequest{Operator: otieno, Shop: w.tills[njeri].Code, Amount: 100_00})
			return err
		},
		"register": func() error {
			_, err := w.agents.QuoteRegister(bg, agents.RegisterRequest{Operator: njeri, Phone: stranger, Name: "Amina Hassan", ID: number, Language: "sw"})
			return err
		},
	}
}

// Whatever was quoted before its service was stopped is refused behind it and moves nothing; nothing new can begin.
func TestStoppedBeginnings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.undrawn()
		all := w.quoted()
		w.stops(switches.Off, switches.Services...)
		float := w.balance(w.tills[njeri].Float)
		for name, do := range all {
			if err := do(); !fault.HasCode(err, fault.Stopped) {
				t.Errorf("%s, quoted before: %v", name, err)
			}
		}
		if w.balance(w.tills[njeri].Float) != float {
			t.Error("float has moved")
		}
		w.has(john, 5_000_00)
		w.has(jane, 1_200_00)

		for name, do := range w.beginnings() {
			if err := do(); !fault.HasCode(err, fault.Stopped) {
				t.Errorf("%s, new: %v", name, err)
			}
		}
		w.right()
	})
}

// Money that is under way goes on: codes are paid out, what waits for a yes gets it, what is set aside comes back.
func TestStoppedEndings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		code := w.cashCode(john, 200_00)
		_, gift := w.sendVoucher("")
		kept := w.promised(jane, njeri, 100_00)
		waiting := w.byNumber(20_000_00)
		_, err := w.agents.CashIn(bg, waiting.Intent, w.pin(njeri))
		w.must(err)
		swap := w.swaps(otieno, njeri, 500_00)
		w.stops(switches.Off, switches.Services...)

		paid, err := w.types(njeri, john, code.Code)
		w.must(err)
		_, err = w.agents.Payout(bg, paid.Intent, w.pin(njeri))
		w.must(err)
		w.must(w.redeem(njeri, gift, ""))
		own, _ := w.customersCode(jane)
		_, err = w.paysOut(njeri, kept, own)
		w.must(err)
		_, err = w.agents.Answer(bg, agents.AnswerRequest{Customer: jane, Deal: waiting.Intent, Yes: true})
		w.must(err)
		for operator, other := range map[msisdn.Number]msisdn.Number{njeri: otieno, otieno: njeri} {
			_, _, err := w.typesSwap(operator, swap, w.codeFor(other, swap))
			w.must(err)
		}
		w.right()
	})
}
