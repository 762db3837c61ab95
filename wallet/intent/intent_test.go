package intent

import (
	"context"
	"errors"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	jane = int64(1001)
)

// bureau is a store with a ledger to commit through and a clock to wind on.
type bureau struct {
	*Store
	t      *testing.T
	ledger *ledger.Ledger
	clock  *clock.Fake
	ids    id.Random
}

func newBureau(t *testing.T, d *db.DB) *bureau {
	t.Helper()
	b := &bureau{Store: NewStore(d), t: t, clock: clock.NewFake(noon)}
	l, err := ledger.Open(ctx, ledger.Options{
		DB: d, Clock: b.clock, IDs: b.ids, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	b.ledger = l
	return b
}

// open writes an intent of Jane's phone and returns it as it stands in the database.
func (b *bureau) open(session byte) Intent {
	b.t.Helper()
	in := Intent{
		ID: b.ids.New(), Kind: ledger.Register, Customer: jane, Phone: "+254712000001", Gateway: "africastalking",
		Session: [16]byte{session}, Turn: 4, Terms: []byte(`{"amount":500}`),
	}
	o, err := b.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{b.Open(in)}})
	if err != nil {
		b.t.Fatal(err)
	}
	return in.Opened(o.At)
}

// finish commits a plan under the intent's ID: accepted, unless the refusal says otherwise.
func (b *bureau) finish(in Intent, refusal *fault.Error) fault.Code {
	_, err := b.ledger.Commit(ctx, &ledger.Plan{
		ID: in.ID, Kind: in.Kind,
		Companions: []ledger.Companion{
			b.Close(in, func(o *ledger.Outcome) string {
				if o.Accepted {
					return "Done."
				}
				return "Not done: " + string(o.Refusal.Code)
			}),
			verdict{newRow{b.closings}, refusal},
		},
	})
	return fault.CodeOf(err)
}

// verdict is a companion that writes nothing and refuses if told to.
type verdict struct {
	newRow
	refusal *fault.Error
}

func (v verdict) Check(any, time.Time) (any, *fault.Error) { return nil, v.refusal }
func (verdict) Finish(any, *ledger.Outcome) any            { return nil }

func (b *bureau) get(intent id.ID) Record {
	b.t.Helper()
	r, err := b.Get(ctx, intent)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func TestOpenCloseRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBureau(t, d)
		in := b.open(1)
		r := b.get(in.ID)
		if r.State != Open || !r.ClosedAt.IsZero() || r.Shown != NotShown {
			t.Errorf("just opened: %+v", r)
		}
		if string(r.Terms) != string(in.Terms) || r.Phone != in.Phone || r.Gateway != in.Gateway || r.Session != in.Session ||
			r.Turn != in.Turn || r.Customer != jane || r.Kind != in.Kind ||
			!r.OpenedAt.Equal(noon) || !r.ExpiresAt.Equal(noon.Add(Life)) {
			t.Errorf("read back %+v\nwant %+v", r.Intent, in)
		}

		b.clock.Advance(time.Minute)
		if code := b.finish(in, nil); code != "" {
			t.Fatal(code)
		}
		r = b.get(in.ID)
		if r.State != Accepted || r.End != "Done." || r.Code != "" || !r.ClosedAt.Equal(noon.Add(time.Minute)) {
			t.Errorf("closed: %+v", r.Closing)
		}
		if _, err := b.Get(ctx, b.ids.New()); !fault.HasCode(err, fault.BadRequest) {
			t.Errorf("an intent never opened: %v", err)
		}
	})
}

func TestRefusedIsClosedToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBureau(t, d)
		in := b.open(1)
		if code := b.finish(in, fault.New(fault.PINLocked)); code != fault.PINLocked {
			t.Fatal(code)
		}
		if r := b.get(in.ID); r.State != Refused || r.Code != fault.PINLocked || r.End != "Not done: pin_locked" {
			t.Errorf("closed: %+v", r.Closing)
		}
		if code := b.finish(in, nil); code != fault.PINLocked {
			t.Errorf("the same again without a reason to refuse: %q; the ID is spent", code)
		}
	})
}

func TestExpiry(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		code  fault.Code
	}{
		{Life - time.Microsecond, ""},
		{Life, fault.IntentExpired},
		{Life + time.Microsecond, fault.IntentExpired},
	} {
		t.Run(c.after.String(), func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				b := newBureau(t, d)
				in := b.open(1)
				b.clock.Advance(c.after)
				if code := b.finish(in, nil); code != c.code {
					t.Errorf("%q, want %q", code, c.code)
				}
			})
		})
	}
}

// A cancelled intent stays undone whatever comes later; one that was done is not undone by cancelling.
func TestCancel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBureau(t, d)
		cancel := func(in Intent) (*ledger.Outcome, error) {
			return b.ledger.Commit(ctx, &ledger.Plan{ID: in.ID, Kind: in.Kind, Companions: []ledger.Companion{b.Cancel(in)}})
		}
		in := b.open(1)
		if _, err := cancel(in); !fault.HasCode(err, fault.IntentExpired) {
			t.Fatal(err)
		}
		if code := b.finish(in, nil); code != fault.IntentExpired {
			t.Errorf("done after it was cancelled: %q", code)
		}
		if r := b.get(in.ID); r.State != Refused {
			t.Errorf("cancelled: %+v", r.Closing)
		}

		in = b.open(2)
		if code := b.finish(in, nil); code != "" {
			t.Fatal(code)
		}
		if o, err := cancel(in); err != nil || !o.Accepted || !o.Replayed {
			t.Errorf("cancelled after it was done: %+v, %v; want its outcome", o, err)
		}
	})
}

