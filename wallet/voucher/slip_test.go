package voucher

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

func TestThreeWrongTries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		for _, slip := range []Slip{
			cashSlip(b), voucherSlip(b),
			{ID: RecordOf(ids.New(), "giver"), Kind: Swap, Owner: 80, ExpiresAt: noon.Add(time.Hour)},
			{ID: RecordOf(ids.New(), "taker"), Kind: Reserve, Owner: 80, ExpiresAt: noon.Add(time.Hour)},
			{ID: OneTimeOf("+254712000009", Activate), From: ids.New(), Kind: OneTime, Phone: "+254712000009", ExpiresAt: noon.Add(time.Hour)},
		} {
			name := fmt.Sprintf("kind %d: ", slip.Kind)
			code, made := b.made(slip, "")
			if len(code.Show()) != digitsOf[slip.Kind] || made.Left != 3 || !made.MadeAt.Equal(noon) || !made.Usable(noon) {
				t.Errorf("%s%d digits, %+v", name, len(code.Show()), made)
			}
			_, said := b.try(another(code, 0), "", made)
			b.wants(name+"the first wrong", said, "wrong_code left=2")
			got, said := b.try(code, "", made)
			b.wants(name+"the right one", said, "")
			if got.ID != slip.ID {
				t.Errorf("%sproven: %+v", name, got)
			}
			_, said = b.try(another(code, 1), "", made)
			b.wants(name+"the second wrong", said, "wrong_code left=1")
			_, said = b.try(another(code, 2), "", made)
			b.wants(name+"the third wrong", said, "code_locked")
			_, said = b.try(code, "", made)
			b.wants(name+"the right one, too late", said, "code_locked")
			b.wants(name+"used", b.commit(b.Use(made.Ref(), ids.New())), "code_locked")
			if after := b.slip(slip.ID); after.State != Locked || after.Left != 0 {
				t.Errorf("%safter: %+v", name, after)
			}
		}
	})
}

// A wrong try counts in a plan with an ID too, which is refused and spends it; and a right code in a plan that something else refuses
// is no more than that.
func TestTriesAreCountedInARefusedPlan(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		code, slip := b.made(cashSlip(b), "")
		commit := func(typed Code, ref Ref) string {
			_, companions, err := b.Prove([]Slip{slip}, typed, "")
			if err != nil {
				t.Fatal(err)
			}
			p := &ledger.Plan{ID: ids.New(), Kind: ledger.Register, Companions: append(companions, b.Use(ref, ids.New()))}
			_, err = b.ledger.Commit(ctx, p)
			return heard(err)
		}
		b.wants("wrong", commit(another(code, 0), slip.Ref()), "wrong_code left=2")
		b.wants("right, but of another code", commit(code, Ref{slip.ID, ids.New()}), "code_gone")
		if s := b.slip(slip.ID); s.Left != 2 || s.State != Live {
			t.Errorf("%+v", s)
		}
		b.wants("right", commit(code, slip.Ref()), "")
		b.wants("again", commit(code, slip.Ref()), "code_gone")
	})
}

func TestACodeIsUsedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		by := ids.New()
		code, slip := b.made(voucherSlip(b), "")
		b.wants("used", b.commit(b.Use(slip.Ref(), by)), "")
		b.wants("used again", b.commit(b.Use(slip.Ref(), by)), "code_gone")
		b.wants("cancelled after use", b.commit(b.Cancel(slip.Ref(), by)), "code_gone")
		b.clock.Set(slip.ExpiresAt)
		b.wants("expired after use", b.commit(b.Expire(slip.Ref(), by)), "code_gone")
		_, said := b.try(code, "", slip)
		b.wants("tried after use", said, "code_gone")
		if got := b.slip(slip.ID); got.State != Used || got.EndedBy != by || !got.EndedAt.Equal(noon) || got.Left != 3 {
			t.Errorf("%+v", got)
		}
		b.wants("a code that there is not", b.commit(b.Use(Ref{ids.New(), ids.New()}, by)), "code_gone")
		if _, err := b.Slip(ctx, ids.New()); !isCode(err, fault.CodeUnknown) {
			t.Errorf("read: %v", err)
		}
		_, said = b.try(code, "")
		b.wants("tried for nothing", said, "code_unknown")
	})
}

