package jobs

import (
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
)

// office is the parts that jobs work with, on a clock to wind on.
type office struct {
	Parts
	t     *testing.T
	clock *clock.Fake
}

const (
	day   = 24 * time.Hour
	phone = msisdn.Number("+254712000001")
)

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	c := clock.NewFake(noon)
	zone := zoneOf(t, "Africa/Nairobi")
	l, err := ledger.Open(bg, ledger.Options{DB: d, Clock: c, IDs: ids, Zone: zone, Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	o := &office{t: t, clock: c, Parts: Parts{DB: d, Clock: c, Zone: zone, Ledger: l, Intents: intent.NewStore(d),
		Messages: outbox.NewStore(d, c),
		Keep:     market.Retention{Records: 1000 * day, Quotes: 30 * day, Messages: 90 * day, Runs: 90 * day}}}
	o.commit(&ledger.Plan{ID: ids.New(), Kind: ledger.Register, Open: []ledger.NewAccount{
		{ID: 10, Type: ledger.Trust, Currency: "KES"}, {ID: 1000, Type: ledger.Wallet, Currency: "KES"},
		{ID: 1001, Type: ledger.Wallet, Currency: "KES"},
	}})
	o.commit(&ledger.Plan{ID: ids.New(), Kind: ledger.Issue, Legs: []ledger.Leg{{Account: 10, Amount: -100_000}, {Account: 1000, Amount: 100_000}}})
	return o
}

func (o *office) commit(p *ledger.Plan) {
	o.t.Helper()
	if _, err := o.Ledger.Commit(bg, p); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) send() {
	o.t.Helper()
	o.commit(&ledger.Plan{ID: ids.New(), Kind: ledger.Send, Legs: []ledger.Leg{{Account: 1000, Amount: -1}, {Account: 1001, Amount: 1}}})
}

// once runs a job by itself.
func (o *office) once(j Job) Result {
	o.t.Helper()
	r, err := j.Run(bg, Tick{Job: j.Name, At: o.clock.Now()})
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// runner is a process that runs these jobs.
func (o *office) runner(list ...Job) *Runner {
	o.t.Helper()
	r, err := New(Options{DB: o.DB, Clock: o.clock, IDs: ids, Zone: o.Zone, Jobs: list})
	if err != nil {
		o.t.Fatal(err)
	}
	o.turn(r)
	return r
}

func (o *office) turn(r *Runner) {
	o.t.Helper()
	if _, err := r.turn(bg); err != nil {
		o.t.Fatal(err)
	}
	r.all.Wait()
}

// newest returns the last run of a job.
func (o *office) newest(r *Runner, job string) Run {
	o.t.Helper()
	run, found, err := r.runs.newest(bg, job)
	if err != nil || !found {
		o.t.Fatal(found, err)
	}
	return run
}

// The whole list can be run, in any market, and people can look at it without its parts.
func TestAll(t *testing.T) {
	d := dbtest.SQLite(t)
	if _, err := NewBoard(d, clock.System{}, time.UTC, All(Parts{})); err != nil {
		t.Error(err)
	}
	if _, err := New(Options{DB: d, Clock: clock.System{}, IDs: ids, Zone: time.UTC, Jobs: All(Parts{})}); err != nil {
		t.Error(err)
	}
}

func TestExpireHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.commit(&ledger.Plan{ID: ids.New(), Kind: ledger.HoldTake, Holds: []ledger.HoldAct{{Verb: ledger.TakeHold, Hold: ids.New(),
			Account: 1000, Amount: 500, ExpiresAt: noon.Add(time.Minute)}}})
		held := func(want int64) {
			t.Helper()
			if a, err := o.Ledger.Account(bg, 1000); err != nil || a.Held != want {
				t.Errorf("%d are held, want %d: %v", a.Held, want, err)
			}
		}
		if r := o.once(expireHolds(o.Parts)); r != nil {
			t.Errorf("too early: %v", r)
		}
		held(500)
		o.clock.Advance(time.Minute)
		if r := o.once(expireHolds(o.Parts)); r["expired"] != 1 {
			t.Errorf("in time: %v", r)
		}
		held(0)
		if r := o.once(expireHolds(o.Parts)); r != nil {
			t.Errorf("a second time: %v", r)
		}
	})
}

// idAt is an ID as Random would have made it then, or one that tells no time.
func idAt(at time.Time, derived bool) id.ID {
	made := ids.New()
	if derived {
		out := id.Derive(made, "test")
		out[0] |= 0x80 // derived IDs begin with anything; those that begin like a time are rare
		return out
	}
	b := id.Before(at)
	copy(made[:6], b[:6])
	return made
}

