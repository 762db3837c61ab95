package jobs_test

import (
	"regexp"
	"strings"
	"time"

	"senti/agents"
	"senti/agents/offer"
	"senti/agents/survey"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/voucher"
)

const minute = time.Minute

// openShops opens all shops that trade, with the cash that was counted in the morning.
func (w *town) openShops() {
	w.t.Helper()
	for _, s := range w.shops {
		if s.gone {
			continue
		}
		if w.lots.upTo(3) == 0 && w.float(s) < 10_000_00 && s.cash < 5_000_00 { // the owner brings cash from home
			s.cash += 15_000_00
		}
		_, err := w.agents.OpenDay(bg, agents.SwitchRequest{Operator: s.phone, Cash: s.cash, Origin: w.turn()})
		s.brought, s.removed = 0, 0
		s.stopped = w.refused("shop opened for the day", err, fault.OperatorSuspended)
		s.open = !s.stopped
		if s.open && w.float(s) < 10_000_00 && w.lots.upTo(4) == 0 {
			w.buysFloat(s, 20_000_00)
		}
	}
}

// shutShops has every operator count the drawer, which is as the books expect; now and then one forgets it.
func (w *town) shutShops() {
	w.t.Helper()
	for _, s := range w.shops {
		s.stopped = false
		if !s.open {
			continue
		}
		s.open = false
		if w.lots.upTo(10) == 0 {
			w.counts["end of the day forgotten"]++
			continue
		}
		r := agents.DayRequest{Operator: s.phone, Counted: s.cash, Brought: s.brought, Removed: s.removed, Origin: w.turn()}
		day, err := w.agents.CheckDay(bg, r)
		w.must(err)
		if d := day.Difference(); !d.Known || d.Amount != 0 {
			w.t.Errorf("%d %s: the drawer has %d, the books expect %+v: %+v", w.today(), s.name, s.cash, day.Expected(), day)
		}
		_, err = w.agents.EndDay(bg, r)
		w.refused("end of the day, counted", err)
	}
}

// float is what a shop can dispose of.
func (w *town) float(s *shop) int64 {
	w.t.Helper()
	a, err := w.ledger.Account(bg, s.till.Float)
	w.must(err)
	if a.Balance != w.book[s.till.Float] {
		w.t.Errorf("%s has %d on its float, its notebook says %d", s.name, a.Balance, w.book[s.till.Float])
	}
	return a.Available()
}

// buysFloat is a shop that pays cash in at the bank, as far as there is any, and gets float for it.
func (w *town) buysFloat(s *shop, amount int64) {
	w.t.Helper()
	if s.cash < amount+2_000_00 {
		amount = (s.cash - 2_000_00) / 100_00 * 100_00
	}
	if amount <= 0 {
		w.counts["no cash to buy float with"]++
		return
	}
	if w.soldByBank(s, amount) {
		s.cash, s.removed = s.cash-amount, s.removed+amount
	}
}

// soldByBank moves float from the bank to a shop.
func (w *town) soldByBank(s *shop, amount int64) bool {
	w.t.Helper()
	q, err := w.agents.QuoteFloat(bg, agents.FloatRequest{Operator: w.bank.phone, Shop: s.till.Code, Amount: amount, Origin: w.turn()})
	if err != nil {
		return !w.refused("float sold by the bank", err, fault.ShopClosed)
	}
	done, err := w.agents.MoveFloat(bg, q.Intent, w.bank.pin)
	w.refused("float sold by the bank", err)
	again(w, "float", done, func() (agents.FloatReceipt, error) { return w.agents.MoveFloat(bg, q.Intent, w.bank.pin) })
	w.moved(w.bank.till.Float, -amount)
	w.moved(s.till.Float, amount)
	return true
}

