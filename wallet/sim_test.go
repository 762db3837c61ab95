package wallet

import (
	"sync"
	"testing"
	"time"

	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

const (
	oldCard = "639020000000001"
	newCard = "639020000000002"
)

// calls dials with a SIM.
func (w *town) calls(phone msisdn.Number, imsi string, moved time.Time) {
	w.t.Helper()
	w.must(w.SeenSIM(ctx, phone, w.SIMOf(imsi, moved)))
}

// shows lets a customer show an ID at a counter.
func (w *town) shows(phone msisdn.Number, number string) error {
	w.t.Helper()
	id, err := w.ParseIDNumber(phone, number)
	w.must(err)
	return w.CheckID(ctx, ShownDocument{Phone: phone, ID: id, Where: "MAMA NJERI"}, audit.Operator(7))
}

// The first SIM is kept and the same one is no news. With another one nothing leaves, whatever was quoted before; money arrives; the ID
// lets it go on, for a day a little at a time.
func TestAnotherSIM(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.registered()
		if _, err := w.Issue(ctx, w.customer(grace).Account, 9_000_00, "float"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			w.calls(grace, oldCard, time.Time{})
		}
		if c := w.customer(grace); c.SIM.IsZero() || !c.SIMChanged.IsZero() {
			t.Fatalf("after two calls with one SIM: %v", c)
		}
		quote := w.quote(grace, jane, 100)
		w.calls(grace, newCard, time.Time{})
		c := w.customer(grace)
		if !c.SIMChanged.Equal(w.clock.Now()) || w.account(c.Account).Flags&ledger.Unproven == 0 {
			t.Errorf("since %v, flags %b", c.SIMChanged, w.account(c.Account).Flags)
		}
		_, err := w.Send(ctx, quote.Intent, w.pin("6094"))
		w.hears("a quote from before", err, "sim_changed")
		_, err = w.QuoteSend(ctx, SendRequest{From: grace, To: jane, Amount: 100_00})
		w.hears("a quote", err, "sim_changed")
		w.hears("a forgotten PIN", w.MayResetPIN(ctx, grace), "sim_changed")
		w.hears("the ID typed on the phone", w.ForgotPIN(ctx, grace, "29883711", Origin{}), "sim_changed")
		if _, code := w.send(john, grace, 50, "4826"); code != "" {
			t.Errorf("money for her: %q", code)
		}
		w.calls(grace, oldCard, time.Time{}) // the owner has the number back, or a thief knows how to look like it
		w.hears("with the old SIM again", w.MayResetPIN(ctx, grace), "sim_changed")

		w.hears("another's ID", w.shows(grace, "29883712"), "wrong_id_number left=2")
		w.must(w.shows(grace, "29883711"))
		w.hears("shown twice", w.shows(grace, "29883711"), "sim_known")
		w.calls(grace, oldCard, time.Time{})
		if _, code := w.send(grace, jane, 100, "6094"); code != "" {
			t.Errorf("after the ID was checked: %q", code)
		}
		small := w.market.At(w.clock.Now()).Limits.Small
		_, err = w.Send(ctx, w.quote(grace, jane, small.Single/100+1).Intent, w.pin("6094"))
		if !fault.HasCode(err, fault.LimitSingle) {
			t.Errorf("on the small day: %v", err)
		}
		w.clock.Advance(small.Lasts)
		if n, err := w.LiftSmallLimits(ctx, w.clock.Now(), 10); n != 1 || err != nil {
			t.Errorf("%d small days were over, %v", n, err)
		}
		if _, code := w.send(grace, jane, small.Single/100+1, "6094"); code != "" {
			t.Errorf("the day after: %q", code)
		}
		w.balanced()
		entries, err := audit.NewStore(w.db).List(ctx, audit.Filter{Act: "customer."})
		if err != nil || len(entries) != 3 || entries[0].Act.Act != "customer.sim_check" || entries[1].Refusal != "wrong_id_number" ||
			entries[2].Act.Act != "customer.sim_changed" {
			t.Errorf("recorded %+v, %v", entries, err)
		}
	})
}

// A move that a gateway tells of counts if it was after the wallet's opening and after the last check, and once.
func TestSIMThatMoved(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		opened := w.clock.Now()
		w.clock.Advance(time.Hour)
		moved := w.clock.Now()
		w.clock.Advance(time.Hour)
		for _, c := range []struct {
			name string
			at   time.Time
			want bool
		}{
			{"before the wallet was opened", opened.Add(-time.Hour), false},
			{"tomorrow", w.clock.Now().Add(day), false},
			{"since", moved, true},
			{"told again", moved, true},
		} {
			w.calls(john, "", c.at)
			if is := !w.customer(john).SIMChanged.IsZero(); is != c.want {
				t.Errorf("%s: stopped %t", c.name, is)
			}
		}
		if n := len(w.texted(john)); n != 1 {
			t.Errorf("%d messages of one change", n)
		}
	})
}

