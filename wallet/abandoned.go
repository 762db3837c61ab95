package wallet

import (
	"context"
	"encoding/json"

	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/outbox"
	"senti/wallet/sweep"
)

// TellAbandoned goes through acts that a conversation was about and that nobody was seen to be told the end of, when that conversation must be
// over: the line went dead on the PIN page, or the last page was never written, or it said that an SMS would tell. Where no money has moved the
// person gets that by SMS, once; where it has, the receipt tells. It returns how many were told.
//
// An act that is still open is cancelled in the commit that tells of it, so that the SMS stays true: a PIN that is under way comes too late. Of a
// conversation only the last act is told of, and none of one that came to no act.
func (w *Wallet) TellAbandoned(ctx context.Context, in intent.Stretch) (int, error) {
	read := func(after intent.Record) ([]intent.Record, error) {
		return w.intents.Unfinished(ctx, in, told, after.ID, sweep.Page)
	}
	n, err := sweep.All(ctx, read, func(r intent.Record) (bool, error) { return w.tellAbandoned(ctx, r) })
	if n > 0 {
		w.Wake()
	}
	return n, err
}

// tellAbandoned reports whether somebody was told.
func (w *Wallet) tellAbandoned(ctx context.Context, r intent.Record) (bool, error) {
	if w.ends.Latest(r.ID, r.Shown) == intent.WasShown {
		return false, nil
	}
	last, ok, err := w.intents.LatestOfSession(ctx, r.Phone, r.Gateway, r.Session, r.OpenedAt)
	if err != nil || !ok || last.ID != r.ID {
		return false, err // the conversation went on from there
	}
	text, err := w.undone(ctx, r)
	if err != nil {
		return false, err
	}
	say := func(*ledger.Outcome) string { return text }
	message := outbox.MessageID(r.ID, toAbandoner)
	if r.State == intent.Open {
		outcome, err := w.ledger.Commit(ctx, &ledger.Plan{ID: r.ID, Request: request(r.Intent), Kind: r.Kind, Void: true, Companions: []ledger.Companion{
			w.intents.Cancel(r.Intent), w.messages.AddRefused(outbox.Receipt, message, r.Phone, say)}})
		if outcome == nil {
			return false, err
		}
		return !outcome.Replayed, nil
	}
	if _, told, err := w.messages.StateOf(ctx, message); told || err != nil {
		return false, err
	}
	_, err = w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{w.messages.Add(outbox.Receipt, message, r.Phone, say)}})
	return err == nil, err
}

// toAbandoner numbers the message of an act that came to nothing.
const toAbandoner = 60

// undone says that no money has moved: as the last page said it, which was not seen, or else in words of its own.
func (w *Wallet) undone(ctx context.Context, r intent.Record) (string, error) {
	if r.End != "" {
		return r.End, nil
	}
	service := i18n.Text("service", w.market.ServiceCode)
	if r.Kind == ledger.Send {
		t, err := decodeSendTerms(r.Terms)
		if err != nil {
			return "", err
		}
		return w.texts.Say(t.From.Language, "sms.undone.send", w.money("amount", t.Amount), i18n.Text("name", t.To.Name),
			i18n.Text("phone", t.To.Phone.Plain()), service), nil
	}
	b, err := briefOf(r.Intent)
	if err != nil {
		return "", err
	}
	language, err := w.languageOfAct(ctx, r.Intent)
	if err != nil {
		return "", err
	}
	if b.Amount == 0 {
		return w.texts.Say(language, "sms.undone.other", i18n.Text("to", b.Whom), service), nil
	}
	return w.texts.Say(language, "sms.undone", w.money("amount", b.Amount), i18n.Text("to", b.Whom), service), nil
}

// languageOfAct is that of whose act it was: a customer's, or an operator's, which the terms say.
func (w *Wallet) languageOfAct(ctx context.Context, in intent.Intent) (string, error) {
	var t struct {
		At struct {
			Language string `json:"lang"`
		} `json:"at"`
	}
	switch c, err := w.Customer(ctx, in.Phone); {
	case err == nil && c.ID == in.Customer:
		return c.Language, nil
	case err != nil && !fault.HasCode(err, fault.NotRegistered):
		return "", err
	}
	if err := json.Unmarshal(in.Terms, &t); err != nil || t.At.Language == "" {
		return w.market.Languages[0], nil //nolint:nilerr // terms without a place have no such field
	}
	return t.At.Language, nil
}
