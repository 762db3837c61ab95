package wallet

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

func TestQuoteSend(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.block(peter, ledger.CreditBlocked|ledger.DebitBlocked)
		for _, c := range []struct {
			name     string
			from, to msisdn.Number
			cents    int64
			fee      int64
			code     fault.Code
		}{
			{"the free band's end", john, jane, 100_00, 0, ""},
			{"a cent above it", john, jane, 100_01, 7_00, ""},
			{"one shilling", john, jane, 1_00, 0, ""},
			{"the most there is, whatever John has: the PIN comes first", john, jane, 250_000_00, 108_00, ""},
			{"a cent more", john, jane, 250_000_01, 0, fault.AmountTooBig},
			{"less than a shilling", john, jane, 99, 0, fault.AmountTooSmall},
			{"nothing", john, jane, 0, 0, fault.AmountTooSmall},
			{"to himself", john, john, 500_00, 0, fault.OwnNumber},
			{"to a number without a wallet", john, ghost, 500_00, 0, fault.NotRegistered},
			{"from a number without a wallet", ghost, john, 500_00, 0, fault.NotRegistered},
			{"to somebody blocked", john, peter, 500_00, 0, fault.CannotReceive},
			{"from somebody blocked", peter, john, 500_00, 0, fault.SenderBlocked},
		} {
			q, err := w.QuoteSend(ctx, SendRequest{From: c.from, To: c.to, Amount: c.cents})
			if fault.CodeOf(err) != c.code {
				t.Errorf("%s: %v, want %q", c.name, err, c.code)
			}
			if err == nil && (q.Fee != c.fee || q.Total != c.cents+c.fee || q.Name != "JANE WANJIKU" || q.To != jane ||
				!q.ExpiresAt.Equal(noon.Add(intent.Life))) {
				t.Errorf("%s: %+v", c.name, q)
			}
		}
	})
}

func TestSend(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.clock.Set(noon.Add(2*time.Hour + 2*time.Minute))
		r, code := w.send(john, jane, 500, "4826")
		if code != "" {
			t.Fatal(code)
		}
		if w.holds(john) != 4_493_00 || w.holds(jane) != 1_700_00 {
			t.Errorf("John holds %d and Jane %d; want 4,493 and 1,700", w.holds(john), w.holds(jane))
		}
		if fee, tax := w.account(FeeIncome).Balance, w.account(TaxPayable).Balance; fee != 6_09 || tax != 91 {
			t.Errorf("fee income %d and tax %d; 7.00 is 6.09 and 0.91", fee, tax)
		}
		if turnover := w.account(w.customer(john).Account).Turnover; turnover.OutDay != 500_00 {
			t.Errorf("John's turnover is %d: the amount counts, the fee does not", turnover.OutDay)
		}
		w.balanced()

		end := "SENT Ksh 500 to JANE WANJIKU. Fee 7. Balance Ksh 4,493. Code " + r.Code +
			".\nSMS is coming. If it is late do not send again: dial *384#"
		if r.End != end || r.Balance != 4_493_00 || r.Tax != 91 || len(r.Code) != 10 {
			t.Errorf("receipt %+v\nwant end %q", r, end)
		}
		if record, err := w.intents.Get(ctx, r.Intent); err != nil || record.End != end || record.Receipt != r.Code ||
			record.State != intent.Accepted {
			t.Errorf("the intent keeps %+v, %v", record.Closing, err)
		}
		_, johns := w.told(john)
		_, janes := w.told(jane)
		wants(t, w.texted(john), "Ksh 500 SENT to JANE WANJIKU 0712000002. Fee 7 (tax 0.91). Balance Ksh 4,493. 12/3/26 14:02. "+r.Code+"-"+johns)
		wants(t, w.texted(jane), "Ksh 500 UMEPOKEA kutoka kwa JOHN KAMAU 0712***001. Salio Ksh 1,700. 12/3/26 14:02. "+r.Code+"-"+janes)
		for _, text := range append(w.texted(john), w.texted(jane)...) {
			if n, gsm := i18n.Septets(text); !gsm || n > 160 {
				t.Errorf("%d septets, more than one SMS: %s", n, text)
			}
		}
		if w.woken.Load() == 0 {
			t.Error("nobody told the worker that there is something to send")
		}
	})
}

