package agents_test

import (
	"database/sql"
	"regexp"
	"sync"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// nominates has an agent's commission released to an operator's till.
func (w *town) nominates(agent network.Agent, operator msisdn.Number) {
	w.t.Helper()
	_, err := w.ledger.Commit(bg, &ledger.Plan{Companions: w.agents.Places().Nominate(agent.ID, w.tills[operator].ID)})
	w.must(err)
}

// funds pays money into the commission fund.
func (w *town) funds(amount int64) {
	w.t.Helper()
	_, err := w.wallet.Issue(bg, wallet.CommissionFund, amount, w.wallet.IDs().New().String())
	w.must(err)
}

// releases runs the release as a job would, and asserts how many agents it has paid.
func (w *town) releases(want int) {
	w.t.Helper()
	got, err := w.agents.ReleaseCommission(bg)
	if err != nil || got != want {
		w.t.Errorf("released %d (%v), want %d", got, err, want)
	}
}

// dateIs sets the clock to noon of a day.
func (w *town) dateIs(year int, month time.Month, day int) {
	w.clock.Set(time.Date(year, month, day, 9, 0, 0, 0, time.UTC))
}

// What an agent earned by the end of the month is paid on the first working day after it, less tax, and the rest later.
func TestCommissionIsReleased(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.nominates(w.agent, otieno)
		w.funds(10_000_00)
		w.paysIn(njeri, jane, 2_000_00)   // 11: 8.80 and 2.20
		w.takesOut(john, njeri, 1_000_00) // 10: 8 and 2
		w.releases(0)                     // the month is not over
		w.dateIs(2027, time.January, 1)   // a holiday, and then a weekend
		w.paysIn(otieno, john, 500_00)    // 8: 6.40 and 1.60, in the new month
		w.releases(0)
		w.dateIs(2027, time.January, 4)
		owed, err := w.agents.CommissionOwed(bg)
		w.must(err)
		if !owed.Due || owed.Ended != 20270101 || len(owed.Owed) != 2 || owed.Sum != 16_80 {
			t.Fatalf("owed %+v", owed)
		}
		if bank, agent := owed.Owed[0], owed.Owed[1]; bank.Stuck != agents.NoTill || bank.Amount != 4_20 || agent.Amount != 16_80 || agent.Tax != 84 {
			t.Errorf("owed %+v and %+v", bank, agent)
		}
		w.releases(1)
		w.releases(0)
		w.has(otieno, 800_00-500_00+16_80-84)
		if owed, tax, fund := w.balance(w.agent.Payable), w.balance(wallet.WithholdingTax), w.balance(wallet.CommissionFund); owed != 6_40 || tax != 84 || fund != 10_000_00-16_80 {
			t.Errorf("owed %d, tax %d, fund %d", owed, tax, fund)
		}
		if texts := w.lastTexts(); texts[otieno] != "Commission Ksh 16.80 PAID to the float of OTIENO KIOSK till 1, less tax 0.84. Float Ksh 315.96. 4/1/27 12:00. " || texts[njeri] == "" {
			t.Errorf("texts %q", texts)
		}
		w.dateIs(2027, time.February, 1)
		w.nominates(w.agent, njeri)
		w.releases(1)
		w.has(njeri, 50_000_00-2_000_00+1_000_00+6_40-32)
		w.right()
	})
}

// lastTexts are the last texts to the phones, without the receipts.
func (w *town) lastTexts() map[msisdn.Number]string {
	w.t.Helper()
	out := map[msisdn.Number]string{}
	receipt := regexp.MustCompile(`[2-9A-Z]{10}-[0-9]{4}$`)
	w.must(w.db.Each(bg, `SELECT phone, body FROM messages ORDER BY created_at, id`, nil, func(rows *sql.Rows) error {
		var phone, body string
		err := rows.Scan(&phone, &body)
		out[msisdn.Number(phone)] = receipt.ReplaceAllString(body, "")
		return err
	}))
	return out
}

// Without money in the fund nobody is paid, not even those it would do for; nothing of it is remembered against them.
func TestFundFallsShort(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.nominates(w.agent, njeri)
		w.paysIn(njeri, jane, 2_000_00)
		w.dateIs(2027, time.January, 4)
		w.funds(8_79)
		for range 2 {
			released, err := w.agents.ReleaseCommission(bg)
			w.refused(err, fault.CommissionFundShort)
			if released != 0 || w.balance(w.agent.Payable) != 8_80 {
				t.Errorf("released %d, owed %d", released, w.balance(w.agent.Payable))
			}
		}
		w.funds(1)
		w.releases(1)
		if w.balance(wallet.CommissionFund) != 0 || w.balance(w.agent.Payable) != 0 {
			t.Error("not all was paid")
		}
		w.right()
	})
}

