package intent

import (
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// everything is the range of all IDs.
func everything() (after, before id.ID) {
	for i := range before {
		before[i] = 0xff
	}
	return after, before
}

// What was gone through with is kept as long as records are, everything else as long as quotes; to the microsecond.
func TestPurge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBureau(t, d)
		marks := NewMarks(d)
		done, open, refused := b.open(1), b.open(2), b.open(3)
		if code := b.finish(done, nil); code != "" {
			t.Fatal(code)
		}
		if code := b.finish(refused, fault.New(fault.PINLocked)); code != fault.PINLocked {
			t.Fatal(code)
		}
		page := Intent{ID: b.ids.New(), Kind: ledger.Enquiry, Customer: jane, Phone: "+254712000001", Terms: []byte{}}
		note := b.Note(page, func(*ledger.Outcome) string { return "Your balance is Ksh 5." })
		if _, err := b.ledger.Commit(ctx, &ledger.Plan{Companions: note}); err != nil {
			t.Fatal(err)
		}
		for _, in := range []Intent{done, open, refused, page} {
			marks.Set(in.ID, WasShown)
		}
		if err := marks.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		after, before := everything()
		purge := func(keep Keep, deleted int, left ...Intent) {
			t.Helper()
			p, err := b.Purge(ctx, after, before, 100, keep)
			if err != nil || p.Deleted != deleted || !p.Last.IsZero() {
				t.Errorf("purged %+v, %v; want %d", p, err, deleted)
			}
			for _, table := range []string{"intents", "intent_ends"} {
				var n int
				if err := d.QueryRow(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil || n != len(left) {
					t.Errorf("%d rows in %s, %v; want %d", n, table, err, len(left))
				}
			}
			for _, in := range left {
				b.get(in.ID)
			}
		}
		b.clock.Advance(time.Hour)
		newest := b.open(4)
		marks.Set(newest.ID, WasShown)
		if err := marks.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		purge(Keep{Records: noon, Quotes: noon}, 0, done, open, refused, page, newest)
		purge(Keep{Records: noon, Quotes: noon.Add(time.Microsecond)}, 3, done, newest)
		if r := b.get(done.ID); r.State != Accepted || r.End != "Done." || string(r.Terms) != string(done.Terms) {
			t.Errorf("what was gone through with: %+v", r)
		}
		if code := b.finish(refused, nil); code != fault.PINLocked {
			t.Errorf("an ID that was refused and purged: %q; it stays spent", code)
		}
		purge(Keep{Records: noon.Add(time.Microsecond), Quotes: noon.Add(time.Microsecond)}, 1, newest)
		var closings int
		if err := d.QueryRow(ctx, "SELECT COUNT(*) FROM intent_closings").Scan(&closings); err != nil || closings != 0 {
			t.Errorf("%d closings without their intents, %v", closings, err)
		}
	})
}

// A purge goes on where the last one stopped, and stays between its bounds.
func TestPurgeInPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBureau(t, d)
		var all []Intent
		for i := range 10 {
			all = append(all, b.open(byte(i)))
		}
		keep := Keep{Records: noon.Add(time.Second), Quotes: noon.Add(time.Second)}
		after, before := id.ID{}, all[8].ID
		for _, want := range []struct {
			deleted int
			last    id.ID
		}{{3, all[2].ID}, {3, all[5].ID}, {2, id.ID{}}} {
			p, err := b.Purge(ctx, after, before, 3, keep)
			if err != nil || p.Deleted != want.deleted || p.Last != want.last {
				t.Fatalf("purged %+v, %v; want %+v", p, err, want)
			}
			after = p.Last
		}
		for i, in := range all {
			if _, err := b.Get(ctx, in.ID); (err == nil) != (i >= 8) {
				t.Errorf("intent %d: %v", i, err)
			}
		}
	})
}