func wants(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A free send has two legs, and what is said of it has no 0 to puzzle over.
func TestSendFree(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		r, code := w.send(john, jane, 100, "4826")
		if code != "" || w.holds(john) != 4_900_00 || w.account(FeeIncome).Balance != 0 {
			t.Errorf("%q, John holds %d", code, w.holds(john))
		}
		if !strings.Contains(r.End, "JANE WANJIKU. Free. Balance") {
			t.Errorf("the end: %s", r.End)
		}
		if out := w.texted(john); len(out) != 1 || !strings.Contains(out[0], "0712000002. Free. Balance") {
			t.Errorf("the SMS: %s", out)
		}
		if r, code = w.send(jane, john, 50, "9173"); code != "" || !strings.Contains(r.End, "JOHN KAMAU. Bure. Salio") {
			t.Errorf("in Swahili: %q, %s", code, r.End)
		}
	})
}

// A telco that repeats itself, a phone that does, or another node: the receipt is the same to the byte and nothing moves.
func TestSendAgainIsTheSameSend(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		q := w.quote(john, jane, 500)
		first, err := w.Send(ctx, q.Intent, w.pin("4826"))
		if err != nil {
			t.Fatal(err)
		}
		w.send(john, jane, 200, "4826") // the balance moves on meanwhile
		w.clock.Advance(time.Hour)      // and the quote expires
		other := newNode(t, w.db, w.clock)
		for name, node := range map[string]*town{"the same node": w, "another node": other} {
			for _, typed := range []string{"4826", "1357"} {
				r, err := node.Send(ctx, q.Intent, w.pin(typed))
				if err != nil || !r.Replayed {
					t.Fatalf("%s: %+v, %v", name, r, err)
				}
				r.Replayed = false
				if r != first {
					t.Errorf("%s: %+v\nwant %+v", name, r, first)
				}
			}
		}
		if w.holds(john) != 5_000_00-507_00-207_00 || len(w.texted(jane)) != 2 {
			t.Errorf("John holds %d, Jane has %d messages", w.holds(john), len(w.texted(jane)))
		}
	})
}

// Fifty call-backs of one page at once, on two nodes.
func TestSendAtOnce(t *testing.T) {
	a, b := dbtest.Two(t)
	c := clock.NewFake(noon)
	one, two := newNode(t, a, c), newNode(t, b, c)
	one.settleIn()
	q := one.quote(john, jane, 500)
	var mu sync.Mutex
	codes := map[string]int{}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			r, err := []*town{one, two}[i%2].Send(ctx, q.Intent, one.pin("4826"))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			codes[r.Code+r.End]++
		})
	}
	wg.Wait()
	if len(codes) != 1 || one.holds(john) != 4_493_00 || len(one.texted(john)) != 1 {
		t.Errorf("%d different receipts, John holds %d and has %d messages", len(codes), one.holds(john), len(one.texted(john)))
	}
	one.balanced()
}

func TestWrongPIN(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		q := w.quote(john, jane, 500)
		_, err := w.Send(ctx, q.Intent, w.pin("1357"))
		if !errors.Is(err, fault.New(fault.WrongPIN)) || fault.As(err).Int("left") != 2 {
			t.Fatalf("%v, want wrong_pin left=2", err)
		}
		if _, err := w.Send(ctx, q.Intent, w.pin("4826")); fault.As(err).Int("left") != 2 {
			t.Errorf("the right PIN for the spent intent: %v; want what it heard before", err)
		}
		next, err := w.Requote(ctx, q.Intent, 6)
		if err != nil || next.Intent == q.Intent || next.Total != q.Total || next.Name != q.Name {
			t.Fatalf("requoted %+v, %v", next, err)
		}
		if r, err := w.Send(ctx, next.Intent, w.pin("4826")); err != nil || r.Total != 507_00 {
			t.Errorf("after the requote: %+v, %v", r, err)
		}
		if record, err := w.intents.Get(ctx, next.Intent); err != nil || record.Turn != 6 {
			t.Errorf("the new intent: %+v, %v", record, err)
		}

		if _, err := w.Requote(ctx, next.Intent, 7); !fault.HasCode(err, fault.IntentClosed) {
			t.Errorf("a requote of what was sent: %v, want intent_closed", err)
		}

		for i, want := range []fault.Code{fault.WrongPIN, fault.WrongPIN, fault.PINLocked, fault.PINLocked} {
			if _, code := w.send(john, jane, 500, "1357"); code != want {
				t.Errorf("wrong PIN %d after a right one: %s, want %s", i+1, code, want)
			}
		}
		q = w.quote(john, jane, 500)
		if _, err := w.Send(ctx, q.Intent, w.pin("4826")); !fault.HasCode(err, fault.PINLocked) {
			t.Errorf("the right PIN when locked: %v", err)
		}
		if record, err := w.intents.Get(ctx, q.Intent); err != nil || !strings.Contains(record.End, "Your PIN is locked") {
			t.Errorf("the intent's end: %q, %v", record.End, err)
		}
		if w.holds(john) != 4_493_00 || len(w.texted(jane)) != 1 {
			t.Errorf("John holds %d, Jane has %d messages", w.holds(john), len(w.texted(jane)))
		}
	})
}

