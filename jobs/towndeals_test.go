package jobs_test

import (
	"senti/agents"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// stopped is what everybody may hear while an agent is suspended.
var stopped = []fault.Code{fault.ShopClosed, fault.OperatorSuspended}

// turn makes each request one of its own.
func (w *town) turn() wallet.Origin {
	w.turns++
	return wallet.Origin{Gateway: "test", Turn: w.turns}
}

// again repeats an act now and then, as phones do, and sees to it that the same comes of it.
func again[T comparable](w *town, what string, first T, do func() (T, error)) {
	w.t.Helper()
	if w.lots.upTo(12) > 0 {
		return
	}
	second, err := do()
	if err != nil || first != second {
		w.t.Errorf("%s, again: %+v and %+v, %v", what, first, second, err)
	}
	w.counts["repeated, and nothing done twice"]++
}

// paysIn is a deposit, by the customer's code or by number.
func (w *town) paysIn(p *person, s *shop, amount int64, byCode bool) (which id.ID, done bool) {
	w.t.Helper()
	what, r := "deposit by number", agents.CashInRequest{Operator: s.phone, To: p.phone, Amount: amount}
	if byCode {
		code, err := w.agents.DepositCode(bg, p.phone, w.turn())
		w.must(err)
		what, r.Code, r.To = "deposit by code", code.Code, ""
	}
	q, err := w.agents.QuoteCashIn(bg, r)
	if err != nil {
		w.refused(what, err, append(stopped, fault.CannotReceive)...)
		return id.ID{}, false
	}
	if q.Warn != nil {
		w.counts["warned of a split deposit"]++
	}
	in, err := w.agents.CashIn(bg, q.Intent, s.pin)
	if w.refused(what, err, fault.TillShort, fault.CannotReceive) {
		return id.ID{}, false
	}
	again(w, what, in, func() (agents.CashInReceipt, error) { return w.agents.CashIn(bg, q.Intent, s.pin) })
	if in.Waits {
		w.waits(p, s, q)
		return q.Intent, false
	}
	w.paidIn(p, s, amount)
	return q.Intent, true
}

func (w *town) paidIn(p *person, s *shop, amount int64) {
	w.moved(s.till.Float, -amount)
	w.moved(p.account, amount)
	s.cash += amount
}

// waits is a deposit whose customer is asked first: most say yes, some no, some nothing.
func (w *town) waits(p *person, s *shop, q agents.CashInQuote) {
	yes, minutes := w.lots.upTo(8) > 0, 1+w.lots.upTo(300)
	if w.lots.upTo(6) == 0 {
		minutes = 24*60 + w.lots.upTo(60) // too late
	}
	what := map[bool]string{true: "yes to a deposit", false: "no to a deposit"}[yes]
	w.later(minutes, func() {
		r := agents.AnswerRequest{Customer: p.phone, Deal: q.Intent, Yes: yes, Origin: w.turn()}
		receipt, err := w.agents.Answer(bg, r)
		if w.refused(what, err, fault.DealClosed, fault.CannotReceive, fault.ShopClosed, fault.OperatorSuspended) {
			return
		}
		again(w, what, receipt, func() (agents.AnswerReceipt, error) { return w.agents.Answer(bg, r) })
		if yes {
			w.paidIn(p, s, q.Amount)
		}
	})
}

// hasCash reports whether the drawer has as much. If not, the operator says so and the customer goes.
func (w *town) hasCash(s *shop, amount int64) bool {
	if s.cash < amount {
		w.counts["no cash in the drawer"]++
		return false
	}
	return true
}

// takesOut is a withdrawal that the customer begins.
func (w *town) takesOut(p *person, s *shop, amount int64) (which id.ID, done bool) {
	w.t.Helper()
	if !w.hasCash(s, amount) {
		return id.ID{}, false
	}
	q, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: p.phone, Shop: s.till.Code, Amount: amount, Origin: w.turn()})
	if err != nil {
		w.refused("withdrawal", err, append(stopped, fault.WalletPending)...)
		return id.ID{}, false
	}
	out, err := w.agents.CashOut(bg, q.Intent, p.pin)
	if w.refused("withdrawal", err, fault.Insufficient, fault.LimitDay) {
		return id.ID{}, false
	}
	again(w, "withdrawal", out, func() (agents.CashOutReceipt, error) { return w.agents.CashOut(bg, q.Intent, p.pin) })
	w.paidOut(p, s, amount, q.Fee)
	return out.Intent, true
}