func TestLatest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBureau(t, d)
		var opened []Intent
		for i := range 3 {
			opened = append(opened, b.open(byte(i)))
			b.clock.Advance(time.Minute)
		}
		got, err := b.Latest(ctx, "+254712000001", []ledger.Kind{ledger.Register}, noon.Add(time.Minute), 10)
		if err != nil || len(got) != 2 || got[0].ID != opened[2].ID || got[1].ID != opened[1].ID {
			t.Errorf("the last two minutes: %v, %v", got, err)
		}
		if got, err := b.Latest(ctx, "+254712000001", []ledger.Kind{ledger.Register}, noon, 1); err != nil || len(got) != 1 || got[0].ID != opened[2].ID {
			t.Errorf("the newest: %v, %v", got, err)
		}
		if got, err := b.Latest(ctx, "+254712000002", []ledger.Kind{ledger.Register}, noon, 10); err != nil || len(got) != 0 {
			t.Errorf("another phone: %v, %v", got, err)
		}
		if got, err := b.Latest(ctx, "+254712000001", []ledger.Kind{ledger.Send}, noon, 10); err != nil || len(got) != 0 {
			t.Errorf("another kind: %v, %v", got, err)
		}
		for _, c := range []struct {
			name    string
			session byte
			since   time.Duration
			want    id.ID
		}{
			{"the oldest session", 0, 0, opened[0].ID},
			{"the newest session", 2, 0, opened[2].ID},
			{"one that is too old", 0, time.Second, id.ID{}},
			{"one that never was", 9, 0, id.ID{}},
		} {
			got, ok, err := b.LatestOfSession(ctx, "+254712000001", "africastalking", [16]byte{c.session}, noon.Add(c.since))
			if err != nil || ok == c.want.IsZero() || got.ID != c.want {
				t.Errorf("%s: %v, %v, %v", c.name, got, ok, err)
			}
		}
	})
}

// A conversation that needs no intent beforehand leaves one if it ended, and nothing if it goes on.
func TestNote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBureau(t, d)
		for _, c := range []struct {
			name    string
			refusal *fault.Error
			end     string
			state   State
		}{
			{"done", nil, "Your balance is Ksh 5.", Accepted},
			{"refused for good", fault.New(fault.PINLocked), "Your PIN is locked.", Refused},
			{"to be asked again", fault.New(fault.WrongPIN), "", Open},
		} {
			in := Intent{ID: b.ids.New(), Kind: ledger.Enquiry, Customer: jane, Phone: "+254712000001", Terms: []byte{}}
			note := b.Note(in, func(*ledger.Outcome) string { return c.end })
			_, err := b.ledger.Commit(ctx, &ledger.Plan{Companions: append(note, verdict{newRow{b.closings}, c.refusal})})
			if c.refusal != nil && !fault.HasCode(err, c.refusal.Code) || c.refusal == nil && err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			got, err := b.Get(ctx, in.ID)
			if c.end == "" {
				if !fault.HasCode(err, fault.BadRequest) {
					t.Errorf("%s: %+v, %v; want nothing written", c.name, got, err)
				}
				continue
			}
			if err != nil || got.End != c.end || got.State != c.state {
				t.Errorf("%s: %+v, %v", c.name, got, err)
			}
		}
	})
}

func TestMarks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBureau(t, d)
		marks := NewMarks(d)
		shown, failed, unmarked := b.open(1), b.open(2), b.open(3)
		marks.Set(shown.ID, WasShown)
		marks.Set(failed.ID, WasShown)
		if got := marks.Latest(shown.ID, NotShown); got != WasShown {
			t.Errorf("before it is written: %v", got)
		}
		for range 2 { // the second time there is nothing to write
			if err := marks.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
		marks.Set(failed.ID, ShowFailed) // the telco's notice comes after our own
		if err := marks.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		for in, want := range map[id.ID]Shown{shown.ID: WasShown, failed.ID: ShowFailed, unmarked.ID: NotShown} {
			if got := b.get(in).Shown; got != want {
				t.Errorf("in the database: %v, want %v", got, want)
			}
			if got := marks.Latest(in, want); got != want {
				t.Errorf("after it was written: %v, want %v", got, want)
			}
		}
	})
}

// Marks that cannot be written are kept for the next time, unless a newer one came.
func TestMarksAreKept(t *testing.T) {
	d := dbtest.SQLite(t)
	b := newBureau(t, d)
	marks := NewMarks(d)
	in := b.open(1)
	marks.Set(in.ID, WasShown)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := marks.Flush(gone); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	if got := marks.Latest(in.ID, NotShown); got != WasShown {
		t.Errorf("after a failure: %v", got)
	}
	if err := marks.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if got := b.get(in.ID).Shown; got != WasShown {
		t.Errorf("after the next time: %v", got)
	}
}

// Marks still in memory when the process is told to stop are written.
func TestRunWritesTheLastMarks(t *testing.T) {
	d := dbtest.SQLite(t)
	b := newBureau(t, d)
	marks := NewMarks(d)
	in := b.open(1)
	stop, cancel := context.WithCancel(ctx)
	marks.Set(in.ID, WasShown)
	cancel()
	marks.Run(stop)
	if got := b.get(in.ID).Shown; got != WasShown {
		t.Errorf("after the end: %v", got)
	}
}