func TestNotEnough(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		_, err := w.Send(ctx, w.quote(jane, john, 1_200).Intent, w.pin("9173"))
		e := fault.As(err)
		if e == nil || e.Code != fault.Insufficient {
			t.Fatal(err)
		}
		if e.Int("available") != 1_200_00 || e.Int("needed") != 1_223_00 || e.Int("fee") != 23_00 || e.Int("offer") != 1_177_00 {
			t.Errorf("%v; want available 1,200, needed 1,223, fee 23, offer 1,177", e)
		}
		if r, code := w.send(jane, john, e.Int("offer")/100, "9173"); code != "" || r.Balance != 0 {
			t.Errorf("the offer: %q, balance %d", code, r.Balance)
		}
		_, err = w.Send(ctx, w.quote(jane, john, 10).Intent, w.pin("9173"))
		if e := fault.As(err); e == nil || e.Arg("offer") != nil {
			t.Errorf("with nothing left: %v; want no offer", err)
		}
	})
}

func TestNotEnoughIsToldAfterThePIN(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if _, code := w.send(jane, john, 5_000, "1357"); code != fault.WrongPIN {
			t.Errorf("a wrong PIN and too little money: %s, want wrong_pin", code)
		}
	})
}

func TestLimits(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		rich := w.customer(jane)
		if _, err := w.Issue(ctx, rich.Account, 400_000_00, "a lorry load"); err != nil {
			t.Fatal(err)
		}
		if _, code := w.send(jane, peter, 15_000, "9173"); code != "" {
			t.Fatalf("15,000 to Peter: %s", code)
		}
		if _, code := w.send(jane, peter, 15_000, "9173"); code != fault.CannotReceive {
			t.Errorf("30,000 in one day to a wallet nobody checked: %q, want cannot_receive", code)
		}
		if _, code := w.send(peter, john, 10_001, "7351"); code != fault.LimitSingle {
			t.Errorf("10,001 from Peter: %q, want limit_single", code)
		}
		w.clock.Advance(24 * time.Hour)
		if _, code := w.send(jane, peter, 15_000, "9173"); code != "" {
			t.Errorf("the next day: %s", code)
		}
	})
}

func TestBlockedBetweenQuoteAndPIN(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		toPeter, fromPeter := w.quote(john, peter, 500), w.quote(peter, john, 1)
		w.block(peter, ledger.CreditBlocked|ledger.DebitBlocked)
		if _, err := w.Send(ctx, toPeter.Intent, w.pin("4826")); !fault.HasCode(err, fault.CannotReceive) {
			t.Errorf("to him: %v", err)
		}
		if _, err := w.Send(ctx, fromPeter.Intent, w.pin("7351")); !fault.HasCode(err, fault.SenderBlocked) {
			t.Errorf("from him: %v", err)
		}
	})
}

func TestQuoteExpires(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		q := w.quote(john, jane, 500)
		w.clock.Advance(intent.Life)
		for _, typed := range []string{"4826", "1357"} {
			if _, err := w.Send(ctx, q.Intent, w.pin(typed)); !fault.HasCode(err, fault.IntentExpired) {
				t.Errorf("PIN %s: %v, want intent_expired", typed, err)
			}
		}
		if _, code := w.send(john, jane, 500, "4826"); code != "" {
			t.Errorf("a new quote: %s (a wrong PIN for an expired one must not count)", code)
		}
	})
}

