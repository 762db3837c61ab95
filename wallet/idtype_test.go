package wallet

import (
	"encoding/base64"
	"fmt"
	"testing"

	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/key"
	"senti/wallet/market"
	"senti/wallet/msisdn"
)

// named opens a wallet on a phone, as its owner does, with a document of that type.
func (w *town) named(phone msisdn.Number, kind customer.DocumentType, number string) error {
	w.t.Helper()
	r := w.registration(phone, "GRACE ACHIENG", "29883711", "6094")
	var err error
	r.ID, err = w.ParseID(phone, kind, number)
	w.must(err)
	_, err = w.Register(ctx, r)
	return err
}

// Documents of one number and of different types are different documents: each is named, and each is checked, as often as any.
func TestADocumentIsItsTypeAndNumber(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		n := 0
		phone := func() msisdn.Number {
			n++
			return msisdn.Number(fmt.Sprintf("+25471200040%d", n))
		}
		for _, kind := range []customer.DocumentType{customer.NationalID, market.Passport} {
			for range customer.WalletsPerDocument {
				w.must(w.named(phone(), kind, "20712345"))
			}
			w.hears("one wallet too many on a "+kind.String(), w.named("+254712000499", kind, "20712345"), "id_number_used")
		}
		w.must(w.named(phone(), market.AlienID, "20712345"))
		if c := w.customer("+254712000404"); c.Document.Type != market.Passport {
			t.Errorf("kept as %s", c.Document.Type)
		}
		_, err := w.ParseID(grace, market.RefugeeID, "20712345")
		w.hears("a document that the market does not take", err, "bad_id_number")
		_, err = w.ParseID(grace, market.AlienID, "AK071234")
		w.hears("letters in an alien ID", err, "bad_id_number")
	})
}

// Who is known by a passport proves himself with it: its number, its end, at a counter and to staff. Another document of the same number
// is not it, and counts as a wrong one.
func TestKnownByAPassport(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.must(w.named(grace, market.Passport, "20712345"))
		if d, err := w.IDOf(ctx, grace); err != nil || d.Type != market.Passport || d.Name["en"] != "passport" {
			t.Errorf("known by %v, %v", d, err)
		}
		if d, err := w.IDOf(ctx, ghost); err != nil || d.Type != market.NationalID {
			t.Errorf("nobody is known by %v, %v", d, err)
		}
		w.hears("what no passport is", w.ForgotPIN(ctx, grace, "207", Origin{}), "bad_id_number")
		w.hears("another passport", w.ForgotPIN(ctx, grace, "AK712345", Origin{}), "wrong_id_number left=2")
		w.must(w.ForgotPIN(ctx, grace, "20712345", Origin{}))

		shown := func(kind customer.DocumentType) ShownDocument {
			d, err := w.ParseID(grace, kind, "20712345")
			w.must(err)
			return ShownDocument{Phone: grace, ID: d, Where: "MAMA NJERI, Kawangware", Why: "came"}
		}
		w.hears("a national ID of that number", w.StartReset(ctx, shown(customer.NationalID), audit.Operator(1)), "wrong_id_number left=2")
		w.must(w.StartReset(ctx, shown(market.Passport), audit.Operator(1)))
		w.hears("the same to staff", w.StartResetByStaff(ctx, shown(market.AlienID), audit.Staff("ann")), "wrong_id_number left=2")
		w.must(w.StartResetByStaff(ctx, shown(market.Passport), audit.Staff("ann")))
		w.must(w.ProveCode(ctx, grace, w.sentCode(grace), Origin{}))
		w.hears("another end", w.ProveIDEnd(ctx, grace, "2346", Origin{}), "wrong_id_end left=2")
		w.must(w.ProveIDEnd(ctx, grace, "2345", Origin{}))

		at := w.newcomer(grace, "20712345")
		_, err := w.CounterRegistration(ctx, at)
		w.hears("a national ID of that number at a counter", err, "id_mismatch")
		at.ID = shown(market.Passport).ID
		if p, err := w.register(at); err != nil || p.New || w.customer(grace).Document.Type != market.Passport {
			t.Errorf("its check: %+v, %v", p, err)
		}
	})
}

// A draft that was sealed when there was one type only is of a national ID.
func TestADraftOfTheLastRelease(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		now, err := w.ParseIDNumber(grace, "29883711")
		w.must(err)
		kind, number, err := w.idNumber(grace, now)
		if err != nil || kind != customer.NationalID || number != "29883711" {
			t.Errorf("%s %s, %v", kind, number, err)
		}
		sealed, err := w.keys.Seal(key.IDNumber, []byte("x:29883711"), idDraftContext(grace))
		w.must(err)
		if _, _, err := w.idNumber(grace, IDDraft(base64.RawURLEncoding.EncodeToString(sealed))); !fault.HasCode(err, fault.BadIDNumber) {
			t.Errorf("a type that is no number: %v", err)
		}
	})
}
