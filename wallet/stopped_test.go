package wallet

import (
	"slices"
	"strings"
	"testing"
	"time"

	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/staff"
	"senti/wallet/switches"
)

// switched sets a switch in the town's own process and reads it.
func (w *town) switched(scope switches.Scope, name string, state switches.State, pilot ...msisdn.Number) {
	w.t.Helper()
	s := switches.Switch{Scope: scope, Name: name, State: state, Pilot: pilot, Why: "a drill", By: "alice"}.Tidied()
	_, err := w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{switches.NewStore(w.db).Set(s)}})
	if err == nil {
		err = w.Switches().Load(ctx)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// What was quoted before sending was stopped is refused behind it, and tells why; what was sent before still comes back.
func TestStoppedSend(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		done, waiting := w.quote(john, jane, 100), w.quote(john, jane, 200)
		receipt, err := w.Send(ctx, done.Intent, w.pin("4826"))
		if err != nil {
			t.Fatal(err)
		}
		w.switched(switches.Service, switches.Send, switches.Off)
		again, err := w.Send(ctx, done.Intent, w.pin("4826"))
		if err != nil || again.Code != receipt.Code || !again.Replayed {
			t.Errorf("what was sent before: %+v, %v", again, err)
		}
		before := w.holds(john)
		_, err = w.Send(ctx, waiting.Intent, w.pin("0000"))
		if said := w.Explain("en", err); said != "No money has moved. Sending is stopped for now." || w.holds(john) != before {
			t.Errorf("%s (%v)", said, err)
		}
		r, err := w.intents.Get(ctx, waiting.Intent)
		if err != nil || r.State != intent.Refused || r.End != "No money has moved. Sending is stopped for now." {
			t.Errorf("the intent: %+v, %v", r.Closing, err)
		}
		if _, err := w.QuoteSend(ctx, SendRequest{From: jane, To: john, Amount: 100_00}); w.Explain("sw", err) != "Pesa haijatoka. Kutuma pesa kumesimama kwa sasa." {
			t.Errorf("a new quote: %v", err)
		}
		w.switched(switches.Service, switches.Send, switches.On)
		if _, err := w.Send(ctx, waiting.Intent, w.pin("4826")); !fault.HasCode(err, fault.Stopped) {
			t.Errorf("a refused quote is spent: %v", err)
		}
		if _, code := w.send(john, jane, 200, "4826"); code != "" {
			t.Errorf("sent anew, with no try counted: %s", code)
		}
	})
}

// Who is stopped by what.
func TestWhoIsStopped(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		stopped := func(want ...msisdn.Number) {
			t.Helper()
			for _, phone := range []msisdn.Number{john, jane, peter, ghost} {
				err := w.MayBegin(ctx, switches.Send, phone, "en")
				if fault.HasCode(err, fault.Stopped) != slices.Contains(want, phone) {
					t.Errorf("%s: %v", phone, err)
				}
			}
		}
		stopped()
		w.switched(switches.Service, switches.Send, switches.Pilot, john, peter)
		stopped(jane, ghost)
		w.switched(switches.Service, switches.Send, switches.On)
		w.switched(switches.Numbers, "+25471200000", switches.Off)
		stopped(john, jane, peter)
		w.switched(switches.Numbers, "+25471200000", switches.Pilot, jane)
		stopped(john, peter)
		w.switched(switches.Numbers, "+25471200000", switches.On)
		w.switched(switches.Tier, "1", switches.Off)
		stopped(peter, ghost) // who has no wallet would be of tier 1
		if w.StoppedAtCounter(switches.Send, peter, "en") != nil || w.StoppedPerson(ctx, ghost, "en") == nil {
			t.Error("an operator's own tier does not matter; a newcomer's does")
		}
		if w.holds(peter) != 0 {
			t.Fatal("peter has something")
		}
		if _, code := w.send(john, peter, 100, "4826"); code != "" || w.holds(peter) != 100_00 {
			t.Errorf("who is stopped still receives: %s", code)
		}
		if w.MayBegin(ctx, switches.Withdraw, john, "en") != nil || w.StopNotice(ctx, john, "en", true, switches.Send) != "" {
			t.Error("something else is stopped")
		}
	})
}

