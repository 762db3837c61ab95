package agents_test

import (
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/msisdn"
)

// alerts warns, and asserts how many tills were told.
func (w *town) alerts(limit, want int) {
	w.t.Helper()
	n, err := w.agents.FloatAlerts(bg, limit)
	w.must(err)
	if n != want {
		w.t.Errorf("%d were warned, want %d", n, want)
	}
}

func TestFloatAlerts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.stranger(300_001_00)
		w.nominates(w.agent, njeri)
		w.shop(amina, "KWA AMINA", w.wallet.Market().Wards[0].Code, "AMINA HASSAN", 100_00)
		w.alerts(1, 3) // one by one
		w.alerts(10, 0)
		w.told(map[msisdn.Number]string{
			otieno: "OTIENO KIOSK: float is LOW, Ksh 800 (mark 10,000; it should hold 30,000).",
			njeri:  "OTIENO KIOSK: float is LOW", // the till that the agent has named
			wafula: "WAFULA STORES: float is HIGH, Ksh 300,001, so cash is short. KWA AMINA, shop " + string(w.tills[amina].Code) + ", needs float.",
			amina:  "KWA AMINA: float is LOW, Ksh 100. WAFULA STORES, shop " + string(w.tills[wafula].Code) + ", has float: swap cash for it.",
		})
		if strings.Contains(w.texts(njeri), "MAMA NJERI: float") {
			t.Errorf("a till that is between the marks: %s", w.texts(njeri))
		}
		w.clock.Advance(6*time.Hour - time.Second)
		w.alerts(10, 0)
		w.clock.Advance(time.Second)
		w.alerts(10, 3)
		_, err := w.agents.ShutDay(bg, agents.SwitchRequest{Operator: otieno})
		w.must(err)
		_, err = w.agents.ShutDay(bg, agents.SwitchRequest{Operator: wafula})
		w.must(err)
		_, err = w.agents.ShutDay(bg, agents.SwitchRequest{Operator: amina})
		w.must(err)
		w.clock.Advance(6 * time.Hour)
		w.alerts(10, 0) // they are closed
		w.right()
	})
}

// On three Thursdays much is paid in after three in the afternoon; on the fourth the till is told so at two.
func TestFloatAlertsForesee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d) // on a Thursday, 14:02 in Nairobi
		for range 3 {
			for _, pause := range []time.Duration{58 * time.Minute, 30 * time.Minute} {
				w.clock.Advance(pause)
				w.paysIn(njeri, jane, 30_000_00)
				w.issues(njeri, 30_000_00)
			}
			w.clock.Advance(7*24*time.Hour - 88*time.Minute)
		}
		f, err := w.agents.Float(bg, njeri, w.pin(njeri), noOrigin)
		w.must(err)
		if f.RunsOut.IsZero() || !strings.HasSuffix(f.End, "it may run out at 15:30.") {
			t.Errorf("it runs out at %s: %q", f.RunsOut, f.End)
		}
		w.issues(otieno, 20_000_00)
		w.alerts(10, 1)
		w.told(map[msisdn.Number]string{njeri: "MAMA NJERI: as on other such days float may run out at 15:30. Ksh 50,000 is left."})
		w.alerts(10, 0)
		w.issues(njeri, 60_000_00)
		w.clock.Advance(7 * 24 * time.Hour) // a week on which nothing happened
		w.alerts(10, 0)

		// The other way round: cash, if it is known how much there is.
		for range 3 {
			w.clock.Advance(time.Hour)
			_, err := w.wallet.Issue(bg, w.people[john].Account, 20_000_00, w.wallet.IDs().New().String())
			w.must(err)
			w.takesOut(john, otieno, 20_000_00)
			_, err = w.sells(otieno, njeri, 20_000_00)
			w.must(err)
			w.clock.Advance(7*24*time.Hour - time.Hour)
		}
		w.alerts(10, 0)
		_, err = w.agents.OpenDay(bg, agents.SwitchRequest{Operator: otieno, Cash: 15_000_00})
		w.must(err)
		w.alerts(10, 1)
		w.told(map[msisdn.Number]string{otieno: "OTIENO KIOSK: as on other such days cash may run out at 15:02. About Ksh 15,000 is left."})
		w.right()
	})
}