func (w *town) paidOut(p *person, s *shop, amount, fee int64) {
	w.moved(p.account, -amount-fee)
	w.moved(s.till.Float, amount)
	s.cash -= amount
}

// asks is a withdrawal that the operator begins: the customer approves it, refuses it, or says nothing in time.
func (w *town) asks(p *person, s *shop, amount int64) {
	w.t.Helper()
	if !w.hasCash(s, amount) {
		return
	}
	_, err := w.agents.Ask(bg, agents.AskRequest{Operator: s.phone, From: p.phone, Amount: amount, Origin: w.turn()})
	if w.refused("asked for a withdrawal", err, append(stopped, fault.OperatorBarred, fault.AskPending, fault.AskedOften, fault.CannotWithdraw)...) {
		return
	}
	shown, there, err := w.agents.QuoteApproval(bg, p.phone, w.turn())
	w.must(err)
	if !there || shown.Amount != amount {
		w.t.Fatalf("pending: %+v, %t", shown, there)
	}
	refuses, minutes := w.lots.upTo(5) == 0, 1+w.lots.upTo(6) // asks live for five minutes
	w.later(minutes, func() {
		if refuses {
			_, err := w.agents.Refuse(bg, shown.Intent, w.turn())
			w.refused("refused to withdraw", err, fault.AskGone)
			return
		}
		if s.cash < amount {
			w.counts["the cash went to somebody else"]++
			return
		}
		out, err := w.agents.Approve(bg, shown.Intent, p.pin)
		if w.refused("approved a withdrawal", err, append(stopped, fault.AskGone, fault.Insufficient, fault.LimitDay)...) {
			return
		}
		again(w, "approval", out, func() (agents.CashOutReceipt, error) { return w.agents.Approve(bg, shown.Intent, p.pin) })
		w.paidOut(p, s, amount, shown.Fee)
	})
}

// cashCode is a withdrawal on a code made beforehand: used at any shop, taken back, or forgotten.
func (w *town) cashCode(p *person, s *shop, amount int64) {
	w.t.Helper()
	q, err := w.agents.QuoteCashCode(bg, agents.CashCodeRequest{From: p.phone, Amount: amount, Origin: w.turn()})
	if err != nil {
		w.refused("cash code", err, fault.CodePending, fault.WalletPending)
		return
	}
	made, err := w.agents.CashCode(bg, q.Intent, p.pin)
	if w.refused("cash code", err, fault.Insufficient, fault.LimitDay) {
		return
	}
	switch w.lots.upTo(6) {
	case 0: // forgotten
	case 1:
		_, err := w.agents.CancelCashCode(bg, p.phone, w.turn())
		w.refused("cash code taken back", err)
	default:
		w.later(1+w.lots.upTo(11), func() { w.paysOnCode(p, s, made, q.Fee) })
	}
}

func (w *town) paysOnCode(p *person, s *shop, made agents.CashCode, fee int64) {
	w.t.Helper()
	if !s.trades() || !w.hasCash(s, made.Amount) {
		return
	}
	q, err := w.agents.QuotePayout(bg, agents.PayoutRequest{Operator: s.phone, From: p.phone, Code: made.Code, Origin: w.turn()})
	if err != nil {
		w.refused("paid on a code", err, append(stopped, fault.CodeGone)...)
		return
	}
	out, err := w.agents.Payout(bg, q.Intent, s.pin)
	if w.refused("paid on a code", err, fault.CodeGone) {
		return
	}
	again(w, "payout", out, func() (agents.CashOutReceipt, error) { return w.agents.Payout(bg, q.Intent, s.pin) })
	w.paidOut(p, s, made.Amount, fee)
}

