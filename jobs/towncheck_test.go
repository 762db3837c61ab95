package jobs_test

import (
	"database/sql"
	"maps"
	"strings"
	"time"

	"senti/agents/commission"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/jobs"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/voucher"
)

// checkBooks proves the ledger, the audit chain and the trust, and compares every account with its owner's notebook.
func (w *town) checkBooks() {
	w.t.Helper()
	r, err := ledger.Verify(bg, w.db, w.market.Zone)
	w.must(err)
	if !r.OK() || len(r.Sums) != 1 {
		w.t.Errorf("the books are not right: %v, %v", r.Problems, r.Sums)
	}
	for currency, sum := range r.Sums {
		if sum != 0 {
			w.t.Errorf("the trial balance of %s is %d", currency, sum)
		}
	}
	chain, err := audit.Verify(bg, w.db)
	w.must(err)
	if !chain.OK() {
		w.t.Errorf("the audit chain is broken: %v", chain.Problems)
	}
	w.checkTrust()
	for number, want := range w.book {
		a, err := w.ledger.Account(bg, number)
		w.must(err)
		if a.Balance != want {
			w.t.Errorf("%s %d has %d, its owner's notebook says %d", a.Type, number, a.Balance, want)
		}
	}
	w.counts["postings"] = int(r.Postings)
	w.must(w.db.Each(bg, `SELECT COUNT(*) FROM messages WHERE body LIKE '%float is LOW%'`, nil, func(rows *sql.Rows) error {
		var n int
		err := rows.Scan(&n)
		w.counts["warned that float is low"] = n
		return err
	}))
}

// checkTrust compares what is owed with what lies in trust, and that with the bank's statement.
func (w *town) checkTrust() {
	w.t.Helper()
	owed, err := w.office.CheckLiabilities(bg)
	w.must(err)
	if !owed.OK() {
		w.t.Errorf("liabilities: %s", owed)
	}
	var inBook int64
	for number, amount := range w.book {
		if number != wallet.CommissionFund {
			inBook += amount
		}
	}
	if have := owed.Owed[ledger.Wallet].Balance + owed.Owed[ledger.Float].Balance; have != inBook {
		w.t.Errorf("wallets and floats hold %d, the notebooks %d", have, inBook)
	}
	trust, err := w.office.ReconcileTrust(bg)
	w.must(err)
	if trust.Short != 0 || trust.Surplus != 0 || trust.Books != trust.Statements || trust.Books != owed.Total {
		w.t.Errorf("trust: %s", trust)
	}
	for _, b := range trust.Banks {
		if len(b.Breaks) > 0 || b.Unexplained != 0 {
			w.t.Errorf("bank %d: %d unexplained, breaks %+v", b.Account, b.Unexplained, b.Breaks)
		}
	}
}

// checkNothingIsLeft looks for what should have run out.
func (w *town) checkNothingIsLeft() {
	w.t.Helper()
	sums, err := w.ledger.Sums(bg)
	w.must(err)
	for _, s := range sums {
		if s.Held != 0 || s.Type == ledger.Escrow && s.Balance != 0 {
			w.t.Errorf("%s: %d held of %d", s.Type, s.Held, s.Balance)
		}
	}
	const most = 10
	now := w.clock.Now()
	for _, s := range []deal.State{deal.Waiting, deal.Disputed, deal.Claimed} {
		deals, err := w.agents.Deals().DueBefore(bg, s, now.AddDate(1, 0, 0), deal.Deal{}, most)
		w.must(err)
		if len(deals) > 0 {
			w.t.Errorf("%s: %+v", s, deals)
		}
	}
	cases, err := w.agents.OpenCases(bg, most)
	w.must(err)
	asks, err := w.agents.Deals().AsksDue(bg, now, deal.Ask{}, most)
	w.must(err)
	offers, err := w.agents.Offers().DueBefore(bg, now, offer.Offer{}, most)
	w.must(err)
	for _, c := range cases {
		if c.Kind != deal.Overcharged { // that is about no money
			w.t.Errorf("open: %+v", c)
		}
	}
	if len(asks)+len(offers) > 0 {
		w.t.Errorf("asks %+v, offers %+v", asks, offers)
	}
	codes := voucher.NewStore(w.db, key.Demo(), w.clock)
	for _, kind := range []voucher.Kind{voucher.Cash, voucher.Voucher, voucher.Swap, voucher.Reserve} {
		slips, err := codes.DueBefore(bg, kind, now, voucher.Slip{}, most)
		w.must(err)
		if len(slips) > 0 {
			w.t.Errorf("codes of kind %d: %+v", kind, slips)
		}
	}
}

