package outbox

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
)

// refOf is what the provider of these tests calls a message.
func refOf(message id.ID) string { return "AT_" + message.String() }

func takesByRef(m sms.Message) sms.Result {
	return sms.Result{Accepted: true, ProviderRef: refOf(m.ID)}
}

func byRef(message id.ID, f sms.Fate) sms.Report {
	return sms.Report{Gateway: "fake", ProviderRef: refOf(message), Fate: f, Reason: "DELIVRD 000"}
}

func byID(message id.ID, f sms.Fate) sms.Report {
	return sms.Report{Gateway: "fake", Message: message, Fate: f, Reason: "DELIVRD 000"}
}

// report takes reports in and returns what was news.
func (o *office) report(reports ...sms.Report) (news []Settled) {
	o.t.Helper()
	o.Watch(func(s Settled) { news = append(news, s) })
	if err := o.Report(ctx, reports); err != nil {
		o.t.Fatal(err)
	}
	return news
}

func TestReports(t *testing.T) {
	for name, by := range map[string]func(id.ID, sms.Fate) sms.Report{"by the provider's name": byRef, "by our ID": byID} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				o := newOffice(t, d)
				o.provider.answer = takesByRef
				m := o.write(4)
				o.send()
				o.clock.Advance(3 * time.Second)
				if news := o.report(by(m[0], sms.Buffered), by(m[1], sms.Buffered)); len(news) != 0 || o.state(m[0]) != Sent {
					t.Errorf("on its way: %v, %s", news, o.state(m[0]))
				}
				news := o.report(by(m[0], sms.Delivered), by(m[1], sms.Undelivered), by(m[0], sms.Delivered), by(m[1], sms.Delivered))
				if len(news) != 2 || o.state(m[0]) != Delivered || o.state(m[1]) != Undelivered || o.state(m[2]) != Sent {
					t.Errorf("%v: %s, %s, %s", news, o.state(m[0]), o.state(m[1]), o.state(m[2]))
				}
				for _, n := range news {
					if n.Route != "fake" || n.Took != 3*time.Second {
						t.Errorf("%+v", n)
					}
				}
				if again := o.report(by(m[0], sms.Undelivered), by(m[1], sms.Delivered), by(m[0], sms.Buffered)); len(again) != 0 ||
					o.state(m[0]) != Delivered || o.state(m[1]) != Undelivered {
					t.Errorf("after the first: %v: %s, %s", again, o.state(m[0]), o.state(m[1]))
				}
				if news := o.report(by(o.ids.New(), sms.Delivered)); len(news) != 0 {
					t.Errorf("of a message that never was: %v", news)
				}
				early := by(m[2], sms.Delivered)
				early.At = o.clock.Now().Add(-time.Hour) // their clock is wrong
				if news := o.report(early); len(news) != 1 || news[0].Took != 0 {
					t.Errorf("delivered before it was sent: %+v", news)
				}
				if !Undelivered.Lost() || Delivered.Lost() {
					t.Error("which is lost?")
				}
			})
		})
	}
}

// A report may come before the answer to the submission is on record: it is not lost, and what it is about is not sent again.
func TestReportBeforeTheMark(t *testing.T) {
	for name, by := range map[string]func(id.ID, sms.Fate) sms.Report{"by the provider's name": byRef, "by our ID": byID} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				o := newOffice(t, d)
				var news []Settled
				o.Watch(func(s Settled) { news = append(news, s) })
				o.provider.answer = func(m sms.Message) sms.Result {
					if err := o.Report(ctx, []sms.Report{by(m.ID, sms.Delivered)}); err != nil {
						t.Error(err)
					}
					return takesByRef(m)
				}
				m := o.write(3)
				o.send()
				for _, m := range m {
					if s := o.state(m); s != Delivered {
						t.Errorf("%s, want delivered", s)
					}
				}
				if len(news) != 3 || o.depth() != 0 {
					t.Errorf("%v; %d wait", news, o.depth())
				}
			})
		})
	}
}

