package wallet

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

func TestBalanceNeedsThePIN(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if b, err := w.Balance(ctx, john, w.pin("4826"), Origin{}); err != nil || b.Balance != 5_000_00 || b.Available != 5_000_00 || !b.At.Equal(noon) {
			t.Errorf("%+v, %v", b, err)
		}
		for i, want := range []string{"wrong_pin left=2", "wrong_pin left=1", "pin_locked", "pin_locked"} {
			if b, err := w.Balance(ctx, john, w.pin("1357"), Origin{}); err == nil || err.Error() != want || b != (Balance{}) {
				t.Errorf("wrong PIN %d: %+v, %v; want %s", i+1, b, err, want)
			}
		}
		if _, err := w.Balance(ctx, ghost, w.pin("4826"), Origin{}); !fault.HasCode(err, fault.NotRegistered) {
			t.Errorf("nobody's balance: %v", err)
		}
	})
}

func TestStatement(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		for i := range int64(11) {
			w.clock.Advance(time.Minute)
			if _, code := w.send(john, jane, 10+i, "4826"); code != "" {
				t.Fatal(code)
			}
		}
		if _, err := w.Statement(ctx, john, w.pin("1357")); !fault.HasCode(err, fault.WrongPIN) {
			t.Errorf("a wrong PIN: %v", err)
		}
		page, err := w.Statement(ctx, john, w.pin("4826"))
		var seen []string
		for range 4 {
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range page.Lines {
				seen = append(seen, fmt.Sprintf("%s %d %s", l.Kind, l.Amount/100, l.Other))
			}
			seen = append(seen, "--")
			if page.Next == 0 {
				break
			}
			page, err = w.StatementMore(ctx, john, page.Next)
		}
		var want []string
		for i := range 11 {
			want = append(want, fmt.Sprintf("send -%d 0712***002", 20-i))
			if i == 4 || i == 9 {
				want = append(want, "--")
			}
		}
		want = append(want, "issue 5000 ", "--")
		wants(t, seen, want...)

		page, err = w.Statement(ctx, jane, w.pin("9173"))
		if err != nil || len(page.Lines) != PageLines {
			t.Fatalf("%+v, %v", page, err)
		}
		if l := page.Lines[0]; l.Amount != 20_00 || l.Other != "0712***001" || l.Kind != ledger.Send || len(l.Code) != 10 {
			t.Errorf("Jane's newest line: %+v", l)
		}
	})
}

func TestChangePIN(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if _, err := w.CheckPIN(ctx, john, w.pin("1357")); !fault.HasCode(err, fault.WrongPIN) {
			t.Fatalf("a wrong old PIN: %v", err)
		}
		proof, err := w.CheckPIN(ctx, john, w.pin("4826"))
		if err != nil {
			t.Fatal(err)
		}
		for _, weak := range []string{"1234", "7120", "1990"} {
			if _, err := w.DraftPIN(john, w.pin(weak)); !fault.HasCode(err, fault.WeakPIN) {
				t.Errorf("%s: %v, want weak_pin", weak, err)
			}
		}
		draft, err := w.DraftPIN(john, w.pin("6094"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(draft)+string(proof), "6094") || strings.Contains(string(draft)+string(proof), "4826") {
			t.Error("what is kept between the turns shows a PIN")
		}
		if _, err := w.ChangePIN(ctx, PINChange{Phone: john, Proof: proof, First: draft, Again: w.pin("6095")}); !fault.HasCode(err, fault.PINMismatch) {
			t.Errorf("a second typing that differs: %v", err)
		}
		w.clock.Advance(time.Minute)
		if _, err := w.ChangePIN(ctx, PINChange{Phone: john, Proof: proof, First: draft, Again: w.pin("6094")}); err != nil {
			t.Fatal(err)
		}
		if _, code := w.send(john, jane, 10, "4826"); code != fault.WrongPIN {
			t.Errorf("the old PIN: %q", code)
		}
		if _, code := w.send(john, jane, 10, "6094"); code != "" {
			t.Errorf("the new PIN: %q", code)
		}
		if _, err := w.ChangePIN(ctx, PINChange{Phone: john, Proof: proof, First: draft, Again: w.pin("6094")}); !fault.HasCode(err, fault.Conflict) {
			t.Errorf("the proof of a PIN that is no more: %v, want conflict", err)
		}
		if _, err := w.ChangePIN(ctx, PINChange{Phone: john, Proof: "", First: draft, Again: w.pin("6094")}); !fault.HasCode(err, fault.Unauthorised) {
			t.Errorf("without proof: %v", err)
		}
		if texts := w.texted(john); !strings.HasPrefix(texts[0], "Your Senti PIN was changed 12/3/26 12:01.") {
			t.Errorf("he was told: %q", texts)
		}
	})
}

