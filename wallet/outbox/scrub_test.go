package outbox

import (
	"database/sql"
	"testing"
	"time"

	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// kept is what is on record of a message's words.
func (o *office) kept(message id.ID) (body string, masked sql.NullString) {
	o.t.Helper()
	if err := o.db.QueryRow(ctx, `SELECT body, masked FROM messages WHERE id = ?`, message).Scan(&body, &masked); err != nil {
		o.t.Fatal(err)
	}
	return body, masked
}

// code commits a message with the code 4821 in it, good for a week.
func (o *office) code() id.ID {
	o.t.Helper()
	message := o.ids.New()
	o.commit(o.AddCode(noon.Add(7*24*time.Hour), message, jane, code4821, "4821"))
	return message
}

func (o *office) commit(with ...ledger.Companion) {
	o.t.Helper()
	if _, err := o.ledger.Commit(ctx, &ledger.Plan{Companions: with}); err != nil {
		o.t.Fatal(err)
	}
}

const withCode, without = "Your code is 4821", "Your code is " + Scrubbed

// However a message with a code comes to its end, the code is out of the database then, and not before: until then it must be sent.
func TestCodesAreScrubbed(t *testing.T) {
	refuses := fails(sms.SendError{Code: "bad_number"})
	for name, ends := range map[string]func(o *office, message id.ID){
		"taken on":            func(o *office, _ id.ID) { o.send() },
		"refused for good":    func(o *office, _ id.ID) { o.provider.answer = refuses; o.send() },
		"not worth sending":   func(o *office, _ id.ID) { o.clock.Advance(7 * 24 * time.Hour); o.send() },
		"reported unmarked":   func(o *office, m id.ID) { o.fly(); o.report(byID(m, sms.Delivered)) },
		"reported, then over": func(o *office, m id.ID) { o.fly(); o.report(byID(m, sms.Undelivered)); o.send() },
		"recalled":            func(o *office, _ id.ID) { o.commit(o.Recall(jane)) },
		"at the second try": func(o *office, m id.ID) {
			o.provider.answer = fails(sms.SendError{Code: "timeout", Retryable: true, Unclear: true})
			o.send()
			if body, _ := o.kept(m); body != withCode {
				o.t.Errorf("after an unclear try %q is left to be sent", body)
			}
			o.provider.answer = takes
			o.clock.Advance(time.Hour)
			o.send()
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				o := newOffice(t, d)
				message := o.code()
				if body, _ := o.kept(message); body != withCode {
					t.Errorf("before it is sent: %q", body)
				}
				ends(o, message)
				if o.state(message) == Waiting {
					t.Error("it still waits")
				}
				if body, masked := o.kept(message); body != without || masked.Valid {
					t.Errorf("kept: %q, %v", body, masked)
				}
			})
		})
	}
}

// Only codes are scrubbed, and all of a text; of a code whose place nobody told, no word is kept.
func TestWhatIsScrubbed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		receipt, two, untold := o.ids.New(), o.ids.New(), o.ids.New()
		text := func(*ledger.Outcome) string { return "4821 or 7730, at 4821." }
		o.commit(o.Add(Receipt, receipt, jane, text), o.AddCode(noon.Add(time.Hour), two, jane, text, "4821", "7730"), o.Add(Code, untold, jane, text))
		o.send()
		for message, want := range map[id.ID]string{receipt: "4821 or 7730, at 4821.", two: "**** or ****, at ****.", untold: Scrubbed} {
			if body, _ := o.kept(message); body != want {
				t.Errorf("%q is kept, want %q", body, want)
			}
		}
		if len(o.provider.got) != 3 {
			t.Errorf("%d were sent", len(o.provider.got))
		}
	})
}

// A worker that has lost its lease knows of what was taken on, and of nothing else: the next one must be able to send the rest.
func TestScrubbingWithoutTheLease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		refused, taken := o.code(), o.code()
		o.provider.answer = func(m sms.Message) sms.Result {
			if m.ID == taken {
				return takes(m)
			}
			return fails(sms.SendError{Code: "bad_number"})(m)
		}
		o.fly()
		o.clock.Advance(leaseTerm)
		silent := &provider{answer: fails(sms.SendError{Code: "no_answer", Retryable: true}), got: map[id.ID]int{}}
		if _, err := o.worker(d, silent).Send(ctx); err != nil { // takes the lease
			t.Fatal(err)
		}
		if err := o.mark(ctx); err != nil {
			t.Fatal(err)
		}
		for m, want := range map[id.ID]string{refused: withCode, taken: without} {
			if body, _ := o.kept(m); body != want {
				t.Errorf("%q is kept, want %q", body, want)
			}
		}
	})
}

// Whoever sends a message again, or reads it out, can see that there is no code in it any more.
func TestOnlyCodesAreSaidOnce(t *testing.T) {
	for _, k := range Kinds() {
		if k.Once() != (k == Code) {
			t.Errorf("%s: once %v", k, k.Once())
		}
	}
}
