package wallet

import (
	"context"
	"fmt"
	"slices"
	"time"

	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// PageLines is how many lines a page of a statement has.
const PageLines = 5

// Page is a part of a statement, newest line first.
type Page struct {
	Lines []Line
	Next  int64 // for StatementMore; 0 when this is the last page
}

// Line is one posting as the holder of the account sees it.
type Line struct {
	At      time.Time
	Kind    ledger.Kind
	Amount  int64 // minor units; below zero when it left the wallet, fee included
	Balance int64 // after it
	Code    string
	Other   string // the other side: a masked number or a shop; "" when there is none
	Posting id.ID
}

// Statement returns the last lines to whoever knows the PIN. Faults: not_registered, wrong_pin (left), pin_locked, no_pin.
func (w *Wallet) Statement(ctx context.Context, phone msisdn.Number, typed pin.PIN) (Page, error) {
	c, err := w.Customer(ctx, phone)
	if err != nil {
		return Page{}, err
	}
	if _, err := w.provePIN(ctx, c, typed); err != nil {
		return Page{}, err
	}
	return w.page(ctx, c.Account, 0)
}

// StatementMore returns the page after one whose Next was before. That the PIN was asked for the first page, in the same
// session, is for the caller to know.
func (w *Wallet) StatementMore(ctx context.Context, phone msisdn.Number, before int64) (Page, error) {
	c, err := w.Customer(ctx, phone)
	if err != nil {
		return Page{}, err
	}
	return w.page(ctx, c.Account, before)
}

func (w *Wallet) page(ctx context.Context, account, before int64) (Page, error) {
	entries, err := w.ledger.Statement(ctx, account, before, PageLines+1)
	if err != nil {
		return Page{}, err
	}
	var p Page
	if len(entries) > PageLines {
		entries = entries[:PageLines]
		p.Next = entries[PageLines-1].Seq
	}
	others, err := w.others(ctx, account, entries)
	if err != nil {
		return Page{}, err
	}
	for _, e := range entries {
		p.Lines = append(p.Lines, Line{e.At, e.Kind, e.Amount, e.Balance, e.Receipt, others[e.Posting], e.Posting})
	}
	return p, nil
}

// others finds the other side of each posting that an intent told of: a masked number, or the shop.
func (w *Wallet) others(ctx context.Context, account int64, entries []ledger.Entry) (map[id.ID]string, error) {
	var acts []id.ID
	for _, e := range entries {
		if slices.Contains(told, e.Kind) {
			acts = append(acts, e.Posting)
		}
	}
	records, err := w.intents.ByID(ctx, acts)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]string, len(records))
	for _, r := range records {
		if out[r.ID], err = otherSide(r.Intent, account); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// otherSide is whom the holder of the account had to do with.
func otherSide(in intent.Intent, account int64) (string, error) {
	if in.Kind != ledger.Send {
		b, err := briefOf(in)
		if b.Shop != "" {
			return b.Shop, err
		}
		return b.Whom, err
	}
	t, err := decodeSendTerms(in.Terms)
	if err != nil {
		return "", fmt.Errorf("wallet: the terms of intent %s: %w", in.ID.Short(), err)
	}
	if t.To.Account == account {
		return t.From.Phone.Masked(), nil
	}
	return t.To.Phone.Masked(), nil
}
