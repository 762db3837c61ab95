package agents

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"

	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/voucher"
)

// The last page of a conversation is kept with its intent, to be shown again. A page with a code is kept without it: codeMark stands
// in its place, and the code is found anew whenever the page is shown, as long as it is worth anything.

// codeMark stands in a kept page for a code. It is as long as a code, so that the page is cut in the same places.
const codeMark = "{code}"

// withCode is the page as it is shown.
func withCode(page string, code voucher.Code) string {
	return strings.Replace(page, codeMark, code.Show(), 1)
}

// pageTerms say which code a kept page has, for an intent that is about nothing else.
type pageTerms struct {
	Of   string `json:"of"`
	From string `json:"from,omitempty"` // of a cash code: the intent it is drawn from
}

// What a page's code may be.
const (
	depositPage = "deposit"
	cashPage    = "cash"
)

// notedPage keeps how a conversation ended that showed a code.
func (a *Agents) notedPage(who wallet.Actor, o wallet.Origin, t pageTerms, page string) []ledger.Companion {
	return a.noted(a.wallet.NewIntent(ledger.Enquiry, who, o, t), page)
}

// noted opens and closes an intent that moves nothing.
func (a *Agents) noted(in intent.Intent, page string) []ledger.Companion {
	return a.wallet.Intents().Note(in, func(o *ledger.Outcome) string {
		if !o.Accepted {
			return "" // the conversation goes on, or ends with the fault
		}
		return page
	})
}

// KeepPage keeps the page of an earlier act as the end of this conversation, which has shown it again, for repeated call-backs of its
// session. The page is true without that, so a failure is for the log alone.
func (a *Agents) KeepPage(ctx context.Context, who wallet.Actor, o wallet.Origin, last wallet.Last) {
	if !strings.Contains(last.End, codeMark) {
		a.wallet.KeepEnd(ctx, who, o, last.End)
		return
	}
	_, err := a.ledger.Commit(ctx, &ledger.Plan{
		Companions: a.notedPage(who, o, pageTerms{Of: cashPage, From: last.Intent.String()}, last.End),
	})
	if err != nil {
		slog.Error("agents: a last page was not kept", "error", err)
	}
}

// Page returns the text that an act's conversation ended with, for the phone that was shown it before: with its code, if it has
// one and the code can still be used. Who asks must have the right to see it: in the same session, or with the PIN.
func (a *Agents) Page(ctx context.Context, last wallet.Last) (string, error) {
	if !strings.Contains(last.End, codeMark) {
		return last.End, nil
	}
	r, err := a.wallet.Intents().Get(ctx, last.Intent)
	if err != nil {
		return "", err
	}
	t := pageTerms{Of: cashPage, From: r.ID.String()}
	if r.Kind == ledger.Enquiry {
		if err := json.Unmarshal(r.Terms, &t); err != nil {
			return "", fault.Wrap(err, fault.Internal)
		}
	}
	c, err := a.wallet.Customer(ctx, r.Phone)
	if err != nil {
		return "", err
	}
	if t.Of == depositPage {
		d, err := a.codes.DepositOf(ctx, r.Customer, a.now())
		return a.shown(c.Language, last.End, "depositcode.spent", d.Code, err)
	}
	from, err := id.Parse(t.From)
	if err != nil {
		return "", fault.Wrap(err, fault.Internal)
	}
	code, err := a.liveCashCode(ctx, r.Customer, from)
	return a.shown(c.Language, last.End, "cashcode.spent", code, err)
}

// shown is the page with its code, or what is said once the code is worth nothing.
func (a *Agents) shown(language, page, spent string, code voucher.Code, err error) (string, error) {
	switch {
	case fault.HasCode(err, fault.CodeUnknown), fault.HasCode(err, fault.CodeGone):
		return a.texts.Say(language, spent), nil
	case err != nil:
		return "", err
	}
	return withCode(page, code), nil
}

// liveCashCode returns the code drawn from that intent, if it can still be used. Faults: code_unknown, code_gone.
func (a *Agents) liveCashCode(ctx context.Context, owner int64, from id.ID) (voucher.Code, error) {
	slip, err := a.codes.Slip(ctx, voucher.CashOf(owner))
	if err != nil {
		return voucher.Code{}, err
	}
	if slip.From != from || !slip.Usable(a.now()) {
		return voucher.Code{}, fault.New(fault.CodeGone)
	}
	return a.codes.Again(slip)
}