func TestAnotherNodeFinishes(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		q := w.quote(john, jane, 500)
		other := newNode(t, w.db, w.clock)
		if r, err := other.Send(ctx, q.Intent, w.pin("4826")); err != nil || r.Balance != 4_493_00 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestUnknownIntent(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if _, err := w.Send(ctx, w.ids.New(), w.pin("4826")); !fault.HasCode(err, fault.BadRequest) {
			t.Errorf("%v, want bad_request", err)
		}
	})
}

func TestSentLately(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.send(john, jane, 500, "4826")
		w.send(john, jane, 300, "1357")
		w.clock.Advance(again)
		for _, c := range []struct {
			name   string
			to     msisdn.Number
			amount int64
			later  time.Duration
			want   LastState
		}{
			{"the same", jane, 500_00, 0, Done},
			{"another amount", jane, 501_00, 0, NotDone},
			{"another person", peter, 500_00, 0, NotDone},
			{"one that failed", jane, 300_00, 0, NotDone},
			{"the same, too long ago", jane, 500_00, time.Microsecond, NotDone},
		} {
			w.clock.Advance(c.later)
			if got, err := w.SentLately(ctx, john, c.to, c.amount); err != nil || got != c.want {
				t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
			}
		}
	})
}

// A quote that nothing is known of is settled before anything is said of it: its PIN can no longer do anything.
func TestSentLatelySettles(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		q := w.quote(john, jane, 500)
		other := newNode(t, w.db, w.clock)
		if got, err := other.SentLately(ctx, john, jane, 500_00); err != nil || got != NotDone {
			t.Fatalf("a call that broke off at the PIN: %v, %v", got, err)
		}
		if _, err := w.Send(ctx, q.Intent, w.pin("4826")); !fault.HasCode(err, fault.IntentExpired) {
			t.Errorf("its PIN arrives late: %v", err)
		}
		for range 20 {
			before, q := w.holds(john), w.quote(john, jane, 10)
			var said LastState
			var sendErr error
			var wg sync.WaitGroup
			wg.Go(func() { _, sendErr = w.Send(ctx, q.Intent, w.pin("4826")) })
			wg.Go(func() { said, _ = w.SentLately(ctx, john, jane, 10_00) })
			wg.Wait()
			switch moved := before - w.holds(john); {
			case said == Done && sendErr == nil && moved == 10_00:
			case said == NotDone && fault.HasCode(sendErr, fault.IntentExpired) && moved == 0:
			default:
				t.Fatalf("the next dial hears %v, the call %v, %d moved", said, sendErr, moved)
			}
			w.clock.Advance(again + time.Second)
		}
	})
}

// BenchmarkSendPlan is what a caller does before its plan joins a batch, and BenchmarkSendTexts what the batch then waits for.
func BenchmarkSendPlan(b *testing.B) {
	w, in, terms := benchTown(b)
	b.ReportAllocs()
	for b.Loop() {
		w.SendPlan(in, terms, pin.PIN{})
	}
}

func BenchmarkSendTexts(b *testing.B) {
	w, in, terms := benchTown(b)
	plan := w.SendPlan(in, terms, pin.PIN{})
	outcome := &ledger.Outcome{ID: in.ID, Accepted: true, Receipt: "TK7Q2M9XRD", At: noon, Legs: []ledger.PostedLeg{
		{Account: terms.From.Account, Balance: 4_493_00}, {Account: terms.To.Account, Balance: 1_700_00},
	}}
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range plan.Companions {
			c.Finish(nil, outcome)
		}
	}
}

func benchTown(b *testing.B) (*town, intent.Intent, SendTerms) {
	w := newNode(b, dbtest.SQLite(b), clock.NewFake(noon))
	w.settleIn()
	from, to := w.customer(john), w.customer(jane)
	terms, err := w.PriceSend(from, to, 500_00, noon)
	if err != nil {
		b.Fatal(err)
	}
	return w, w.newIntent(ledger.Send, from, Origin{}, terms.encode()).Opened(noon), terms
}