// A code that went to the old SIM sets no PIN with the new one.
func TestNoPINByACodeFromBefore(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.registered()
		w.calls(grace, oldCard, time.Time{})
		w.must(w.ForgotPIN(ctx, grace, "29883711", Origin{}))
		w.must(w.ProveCode(ctx, grace, w.sentCode(grace), Origin{}))
		fresh := w.newPIN(grace, "2749")
		w.calls(grace, newCard, time.Time{})
		_, err := w.ResetPIN(ctx, fresh)
		w.hears("a PIN proven before", err, "sim_changed")

		// At a counter the ID is shown once for both.
		id, err := w.ParseIDNumber(grace, "29883711")
		w.must(err)
		shown := ShownDocument{Phone: grace, ID: id, Where: "MAMA NJERI"}
		w.hears("one of the staff", w.StartResetByStaff(ctx, shown, audit.Staff("ann")), "sim_changed")
		w.must(w.StartReset(ctx, shown, audit.Operator(7)))
		if c := w.customer(grace); !c.SIMChanged.IsZero() || w.account(c.Account).Flags != 0 {
			t.Errorf("after the ID was shown: %v, flags %b", c.SIMChanged, w.account(c.Account).Flags)
		}
	})
}

// Whichever of a send and a change of SIM comes first, nothing of the old quotes is paid once the change is on record.
func TestSwapBesideSends(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.calls(john, oldCard, time.Time{})
		var quotes []SendQuote
		for range 30 {
			quotes = append(quotes, w.quote(john, jane, 10))
		}
		var all sync.WaitGroup
		swapped := make(chan struct{})
		var mu sync.Mutex
		paid := 0
		for i, q := range quotes {
			all.Go(func() {
				if i%2 == 1 {
					<-swapped
				}
				_, err := w.Send(ctx, q.Intent, w.pin("4826"))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && i%2 == 1:
					t.Error("a quote was paid after the change was on record")
				case err == nil:
					paid++
				case !fault.HasCode(err, fault.SIMChanged):
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			w.calls(john, newCard, time.Time{})
			close(swapped)
		})
		all.Wait()
		if want := int64(5_000_00 - paid*10_00); w.holds(john) != want {
			t.Errorf("%d were paid, and %d are left, want %d", paid, w.holds(john), want)
		}
		w.balanced()
	})
}

// A number that another person has: the wallet is nobody's to dial, its money is there, and the number can be registered anew. The new owner
// has nothing of it; the old one gets it back on another number, document and PIN and all.
func TestRecycledNumber(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.registered()
		was := w.customer(grace)
		if _, err := w.Issue(ctx, was.Account, 900_00, "float"); err != nil {
			t.Fatal(err)
		}
		sent := w.quote(grace, jane, 100)
		if _, err := w.Send(ctx, sent.Intent, w.pin("6094")); err != nil {
			t.Fatal(err)
		}
		left := w.holds(grace)
		stale := w.quote(grace, jane, 100)
		w.clock.Advance(time.Minute)
		plan, err := w.DetachPlan(was, w.clock.Now(), audit.System, "a test")
		w.must(err)
		if _, err := w.ledger.Commit(ctx, plan); err != nil {
			t.Fatal(err)
		}
		w.ForgetNumber(grace)
		_, err = w.Send(ctx, stale.Intent, w.pin("6094"))
		w.hears("a quote from before", err, "sim_changed")
		_, err = w.QuoteSend(ctx, SendRequest{From: john, To: grace, Amount: 100_00})
		w.hears("money for the number", err, "not_registered")

		if _, err := w.Register(ctx, w.registration(grace, "OMAR ALI", "31520774", "2749")); err != nil {
			t.Fatal(err)
		}
		now := w.customer(grace)
		if now.ID == was.ID || w.holds(grace) != 0 || now.Name != "OMAR ALI" {
			t.Errorf("the new owner is %+v", now)
		}
		if _, ok, err := w.LastOutcome(ctx, grace); ok || err != nil {
			t.Errorf("the new owner is told of the last act, %v", err)
		}
		if state, err := w.SentLately(ctx, grace, jane, 100_00); state != NotDone || err != nil {
			t.Errorf("the new owner has sent lately: %v, %v", state, err)
		}
		if !now.SIMChanged.IsZero() || w.account(now.Account).Flags != 0 {
			t.Error("the new owner is stopped")
		}

		nobody, err := w.customers.ByID(ctx, was.ID)
		w.must(err)
		if !nobody.Detached() || w.account(was.Account).Balance != left {
			t.Errorf("the wallet is %+v", nobody)
		}
		back, err := w.claimPlan(nobody, ghost, audit.Staff("bob"), "she showed her ID")
		w.must(err)
		if _, err := w.ledger.Commit(ctx, back); err != nil {
			t.Fatal(err)
		}
		again := w.customer(ghost)
		if is, err := again.Document.Is(w.keys, customer.NationalID, "29883711"); again.ID != was.ID || !is || err != nil {
			t.Errorf("claimed: %+v, %v", again, err)
		}
		if number, err := again.Document.Reveal(w.keys, ghost); number != "29883711" {
			t.Errorf("the ID number does not open under the new number: %v", err)
		}
		if _, code := w.send(ghost, jane, 100, "6094"); code != "" {
			t.Errorf("the old owner pays with the old PIN: %q", code)
		}
		w.balanced()
		if !again.SwapIsNews(w.clock.Now().Add(time.Second)) || again.SIMChecked.IsZero() {
			t.Error("the wallet is not watched any more")
		}
	})
}