// Messages and intents go when their time is over, wherever their IDs lie, and not before.
func TestPurgeMessagesAndIntents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		messages, intents := purgeMessages(o.Parts), purgeIntents(o.Parts)
		r := o.runner(messages, intents)
		for n := range 20 {
			at, derived := o.clock.Now(), n%4 == 3
			in := intent.Intent{ID: idAt(at, derived), Kind: ledger.Send, Customer: 7, Phone: phone, Terms: []byte("{}")}
			message := o.Messages.Add(outbox.Receipt, outbox.MessageID(in.ID, 1), phone, func(*ledger.Outcome) string { return "SENT" })
			o.commit(&ledger.Plan{Companions: []ledger.Companion{o.Intents.Open(in), message}})
			if n%2 == 0 {
				end := func(*ledger.Outcome) string { return "" }
				o.commit(&ledger.Plan{ID: in.ID, Kind: ledger.Send, Companions: []ledger.Companion{o.Intents.Close(in.Opened(at), end)},
					Legs: []ledger.Leg{{Account: 1000, Amount: -1}, {Account: 1001, Amount: 1}}})
			}
			o.clock.Advance(day)
		}
		if _, err := d.Exec(bg, `UPDATE messages SET state = ?, due_at = NULL`, int64(outbox.Sent)); err != nil {
			t.Fatal(err)
		}
		left := func(days int, messages, intents int64) {
			t.Helper()
			o.clock.Set(noon.Add(time.Duration(days)*day + 2*time.Hour))
			o.turn(r)
			for query, want := range map[string]int64{"SELECT COUNT(*) FROM messages": messages, "SELECT COUNT(*) FROM intents": intents} {
				var got int64
				if err := d.QueryRow(bg, query).Scan(&got); err != nil || got != want {
					t.Errorf("after %d days: %s: %d, want %d: %v", days, query, got, want, err)
				}
			}
		}
		left(29, 20, 20)
		left(31, 20, 19) // the quotes of days 1, 3 … go, the sends of days 0, 2 … stay
		left(60, 20, 10) // all quotes are gone
		left(89, 20, 10)
		left(99, 10, 10) // the messages of days 0 to 9 are gone
		left(120, 0, 10)
		left(999, 0, 10)
		left(1004, 0, 7) // the sends of days 0, 2 and 4 are gone
		left(1020, 0, 0)
		if run := o.newest(r, "purge_intents"); run.State != Done {
			t.Errorf("%+v", run)
		}
	})
}

// A market that names no time keeps everything; one that names less than two days keeps two.
func TestKeptSince(t *testing.T) {
	if _, ends := keptSince(noon, 0); ends {
		t.Error("nothing is kept for no time")
	}
	if since, ends := keptSince(noon, time.Hour); !ends || !since.Equal(noon.Add(-leastKept)) {
		t.Errorf("an hour: %v, %v", since, ends)
	}
}

// What jobs did is kept as long as the market says, what they found not to do for a day; the newest of each stays.
func TestPurgeRuns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		write := func(job, tick string, state State, result string) {
			t.Helper()
			if _, err := insert(bg, d, Run{Job: job, Tick: tick, Cause: Scheduled, State: state, Result: result}); err != nil {
				t.Fatal(err)
			}
		}
		write("expire_holds", "2025-12-01T00:00:00Z", Done, `{"expired":1}`)
		write("expire_holds", "2025-12-02T00:00:00Z", Running, `{}`)
		write("expire_holds", "2026-03-01T00:00:00Z", Done, `{}`)
		write("expire_holds", "2026-03-01T00:00:10Z", Done, `{"expired":1}`)
		write("expire_holds", "2026-03-01T00:00:20Z", Failed, `{}`)
		write("expire_holds", "2026-03-12T08:00:00Z", Done, `{}`)
		write("purge_runs", "2025-12-01T00:00:00Z", Done, `{}`)
		write("watch_dormancy", "2025-12-01", Done, `{}`)
		write("watch_dormancy", "2026-03-01", Done, `{}`) // by the date: that it ran can be shown
		write("watch_dormancy", "2026-03-02", Done, `{}`)
		for n := range 2000 {
			at := noon.Add(-10*day + time.Duration(n)*time.Second)
			write("verify_ledger", at.Format(instantKey), Done, `{}`)
		}
		if r := o.once(purgeRuns(o.Parts)); r["deleted"] != 2002 {
			t.Errorf("%v", r)
		}
		for job, want := range map[string]int{"expire_holds": 4, "purge_runs": 1, "verify_ledger": 1, "watch_dormancy": 2} {
			all, err := (&runs{db: d}).read(bg, `WHERE job = ?`, job)
			if err != nil || len(all) != want {
				t.Errorf("%s: %d are left, want %d: %v", job, len(all), want, err)
			}
		}
		if r := o.once(purgeRuns(o.Parts)); r != nil {
			t.Errorf("a second time: %v", r)
		}
	})
}