// The line at the top of a menu.
func TestStopNotice(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		notice := func(want string) {
			t.Helper()
			if got := w.StopNotice(ctx, peter, "en", true, switches.Send, switches.Withdraw); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		notice("")
		w.switched(switches.Service, switches.Float, switches.Off)
		notice("")
		w.switched(switches.Service, switches.Withdraw, switches.Off)
		notice("Withdrawing is stopped for now.")
		w.switched(switches.Service, switches.Send, switches.Off)
		notice("Some services are stopped for now.")
		w.switched(switches.Service, switches.Send, switches.On)
		w.switched(switches.Service, switches.Withdraw, switches.On)
		w.switched(switches.Tier, "1", switches.Off)
		notice("Wallets like yours are stopped for now. Your money is safe.")
		w.switched(switches.Gateway, "hubtel", switches.Pilot, john)
		if w.StoppedGateway("hubtel", john, "en") != "" || w.StoppedGateway("other", peter, "en") != "" ||
			w.StoppedGateway("hubtel", peter, "en") != "Nothing was done now. Senti is stopped here for now. Please try later." {
			t.Error("the gateway's page")
		}
	})
}

// Nobody becomes a customer, and nobody gets a new PIN alone, while that is stopped.
func TestStoppedBeginnings(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.switched(switches.Service, switches.Register, switches.Off)
		w.switched(switches.Service, switches.NewPIN, switches.Off)
		if _, err := w.Register(ctx, Registration{Phone: ghost, Language: "en"}); !fault.HasCode(err, fault.Stopped) {
			t.Errorf("register: %v", err)
		}
		lucy := msisdn.Number("+254712000077")
		_, err := w.OpenWallet(ctx, NewWallet{Phone: lucy, Name: "LUCY AKINYI", Language: "en", Tier: 2, PIN: w.pin("4826"), IDNumber: "28445190"})
		if err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{"may": w.MayResetPIN(ctx, lucy), "forgot": w.ForgotPIN(ctx, lucy, "28445190", Origin{})} {
			if !fault.HasCode(err, fault.Stopped) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A switch is an act of one maker or checker, on record, and another process knows it when it has read it.
func TestSetSwitch(t *testing.T) {
	eachPair(t, func(t *testing.T, h, other *head) {
		h.appoint(NewStaff{"olga", staff.Auditor})
		off := switches.Switch{Scope: switches.Service, Name: switches.Send, State: switches.Off, Why: "the switch of Safaricom is down",
			Until: noon.Add(time.Hour), Words: map[string]string{"en": "Sending is back at 1 pm."}}
		if _, err := h.SetSwitch(ctx, h.who("olga"), off); !fault.HasCode(err, fault.NotAllowed) {
			t.Errorf("an auditor: %v", err)
		}
		if err := other.w.Switches().Load(ctx); err != nil || other.w.Switches().Any(switches.Service) {
			t.Errorf("refused, and yet set (%v)", err)
		}
		for field, spoil := range map[string]func(*switches.Switch){
			"switch": func(s *switches.Switch) { s.Why = " " },
			"words":  func(s *switches.Switch) { s.Words = map[string]string{"lg": "Nedda."} },
		} {
			s := off
			spoil(&s)
			if _, err := h.SetSwitch(ctx, h.who("alice"), s); fault.As(err).Arg("field") != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if _, err := h.SetSwitch(ctx, h.who("alice"), off); err != nil {
			t.Fatal(err)
		}
		pilot := switches.Switch{Scope: switches.Gateway, Name: "hubtel", State: switches.Pilot, Pilot: []msisdn.Number{jane}, Why: "new"}
		if _, err := h.SetSwitch(ctx, h.who("bob"), pilot); err != nil {
			t.Fatal(err)
		}
		if err := other.w.Switches().Load(ctx); err != nil {
			t.Fatal(err)
		}
		if err := other.w.MayBegin(ctx, switches.Send, john, "en"); other.w.Explain("en", err) != "No money has moved. Sending is back at 1 pm." {
			t.Errorf("the other process: %v", err)
		}
		want := []string{"staff:olga switch.off service:send not_allowed", "staff:alice switch.off service:send", "staff:bob switch.pilot gateway:hubtel"}
		if got := h.acts(3); !slices.Equal(got, want) {
			t.Errorf("on record: %q", got)
		}
		details := ""
		entries, err := h.audit.List(ctx, audit.Filter{Limit: 3})
		for _, e := range entries {
			details += e.Act.Detail
		}
		if err != nil || !strings.Contains(details, "Safaricom is down") || strings.Contains(details, jane.Plain()[1:]) {
			t.Errorf("%v: %s", err, details)
		}
		h.whole()
	})
}