func TestChangeLanguage(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if c, _ := w.Customer(ctx, john); c.Language != "en" { // fills what is remembered for display
			t.Fatal(c.Language)
		}
		if err := w.ChangeLanguage(ctx, john, "sw"); err != nil {
			t.Fatal(err)
		}
		if c, err := w.Customer(ctx, john); err != nil || c.Language != "sw" {
			t.Errorf("at once: %s, %v", c.Language, err)
		}
		if r, _ := w.send(john, jane, 500, "4826"); !strings.HasPrefix(r.End, "IMETUMWA Ksh 500 kwa JANE WANJIKU.") {
			t.Errorf("the next end: %s", r.End)
		}
		if err := w.ChangeLanguage(ctx, john, "fr"); !fault.HasCode(err, fault.BadChoice) {
			t.Errorf("a language the market has not: %v", err)
		}
	})
}

func TestFeesAndLimits(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		bands, err := w.FeeTable()
		if err != nil || len(bands) < 3 || bands[0] != (FeeBand{1_00, 100_00, 0}) || bands[1] != (FeeBand{100_01, 500_00, 7_00}) {
			t.Errorf("%v, %v", bands, err)
		}
		if price, err := w.Fee(500_00); err != nil || price.Fee != 7_00 {
			t.Errorf("%+v, %v", price, err)
		}
		if _, err := w.Fee(1); !fault.HasCode(err, fault.AmountTooSmall) {
			t.Errorf("%v", err)
		}
		tier, err := w.Limits(ctx, peter)
		if err != nil || tier.Number != 1 || tier.Single != 10_000_00 {
			t.Errorf("%+v, %v", tier, err)
		}
	})
}

// registration is what a person has typed after all pages.
func (w *town) registration(phone msisdn.Number, name, number, p string) Registration {
	w.t.Helper()
	idDraft, err := w.ParseIDNumber(phone, number)
	if err != nil {
		w.t.Fatal(err)
	}
	draft, err := w.DraftPIN(phone, w.pin(p), idDraft)
	if err != nil {
		w.t.Fatal(err)
	}
	return Registration{
		Phone: phone, Language: "sw", Terms: w.Terms(), Name: name, ID: idDraft, First: draft, Again: w.pin(p),
		Origin: Origin{"africastalking", w.SessionHash("africastalking", "ATUid_1", phone), 7},
	}
}

