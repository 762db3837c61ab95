package outbox

import (
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

func code4821(*ledger.Outcome) string { return "Your code is 4821" }

// A message is worth sending for as long as its kind says, or until its own moment; then it is given up, unsent, and the reason is on record.
func TestMessagesAge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		type aging struct {
			kind  Kind
			until time.Duration // 0: as its kind says
			after time.Duration
			sent  bool
		}
		var cases []aging
		for _, k := range Kinds() {
			cases = append(cases, aging{k, 0, k.Life() - time.Microsecond, true}, aging{k, 0, k.Life(), false})
		}
		cases = append(cases,
			aging{Code, 7 * 24 * time.Hour, 7*24*time.Hour - time.Microsecond, true}, // a voucher's
			aging{Code, 7 * 24 * time.Hour, 7 * 24 * time.Hour, false},
			aging{Ask, 3 * time.Minute, 3 * time.Minute, false},
			aging{Kind(99), 0, 23 * time.Hour, true}, // of a later release
			aging{Kind(99), 0, 24 * time.Hour, false},
		)
		for _, c := range cases {
			o := newOffice(t, d)
			message := o.ids.New()
			add := o.Add(c.kind, message, jane, code4821)
			if c.until > 0 {
				add = o.AddUntil(noon.Add(c.until), c.kind, message, jane, code4821)
			}
			if _, err := o.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{add}}); err != nil {
				t.Fatal(err)
			}
			o.clock.Advance(c.after)
			o.send()
			want, reason := Sent, ""
			if !c.sent {
				want, reason = Failed, Expired
			}
			if s, why := o.state(message), o.reason(message); s != want || why != reason || len(o.provider.got) > 0 != c.sent {
				t.Errorf("%s with %v, after %v: %s %q, handed over %v", c.kind, c.until, c.after, s, why, o.provider.got)
			}
			if err := o.lease.Release(ctx); err != nil {
				t.Fatal(err)
			}
			o.ledger.Close()
		}
	})
}

// reason returns why a message was given up.
func (o *office) reason(message id.ID) (reason string) {
	o.t.Helper()
	if err := o.db.QueryRow(ctx, `SELECT error FROM messages WHERE id = ?`, message).Scan(&reason); err != nil {
		o.t.Fatal(err)
	}
	return reason
}

// What is written of a message says what it is for, and how many SMS it took.
func TestKindAndSegmentsAreOnRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		receipt, code := o.ids.New(), o.ids.New()
		long := func(*ledger.Outcome) string { return strings.Repeat("a", 70) + "ж" }
		_, err := o.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{o.Add(Receipt, receipt, jane, long), o.Add(Code, code, jane, code4821)}})
		if err != nil {
			t.Fatal(err)
		}
		o.send()
		for m, want := range map[id.ID][2]int64{receipt: {int64(Receipt), 2}, code: {int64(Code), 1}} {
			var got [2]int64
			if err := d.QueryRow(ctx, `SELECT kind, segments FROM messages WHERE id = ?`, m).Scan(&got[0], &got[1]); err != nil || got != want {
				t.Errorf("kind and segments %v, %v, want %v", got, err, want)
			}
		}
	})
}

func TestKindsAreKnown(t *testing.T) {
	words := map[string]bool{}
	for _, k := range Kinds() {
		if k.String() == "" || words[k.String()] || k.Life() <= 0 {
			t.Errorf("kind %d: %q, %v", k, k, k.Life())
		}
		words[k.String()] = true
	}
	if got := Kind(99).String() + ", " + State(99).String() + ", " + Undelivered.String(); got != "kind 99, state 99, undelivered" {
		t.Error(got)
	}
}
