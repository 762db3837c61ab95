package wallet

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/key"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Customer returns who has that number, or not_registered. It may be up to a minute old: show it, and let the ledger decide.
func (w *Wallet) Customer(ctx context.Context, phone msisdn.Number) (customer.Customer, error) {
	if c, ok := w.known.Get(phone); ok {
		return c, nil
	}
	c, err := w.customers.ByPhone(ctx, phone)
	if err != nil {
		return customer.Customer{}, err
	}
	if c.Status == customer.Active && c.SIMChanged.IsZero() { // the others are few, and their owners are about to change that
		w.known.Put(phone, c)
	}
	return c, nil
}

// Holder returns a customer by the customer's number: who had that phone when something was written down, and mostly has it still. Whoever has
// the phone now, if that is somebody else, is not meant. It may be a minute old, as Customer.
func (w *Wallet) Holder(ctx context.Context, number int64, phone msisdn.Number) (customer.Customer, error) {
	c, err := w.Customer(ctx, phone)
	if err == nil && c.ID == number {
		return c, nil
	}
	if err != nil && !fault.HasCode(err, fault.NotRegistered) {
		return customer.Customer{}, err
	}
	return w.customers.ByID(ctx, number)
}

// Payer is a customer who may pay, as far as can be said before the PIN. The faults are not_registered, sender_blocked,
// wallet_pending, wallet_dormant and sim_changed.
func (w *Wallet) Payer(ctx context.Context, phone msisdn.Number) (customer.Customer, error) {
	c, err := w.Customer(ctx, phone)
	if err != nil {
		return c, err
	}
	switch c.Status {
	case customer.Active:
		if !c.SIMChanged.IsZero() {
			return c, fault.New(fault.SIMChanged)
		}
		return c, nil
	case customer.Pending:
		err = fault.New(fault.WalletPending)
	case customer.Dormant:
		err = fault.New(fault.WalletDormant)
	default:
		err = fault.New(fault.SenderBlocked)
	}
	return c, err
}

// Payee is a customer who may be paid. The fault says as little as it can: cannot_receive.
func (w *Wallet) Payee(ctx context.Context, phone msisdn.Number) (customer.Customer, error) {
	c, err := w.Customer(ctx, phone)
	if err == nil && !c.Status.Receives() {
		err = fault.New(fault.CannotReceive)
	}
	return c, err
}

// keyed takes off the # that people type out of the habit of dialling.
func keyed(text string) string { return strings.TrimSuffix(strings.TrimSpace(text), "#") }

// ParsePhone reads a number in any spelling of the market. The fault is bad_number.
func (w *Wallet) ParsePhone(text string) (msisdn.Number, error) {
	n, err := msisdn.Parse(keyed(text), w.market.Region)
	if err != nil {
		return "", fault.Wrap(err, fault.BadNumber)
	}
	return n, nil
}

// ParseAmount reads an amount as the market keys it, in minor units. The fault is bad_amount.
func (w *Wallet) ParseAmount(text string) (int64, error) {
	minor, err := w.market.Style.Parse(keyed(text))
	if err != nil {
		return 0, fault.Wrap(err, fault.BadAmount)
	}
	return minor, nil
}

// ParsePIN reads a PIN. The fault is bad_pin.
func (w *Wallet) ParsePIN(text string) (pin.PIN, error) { return pin.Parse(text) }

// ParseName folds a person's name to what every phone can show. The fault is bad_name.
func (w *Wallet) ParseName(text string) (string, error) {
	name := strings.ToUpper(i18n.Fold(text))
	letters := 0
	for _, r := range name {
		switch {
		case unicode.IsLetter(r):
			letters++
		case !strings.ContainsRune(" '-.", r):
			return "", fault.New(fault.BadName)
		}
	}
	if letters < 2 {
		return "", fault.New(fault.BadName)
	}
	return i18n.Fold(name), nil
}

// mostPhoto is how long a reference to a photo may be: its column is as wide.
const mostPhoto = 80

