package ussd_test

import (
	"context"
	"strings"
	"testing"

	"senti/ussd"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/switches"
)

// switched is what staff do by walletd admin switch, known at once: "switch off service send", "switch pilot gateway africastalking
// 0712000002", "switch off service send: Back at 6 am."
func (w *world) switched(rest string) []string {
	w.t.Helper()
	rest, words, _ := strings.Cut(rest, ": ")
	said := strings.Fields(rest)
	s := switches.Switch{Scope: switches.Scope(said[1]), Name: said[2], Why: "a transcript says so", By: "ann"}
	s.State = map[string]switches.State{"on": switches.On, "pilot": switches.Pilot, "off": switches.Off}[said[0]]
	for _, phone := range said[3:] {
		s.Pilot = append(s.Pilot, w.number(phone))
	}
	if words != "" {
		s.Words = map[string]string{w.lang: words}
	}
	s = s.Tidied()
	w.must(s.Check())
	_, err := w.ledger.Commit(context.Background(), &ledger.Plan{Companions: []ledger.Companion{switches.NewStore(w.db).Set(s)}})
	w.must(err)
	w.must(w.wallet.Switches().Load(context.Background()))
	return nil
}

// A gateway that is stopped tells so with its last page, the same again to a repeat; what was over before is repeated as it was.
func TestStoppedGateway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "en")
		john := msisdn.Number("+254712000001")
		over := w.sends(john, "100")
		w.dial("*384#", john)
		w.answer(true)
		w.switched("off gateway africastalking")
		w.call.typed = append(w.call.typed, "1")
		first := w.answer(true)
		if want := "Nothing was done now. Senti is stopped here for now. Please try later."; first.Text != want || !first.End {
			t.Errorf("in the middle: %+v", first)
		}
		if again := w.answer(true); again != first {
			t.Errorf("repeated: %+v", again)
		}
		w.switched("on gateway africastalking")
		if again := w.answer(true); again != first {
			t.Errorf("repeated when it is on: %+v", again)
		}
		w.switched("off gateway africastalking")
		w.call = over.call
		if again := w.answer(true); again != over.reply {
			t.Errorf("what was over: %+v, want %+v", again, over.reply)
		}
		if strings.Contains(w.log.String(), "stopped here") {
			t.Error("each dial is in the log")
		}
	})
}

// ended is a call that is over, and its last page.
type ended struct {
	call  call
	reply ussd.Reply
}

func (w *world) sends(from msisdn.Number, amount string) ended {
	w.t.Helper()
	w.dial("*384#", from)
	var reply ussd.Reply
	for _, typed := range []string{"", "1", "0712000002", amount, "4826"} {
		if typed != "" {
			w.call.typed = append(w.call.typed, typed)
		}
		reply = w.answer(true)
	}
	if !reply.End || !strings.HasPrefix(reply.Text, "SENT") {
		w.t.Fatalf("%+v", reply)
	}
	return ended{w.call, reply}
}