// sends is money from person to person.
func (w *town) sends(from, to *person, amount int64) {
	w.t.Helper()
	if from == to {
		return
	}
	q, err := w.wallet.QuoteSend(bg, wallet.SendRequest{From: from.phone, To: to.phone, Amount: amount, Origin: w.turn()})
	w.must(err)
	send := func() (wallet.SendReceipt, error) {
		sent, err := w.wallet.Send(bg, q.Intent, from.pin)
		sent.Replayed = false
		return sent, err
	}
	sent, err := send()
	if w.refused("send", err, fault.Insufficient, fault.LimitDay, fault.CannotReceive) {
		return
	}
	again(w, "send", sent, send)
	w.moved(from.account, -q.Total)
	w.moved(to.account, amount)
}

// registers is a person who is registered at a counter, and opens the wallet on the own phone some time later, or never.
func (w *town) registers(s *shop) {
	w.t.Helper()
	n := w.newcomers
	w.newcomers++
	phone := msisdn.Number("+2547120020" + string([]byte{'0' + byte(n/10), '0' + byte(n%10)}))
	number, err := w.wallet.ParseIDNumber(phone, "298837"+string([]byte{'0' + byte(n/10), '0' + byte(n%10)}))
	w.must(err)
	q, err := w.agents.QuoteRegister(bg, agents.RegisterRequest{Operator: s.phone, Phone: phone, Name: "NEWCOMER OWINO", ID: number, Language: "en",
		Photo: "book 1", Origin: w.turn()})
	if err != nil {
		w.refused("registered at a counter", err, stopped...)
		return
	}
	end, err := w.agents.RegisterCustomer(bg, q.Intent, s.pin)
	w.refused("registered at a counter", err)
	again(w, "registration", end, func() (string, error) { return w.agents.RegisterCustomer(bg, q.Intent, s.pin) })
	c, err := w.wallet.Customer(bg, phone)
	w.must(err)
	p := &person{phone: phone, pin: w.pinOf(n), id: c.ID, account: c.Account}
	if n%5 == 4 {
		return // never opens it
	}
	w.later(2+w.lots.upTo(50*60), func() { w.activates(p, n) })
}

// activates opens a wallet that was registered at a counter.
func (w *town) activates(p *person, n int) {
	w.t.Helper()
	code := codeIn(w.texted(p.phone))
	w.must(w.wallet.ProveCode(bg, p.phone, code, w.turn()))
	w.must(w.wallet.ProveIDEnd(bg, p.phone, "37"+string([]byte{'0' + byte(n/10), '0' + byte(n%10)}), w.turn()))
	first, err := w.wallet.DraftNewPIN(bg, p.phone, p.pin)
	w.must(err)
	_, err = w.wallet.Activate(bg, wallet.NewPIN{Phone: p.phone, First: first, Again: p.pin, Origin: w.turn()}, w.wallet.Terms())
	if !w.refused("wallet opened by its owner", err) {
		w.people = append(w.people, p)
	}
}

// dealAt makes sure of a withdrawal or deposit at a shop of the first agent, whose customer has the money for it.
func (w *town) dealAt(amount int64, out bool) (*person, *shop, id.ID) {
	w.t.Helper()
	s := w.shops[0]
	for {
		p := w.rich(2 * amount)
		if out && s.cash < amount { // the owner brings some
			s.cash, s.brought = s.cash+amount, s.brought+amount
		}
		do := func() (id.ID, bool) { return w.paysIn(p, s, amount, false) }
		if out {
			do = func() (id.ID, bool) { return w.takesOut(p, s, amount) }
		}
		if which, done := do(); done {
			return p, s, which
		}
	}
}

// aReturn is a withdrawal that the operator gives back, fee and all.
func (w *town) aReturn() {
	w.t.Helper()
	p, s, which := w.dealAt(700_00, true)
	w.wind(w.clock.Now().Add(9 * minute))
	q, err := w.agents.QuoteReturn(bg, agents.MendRequest{Who: s.phone, Deal: which, Origin: w.turn()})
	w.must(err)
	_, err = w.agents.Return(bg, q.Intent, s.pin)
	w.refused("withdrawal returned", err)
	w.paidOut(p, s, -q.Amount, -q.Fee)
}