// ParsePhoto reads a reference to the photo of a document: printable ASCII, spaces around it cut off. The fault is bad_reference (max).
func (w *Wallet) ParsePhoto(text string) (string, error) {
	text = strings.TrimSpace(text)
	if len(text) > mostPhoto || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", fault.New(fault.BadReference, "max", mostPhoto)
	}
	return text, nil
}

// IDDraft is an ID number and the type of its document between its typing and the registration, sealed: it may be kept in a session.
type IDDraft string

// ParseIDNumber reads the number of a national ID as the market writes it. The fault is bad_id_number.
func (w *Wallet) ParseIDNumber(phone msisdn.Number, text string) (IDDraft, error) {
	return w.ParseID(phone, customer.NationalID, text)
}

// ParseID reads the number of a document of that type as the market writes it. The fault is bad_id_number, also when the market takes
// no such document.
func (w *Wallet) ParseID(phone msisdn.Number, kind customer.DocumentType, text string) (IDDraft, error) {
	number := idForm(text)
	if d, ok := w.market.ID(kind); !ok || !d.Matches(number) {
		return "", fault.New(fault.BadIDNumber)
	}
	if kind != customer.NationalID { // of which the last release knows no other
		number = strconv.FormatInt(int64(kind), 10) + ":" + number
	}
	sealed, err := w.keys.Seal(key.IDNumber, []byte(number), idDraftContext(phone))
	if err != nil {
		return "", fault.Wrap(err, fault.Internal)
	}
	return IDDraft(base64.RawURLEncoding.EncodeToString(sealed)), nil
}

// idNumber opens a draft. What is no draft of that phone is bad_id_number.
func (w *Wallet) idNumber(phone msisdn.Number, d IDDraft) (customer.DocumentType, string, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(string(d))
	if err != nil {
		return customer.NoDocument, "", fault.New(fault.BadIDNumber)
	}
	opened, err := w.keys.Open(key.IDNumber, sealed, idDraftContext(phone))
	if err != nil {
		return customer.NoDocument, "", fault.Wrap(err, fault.BadIDNumber)
	}
	kind, number, typed := strings.Cut(string(opened), ":")
	if !typed {
		return customer.NationalID, kind, nil
	}
	n, err := strconv.ParseInt(kind, 10, 64)
	if err != nil {
		return customer.NoDocument, "", fault.Wrap(err, fault.BadIDNumber)
	}
	return customer.DocumentType(n), number, nil
}

// shownIs reports whether a draft for the document's owner is that document.
func (w *Wallet) shownIs(d customer.Document, owner msisdn.Number, draft IDDraft) (bool, error) {
	kind, number, err := w.idNumber(owner, draft)
	if err != nil {
		return false, err
	}
	right, err := d.Is(w.keys, kind, number)
	if err != nil {
		return false, fault.Wrap(err, fault.Internal)
	}
	return right, nil
}

// IDOf is the document that the customer with that phone is known by, or, of somebody who is not known by any, the national ID.
func (w *Wallet) IDOf(ctx context.Context, phone msisdn.Number) (market.Document, error) {
	c, err := w.customers.ByPhone(ctx, phone)
	if err != nil && !fault.HasCode(err, fault.NotRegistered) {
		return market.Document{}, err
	}
	return w.IDNamed(c.Document.Type), nil
}

// IDNamed is the document of that type, or the national ID if the market takes none such.
func (w *Wallet) IDNamed(kind customer.DocumentType) market.Document {
	if d, ok := w.market.ID(kind); ok {
		return d
	}
	return w.market.NationalID
}

// SealedID is a draft as a document of that phone's owner, for those who have no wallet to keep it. The fault is bad_id_number.
func (w *Wallet) SealedID(phone msisdn.Number, d IDDraft) (customer.Document, error) {
	kind, number, err := w.idNumber(phone, d)
	if err != nil {
		return customer.Document{}, err
	}
	document, err := customer.Seal(w.keys, phone, kind, number)
	if err != nil {
		return customer.Document{}, fault.Wrap(err, fault.Internal)
	}
	return document, nil
}

func idDraftContext(phone msisdn.Number) []byte { return []byte("senti.wallet.id_draft.v1:" + phone) }