// asksForFloat is a shop that asks the bank for float: which gives it, says no, or says nothing for a day.
func (w *town) asksForFloat(s *shop, amount int64) {
	w.t.Helper()
	_, err := w.agents.AskFloat(bg, agents.FloatRequest{Operator: s.phone, Shop: w.bank.till.Code, Amount: amount, Origin: w.turn()})
	if w.refused("asked the bank for float", err, append(stopped, fault.OfferPending)...) {
		return
	}
	which := w.askedOf(w.bank, offer.Float, s)
	r := agents.OfferRequest{Operator: w.bank.phone, Offer: which, Origin: w.turn()}
	switch w.lots.upTo(4) {
	case 0: // nobody answers
	case 1:
		w.later(20, func() {
			_, err := w.agents.RefuseOffer(bg, r)
			w.refused("the bank said no", err)
		})
	default:
		w.later(30, func() {
			if s.cash < amount {
				return
			}
			q, err := w.agents.QuoteGive(bg, r)
			if err != nil {
				w.refused("float given by the bank", err, fault.ShopClosed)
				return
			}
			_, err = w.agents.MoveFloat(bg, q.Intent, w.bank.pin)
			w.refused("float given by the bank", err)
			w.moved(w.bank.till.Float, -amount)
			w.moved(s.till.Float, amount)
			s.cash, s.removed = s.cash-amount, s.removed+amount
		})
	}
}

// askedOf finds what one shop asks of another.
func (w *town) askedOf(s *shop, kind offer.Kind, by *shop) id.ID {
	w.t.Helper()
	all, err := w.agents.Asked(bg, s.phone)
	w.must(err)
	for _, o := range all {
		if o.Kind == kind && (by == nil || strings.HasPrefix(o.Whom, by.name)) {
			return o.Offer
		}
	}
	w.t.Fatalf("%s was asked nothing", s.name)
	return id.ID{}
}

// swaps is float against cash between two shops: both type the other's code, or one takes it back, or they forget it.
func (w *town) swaps(asking, asked *shop, amount int64) {
	w.t.Helper()
	if asking == asked || !w.hasCash(asking, amount) {
		return
	}
	which, agreed := w.agrees(asking, asked, amount)
	if !agreed {
		return
	}
	codes := map[*shop]string{asking: w.swapCode(asking, which), asked: w.swapCode(asked, which)}
	types := func(s, other *shop) bool {
		code, err := voucher.Parse(codes[other])
		w.must(err)
		_, err = w.agents.TypeSwapCode(bg, agents.TypeRequest{Operator: agents.OfferRequest{Operator: s.phone, Offer: which, Origin: w.turn()}, Code: code})
		return !w.refused("typed the other's code", err, append(stopped, fault.OfferGone)...)
	}
	lot := w.lots.upTo(4)
	w.later(3+w.lots.upTo(20), func() {
		if !types(asking, asked) || lot == 0 {
			return
		}
		if lot == 1 {
			_, err := w.agents.CancelSwap(bg, agents.OfferRequest{Operator: asking.phone, Offer: which, Origin: w.turn()})
			w.refused("swap taken back", err)
			return
		}
		if asking.cash >= amount && types(asked, asking) {
			w.moved(asked.till.Float, -amount)
			w.moved(asking.till.Float, amount)
			asking.cash, asked.cash = asking.cash-amount, asked.cash+amount
			w.counts["swapped"]++
		}
	})
}

// agrees is one shop that asks another for a swap, which says yes.
func (w *town) agrees(asking, asked *shop, amount int64) (which id.ID, agreed bool) {
	w.t.Helper()
	_, err := w.agents.AskSwap(bg, agents.FloatRequest{Operator: asking.phone, Shop: asked.till.Code, Amount: amount, Origin: w.turn()})
	if w.refused("asked for a swap", err, append(stopped, fault.OfferPending)...) {
		return id.ID{}, false
	}
	r := agents.OfferRequest{Operator: asked.phone, Offer: w.askedOf(asked, offer.Swap, asking), Origin: w.turn()}
	q, err := w.agents.QuoteSwap(bg, r)
	w.must(err)
	_, err = w.agents.AgreeSwap(bg, q.Intent, asked.pin)
	return r.Offer, !w.refused("agreed to a swap", err, fault.TillShort, fault.FloatMin)
}

func (w *town) swapCode(s *shop, which id.ID) string {
	w.t.Helper()
	all, err := w.agents.Swaps(bg, s.phone)
	w.must(err)
	for _, o := range all {
		if o.Offer == which {
			return o.Code
		}
	}
	w.t.Fatalf("%s has no code", s.name)
	return ""
}