// checkJobs looks whether every job of a date ran once on each date, and all others often, and none failed.
func (w *town) checkJobs() {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, j := range jobs.All(jobs.Parts{}) {
		runs := w.runs[j.Name]
		for tick, all := range runs {
			if len(all) != 1 || all[0].State != jobs.Done {
				w.t.Errorf("%s on %s ran %d times: %+v", j.Name, tick, len(all), all)
			}
		}
		w.counts["runs of jobs"] += len(runs)
		if strings.HasPrefix(j.Schedule, "@every") {
			if len(runs) < 100 {
				w.t.Errorf("%s ran %d times", j.Name, len(runs))
			}
			continue
		}
		days := 0
		for day := firstDay; day < w.today(); day = market.DayAfter(day, 1) {
			if days++; len(runs[w.market.Begins(day).In(w.market.Zone).Format(time.DateOnly)]) != 1 {
				w.t.Errorf("%s did not run on %d", j.Name, day)
			}
		}
		w.counts["days on which every daily job ran once"] = days
	}
}

// services are what agents are paid for, by the kind of the deal.
var services = map[ledger.Kind]string{ledger.CashIn: commission.Deposit, ledger.CashOut: commission.Withdraw,
	ledger.VoucherRedeem: commission.Redeem, ledger.Commission: commission.Register}

// band is what a deal earns in all, by the market's bands.
func (w *town) band(d deal.Deal) int64 {
	w.t.Helper()
	service, ok := services[d.Kind]
	if !ok {
		w.t.Fatalf("a deal of kind %s", d.Kind)
	}
	return commission.Earned(w.market.At(d.AskedAt).Pay, service, max(d.Amount, 1))
}

// checkEarnings goes through an agent's statement line by line: each is explained by its deal, and together they are what is owed.
func (w *town) checkEarnings(a network.Agent) {
	w.t.Helper()
	from := w.market.Begins(firstDay)
	s, err := w.agents.EarningsStatement(bg, a.ID, from, w.clock.Now().Add(time.Hour))
	w.must(err)
	sum := s.Opening
	got, due := map[id.ID]int64{}, map[id.ID]int64{} // by deal: all its lines together, and what it earned if it stands
	for _, l := range s.Lines {
		if sum += l.Amount; sum != l.Balance {
			w.t.Errorf("%s: %d after a line that says %d", a.Name, sum, l.Balance)
		}
		if l.Kind == ledger.CommissionPay {
			if l.Place.Till.ID == 0 || l.Tax != commission.Withheld(-l.Amount, w.market.At(l.At).Agents.Withholding) {
				w.t.Errorf("%s was paid %d to till %d, less %d", a.Name, -l.Amount, l.Place.Till.ID, l.Tax)
			}
			continue
		}
		if l.Deal.ID.IsZero() || l.Place.Till.ID != l.Deal.Till {
			w.t.Errorf("%s: nothing explains %+v", a.Name, l)
			continue
		}
		rules := w.market.At(l.Deal.AskedAt)
		part, super := commission.Split(w.band(l.Deal), rules.Pay.Split, true)
		if a.Kind == network.Super {
			part = super
		}
		switch got[l.Deal.ID] += l.Amount; {
		case l.Amount != part && l.Amount != -part, l.Amount < 0 && got[l.Deal.ID] != 0: // taken back is what was given before, once
			w.t.Errorf("%s got %d for a %s of %d, the bands say %d", a.Name, l.Amount, l.Deal.Kind, l.Deal.Amount, part)
		case l.Deal.State.Stands():
			due[l.Deal.ID] = part
		default:
			due[l.Deal.ID] = 0
		}
	}
	if !maps.Equal(got, due) {
		w.t.Errorf("%s got %v for deals that earned %v", a.Name, got, due)
	}
	payable, err := w.ledger.Account(bg, a.Payable)
	w.must(err)
	if s.Opening != 0 || sum != s.Closing || sum != payable.Balance || s.Earned-s.Taken-s.Released != s.Closing {
		w.t.Errorf("%s: opening %d, lines %d, closing %d, owed %d: %d earned, %d taken back, %d released", a.Name, s.Opening, sum, s.Closing,
			payable.Balance, s.Earned, s.Taken, s.Released)
	}
	w.counts["lines of earnings explained"] += len(s.Lines)
}

