package agents_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/proof"
)

const (
	wanjiru    = msisdn.Number("+254712000013") // taken on in some tests, ID number 23987401
	wanjiruID  = "23987401"
	otienoID   = "27664018"
	wanjiruPIN = "5172"
)

// hires takes Wanjiru on at Mama Njeri's.
func (w *town) hires() network.Operator {
	w.t.Helper()
	o, err := w.agents.Hire(bg, "staff:ann", w.hiring(wanjiru, wanjiruID))
	w.must(err)
	return o
}

func (w *town) hiring(phone msisdn.Number, id string) agents.Hiring {
	return agents.Hiring{ID: w.idOf(phone, id), Operator: network.Operator{
		Till: w.tills[njeri].ID, Phone: phone, Name: "Wanjiru Kimani", Language: "en", Role: network.Cashier,
	}}
}

func (w *town) idOf(phone msisdn.Number, number string) wallet.IDDraft {
	w.t.Helper()
	d, err := w.wallet.ParseIDNumber(phone, number)
	w.must(err)
	return d
}

// knowsID keeps Paul's ID number, of whom none was kept: two people of the staff see to that.
func (w *town) knowsID() {
	w.t.Helper()
	p := twoPeople{town: w}
	p.office, p.alice, p.bob = w.office()
	p.agree(agents.RequestOperatorID, agents.OperatorIDArgs{Operator: w.operator(otieno).ID, Document: w.idOf(otieno, otienoID), Why: "none was kept"},
		"keep another ID number of operator")
}

var codeInText = regexp.MustCompile(`code ([0-9]{6})`)

// smsCode is the code that was sent to a phone last.
func (w *town) smsCode(phone msisdn.Number) string {
	w.t.Helper()
	var last string
	err := w.db.QueryRow(bg, `SELECT body FROM messages WHERE phone = ? AND body LIKE '%code%' ORDER BY id DESC LIMIT 1`, string(phone)).Scan(&last)
	w.must(err)
	found := codeInText.FindStringSubmatch(last)
	if found == nil {
		w.t.Fatalf("no code in %q", last)
	}
	return found[1]
}

// chooses sets an operator's PIN once all is proven.
func (w *town) chooses(phone msisdn.Number, digits string) error {
	w.t.Helper()
	p, err := pin.Parse(digits)
	w.must(err)
	draft, err := w.agents.DraftNewPIN(bg, phone, p)
	if err != nil {
		return err
	}
	_, err = w.agents.ResetPIN(bg, wallet.NewPIN{Phone: phone, First: draft, Again: p})
	return err
}

// opens reports whether that PIN is the operator's.
func (w *town) pinIs(phone msisdn.Number, digits string) error {
	w.t.Helper()
	p, err := pin.Parse(digits)
	w.must(err)
	_, err = w.agents.ProvePIN(bg, phone, p)
	return err
}

func (w *town) locks(phone msisdn.Number) {
	w.t.Helper()
	for range 2 {
		w.refused(w.pinIs(phone, "0000"), fault.WrongPIN)
	}
	w.refused(w.pinIs(phone, "0000"), fault.OperatorPINLocked)
}

// Somebody taken on has no PIN until the code from the own phone and the end of the ID number were typed there.
func TestHire(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		o := w.hires()
		if o.Name != "WANJIRU KIMANI" || o.Status != network.Active || o.Agent != w.agent.ID {
			t.Errorf("hired %+v", o)
		}
		has, err := w.agents.HasPIN(bg, o)
		if err != nil || has {
			t.Errorf("a PIN before she chose one: %t, %v", has, err)
		}
		_, err = w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: wanjiru, To: jane, Amount: 500_00})
		w.must(err)
		w.refused(w.pinIs(wanjiru, wanjiruPIN), fault.NoPIN)
		w.refused(w.chooses(wanjiru, wanjiruPIN), fault.SMSCodeExpired)
		w.refused(w.agents.ProveIDEnd(bg, wanjiru, "7401", wallet.Origin{}), fault.SMSCodeExpired)
		w.must(w.agents.ProveCode(bg, wanjiru, w.smsCode(wanjiru), wallet.Origin{}))
		w.refused(w.chooses(wanjiru, wanjiruPIN), fault.SMSCodeExpired)
		w.refused(w.agents.ProveIDEnd(bg, wanjiru, "7402", wallet.Origin{}), fault.WrongIDEnd)
		w.must(w.agents.ProveIDEnd(bg, wanjiru, "7401", wallet.Origin{}))
		w.refused(w.chooses(wanjiru, "2398"), fault.WeakPIN)
		w.must(w.chooses(wanjiru, wanjiruPIN))
		w.must(w.pinIs(wanjiru, wanjiruPIN))
		w.refused(w.chooses(wanjiru, "8264"), fault.SMSCodeExpired) // a proof is good once
		if strings.Contains(w.texts(njeri), "without the old one") {
			t.Error("the manager is told of a first PIN as if one had been forgotten")
		}

		for name, h := range map[fault.Code]agents.Hiring{
			fault.OperatorTaken: w.hiring(wanjiru, wanjiruID),
			fault.BadIDNumber:   {Operator: w.hiring(john, wanjiruID).Operator, ID: "none"},
			fault.BadName:       w.named(w.hiring(john, wanjiruID), "  "),
		} {
			_, err := w.agents.Hire(bg, "staff:ann", h)
			w.refused(err, name)
		}
		before, err := w.agents.WorkedBefore(bg, john, w.idOf(john, wanjiruID))
		if err != nil || len(before) != 1 || before[0].ID != o.ID {
			t.Errorf("who shows her ID has worked as %+v, %v", before, err)
		}
		w.right()
	})
}