// reserves is a customer who wants a shop to keep cash: it says yes or no or nothing, and the customer comes or does not.
func (w *town) reserves(p *person, s *shop, amount int64) {
	w.t.Helper()
	q, err := w.agents.QuoteReserve(bg, agents.CashOutRequest{From: p.phone, Shop: s.till.Code, Amount: amount, Origin: w.turn()})
	if err != nil {
		w.refused("cash reserved", err, append(stopped, fault.OfferPending)...)
		return
	}
	_, err = w.agents.Reserve(bg, q.Intent, p.pin)
	if w.refused("cash reserved", err, fault.Insufficient, fault.LimitDay) {
		return
	}
	lot := w.lots.upTo(8)
	w.later(1+w.lots.upTo(5), func() { // offers live for five minutes
		r := agents.OfferRequest{Operator: s.phone, Offer: q.Intent, Origin: w.turn()}
		if s.cash < amount || lot == 0 {
			_, err := w.agents.RefuseOffer(bg, r)
			w.refused("the shop will not keep the cash", err, append(stopped, fault.OfferGone)...)
			return
		}
		_, err := w.agents.PromiseCash(bg, r)
		if w.refused("the shop keeps the cash", err, append(stopped, fault.OfferGone)...) {
			return
		}
		w.later(1+w.lots.upTo(40), func() { w.fetches(p, s, r.Offer, lot, amount, q.Fee) })
	})
}

func (w *town) fetches(p *person, s *shop, which id.ID, lot, amount, fee int64) {
	w.t.Helper()
	switch {
	case lot == 1:
		w.counts["did not come for the cash"]++
	case lot == 2:
		_, err := w.agents.CancelReserve(bg, agents.Cancellation{Customer: p.phone, Offer: which, Origin: w.turn()})
		w.refused("reservation taken back", err)
	case s.cash < amount:
		_, err := w.agents.BreakPromise(bg, agents.OfferRequest{Operator: s.phone, Offer: which, Origin: w.turn()})
		w.refused("the shop broke its promise", err, stopped...)
	default:
		_, codes, err := w.agents.SeeReservation(bg, p.phone, p.pin)
		w.must(err)
		code, err := voucher.Parse(codes.Own)
		w.must(err)
		r := agents.TypeRequest{Operator: agents.OfferRequest{Operator: s.phone, Offer: which, Origin: w.turn()}, Code: code}
		paid, err := w.agents.PayReserved(bg, r)
		if w.refused("reserved cash paid", err, stopped...) {
			return
		}
		again(w, "reserved cash", paid, func() (agents.Typed, error) { return w.agents.PayReserved(bg, r) })
		w.paidOut(p, s, amount, fee)
	}
}

// vouched is a voucher that somebody has sent, and nobody has redeemed.
type vouched struct {
	from   *person
	sent   id.ID
	amount int64
	until  time.Time
}

