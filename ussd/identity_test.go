package ussd_test

import (
	"context"
	"strings"

	"senti/wallet"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// register opens a wallet at Mama Njeri's counter: "0712000098 Fatuma Ali 31520774".
func (w *world) register(who string) {
	w.t.Helper()
	words := strings.Fields(who)
	phone, last := w.number(words[0]), len(words)-1
	p, err := w.wallet.CounterRegistration(context.Background(), wallet.Newcomer{
		Phone: phone, Language: w.lang, Name: strings.Join(words[1:last], " "), ID: w.idDraft(phone, words[last]), Shop: "MAMA NJERI, Kawangware",
	})
	w.must(err)
	p.Plan.ID, p.Plan.Kind = w.ids.New(), ledger.Register
	_, err = w.ledger.Commit(context.Background(), p.Plan)
	w.must(err)
}

// showsID is a customer who shows the ID at Mama Njeri's counter for a new PIN: "0712000001 28445190".
func (w *world) showsID(what string) {
	w.t.Helper()
	from, number, _ := strings.Cut(what, " ")
	phone := w.number(from)
	w.must(w.wallet.StartReset(context.Background(), wallet.ShownDocument{
		Phone: phone, ID: w.idDraft(phone, number), Where: "MAMA NJERI, Kawangware",
	}, "operator:4711"))
}

func (w *world) idDraft(phone msisdn.Number, number string) wallet.IDDraft {
	w.t.Helper()
	d, err := w.wallet.ParseIDNumber(phone, number)
	w.must(err)
	return d
}

// resetsPIN is staff who send a customer whose ID they have compared a code for a new PIN: "0712000001 28445190".
func (w *world) resetsPIN(what string) []string {
	w.t.Helper()
	from, number, _ := strings.Cut(what, " ")
	phone := w.number(from)
	err := w.wallet.StartResetByStaff(context.Background(), wallet.ShownDocument{
		Phone: phone, ID: w.idDraft(phone, number), Why: "a transcript says so",
	}, "staff:ann")
	if err != nil {
		return strings.Split(w.wallet.Explain("en", err), "\n")
	}
	return nil
}

// night runs what the night's jobs do for customers.
func (w *world) night() {
	w.t.Helper()
	_, err := w.wallet.LiftSmallLimits(context.Background(), w.clock.Now(), 100)
	w.must(err)
	_, err = w.wallet.WatchDormancy(context.Background(), w.clock.Now(), 100)
	w.must(err)
	_, err = w.agents.ExpireVouchers(context.Background(), 100)
	w.must(err)
}