func TestExpiry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		code, slip := b.made(voucherSlip(b), "")
		locked := voucherSlip(b)
		lockedCode, _ := b.made(locked, "")
		for n := range 3 {
			b.try(another(lockedCode, n), "", b.slip(locked.ID))
		}
		due := func(want int) {
			t.Helper()
			if all, err := b.DueBefore(ctx, Voucher, b.clock.Now(), Slip{}, 5); err != nil || len(all) != want {
				t.Errorf("%d are due, %v; want %d", len(all), err, want)
			}
		}
		b.clock.Set(slip.ExpiresAt.Add(-time.Microsecond))
		due(0)
		b.wants("expired too early", b.commit(b.Expire(slip.Ref(), ids.New())), "code_live")
		b.wants("a locked one, too early", b.commit(b.Expire(Ref{locked.ID, locked.ID}, ids.New())), "code_live")
		_, said := b.try(code, "", slip)
		b.wants("proven in the last microsecond", said, "")
		b.clock.Set(slip.ExpiresAt)
		due(2)
		_, said = b.try(code, "", slip)
		b.wants("too late", said, "code_gone")
		b.wants("used too late", b.commit(b.Use(slip.Ref(), ids.New())), "code_gone")
		b.wants("expired", b.commit(b.Expire(slip.Ref(), ids.New())), "")
		b.wants("expired again", b.commit(b.Expire(slip.Ref(), ids.New())), "code_gone")
		b.wants("a locked one", b.commit(b.Expire(Ref{locked.ID, locked.ID}, ids.New())), "")
		due(0)
		if got := b.slip(slip.ID); got.State != Expired {
			t.Errorf("%+v", got)
		}
	})
}

// A customer has one cash code at a time, and what was agreed of an older one says nothing of a newer.
func TestOneCashCodeAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		first := cashSlip(b)
		_, old := b.made(first, "")
		again := func() (Code, string) {
			slip := cashSlip(b)
			code, c, err := b.New(slip, "")
			if err != nil {
				t.Fatal(err)
			}
			return code, b.commit(c)
		}
		_, said := again()
		b.wants("a second", said, "code_pending")
		b.wants("taken back", b.commit(b.Cancel(old.Ref(), ids.New())), "")
		next, said := again()
		b.wants("a second in its place", said, "")
		now := b.slip(old.ID)
		b.wants("the first one's intent", b.commit(b.Use(old.Ref(), ids.New())), "code_gone")
		_, said = b.try(next, "", old) // what was read of the slip before it was another's
		if said != "code_gone" && said != "wrong_code left=2" {
			t.Errorf("the new code on the old slip: %q", said)
		}
		for n := 0; b.slip(old.ID).State == Live; n++ {
			b.try(another(next, n), "", now)
		}
		_, said = again()
		b.wants("a third while the second is locked", said, "code_locked")
		b.clock.Set(now.ExpiresAt)
		_, said = again()
		b.wants("a third after its time, with money behind the second", said, "code_locked")
		b.wants("ended", b.commit(b.Expire(now.Ref(), ids.New())), "")
		_, said = again()
		b.wants("a third after that", said, "")
		if shown, err := b.Again(b.slip(old.ID)); err != nil || len(shown.Show()) != 6 {
			t.Errorf("shown again: %q, %v", shown.Show(), err)
		}
	})
}

// A repeated request draws the same code, which is the one on record.
func TestARepeatShowsTheSameCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		order := cashSlip(b)
		plan := func() (Code, *ledger.Plan) {
			code, c, err := b.New(order, "")
			if err != nil {
				t.Fatal(err)
			}
			return code, &ledger.Plan{ID: order.From, Kind: ledger.Register, Companions: []ledger.Companion{c}}
		}
		first, p := plan()
		if _, err := b.ledger.Commit(ctx, p); err != nil {
			t.Fatal(err)
		}
		second, p := plan()
		o, err := b.ledger.Commit(ctx, p)
		if err != nil || !o.Replayed || second != first {
			t.Errorf("repeated: %v, %v, the same code: %v", o, err, second == first)
		}
		if shown, err := b.Again(b.slip(order.ID)); err != nil || shown != first {
			t.Errorf("shown again: another code, %v", err)
		}
		_, said := b.try(second, "", b.slip(order.ID))
		b.wants("the repeat's code", said, "")
	})
}

func TestVouchersOfOneNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		var codes []Code
		for range 3 {
			code, _ := b.made(voucherSlip(b), "")
			codes = append(codes, code)
			b.clock.Advance(time.Second)
		}
		bound := func() []Slip {
			t.Helper()
			all, err := b.Bound(ctx, Voucher, "+254712000009")
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		wrong := 0
		for another(codes[0], wrong) == codes[1] || another(codes[0], wrong) == codes[2] {
			wrong++
		}
		all := bound()
		if len(all) != 3 {
			t.Fatalf("%d vouchers", len(all))
		}
		got, said := b.try(codes[1], "", all...)
		if said != "" || got.ID != all[1].ID {
			t.Errorf("the second's code proves %+v, %q", got.ID, said)
		}
		_, said = b.try(another(codes[0], wrong), "", all...)
		b.wants("nobody's code", said, "wrong_code left=2")
		for n, s := range bound() {
			if s.Left != 2 {
				t.Errorf("voucher %d has %d tries left, want 2: nobody can say which was meant", n+1, s.Left)
			}
		}
		b.wants("used", b.commit(b.Use(all[1].Ref(), ids.New())), "")
		_, said = b.try(another(codes[0], wrong), "", bound()...)
		b.wants("nobody's code again", said, "wrong_code left=1")
		_, said = b.try(another(codes[0], wrong), "", bound()...)
		b.wants("and again", said, "code_locked")
		if left := bound(); len(left) != 2 || left[0].State != Locked || left[1].State != Locked {
			t.Errorf("%+v", left)
		}
		b.wants("the sender takes a locked one back", b.commit(b.Cancel(all[0].Ref(), ids.New())), "")
		if mine, err := b.OpenOf(ctx, 1000, Voucher); err != nil || len(mine) != 1 || mine[0].ID != all[2].ID {
			t.Errorf("the sender's: %d, %v", len(mine), err)
		}
	})
}

// One that is over, and that nobody has ended yet, does not say so for another that can still be tried.
func TestAVoucherThatIsOverSaysNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		over, live := voucherSlip(b), voucherSlip(b)
		over.ExpiresAt = b.clock.Now().Add(time.Minute)
		first, _ := b.made(over, "")
		second, _ := b.made(live, "")
		b.clock.Advance(time.Hour)
		wrong := another(first, 0)
		if wrong == second {
			wrong = another(first, 1)
		}
		for _, want := range []string{"wrong_code left=2", "wrong_code left=1", "code_locked", "code_locked"} {
			_, said := b.try(wrong, "", b.slip(over.ID), b.slip(live.ID))
			b.wants("beside one that is over", said, want)
		}
	})
}

func TestSecretWord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		code, slip := b.made(voucherSlip(b), "Red  Bicycle ")
		if !slip.Worded {
			t.Error("it has a word and does not say so")
		}
		_, said := b.try(code, "", slip)
		b.wants("no word", said, "wrong_code left=2")
		_, said = b.try(code, "blue bicycle", slip)
		b.wants("another word", said, "wrong_code left=1")
		_, said = b.try(code, "red BICYCLE", slip)
		b.wants("the word as people write it", said, "")
		plain, other := b.made(voucherSlip(b), " ")
		if other.Worded {
			t.Error("a blank is no word")
		}
		_, said = b.try(plain, "", other)
		b.wants("without a word", said, "")
	})
}

// TestNoCodeInTheClear looks for the digits, and for the word, in all that the table keeps.
func TestNoCodeInTheClear(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		code, slip := b.made(voucherSlip(b), "bicycle")
		var all [21][]byte
		into := make([]any, len(all))
		for i := range all {
			into[i] = &all[i]
		}
		if err := d.QueryRow(ctx, `SELECT * FROM codes WHERE id = ?`, slip.ID).Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, column := range all {
			if strings.Contains(string(column), code.Show()) || strings.Contains(string(column), "bicycle") {
				t.Errorf("column %d holds it: %q", i, column)
			}
		}
		if shown := fmt.Sprintf("%v %+v", slip, slip); strings.Contains(shown, code.Show()) {
			t.Errorf("printed: %s", shown)
		}
	})
}

// A thief with write access to the table who copies the proof of his own code to another's gains nothing.
func TestAProofBelongsToItsSlip(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		code, mine := b.made(voucherSlip(b), "")
		_, theirs := b.made(voucherSlip(b), "")
		_, err := d.Exec(ctx, `UPDATE codes SET salt = ?, mac = ? WHERE id = ?`, mine.proof.salt, mine.proof.mac, theirs.ID)
		if err != nil {
			t.Fatal(err)
		}
		other := join(t, d, b.clock)
		_, said := other.try(code, "", other.slip(theirs.ID))
		b.wants("the copied proof", said, "wrong_code left=2")
	})
}

// What has no kind, or would be drawn from something that another code may be drawn from, is a bug of the caller.
func TestBadOrders(t *testing.T) {
	b := &Store{keys: nil}
	for _, slip := range []Slip{
		{ID: ids.New()}, {ID: ids.New(), Kind: 99}, {ID: CashOf(1), Kind: Cash}, {ID: OneTimeOf("+254712000009", Reset), Kind: OneTime},
		{ID: CashOf(1), From: CashOf(1), Kind: Cash},
	} {
		if _, _, err := b.New(slip, ""); !isCode(err, fault.Internal) {
			t.Errorf("%+v: %v", slip, err)
		}
	}
	if OneTimeOf("+254712000009", Reset) == OneTimeOf("+254712000009", Activate) || RecordOf(id.ID{1}, "a") == RecordOf(id.ID{1}, "b") {
		t.Error("two codes share a slip")
	}
}