// checkCommission adds up what the deals earned by the bands: that is Senti's expense, less what was taken back with deals undone; and
// what was taken in fees, all of which was swept.
func (w *town) checkCommission() {
	w.t.Helper()
	var earned, back int64
	loops := map[[2]int64]int{}
	var nothing []deal.Deal
	for _, s := range append(w.shops, w.bank) {
		deals, err := w.agents.Deals().OfTill(bg, s.till.ID, time.Time{}, 1_000_000)
		w.must(err)
		for _, d := range deals {
			undone := d.State == deal.Returned || d.State == deal.Reversed
			if d.Marks.Has(deal.Loop) {
				loops[[2]int64{d.Customer, int64(d.Day)}]++
			}
			switch {
			case !d.State.Stands() && !undone: // no money moved
				continue
			case d.Earned == 0:
				nothing = append(nothing, d)
			case d.Earned != w.band(d):
				w.t.Errorf("a %s of %d earned %d, the bands say %d", d.Kind, d.Amount, d.Earned, w.band(d))
			}
			earned += d.Earned
			if undone {
				back += d.Earned
			}
			w.counts["deals: "+d.Kind.String()]++
		}
	}
	for _, d := range nothing {
		if !d.Marks.Has(deal.Own) && loops[[2]int64{d.Customer, int64(d.Day)}] < 3 {
			w.t.Errorf("a %s of %d earned nothing", d.Kind, d.Amount)
		}
	}
	w.counts["deals that earned nothing"] = len(nothing)
	expense, err := w.ledger.Account(bg, wallet.CommissionExpense)
	w.must(err)
	if -expense.Balance != earned-back || earned == 0 || back == 0 {
		w.t.Errorf("the expense is %d; deals earned %d, of which %d was taken back", -expense.Balance, earned, back)
	}
}

// checkEnough sees to it that what the month is about has come up in it.
func (w *town) checkEnough() {
	w.t.Helper()
	for _, what := range []string{
		"deposit by code", "deposit by number", "deposit by code: till_short", "yes to a deposit", "no to a deposit", "yes to a deposit: deal_closed",
		"withdrawal", "withdrawal: insufficient", "withdrawal: shop_closed", "deposit by code: operator_suspended",
		"approved a withdrawal", "approved a withdrawal: ask_gone", "refused to withdraw", "cash code taken back", "paid on a code", "paid on a code: code_gone",
		"send", "voucher sent", "voucher redeemed", "voucher taken back", "voucher came back by itself", "wrong code: code_locked",
		"registered at a counter", "wallet opened by its owner", "float sold by the bank", "float given by the bank", "the bank said no", "swapped", "swap taken back",
		"reserved cash paid", "did not come for the cash", "reservation taken back", "the shop will not keep the cash", "holidays, all shops closed",
		"withdrawal returned", "said not to be paid", "wrong deposit given back", "wrong deposit decided for the shop", "agent suspended", "answer to a deposit at a suspended shop: shop_closed",
		"warned that float is low", "commission released",
		"end of the day, counted", "end of the day forgotten", "no cash in the drawer", "money that goes round", "own wallet: own_wallet_limit",
		"said what the agent took", "repeated, and nothing done twice", "deals that earned nothing", "decided by two: destroy", "decided by two: sweep",
	} {
		if w.counts[what] == 0 {
			w.t.Errorf("it never came to: %s", what)
		}
	}
}