// notPaid is a customer who says that the cash was not paid; staff will decide.
func (w *town) notPaid() {
	w.t.Helper()
	p, s, which := w.dealAt(900_00, true)
	w.wind(w.clock.Now().Add(9 * minute))
	q, err := w.agents.QuoteNotPaid(bg, agents.MendRequest{Who: p.phone, Deal: which, Origin: w.turn()})
	w.must(err)
	_, err = w.agents.NotPaid(bg, q.Intent, p.pin)
	w.refused("said not to be paid", err)
	w.dispute = dispute{deal.CaseOf(which, deal.NotPaid), p, s, q.Amount, q.Fee}
}

// dispute is a case that staff are to decide.
type dispute struct {
	of          id.ID
	by          *person
	at          *shop
	amount, fee int64
}

// wrongDeposit is a deposit to a wrong number, which its owner gives back; or keeps, and staff decide that it is the shop's.
func (w *town) wrongDeposit(givesBack bool) {
	w.t.Helper()
	p, s, which := w.dealAt(800_00, false)
	claim, err := w.agents.QuoteClaim(bg, agents.MendRequest{Who: s.phone, Deal: which, Origin: w.turn()})
	w.must(err)
	_, err = w.agents.Claim(bg, claim.Intent, s.pin)
	w.refused("wrong deposit claimed", err)
	if !givesBack {
		_, err = w.agents.KeepDeposit(bg, agents.MendRequest{Who: p.phone, Deal: which, Origin: w.turn()})
		w.refused("wrong deposit kept", err)
		w.approved(agents.RequestCase, agents.CaseArgs{Case: deal.CaseOf(which, deal.WrongDeposit), For: agents.ForShop})
		w.counts["wrong deposit decided for the shop"]++
		w.paidIn(p, s, -claim.Amount)
		return
	}
	q, err := w.agents.QuoteGiveBack(bg, agents.MendRequest{Who: p.phone, Deal: which, Origin: w.turn()})
	w.must(err)
	_, err = w.agents.GiveBack(bg, q.Intent, p.pin)
	w.refused("wrong deposit given back", err)
	w.paidIn(p, s, -q.Amount)
}

// farming is one customer who pays in and out again and again: from the third time on it earns nobody anything.
func (w *town) farming() {
	w.t.Helper()
	p, s, _ := w.dealAt(500_00, false)
	for range 5 {
		if _, done := w.takesOut(p, s, 300_00); done {
			w.counts["money that goes round"]++
		}
		w.wind(w.clock.Now().Add(2 * minute))
		w.paysIn(p, s, 300_00, true)
	}
}

// ownWallet is an operator's own wallet at the own counter: it earns nothing, and only so much a day.
func (w *town) ownWallet() {
	w.t.Helper()
	s := w.shops[0]
	c, err := w.wallet.OpenWallet(bg, wallet.NewWallet{Phone: s.phone, Name: "OPERATOR MAMA", Language: "en", Tier: 2, Verified: true, PIN: s.pin})
	w.must(err)
	own := &person{phone: s.phone, pin: s.pin, id: c.ID, account: c.Account}
	w.paysIn(own, s, 4_000_00, true)
	code, err := w.agents.DepositCode(bg, s.phone, w.turn())
	w.must(err)
	q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: s.phone, Code: code.Code, Amount: 1_000_01, Origin: w.turn()})
	w.must(err)
	_, err = w.agents.CashIn(bg, q.Intent, s.pin)
	w.refused("own wallet", err, fault.OwnWalletLimit)
}

// nothingIsOpen looks for a shop on a holiday.
func (w *town) nothingIsOpen() {
	w.t.Helper()
	for _, ward := range w.market.Wards {
		_, err := w.agents.FindShops(bg, agents.FindRequest{Where: ward.Code, Purpose: agents.AnyShop}, 3)
		if !w.refused("looked for a shop on a holiday", err, fault.NoShops) {
			w.t.Errorf("a shop is open in %s", ward.Name)
		}
	}
}