func (*town) named(h agents.Hiring, name string) agents.Hiring {
	h.Operator.Name = name
	return h
}

// A locked PIN is set anew with the ID number and a code; the managers hear of it. Three wrong answers in all end that.
func TestOperatorForgetsPIN(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.refused(w.agents.MayResetPIN(bg, otieno), fault.NoDocument)
		w.knowsID()
		w.must(w.agents.MayResetPIN(bg, otieno))
		w.locks(otieno)
		w.refused(w.agents.ForgotPIN(bg, otieno, "12", wallet.Origin{}), fault.BadIDNumber)
		w.must(w.agents.ForgotPIN(bg, otieno, "2766 4018", wallet.Origin{}))
		if step, err := w.agents.Proving(bg, otieno); err != nil || step != proof.CodeSent {
			t.Errorf("step %d, %v", step, err)
		}
		w.must(w.agents.ProveCode(bg, otieno, w.smsCode(otieno), wallet.Origin{}))
		w.must(w.chooses(otieno, "8264"))
		w.must(w.pinIs(otieno, "8264"))
		if !strings.Contains(w.texts(njeri), "PAUL OTIENO at OTIENO KIOSK") || strings.Contains(w.texts(otieno), "without the old one") {
			t.Errorf("the manager reads %q", w.texts(njeri))
		}

		for range 2 {
			w.refused(w.agents.ForgotPIN(bg, otieno, "27664019", wallet.Origin{}), fault.WrongIDNumber)
		}
		w.refused(w.agents.ForgotPIN(bg, otieno, "27664019", wallet.Origin{}), fault.OperatorProofLocked)
		_, err := w.agents.Proving(bg, otieno)
		w.refused(err, fault.OperatorProofLocked)
		w.clock.Advance(24 * time.Hour)
		w.must(w.agents.ForgotPIN(bg, otieno, otienoID, wallet.Origin{}))
		w.suspendOperator(otieno)
		w.refused(w.agents.ProveCode(bg, otieno, w.smsCode(otieno), wallet.Origin{}), fault.OperatorSuspended)
		w.right()
	})
}

func (w *town) suspendOperator(phone msisdn.Number) {
	w.t.Helper()
	w.must(w.agents.Suspend(bg, "staff:ann", network.Ref{Kind: network.AnOperator, ID: w.operator(phone).ID}, "a test"))
}

