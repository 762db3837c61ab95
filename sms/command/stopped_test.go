package command

import (
	"context"
	"strings"
	"testing"

	"senti/agents"
	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/switches"
)

// While texts are stopped everybody hears so but those of the pilot. A PIN that was typed and an answer to a question are dealt with.
func TestStopped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWallet(t, d)
		survey := func(context.Context, msisdn.Number, string, bool) (bool, error) { return true, nil }
		c := New(Parts{DB: d, Wallet: w, Agents: agents.New(w, d), Survey: survey})
		s := switches.Switch{Scope: switches.Service, Name: switches.Text, State: switches.Pilot, Pilot: []msisdn.Number{amina}, Why: "a drill"}
		plan := &ledger.Plan{Companions: []ledger.Companion{switches.NewStore(d).Set(s)}}
		if _, err := w.Ledger().Commit(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
		if err := w.Switches().Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		const closed = "No money has moved. Senti by SMS is stopped for now. Please dial instead."
		for _, say := range []struct {
			from       msisdn.Number
			text, want string
		}{{john, "BAL", closed}, {john, "SEND 100 0712000003", closed}, {john, "hello", closed}, {john, "1 4821", "Thank you."}} {
			got, err := c.Handle(t.Context(), sms.Inbound{From: say.from, Text: say.text})
			if err != nil || !strings.HasPrefix(got.Text, say.want) {
				t.Errorf("%s wrote %q and hears %q, %v, want %q", say.from.Last3(), say.text, got.Text, err, say.want)
			}
		}
		for from, text := range map[msisdn.Number]string{amina: "hello", john: "pin 4826"} {
			if got, err := c.Handle(t.Context(), sms.Inbound{From: from, Text: text}); err != nil || got.Text == "" || strings.Contains(got.Text, "stopped") {
				t.Errorf("%s wrote %q and hears %q, %v", from.Last3(), text, got.Text, err)
			}
		}
	})
}