// An answer got lost, and the report says that the phone has the message: it is not sent a second time.
func TestReportInsteadOfAnAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.provider.answer = func(m sms.Message) sms.Result {
			if o.provider.got[m.ID] == 1 {
				_ = o.Report(ctx, []sms.Report{byID(m.ID, sms.Delivered)})
			}
			return sms.Result{Err: &sms.SendError{Sender: "fake", Code: sms.CodeTimeout, Retryable: true, Unclear: true}}
		}
		quick := o.write(1)[0]
		o.send()
		if s := o.state(quick); s != Delivered || o.depth() != 0 {
			t.Errorf("%s, %d wait", s, o.depth())
		}
		o.provider.answer = fails(sms.SendError{Sender: "fake", Code: sms.CodeTimeout, Retryable: true, Unclear: true})
		slow := o.write(1)[0]
		o.send()
		if news := o.report(byID(slow, sms.Delivered)); len(news) != 1 || news[0].Took != -1 || o.depth() != 0 {
			t.Errorf("between two tries: %+v, %d wait", news, o.depth())
		}
		o.provider.answer = fails(sms.SendError{Sender: "fake", Code: "unknown_status_9", Unclear: true})
		misread := o.write(1)[0]
		o.send()
		o.report(byID(misread, sms.Undelivered))
		if s := o.state(misread); s != Failed {
			t.Errorf("given up and undelivered: %s", s)
		}
		o.report(byID(misread, sms.Delivered))
		if s := o.state(misread); s != Delivered {
			t.Errorf("given up and delivered: %s", s)
		}
	})
}

// Of what nobody reports on it is said that it is unknown, and nothing is left to wait for.
func TestGiveUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.provider.answer = func(m sms.Message) sms.Result { return sms.Result{Accepted: true} } // by our ID only
		unnamed := o.write(2)
		o.send()
		o.provider.answer = takesByRef
		named := o.write(2)
		o.send()
		o.provider.answer = func(m sms.Message) sms.Result { return sms.Result{Accepted: true, Unreported: true} }
		silent := o.write(1)[0]
		o.send()
		o.report(byRef(named[0], sms.Delivered), byID(unnamed[0], sms.Delivered), byRef(o.ids.New(), sms.Delivered))
		o.clock.Advance(time.Hour)
		o.provider.answer = takesByRef
		young := o.write(1)[0]
		o.send()
		var news []Settled
		o.Watch(func(s Settled) { news = append(news, s) })
		closed := 0
		for {
			n, err := o.GiveUp(ctx, o.clock.Now(), 2)
			if err != nil {
				t.Fatal(err)
			}
			if closed += n; n < 2 {
				break
			}
		}
		if closed != 5 || len(news) != 2 {
			t.Errorf("%d names closed, want 4 and one that nobody knows; %v", closed, news)
		}
		for m, want := range map[id.ID]State{named[0]: Delivered, named[1]: Unknown, unnamed[0]: Delivered, unnamed[1]: Unknown, silent: Sent, young: Sent} {
			if s := o.state(m); s != want {
				t.Errorf("%s, want %s", s, want)
			}
		}
		o.report(byID(unnamed[1], sms.Delivered))
		if s := o.state(unnamed[1]); s != Delivered {
			t.Errorf("after a late report: %s", s)
		}
	})
}

// Reports and marks at the same time: every message hears of its report, whichever came first.
func TestReportsAndMarksMeet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		const rounds, each = 20, 40
		var wg sync.WaitGroup
		var all []id.ID
		for range rounds {
			written := o.write(each)
			all = append(all, written...)
			for half := range 2 {
				reports := make([]sms.Report, 0, each)
				for i := range written {
					reports = append(reports, byRef(written[(i*7+half*13)%each], sms.Delivered))
				}
				gate := make(chan struct{})
				o.provider.answer = func(m sms.Message) sms.Result {
					select {
					case <-gate:
					default:
						close(gate)
					}
					return takesByRef(m)
				}
				wg.Go(func() {
					<-gate
					if err := o.Report(ctx, reports); err != nil {
						t.Error(err)
					}
				})
				if half == 0 {
					o.send()
				} else {
					close(gate) // all of it was sent: the reports come a second time
				}
			}
		}
		wg.Wait()
		lost := 0
		for _, m := range all {
			if o.state(m) != Delivered {
				lost++
			}
		}
		if lost > 0 {
			t.Errorf("of %d messages %d did not hear of their report", len(all), lost)
		}
	})
}

func TestWord(t *testing.T) {
	for text, want := range map[string]string{"DELIVRD": "DELIVRD", "": "", "no such number": "no_such_number", "zaj\xff\n": "zaj__", "a.b-9": "a.b-9",
		fmt.Sprintf("%050d", 7): fmt.Sprintf("%040d", 0)} {
		if got := word(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