// An operator who is locked out for the day is helped by a manager of the same agent, or by staff, three times a day.
func TestHelpWithPIN(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.hires()
		w.knowsID()
		w.locks(otieno)
		for range 3 {
			_ = w.agents.ForgotPIN(bg, otieno, "27664019", wallet.Origin{})
		}
		help := agents.HelpRequest{Manager: njeri, Colleague: otieno}
		_, err := w.agents.HelpWithPIN(bg, help, w.pin(otieno))
		w.refused(err, fault.WrongPIN)
		w.refused(w.pinIs(otieno, "3957"), fault.OperatorPINLocked)
		for code, r := range map[fault.Code]agents.HelpRequest{
			fault.NotColleague: {Manager: njeri, Colleague: john}, fault.NotManager: {Manager: wanjiru, Colleague: otieno},
			fault.NotOperator: {Manager: john, Colleague: otieno},
		} {
			_, err := w.agents.HelpWithPIN(bg, r, w.pin(njeri))
			w.refused(err, code)
		}
		_, err = w.agents.HelpWithPIN(bg, agents.HelpRequest{Manager: njeri, Colleague: njeri}, w.pin(njeri))
		w.refused(err, fault.NotColleague)

		end, err := w.agents.HelpWithPIN(bg, help, w.pin(njeri))
		w.must(err)
		if !strings.HasPrefix(end, "PAUL OTIENO has 3 tries again") {
			t.Errorf("the manager reads %q", end)
		}
		w.must(w.pinIs(otieno, "3957"))
		w.must(w.agents.ProveCode(bg, otieno, w.smsCode(otieno), wallet.Origin{}))
		w.must(w.agents.ProveIDEnd(bg, otieno, "4018", wallet.Origin{}))
		w.must(w.chooses(otieno, "8264"))

		for range 2 {
			_, err = w.agents.HelpWithPIN(bg, help, w.pin(njeri))
			w.must(err)
		}
		_, err = w.agents.HelpWithPIN(bg, help, w.pin(njeri))
		w.refused(err, fault.OperatorCodesSpent)
		w.must(w.agents.UnlockOperator(bg, "staff:ann", otieno, "called us")) // staff can always help
		entries, err := audit.NewStore(d).List(bg, audit.Filter{Act: "operator.unlock"})
		w.must(err)
		var by []string
		for _, e := range entries {
			if e.Refusal == "" {
				by = append(by, e.Act.Actor)
			}
		}
		want := audit.Operator(w.operator(njeri).ID)
		if len(by) != 4 || by[0] != "staff:ann" || by[1] != want {
			t.Errorf("on record: %q, want three of %s and then staff:ann", by, want)
		}
		w.right()
	})
}

// The old PIN, and it alone, brings another one.
func TestOperatorChangesPIN(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		known, err := w.agents.ProvePIN(bg, otieno, w.pin(otieno))
		w.must(err)
		next, err := pin.Parse("8264")
		w.must(err)
		draft, err := w.agents.DraftNewPIN(bg, otieno, next)
		w.must(err)
		change := wallet.PINChange{Phone: otieno, First: draft, Again: next}
		_, err = w.agents.ChangePIN(bg, change)
		w.refused(err, fault.Unauthorised)
		change.Proof = known
		_, err = w.agents.ChangePIN(bg, wallet.PINChange{Phone: otieno, First: draft, Again: w.pin(njeri), Proof: known})
		w.refused(err, fault.PINMismatch)
		w.clock.Advance(time.Second)
		_, err = w.agents.ChangePIN(bg, change)
		w.must(err)
		w.must(w.pinIs(otieno, "8264"))
		_, err = w.agents.ChangePIN(bg, change) // the proof was of the PIN before
		w.refused(err, fault.Conflict)
		w.right()
	})
}

// A manager who loses the role while helping does not help, whoever of two processes is first; and of one proof two PINs typed at once
// make one.
func TestPINRaces(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.knowsID()
		cashier, manager := network.Cashier, network.Manager
		for range raceRounds {
			one.clock.Advance(25 * time.Hour)
			helped, demoted := atOnce(func() error {
				_, err := one.agents.HelpWithPIN(bg, agents.HelpRequest{Manager: njeri, Colleague: otieno}, one.pin(njeri))
				return err
			}, func() error {
				return two.agents.ChangeOperator(bg, "staff:ann", one.operator(njeri).ID, agents.OperatorChange{Role: &cashier}, false)
			})
			one.must(demoted)
			if helped != nil {
				one.refused(helped, fault.NotManager)
				one.must(one.agents.UnlockOperator(bg, "staff:ann", otieno, "a test"))
			}
			one.must(one.agents.ProveCode(bg, otieno, one.smsCode(otieno), wallet.Origin{}))
			one.must(one.agents.ProveIDEnd(bg, otieno, "4018", wallet.Origin{}))
			a, b := atOnce(func() error { return one.chooses(otieno, "8264") }, func() error { return two.chooses(otieno, "6049") })
			chosen := "6049"
			if one.oneOf(a, b, fault.SMSCodeExpired) {
				chosen = "8264"
			}
			one.must(one.pinIs(otieno, chosen))
			one.must(one.agents.ChangeOperator(bg, "staff:ann", one.operator(njeri).ID, agents.OperatorChange{Role: &manager}, false))
			two.clock.Advance(2 * time.Minute) // who works where is remembered for a minute
		}
	})
}