// stranger is a number without a wallet.
func (w *town) stranger() msisdn.Number {
	n := w.lots.upTo(10)
	return msisdn.Number("+25471200300" + string([]byte{'0' + byte(n)}))
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// codeIn is the code in a text.
func codeIn(text string) string { return sixDigits.FindString(text) }

// vouches sends money to a number without a wallet. It is redeemed, or taken back, or comes back by itself; some are locked by wrong codes
// first.
func (w *town) vouches(p *person, amount int64) {
	w.t.Helper()
	to, word := w.stranger(), []string{"", "", "blue cow"}[w.lots.upTo(3)]
	q, err := w.agents.QuoteVoucher(bg, agents.VoucherRequest{From: p.phone, To: to, Amount: amount, Word: word, Origin: w.turn()})
	w.must(err)
	sent, err := w.agents.SendVoucher(bg, q.Intent, p.pin)
	if w.refused("voucher sent", err, fault.Insufficient, fault.LimitDay) {
		return
	}
	again(w, "voucher", sent, func() (agents.VoucherReceipt, error) { return w.agents.SendVoucher(bg, q.Intent, p.pin) })
	w.moved(p.account, -q.Total)
	w.vouched = append(w.vouched, vouched{p, q.Intent, amount, q.Until})
	code, err := voucher.Parse(codeIn(w.texted(to)))
	w.must(err)
	redeem := agents.RedeemRequest{Phone: to, Code: code, Word: word}
	switch w.counts["voucher sent"] % 8 {
	case 0: // forgotten
	case 1:
		w.later(w.lots.upTo(2*24*60), func() { w.takesVoucherBack(p, q.Intent) })
	case 2:
		w.mistypes(redeem, p, q.Intent)
	default:
		w.redeemsSoon(redeem, q.Intent, amount)
	}
}

// redeemsSoon lets somebody go to a shop that is open, within some days.
func (w *town) redeemsSoon(r agents.RedeemRequest, sent id.ID, amount int64) {
	w.later(10+w.lots.upTo(30*60), func() {
		s := w.shops[w.lots.upTo(int64(len(w.shops)))]
		if !s.trades() || s.cash < amount {
			w.redeemsSoon(r, sent, amount)
			return
		}
		number, err := w.wallet.ParseIDNumber(r.Phone, "23456789")
		w.must(err)
		r.Operator, r.ID, r.Origin = s.phone, number, w.turn()
		q, err := w.agents.QuoteRedeem(bg, r)
		if err != nil {
			w.refused("voucher redeemed", err, append(stopped, fault.CodeUnknown, fault.CodeLocked, fault.WrongCode, fault.CodeGone)...)
			return
		}
		end, err := w.agents.Redeem(bg, q.Intent, s.pin)
		if w.refused("voucher redeemed", err, fault.CodeGone) {
			return
		}
		again(w, "voucher redeemed", end, func() (string, error) { return w.agents.Redeem(bg, q.Intent, s.pin) })
		w.voucherOver(sent)
		w.moved(s.till.Float, amount)
		s.cash -= amount
	})
}

// mistypes locks a voucher with wrong codes at the next shop that trades, whereupon its sender takes it back.
func (w *town) mistypes(r agents.RedeemRequest, sender *person, sent id.ID) {
	w.later(10+w.lots.upTo(24*60), func() {
		if !w.wrongCodes(r) {
			w.mistypes(r, sender, sent)
			return
		}
		w.takesVoucherBack(sender, sent)
	})
}

// wrongCodes types a code that is wrong, until the voucher is locked; false when all shops are shut.
func (w *town) wrongCodes(r agents.RedeemRequest) bool {
	w.t.Helper()
	number, err := w.wallet.ParseIDNumber(r.Phone, "23456789")
	w.must(err)
	r.ID = number
	right := r.Code.Show()
	for _, s := range w.shops {
		if !s.trades() {
			continue
		}
		r.Operator = s.phone
		for try := byte(1); ; try++ {
			digits := []byte(right)
			digits[5] = '0' + (digits[5]-'0'+try)%10
			r.Code, err = voucher.Parse(string(digits))
			w.must(err)
			_, err := w.agents.QuoteRedeem(bg, r)
			w.refused("wrong code", err, append(stopped, fault.WrongCode, fault.CodeLocked, fault.CodeUnknown)...)
			if !fault.HasCode(err, fault.WrongCode) {
				return true
			}
		}
	}
	return false
}

func (w *town) takesVoucherBack(p *person, sent id.ID) {
	w.t.Helper()
	back, err := w.agents.QuoteVoucherBack(bg, agents.CancelVoucherRequest{From: p.phone, Voucher: sent, Origin: w.turn()})
	if err != nil {
		w.refused("voucher taken back", err, fault.CodeGone)
		return
	}
	_, err = w.agents.CancelVoucher(bg, back.Intent, p.pin)
	w.refused("voucher taken back", err)
	w.voucherOver(sent)
	w.moved(p.account, back.Amount)
}

// voucherOver forgets a voucher whose money has gone somewhere.
func (w *town) voucherOver(sent id.ID) {
	for i, v := range w.vouched {
		if v.sent == sent {
			w.vouched = append(w.vouched[:i:i], w.vouched[i+1:]...)
			return
		}
	}
	w.t.Errorf("voucher %s is paid twice", sent)
}

// vouchersCameBack writes down those that nobody has redeemed in time: the jobs have just brought them back, without their fee.
func (w *town) vouchersCameBack() {
	for _, v := range append([]vouched{}, w.vouched...) {
		if !w.clock.Now().Before(v.until) {
			w.voucherOver(v.sent)
			w.moved(v.from.account, v.amount)
			w.counts["voucher came back by itself"]++
		}
	}
}

// answerSurveys has the people who were asked what an agent took answer, most of them.
func (w *town) answerSurveys() {
	w.t.Helper()
	for _, p := range w.people {
		q, found, err := w.agents.Surveys().LastOf(bg, p.id)
		w.must(err)
		if !found || q.State != survey.Asked || w.lots.upTo(3) == 0 {
			continue
		}
		taken, err := w.agents.AnswerSurvey(bg, p.phone, q.Code, w.lots.upTo(6) == 0)
		w.must(err)
		if taken {
			w.counts["said what the agent took"]++
		}
	}
}
