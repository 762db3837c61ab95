package wallet

import (
	"sync"
	"testing"
	"time"

	"senti/wallet/fault"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// last asks for the customer's last act, of which there must be one.
func (w *town) last(phone msisdn.Number) Last {
	w.t.Helper()
	l, ok, err := w.LastOutcome(ctx, phone)
	if err != nil || !ok {
		w.t.Fatalf("the last act of %s: %v, %v", phone.Masked(), ok, err)
	}
	return l
}

func TestLastOutcome(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if _, ok, err := w.LastOutcome(ctx, john); ok || err != nil {
			t.Errorf("before anything: %v, %v", ok, err)
		}
		r, _ := w.send(john, jane, 500, "4826")
		l := w.last(john)
		if l.State != Done || l.Kind != ledger.Send || l.To != jane || !l.At.Equal(noon) || l.End != r.End || !l.Untold() {
			t.Errorf("done, and not yet shown: %+v", l)
		}
		w.EndShown(r.Intent)
		if l = w.last(john); l.Untold() {
			t.Errorf("shown a moment ago: %+v", l)
		}
		if err := w.ends.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if l = w.last(john); l.Untold() {
			t.Errorf("shown: %+v", l)
		}
		w.loseMessage(r.Intent)
		if l = w.last(john); !l.Untold() || !l.MessageFailed {
			t.Errorf("shown, and its SMS was given up: %+v", l)
		}
		w.ToldInstead(ctx, l.Message)
		if l = w.last(john); l.Untold() {
			t.Errorf("told on the phone instead: %+v", l)
		}
		w.EndFailed(r.Intent)
		if l = w.last(john); l.Shown != intent.ShowFailed || !l.Untold() {
			t.Errorf("the telco says that it was not shown: %+v", l)
		}

		w.clock.Advance(time.Minute)
		w.send(john, jane, 500, "1357")
		if l = w.last(john); l.State != NotDone || l.Code != fault.WrongPIN || !l.At.Equal(noon.Add(time.Minute)) || l.End != "" {
			t.Errorf("a wrong PIN: %+v", l)
		}
		if _, ok, err := w.LastOutcome(ctx, jane); ok || err != nil {
			t.Errorf("Jane received and did nothing: %v, %v", ok, err)
		}
		w.clock.Advance(lastWithin + time.Microsecond)
		if _, ok, err := w.LastOutcome(ctx, john); ok || err != nil {
			t.Errorf("a day later: %v, %v", ok, err)
		}
	})
}

// A redial tells what a page did not; what came by no gateway had no page.
func TestLastOutcomeByNoGateway(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if _, err := w.QuoteSend(ctx, SendRequest{From: john, To: jane, Amount: 500_00}); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := w.LastOutcome(ctx, john); ok || err != nil {
			t.Errorf("an act by no gateway: %v, %v", ok, err)
		}
	})
}

// "Not done" is a promise: the quote behind it can no longer be used, on any node.
func TestLastOutcomeSettles(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		q := w.quote(john, jane, 500)
		other := newNode(t, w.db, w.clock)
		w.clock.Advance(time.Minute)
		if l := other.last(john); l.State != NotDone || l.Intent != q.Intent || l.To != jane || l.Amount != 500_00 ||
			!l.At.Equal(noon) {
			t.Fatalf("hung up before the PIN: %+v; the time is that of the call", l)
		}
		if _, err := w.Send(ctx, q.Intent, w.pin("4826")); !fault.HasCode(err, fault.IntentExpired) {
			t.Errorf("the PIN of the old call arrives late: %v", err)
		}
		if l := w.last(john); l.State != NotDone || !l.At.Equal(noon) || w.holds(john) != 5_000_00 {
			t.Errorf("asked again: %+v, John holds %d", l, w.holds(john))
		}
	})
}

// Whoever is first: what the redial says and what the old call's PIN does agree.
func TestRedialRacesThePIN(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		for range 20 {
			before := w.holds(john)
			q := w.quote(john, jane, 10)
			var sendErr error
			var said Last
			var wg sync.WaitGroup
			wg.Go(func() { _, sendErr = w.Send(ctx, q.Intent, w.pin("4826")) })
			wg.Go(func() { said = w.last(john) })
			wg.Wait()
			moved := before - w.holds(john)
			switch {
			case said.State == Done && sendErr == nil && moved == 10_00:
			case said.State == NotDone && fault.HasCode(sendErr, fault.IntentExpired) && moved == 0:
			default:
				t.Fatalf("the redial says %v, the call %v, %d moved", said.State, sendErr, moved)
			}
			w.clock.Advance(time.Second)
		}
	})
}

func TestSessionOutcome(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		quote := func(session string) SendQuote {
			q, err := w.QuoteSend(ctx, SendRequest{From: john, To: jane, Amount: 500_00,
				Origin: Origin{"africastalking", w.SessionHash("africastalking", session, john), 4}})
			if err != nil {
				t.Fatal(err)
			}
			w.clock.Advance(time.Second)
			return q
		}
		first := quote("ATUid_1")
		receipt, err := w.Send(ctx, first.Intent, w.pin("4826"))
		if err != nil {
			t.Fatal(err)
		}
		quote("ATUid_2")

		restarted := newNode(t, w.db, w.clock)
		ask := func(gateway, session string, phone msisdn.Number) (Last, bool) {
			l, ok, err := restarted.SessionOutcome(ctx, phone, gateway, restarted.SessionHash(gateway, session, john))
			if err != nil {
				t.Fatal(err)
			}
			return l, ok
		}
		if l, ok := ask("africastalking", "ATUid_1", john); !ok || l.State != Done || l.End != receipt.End || l.Turn != 4 {
			t.Errorf("a session that ended: %+v, %v; want its end to the byte", l, ok)
		}
		if l, ok := ask("africastalking", "ATUid_2", john); !ok || l.State != StillOpen {
			t.Errorf("a session that was asked for the PIN: %+v, %v", l, ok)
		}
		for range 30 { // a busy phone: the session is no longer among its newest
			quote("ATUid_9")
		}
		if l, ok := ask("africastalking", "ATUid_1", john); !ok || l.End != receipt.End {
			t.Errorf("a session that ended, thirty quotes ago: %+v, %v", l, ok)
		}
		for _, c := range []struct {
			name, gateway, session string
			phone                  msisdn.Number
		}{
			{"a session that never was", "africastalking", "ATUid_3", john},
			{"another gateway's session of that name", "senti", "ATUid_1", john},
			{"another phone", "africastalking", "ATUid_1", jane},
		} {
			if l, ok := ask(c.gateway, c.session, c.phone); ok {
				t.Errorf("%s: %+v", c.name, l)
			}
		}
	})
}