func TestRegister(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		r, err := w.Register(ctx, w.registration(ghost, " grace  achieng’ ", "29 883 711", "6094"))
		if err != nil {
			t.Fatal(err)
		}
		c := w.customer(ghost)
		if c.Name != "GRACE ACHIENG'" || c.NameVerified || c.Tier != 1 || c.Language != "sw" || c.Terms != "ke.terms@2026-01-01" ||
			!c.TermsAt.Equal(noon) || c.ID != r.Customer.ID {
			t.Errorf("%+v", c)
		}
		if a := w.account(c.Account); a.Class != 1 || a.Balance != 0 || a.Type != ledger.Wallet || a.Currency != "KES" {
			t.Errorf("%+v", a)
		}
		if b, err := w.Balance(ctx, ghost, w.pin("6094"), Origin{}); err != nil || b.Balance != 0 {
			t.Errorf("the PIN: %+v, %v", b, err)
		}
		if texts := w.texted(ghost); len(texts) != 1 || !strings.HasPrefix(texts[0], "Karibu Senti, GRACE ACHIENG'.") {
			t.Errorf("welcomed with %q", texts)
		}
		last, ok, err := w.SessionOutcome(ctx, ghost, "africastalking", w.SessionHash("africastalking", "ATUid_1", ghost))
		if err != nil || !ok || last.End != r.End || last.State != Done || last.Kind != ledger.Register {
			t.Errorf("the session ended with %+v, %v", last, err)
		}
		if q := w.quote(john, ghost, 50); q.Name != "GRACE ACHIENG'" || !q.Unchecked {
			t.Errorf("she is shown as %s, unchecked: %t", q.Name, q.Unchecked)
		}
	})
}

func TestRegisterRefuses(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		phones := []msisdn.Number{"+254712000011", "+254712000012", "+254712000013"}
		for _, phone := range phones {
			if _, err := w.Register(ctx, w.registration(phone, "ANN", "29883711", "6094")); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			name   string
			change func(*Registration)
			code   fault.Code
		}{
			{"a number that has a wallet", func(r *Registration) {
				*r = w.registration(phones[0], "ANN", "30000001", "6094")
			}, fault.AlreadyOpen},
			{"the fourth wallet on one ID", func(r *Registration) {
				*r = w.registration(ghost, "ANN", "29883711", "6094")
			}, fault.IDNumberUsed},
			{"a second typing that differs", func(r *Registration) { r.Again = w.pin("6095") }, fault.PINMismatch},
			{"somebody else's draft of an ID", func(r *Registration) { r.ID = w.registration(john, "ANN", "30000001", "6094").ID },
				fault.BadIDNumber},
			{"a language nobody speaks", func(r *Registration) { r.Language = "fr" }, fault.BadChoice},
			{"digits for a name", func(r *Registration) { r.Name = "0712" }, fault.BadName},
		} {
			r := w.registration(ghost, "GRACE", "30000001", "6094")
			c.change(&r)
			if _, err := w.Register(ctx, r); fault.CodeOf(err) != c.code {
				t.Errorf("%s: %v, want %q", c.name, err, c.code)
			}
		}
		if _, err := w.customers.ByPhone(ctx, ghost); !fault.HasCode(err, fault.NotRegistered) {
			t.Errorf("a refused registration left a customer: %v", err)
		}
		var accounts int64
		if err := w.db.QueryRow(ctx, `SELECT COUNT(*) FROM accounts WHERE id >= 1000`).Scan(&accounts); err != nil || accounts != 6 {
			t.Errorf("%d accounts, %v; want those of 3 seeds and 3 registrations", accounts, err)
		}
	})
}

func TestParse(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		for text, want := range map[string]string{
			"Jane Wanjiku": "JANE WANJIKU", "o'brien-otieno": "O'BRIEN-OTIENO", "Ngũgĩ": "NGUGI", "X": "", "": "", "B00KSHOP": "", "漢字": "",
		} {
			if got, err := w.ParseName(text); got != want || (err == nil) != (want != "") {
				t.Errorf("ParseName(%q) = %q, %v; want %q", text, got, err, want)
			}
		}
		for _, text := range []string{"12345", "1234567890", "2988371a", ""} {
			if _, err := w.ParseIDNumber(ghost, text); !fault.HasCode(err, fault.BadIDNumber) {
				t.Errorf("ParseIDNumber(%q): %v", text, err)
			}
		}
		if n, err := w.ParsePhone("0712 000 002"); err != nil || n != jane {
			t.Errorf("%s, %v", n, err)
		}
		if _, err := w.ParsePhone("911"); !fault.HasCode(err, fault.BadNumber) {
			t.Errorf("%v", err)
		}
		if a, err := w.ParseAmount("1,000"); err != nil || a != 1_000_00 {
			t.Errorf("%d, %v", a, err)
		}
		if _, err := w.ParseAmount("5OO"); !fault.HasCode(err, fault.BadAmount) {
			t.Errorf("%v", err)
		}
		if _, err := w.ParsePIN("12"); !fault.HasCode(err, fault.BadPIN) {
			t.Errorf("%v", err)
		}
	})
}

