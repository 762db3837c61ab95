package wallet

import (
	"strings"
	"testing"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
)

func (w *town) resends(phone msisdn.Number, want fault.Code) {
	w.t.Helper()
	if got := fault.CodeOf(w.ResendLast(ctx, phone)); got != want {
		w.t.Errorf("%s hears %q, want %q", phone.Masked(), got, want)
	}
}

// lastText is the last text that was written for a phone.
func (w *town) lastText(phone msisdn.Number) string {
	w.t.Helper()
	all := w.texted(phone)
	return all[len(all)-1]
}

func TestResendLast(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.resends(peter, fault.NothingToResend)
		w.resends(ghost, fault.NothingToResend)
		w.send(john, jane, 300, "4826")
		w.clock.Advance(time.Second)
		w.send(john, jane, 500, "4826")
		w.resends(john, fault.ReceiptWaits)
		w.delivered()
		sent, got := w.lastText(john), w.lastText(jane)
		if !strings.Contains(sent, "Ksh 500") || !strings.Contains(got, "Ksh 500") {
			t.Fatalf("%q, %q", sent, got)
		}
		w.resends(john, "")
		if text := w.lastText(john); text != "AGAIN: "+sent {
			t.Errorf("John is sent %q", text)
		}
		w.resends(john, fault.ResentJustNow)
		w.resends(jane, "")
		if text := w.lastText(jane); text != "TENA: "+got {
			t.Errorf("Jane is sent %q", text)
		}
		before := len(w.texted(john))
		for _, want := range []fault.Code{"", "", fault.ResendsSpent} {
			w.clock.Advance(time.Minute)
			w.resends(john, want)
		}
		if after := len(w.texted(john)); after != before+2 {
			t.Errorf("John was sent %d more", after-before)
		}
		w.clock.Advance(24 * time.Hour)
		w.resends(john, "")
		w.balanced()
	})
}

// What holds a code is never sent again, nor what is another phone's.
func TestResendIsForReceiptsOfOnesOwn(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		q, _ := w.send(john, jane, 500, "4826")
		w.delivered()
		code, notice := w.ids.New(), w.ids.New()
		_, err := w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{
			w.messages.Add(outbox.Code, code, john, func(*ledger.Outcome) string { return "CODE 482913" }),
			w.messages.Add(outbox.Notice, notice, john, func(*ledger.Outcome) string { return "Your PIN is changed" }),
		}})
		if err != nil {
			t.Fatal(err)
		}
		w.delivered()
		for _, c := range []struct {
			what    string
			message id.ID
			want    fault.Code
		}{
			{"a code", code, fault.NothingToResend},
			{"another's", outbox.MessageID(q.Intent, toReceiver), fault.NothingToResend},
			{"none", w.ids.New(), fault.NothingToResend},
			{"a notice", notice, ""},
		} {
			if got := fault.CodeOf(w.Resend(ctx, john, c.message)); got != c.want {
				t.Errorf("%s: %q, want %q", c.what, got, c.want)
			}
		}
		w.clock.Advance(time.Minute)
		w.resends(john, "")
		if text := w.lastText(john); !strings.HasPrefix(text, "AGAIN: Ksh 500 SENT") {
			t.Errorf("sent again: %q", text)
		}
	})
}

// What a receipt tells is not for whoever has the number with another SIM.
func TestNothingIsResentToAnotherSIM(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		sent, _ := w.send(john, jane, 500, "4826")
		w.delivered()
		w.calls(john, oldCard, time.Time{})
		w.calls(john, newCard, time.Time{})
		before := len(w.texted(john))
		w.resends(john, fault.SIMChanged)
		if err := w.Resend(ctx, john, outbox.MessageID(sent.Intent, toSender)); !fault.HasCode(err, fault.SIMChanged) {
			t.Errorf("that message: %v", err)
		}
		if after := len(w.texted(john)); after != before {
			t.Errorf("%d more texts", after-before)
		}
	})
}