// Commission that cannot be paid stays owed, and somebody hears of it once; it is paid when it can be.
func TestCommissionWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.funds(100_00)
		w.paysIn(njeri, jane, 2_000_00)
		w.dateIs(2027, time.January, 4)
		w.releases(0)
		first := w.lastTexts()
		w.clock.Advance(24 * time.Hour)
		w.releases(0)
		if want := "Commission Ksh 8.80 waits: no till of yours can receive it. Please call us and name the till it should go to."; first[njeri] != want || first[otieno] != want {
			t.Errorf("texts %q", first)
		}
		if n := w.rowsOf(`SELECT COUNT(*) FROM messages WHERE body LIKE '%waits:%'`); n != 2 {
			t.Errorf("%d texts after the second day", n)
		}
		w.nominates(w.agent, njeri)
		agent := network.Ref{Kind: network.AnAgent, ID: w.agent.ID}
		w.must(w.agents.Suspend(bg, audit.Staff("amina"), agent, "a complaint"))
		w.releases(0)
		w.must(w.agents.Resume(bg, audit.Staff("amina"), agent, "cleared"))
		w.releases(1)
		w.right()
	})
}

func (w *town) rowsOf(query string) (n int64) {
	w.t.Helper()
	w.must(w.db.QueryRow(bg, query).Scan(&n))
	return n
}

// What was taken back is netted: from what is to be paid, and from later earnings when that is not enough. Float is never touched for
// it.
func TestTakenBackIsNetted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.nominates(w.agent, njeri)
		w.funds(1_000_00)
		w.paysIn(njeri, jane, 2_000_00) // 8.80
		_, err := returning(w, njeri, w.takesOut(john, njeri, 500_00))
		w.must(err) // 6.40, and back
		out := w.takesOut(john, njeri, 1_000_00)
		_, err = notPaid(w, john, out)
		w.must(err) // 8, until it is decided
		w.dateIs(2027, time.January, 4)
		w.releases(1)
		const released = 16_80 - 84
		w.has(njeri, 49_000_00+released)
		_, err = w.agents.DecideNotPaid(bg, "staff:WANJA", deal.CaseOf(out, deal.NotPaid), true)
		w.must(err)
		w.has(njeri, 48_000_00+released)
		w.paysIn(njeri, jane, 500_00) // 6.40
		w.dateIs(2027, time.February, 1)
		w.releases(0)
		if owed := w.balance(w.agent.Payable); owed != 6_40-8_00 {
			t.Errorf("owed %d", owed)
		}
		w.paysIn(njeri, jane, 20_000_00) // 55: 44
		w.dateIs(2027, time.March, 1)
		w.releases(1)
		w.has(njeri, 48_000_00+released-500_00-20_000_00+42_40-2_12)
		w.right()
	})
}

// Two processes that release at the same moment, over and over, pay every agent once a period.
func TestReleasedByTwo(t *testing.T) { dbtest.EachPair(t, releasedByTwo) }

func releasedByTwo(t *testing.T, a, b *db.DB) {
	one := newTown(t, a)
	two := openTown(t, b, one.clock)
	one.nominates(one.agent, njeri)
	one.funds(10_000_00)
	for month := time.January; month <= time.May; month++ {
		one.paysIn(njeri, jane, 1_000_00) // 9: 7.20 and 1.80
		one.dateIs(2027, month, 4)
		for one.clock.Now().Weekday() != time.Monday {
			one.clock.Advance(24 * time.Hour)
		}
		var group sync.WaitGroup
		paid := make([]int, 4)
		for i := range paid {
			group.Go(func() {
				var err error
				if paid[i], err = []*town{one, two}[i%2].agents.ReleaseCommission(bg); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if paid[0]+paid[1]+paid[2]+paid[3] != 1 || one.balance(one.agent.Payable) != 0 {
			t.Errorf("%s: paid %v, still owed %d", month, paid, one.balance(one.agent.Payable))
		}
	}
	if texts := one.rowsOf(`SELECT COUNT(*) FROM messages WHERE body LIKE 'Commission%'`); texts != 5 {
		t.Errorf("%d texts about five payments", texts)
	}
	one.right()
}
