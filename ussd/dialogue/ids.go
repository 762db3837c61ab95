package dialogue

import (
	"senti/ussd/menu"
	"senti/wallet/customer"
	"senti/wallet/market"
	"senti/wallet/msisdn"
)

// keptType is the type of the document that was chosen; 0 for the national ID.
const keptType = "idtype"

// idNames are what the choices of a page of documents are called, as many as a market may have.
var idNames = [...]string{"ida", "idb", "idc", "idd", "ide", "idf"}

// idChoices are the documents of the market, to choose the one at hand. The choice leads to that step.
func idChoices(then string) []option {
	all := make([]option, len(idNames))
	for i, name := range idNames {
		all[i] = option{Key: string(rune('1' + i)), Text: "{" + name + "}", If: takesID(i), Do: chooseID(i), Go: then}
	}
	return all
}

// takesID reports whether the market takes an n-th document, counted from 0.
func takesID(n int) func(*turn) bool {
	return func(t *turn) bool { return n < len(t.Env.market.IDs) }
}

func chooseID(n int) func(*turn) error {
	return func(t *turn) error {
		t.KeepNumber(keptType, int64(t.Env.market.IDs[n].Type))
		return nil
	}
}

// whichID says the documents of the market, and passes the page over where there is one only.
func whichID(t *turn) error {
	if !takesID(1)(t) {
		return menu.ErrSkip
	}
	for i, d := range t.Env.market.IDs {
		t.Say(idNames[i], d.Short[t.Lang()])
	}
	return nil
}

// chosenID is the type that was chosen, or the national ID.
func chosenID(t *turn) customer.DocumentType {
	if kind := t.KeptNumber(keptType); kind != 0 {
		return customer.DocumentType(kind)
	}
	return customer.NationalID
}

// document says which document was chosen.
func document(t *turn) error {
	return sayDocument(t, t.Env.wallet.IDNamed(chosenID(t)))
}

// document says which one the person is known by who proves who he is: it is the one to be chosen.
func (p proving) document(t *turn) error { return documentOf(t, p(t.Env), t.Env.caller.Phone) }

// theirDocument is document of the customer at the counter.
func theirDocument(t *turn) error { return documentOf(t, t.Env.wallet, msisdn.Number(t.Kept(keptTo))) }

func documentOf(t *turn, by prover, phone msisdn.Number) error {
	d, err := by.IDOf(t.Ctx, phone)
	if err != nil {
		return err
	}
	t.KeepNumber(keptType, int64(d.Type))
	return sayDocument(t, d)
}

func sayDocument(t *turn, d market.Document) error {
	t.Say("document", d.Name[t.Lang()])
	return nil
}
