package jobs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

// A month in a town: a bank, three agents, eight tills in as many wards, some sixty people and two at a desk in the back office. The
// clock is wound on through December and the first days of January, and whatever the town does, all jobs run as they would. At the end
// the books, the notebooks of the people and the statements of the agents agree to the cent, on both databases in the same way.
func TestAMonthOfATown(t *testing.T) {
	var stories []string
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for w.today() <= lastDay {
			w.day()
		}
		w.finish()
		w.checkBooks()
		w.checkNothingIsLeft()
		w.checkJobs()
		for _, a := range w.agentsOf {
			w.checkEarnings(a)
		}
		w.checkCommission()
		w.checkEnough()
		stories = append(stories, w.story())
	})
	if len(stories) > 0 {
		t.Logf("a month of a town\n%s", stories[0])
	}
	if len(stories) == 2 && stories[0] != stories[1] {
		t.Errorf("the other database tells another story\n%s", stories[1])
	}
}

// The month, as days of the market: it begins on a Tuesday, and the first working day after it is Monday the 4th.
const (
	firstDay int32 = 20261201
	payDay   int32 = 20270104
	lastDay  int32 = 20270105
)

// What the town does on certain days before its shops open.
var mornings = map[int32]func(*town){
	20261210: func(w *town) { w.suspend(suspended) },
	20261212: func(w *town) { w.resume(suspended) },
	20261217: func(w *town) { w.windDown(ending) },
	20261221: func(w *town) { w.emptyTill(ending) },
	20261228: (*town).fund,
	payDay:   (*town).payday,
	lastDay:  func(w *town) { w.closeAgent(ending) },
}

// What it does on certain days at about ten.
var noons = map[int32]func(*town){
	20261203: (*town).aReturn,
	20261204: (*town).farming,
	20261207: (*town).notPaid,
	20261208: func(w *town) { w.wrongDeposit(true) },
	20261209: func(w *town) { w.decide(true) },
	20261214: (*town).ownWallet,
	20261215: (*town).notPaid,
	20261216: func(w *town) { w.wrongDeposit(false) },
	20261217: func(w *town) { w.decide(false) },
	20261218: func(w *town) { w.closeTill(ending) },
}

// The agents to whom something happens, by their place in the list.
const (
	suspended = 1
	ending    = 2
)

// day is one day in town, from midnight to midnight.
func (w *town) day() {
	w.t.Helper()
	day := w.today()
	_, holiday := w.market.Holiday(day)
	w.clockTo(0, 5)
	w.runJobs()
	w.clockTo(7, 30)
	w.runJobs()
	if act := mornings[day]; act != nil {
		act(w)
	}
	w.replenishBank()
	w.clockTo(8, 0)
	if holiday {
		w.counts["holidays, all shops closed"]++
	} else {
		w.openShops()
	}
	for slot := range slotsADay {
		w.wind(w.clock.Now().Add(time.Duration(10+w.lots.upTo(11)) * time.Minute))
		switch act := noons[day]; {
		case slot == 6 && act != nil:
			act(w)
		case holiday:
			w.athome(slot)
		default:
			w.something()
		}
		if slot%9 == 8 {
			w.runJobs()
		}
	}
	if !holiday {
		w.shutShops()
	}
	w.answerSurveys()
	w.runJobs()
	w.wind(w.market.Begins(w.today()).Add(24 * time.Hour)) // clocks stay as they are in Nairobi
}

// slotsADay is how much happens in a day: the last of it before half past seven.
const slotsADay = 34

// something is one thing that people of the town do.
func (w *town) something() {
	w.t.Helper()
	s, p := w.anyShop(), w.somebody()
	amount := 50_00 + w.lots.upTo(2950)*100
	switch lot := w.lots.upTo(100); {
	case lot < 20:
		w.paysIn(p, s, amount, true)
	case lot < 34:
		w.paysIn(p, s, 50_00+w.lots.upTo(9000)*100, false)
	case lot < 50:
		w.takesOut(p, s, amount)
	case lot < 58:
		w.asks(p, s, amount)
	case lot < 66:
		w.cashCode(p, s, amount)
	case lot < 72:
		w.reserves(p, s, amount)
	case lot < 86:
		w.sends(p, w.somebody(), amount)
	case lot < 92:
		w.vouches(p, 101_00+w.lots.upTo(1500)*100)
	case lot < 95:
		w.registers(s)
	case lot < 97:
		w.swaps(s, w.anyShop(), amount)
	case lot < 99:
		w.asksForFloat(s, 10_000_00)
	default:
		w.buysFloat(s, 20_000_00)
	}
}

// athome is what people do on a holiday: they send money, and look for shops in vain.
func (w *town) athome(slot int) {
	w.t.Helper()
	switch {
	case slot == 0:
		w.nothingIsOpen()
	case slot%4 == 0:
		w.sends(w.somebody(), w.somebody(), 50_00+w.lots.upTo(500)*100)
	}
}

// finish lets the last things run out, and settles what is left with the bank.
func (w *town) finish() {
	w.t.Helper()
	w.clockTo(9, 0)
	w.runJobs()
	for range 10 { // vouchers live for seven days
		w.wind(w.clock.Now().Add(24 * time.Hour))
		w.runJobs()
	}
	w.decideSplits()
	w.sweepFees()
	w.wind(w.clock.Now().Add(24 * time.Hour))
	w.payoutsArrive()
	w.runJobs()
}

// story is what was counted, the same on every database.
func (w *town) story() string {
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(w.counts)) {
		fmt.Fprintf(&b, "%6d  %s\n", w.counts[what], what)
	}
	for _, s := range w.shops {
		fmt.Fprintf(&b, "%-14s float %12s, cash %12s\n", s.name, w.shillings(w.book[s.till.Float]), w.shillings(s.cash))
	}
	return b.String()
}
