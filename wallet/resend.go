package wallet

import (
	"context"
	"slices"
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/tally"
)

// resends is how often a phone may have a message sent again: each costs an SMS.
var resends = tally.Rule{What: "resend", Most: 3, Per: 24 * time.Hour, Apart: time.Minute, Over: fault.ResendsSpent, Soon: fault.ResentJustNow}

const (
	resendFrom = 10 // how many of the last postings of an account are looked at for a message
	resendOf   = 9  // messages of one posting that are looked at: both sides, and the operators of a shop
)

// ResendLast sends the newest receipt of a phone again, with a word that it is sent again, so that nobody counts the money twice. It
// is looked for among what moved on the wallet of the phone's owner and on the other accounts, such as that of a till. What holds a code
// is not a receipt, and never sent again.
//
// Faults: sim_changed, nothing_to_resend, receipt_waits (it is on its way), resent_just_now, resends_spent, busy.
func (w *Wallet) ResendLast(ctx context.Context, phone msisdn.Number, others ...int64) error {
	accounts := others
	owner, err := w.Customer(ctx, phone)
	switch {
	case err == nil:
		accounts = append([]int64{owner.Account}, others...)
	case !fault.HasCode(err, fault.NotRegistered):
		return err
	}
	var messages []id.ID
	for _, account := range accounts {
		entries, err := w.ledger.Statement(ctx, account, 0, resendFrom)
		if err != nil {
			return err
		}
		for _, e := range entries {
			for n := byte(1); n <= resendOf; n++ {
				messages = append(messages, outbox.MessageID(e.Posting, n))
			}
		}
	}
	return w.resend(ctx, phone, messages, outbox.Receipt)
}

// Resend sends that message again, if it is a receipt or a notice and the phone's own. The faults are those of ResendLast.
func (w *Wallet) Resend(ctx context.Context, phone msisdn.Number, message id.ID) error {
	return w.resend(ctx, phone, []id.ID{message}, outbox.Receipt, outbox.Notice)
}

// resend sends the newest of those messages again that are of the kinds, and for the phone.
func (w *Wallet) resend(ctx context.Context, phone msisdn.Number, messages []id.ID, kinds ...outbox.Kind) error {
	language := w.market.Languages[0]
	owner, err := w.Customer(ctx, phone)
	switch {
	case err == nil && !owner.SIMChanged.IsZero(): // what a receipt tells is not for whoever has the number now
		return fault.New(fault.SIMChanged)
	case err == nil:
		language = owner.Language
	case !fault.HasCode(err, fault.NotRegistered):
		return err
	}
	all, err := w.messages.Copies(ctx, messages)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(c outbox.Copy) bool { return c.To != phone || !slices.Contains(kinds, c.Kind) })
	if len(all) == 0 {
		return fault.New(fault.NothingToResend)
	}
	last := slices.MaxFunc(all, func(x, y outbox.Copy) int { return x.At.Compare(y.At) })
	if last.State == outbox.Waiting {
		return fault.New(fault.ReceiptWaits)
	}
	text := w.sentAgain(language, last.Text)
	_, err = w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{
		w.tallies.Count(resends, string(phone)),
		w.messages.Add(last.Kind, w.ids.New(), phone, func(*ledger.Outcome) string { return text }),
	}})
	if err != nil {
		return err
	}
	if last.State.Lost() {
		w.ToldInstead(ctx, last.ID)
	}
	w.wake()
	return nil
}

// sentAgain is a text with the word that it is sent again, once.
func (w *Wallet) sentAgain(language, text string) string {
	marked := w.texts.Say(language, "resend.again", i18n.Text("text", ""))
	if strings.HasPrefix(text, marked) {
		return text
	}
	return marked + text
}
