package main

import (
	"fmt"
	"strings"

	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/market"
	"senti/wallet/msisdn"
)

// typedID takes the number of a document of that type, for the owner of a phone, from SENTI_ID_NUMBER or asks for it at the terminal. It is
// sealed at once.
func typedID(w *wallet.Wallet, owner msisdn.Number, kind customer.DocumentType) (wallet.IDDraft, error) {
	what := "Number of the ID document"
	if kind != customer.NationalID {
		what = fmt.Sprintf("Number of the ID document (%s)", kind)
	}
	number, err := secretOf(what, idNumberEnv)
	if err != nil {
		return "", err
	}
	return w.ParseID(owner, kind, number)
}

// shownID is typedID for a document whose type was typed too.
func (d *desk) shownID(owner msisdn.Number, word string) (wallet.IDDraft, error) {
	kind, known := market.ParseIDType(word)
	if _, taken := d.market.ID(kind); !known || !taken {
		words := make([]string, len(d.market.IDs))
		for i, taken := range d.market.IDs {
			words[i] = taken.Type.String()
		}
		return "", fmt.Errorf("nothing was done: the market's ID documents are %s", strings.Join(words, ", "))
	}
	return typedID(d.wallet, owner, kind)
}
