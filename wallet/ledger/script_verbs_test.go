package ledger_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
)

var accountTypes = map[string]ledger.AccountType{
	"wallet": ledger.Wallet, "fee": ledger.FeeIncome, "tax": ledger.TaxPayable, "trust": ledger.Trust, "suspense": ledger.Suspense,
}

// acts build plans. A name makes the plan a posting that can be sent again.
var acts = map[string]func(*script, *words) (name string, p *ledger.Plan){
	// open A wallet [KES]
	"open": func(s *script, w *words) (string, *ledger.Plan) {
		name, kind, currency := w.next(), accountTypes[w.next()], "KES"
		if len(w.left) > 0 {
			currency = w.next()
		}
		if s.accounts[name] == 0 {
			s.accounts[name] = ledger.FirstNumber + int64(len(s.accounts))
			if kind != ledger.Wallet {
				s.accounts[name] = 1 + int64(len(s.accounts))
			}
		}
		return "", &ledger.Plan{ID: ids.New(), Kind: ledger.Register,
			Open: []ledger.NewAccount{{ID: s.accounts[name], Type: kind, Currency: currency}}}
	},
	// issue i1 TRUST -> A 1000
	"issue":   func(s *script, w *words) (string, *ledger.Plan) { return s.move(ledger.Issue, w) },
	"destroy": func(s *script, w *words) (string, *ledger.Plan) { return s.move(ledger.Destroy, w) },
	// send s1 A -> B 300 fee 6.09 tax 0.91 [at most 500 a day]
	"send": func(s *script, w *words) (string, *ledger.Plan) { return s.move(ledger.Send, w) },
	// post p1 adjust A -300 B 200 C 100 [corrects s1] [closing A]
	"post": func(s *script, w *words) (string, *ledger.Plan) {
		name, p := w.next(), &ledger.Plan{Kind: kindNamed(w.next())}
		for len(w.left) > 0 && w.left[0] != "corrects" && w.left[0] != "closing" {
			p.Legs = append(p.Legs, ledger.Leg{Account: s.account(w.next()), Amount: w.amount()})
		}
		if w.has("corrects") {
			p.Corrects = postingID(w.next())
		}
		if w.has("closing") {
			p.Change = []ledger.AccountChange{{Account: s.account(w.next()), Raise: ledger.Closed, Empty: true}}
		}
		return name, p
	},
	// return r1 s1 [only 60]: s1 undone, or that much of it, and its turnover with it
	"return": func(s *script, w *words) (string, *ledger.Plan) {
		name, undone := w.next(), w.next()
		p := &ledger.Plan{Kind: ledger.CashOutReturn, Corrects: postingID(undone)}
		for _, leg := range s.firsts[undone].Legs {
			p.Legs = append(p.Legs, ledger.Leg{Account: leg.Account, Amount: -leg.Amount, Counted: -leg.Counted})
		}
		if w.has("only") {
			part := w.amount()
			p.Legs = slices.DeleteFunc(p.Legs, func(l ledger.Leg) bool { return l.Counted == 0 })
			for i := range p.Legs {
				l := &p.Legs[i]
				l.Amount, l.Counted = part*l.Amount/max(l.Amount, -l.Amount), -part
			}
		}
		return name, p
	},
	// hold h1 A 200 for 60s [as p1]: the posting bears the hold's name, or the one given
	"hold": func(s *script, w *words) (string, *ledger.Plan) {
		hold, holder, amount := w.next(), s.account(w.next()), w.amount()
		w.must("for")
		until := s.clock.Now().Add(w.duration())
		name := hold
		if w.has("as") {
			name = w.next()
		}
		if s.holders[hold] == 0 {
			s.holders[hold] = holder
		}
		return name, take(holdID(hold), holder, amount, until)
	},
	// freeze h1 A 200 [and h2 B]: the second like the first
	"freeze": func(s *script, w *words) (string, *ledger.Plan) {
		hold, holder, amount := w.next(), s.account(w.next()), w.amount()
		s.holders[hold] = holder
		p := take(holdID(hold), holder, amount, s.clock.Now().Add(time.Hour))
		p.Holds[0].Freeze = true
		if w.has("and") {
			second := w.next()
			s.holders[second] = s.account(w.next())
			like := p.Holds[0]
			like.Hold, like.Account, like.Like = holdID(second), s.holders[second], holdID(hold)
			p.Holds = append(p.Holds, like)
		}
		return hold, p
	},
	// capture c1 h1 120 -> B [fee 5] [final]
	"capture": func(s *script, w *words) (string, *ledger.Plan) {
		name, hold, amount := w.next(), w.next(), w.amount()
		w.must("->")
		p := capture(holdID(hold), s.holders[hold], s.account(w.next()), amount)
		if fee := w.option("fee"); fee > 0 {
			p.Legs[1].Amount -= fee
			p.Legs = append(p.Legs, ledger.Leg{Account: s.account("FEE"), Amount: fee})
		}
		p.Holds[0].Final = w.has("final")
		return name, p
	},
	// release r1 h1 [of B]
	"release": func(s *script, w *words) (string, *ledger.Plan) { return s.endHold(ledger.ReleaseHold, w) },
	"expire":  func(s *script, w *words) (string, *ledger.Plan) { return s.endHold(ledger.ExpireHold, w) },
	// block A debit|credit, close A, unblock A
	"block": func(s *script, w *words) (string, *ledger.Plan) {
		account := s.account(w.next())
		return s.flag(account, map[string]ledger.Flags{"debit": ledger.DebitBlocked, "credit": ledger.CreditBlocked, "unproven": ledger.Unproven}[w.next()])
	},
	"close":   func(s *script, w *words) (string, *ledger.Plan) { return s.flag(s.account(w.next()), ledger.Closed) },
	"unblock": func(s *script, w *words) (string, *ledger.Plan) { return s.flag(s.account(w.next()), 0) },
}