// All in one batch, or each alone: who leaves a number is never in the way of who has it next.
func TestNumbersChangeHandsAtOnce(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.registered()
		was := w.customer(grace)
		plan, err := w.DetachPlan(was, w.clock.Now().Add(time.Second), audit.System, "a test")
		w.must(err)
		var all sync.WaitGroup
		registered := make([]error, 8)
		all.Go(func() {
			if _, err := w.ledger.Commit(ctx, plan); err != nil {
				t.Error(err)
			}
		})
		for i := range registered {
			all.Go(func() {
				_, registered[i] = w.Register(ctx, w.registration(grace, "OMAR ALI", "31520774", "2749"))
			})
		}
		all.Wait()
		opened := 0
		for _, err := range registered {
			switch {
			case err == nil:
				opened++
			case !fault.HasCode(err, fault.AlreadyOpen):
				t.Error(err)
			}
		}
		var rows int
		w.must(w.db.QueryRow(ctx, `SELECT COUNT(*) FROM customers WHERE phone = ?`, string(grace)).Scan(&rows))
		if opened > 1 || rows != opened {
			t.Errorf("%d wallets were opened, %d rows have the number", opened, rows)
		}
		if c, err := w.customers.ByID(ctx, was.ID); err != nil || !c.Detached() || c.Name != was.Name || c.Account != was.Account {
			t.Errorf("the old owner's row is %+v, %v", c, err)
		}
	})
}

// What staff ask for and approve: the ID of another is refused when it is asked for, and one that was right lets money leave.
func TestStaffLetASIMGoOn(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		w := &town{Wallet: h.w, t: t, db: h.db, clock: h.clock}
		w.registered()
		w.calls(grace, oldCard, time.Time{})
		was := w.customer(grace)
		id := func(phone msisdn.Number, number string) IDDraft {
			draft, err := w.ParseIDNumber(phone, number)
			w.must(err)
			return draft
		}
		refused := func(what, kind string, args any, want string) {
			_, err := h.Ask(ctx, h.who("alice"), kind, args)
			w.hears(what, err, want)
		}
		done := func(kind string, args any) {
			asked, err := h.Ask(ctx, h.who("alice"), kind, args)
			w.must(err)
			_, err = h.Approve(ctx, h.who("bob"), asked.No)
			w.must(err)
		}
		right := SIMArgs{Customer: was.ID, Phone: grace, Document: id(grace, "29883711"), Why: "she was here"}
		refused("with the SIM she had", RequestSIM, right, "sim_known")
		w.calls(grace, newCard, time.Time{})
		wrong := right
		wrong.Document = id(grace, "29883712")
		refused("another's ID", RequestSIM, wrong, "id_mismatch")
		done(RequestSIM, right)
		if c := w.customer(grace); !c.SIMChanged.IsZero() || c.SIMChecked.IsZero() {
			t.Errorf("approved: %+v", c)
		}
		done(RequestDetach, right)
		found, err := w.Unclaimed(ctx, ghost, id(ghost, "29883711"))
		if err != nil || len(found) != 1 || found[0].ID != was.ID {
			t.Fatalf("unclaimed %+v, %v", found, err)
		}
		w.must(func() error {
			_, err := w.Register(ctx, w.registration(peter, "PETER OTIENO", "31520774", "2749"))
			return err
		}())
		refused("on somebody's number", RequestClaim, ClaimArgs{Customer: was.ID, To: peter, Document: id(peter, "29883711"), Why: "?"}, "already_open")
		done(RequestClaim, ClaimArgs{Customer: was.ID, To: ghost, Document: id(ghost, "29883711"), Why: "her new number"})
		if c := w.customer(ghost); c.ID != was.ID || c.Status != customer.Active {
			t.Errorf("claimed: %+v", c)
		}
		refused("twice", RequestClaim, ClaimArgs{Customer: was.ID, To: john, Document: id(john, "29883711"), Why: "?"}, "number_kept")
	})
}