// A PIN that stands in the ID number just typed is refused while it can still be asked again.
func TestPINInIDNumber(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		number, err := w.ParseIDNumber(ghost, "29883711")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(number), "29883711") {
			t.Error("the draft shows the number")
		}
		if _, err := w.DraftPIN(ghost, w.pin("9883"), number); !fault.HasCode(err, fault.WeakPIN) {
			t.Errorf("%v", err)
		}
		r := w.registration(ghost, "GRACE", "29883711", "6094")
		if r.First, err = w.DraftPIN(ghost, w.pin("9883")); err != nil {
			t.Fatal(err)
		}
		r.Again = w.pin("9883")
		if _, err := w.Register(ctx, r); !fault.HasCode(err, fault.WeakPIN) {
			t.Errorf("round the first question: %v", err)
		}
	})
}

func TestIssueOnce(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		account := w.customer(peter).Account
		for range 3 {
			if o, err := w.Issue(ctx, account, 300_00, "statement 2026-03-12 line 4"); err != nil || !o.Accepted {
				t.Fatal(err)
			}
		}
		if w.holds(peter) != 300_00 || w.account(Trust).Balance != -6_500_00 {
			t.Errorf("Peter holds %d, trust %d", w.holds(peter), w.account(Trust).Balance)
		}
		if _, err := w.Issue(ctx, account, 301_00, "statement 2026-03-12 line 4"); !fault.HasCode(err, fault.Conflict) {
			t.Errorf("another amount under the same reference: %v", err)
		}
		w.balanced()
		w.settleIn() // seeding again changes nothing
		if w.holds(john) != 5_000_00 {
			t.Errorf("after seeding again John holds %d", w.holds(john))
		}
	})
}

// After a person has done everything once, no PIN and no ID number stands anywhere in the database.
func TestNothingSecretIsStored(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		if _, err := w.Register(ctx, w.registration(ghost, "GRACE", "29883711", "6094")); err != nil {
			t.Fatal(err)
		}
		w.send(john, ghost, 500, "4826")
		w.send(john, ghost, 500, "8306")
		tables := []string{"customers", "customer_documents", "pins", "intents", "intent_closings", "messages", "postings"}
		for _, table := range tables {
			rows, err := w.db.Query(ctx, "SELECT * FROM "+table)
			if err != nil {
				t.Fatal(err)
			}
			columns, err := rows.Columns()
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				values, into := make([][]byte, len(columns)), make([]any, len(columns))
				for i := range values {
					into[i] = &values[i]
				}
				if err := rows.Scan(into...); err != nil {
					t.Fatal(err)
				}
				for i, v := range values {
					for _, secret := range []string{"29883711", "6094", "8306"} {
						if numeric := columns[i] == "at" || strings.HasSuffix(columns[i], "_at"); !numeric && strings.Contains(string(v), secret) {
							t.Errorf("%s.%s holds %s", table, columns[i], secret)
						}
					}
				}
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// The process dies between the wallet and its float: the next start makes up for it, once.
func TestOpenWalletFundsAWalletLeftEmpty(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		n := NewWallet{Phone: ghost, Name: "AMINA HASSAN", Language: "en", Tier: 2, PIN: w.pin("6042")}
		if _, err := w.OpenWallet(ctx, n); err != nil {
			t.Fatal(err)
		}
		n.Float = 300_00
		for range 2 {
			if c, err := w.OpenWallet(ctx, n); err != nil || c.Phone != ghost || w.holds(ghost) != 300_00 {
				t.Fatalf("%+v, %v, it holds %d", c, err, w.holds(ghost))
			}
		}
	})
}