// questions answer in words and change nothing in the books, but for the sweep.
var questions = map[string]func(*script, *words) string{
	// wait 59.999999s; a negative wait is a clock that steps back
	"wait": func(s *script, w *words) string { s.clock.Advance(w.duration()); return "" },
	// clock 2026-03-31 23:59:59.999999, as a clock on the wall in Nairobi shows it
	"clock": func(s *script, w *words) string {
		at, err := time.ParseInLocation("2006-01-02 15:04:05", w.next()+" "+w.next(), nairobi(s.t))
		if err != nil {
			panic(err)
		}
		s.clock.Set(at)
		return ""
	},
	"account": func(s *script, w *words) string { return s.state(w.next()) },
	// turnover A
	"turnover": func(s *script, w *words) string {
		a, err := s.l.Account(bg, s.account(w.next()))
		if err != nil {
			return err.Error()
		}
		t := a.Turnover
		return fmt.Sprintf("%d out %s in %s, %d out %s in %s", t.Day, amountText(t.OutDay), amountText(t.InDay),
			t.Month, amountText(t.OutMonth), amountText(t.InMonth))
	},
	// statement A 5 [before s1]: newest first
	"statement": func(s *script, w *words) string {
		account, limit, before := s.account(w.next()), w.amount()/100, int64(0)
		if w.has("before") {
			before = s.firsts[w.next()].Seq
		}
		entries, err := s.l.Statement(bg, account, before, int(limit))
		if err != nil {
			return err.Error()
		}
		lines := make([]string, len(entries))
		for i, e := range entries {
			lines[i] = fmt.Sprintf("%s %s = %s", e.Kind, amountText(e.Amount), amountText(e.Balance))
		}
		return strings.Join(lines, ", ")
	},
	// sweep 10: expire at most so many holds
	"sweep": func(s *script, w *words) string {
		n, err := s.l.Expire(bg, s.clock.Now(), int(w.amount()/100))
		if err != nil {
			return err.Error()
		}
		return strconv.Itoa(n) + " expired"
	},
	// posting s1: what the books say of a posting ID
	"posting": func(s *script, w *words) string {
		o, found, err := s.l.Posting(bg, postingID(w.next()))
		switch {
		case err != nil:
			return err.Error()
		case !found:
			return "none"
		case o.Refusal != nil:
			return faultText(o.Refusal)
		}
		return "accepted"
	},
	"verify": func(s *script, _ *words) string {
		r, err := ledger.Verify(bg, s.db, nairobi(s.t))
		if err != nil {
			return err.Error()
		}
		if !r.OK() {
			return strings.Join(r.Problems, "; ")
		}
		return "ok"
	},
}

// move reads "NAME A -> B AMOUNT [fee F] [tax T] [at most L a day]" and counts the amount on both sides.
func (s *script) move(kind ledger.Kind, w *words) (string, *ledger.Plan) {
	name, from := w.next(), s.account(w.next())
	w.must("->")
	to, amount := s.account(w.next()), w.amount()
	fee, tax := w.option("fee"), w.option("tax")
	p := &ledger.Plan{Kind: kind, Legs: []ledger.Leg{
		{Account: from, Amount: -(amount + fee + tax), Counted: amount}, {Account: to, Amount: amount, Counted: amount}}}
	if fee > 0 {
		p.Legs = append(p.Legs, ledger.Leg{Account: s.account("FEE"), Amount: fee})
	}
	if tax > 0 {
		p.Legs = append(p.Legs, ledger.Leg{Account: s.account("TAX"), Amount: tax})
	}
	if w.has("at") {
		w.must("most")
		p.Legs[0].Rule = atMostADay(w.amount())
		w.must("a")
		w.must("day")
	}
	return name, p
}

func atMostADay(most int64) ledger.Rule {
	return func(after ledger.Account) *fault.Error {
		if after.Turnover.OutDay > most {
			return fault.New(fault.LimitDay, "max", fault.Minor(most))
		}
		return nil
	}
}

func (s *script) endHold(verb ledger.HoldVerb, w *words) (string, *ledger.Plan) {
	name, hold := w.next(), w.next()
	holder := s.holders[hold]
	if w.has("of") {
		holder = s.account(w.next())
	}
	return name, &ledger.Plan{Kind: ledger.HoldEnd,
		Holds: []ledger.HoldAct{{Verb: verb, Hold: holdID(hold), Account: holder}}}
}

// flag changes an account by a plan that is no posting.
func (s *script) flag(account int64, flags ledger.Flags) (string, *ledger.Plan) {
	return "", &ledger.Plan{Change: []ledger.AccountChange{{Account: account, Flags: &flags}}}
}

func kindNamed(name string) ledger.Kind {
	for _, spec := range ledger.Kinds {
		if spec.Name == name {
			return spec.Kind
		}
	}
	panic("no such kind: " + name)
}

func (w *words) duration() time.Duration {
	d, err := time.ParseDuration(w.next())
	if err != nil {
		panic(err)
	}
	return d
}
