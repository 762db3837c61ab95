package wallet

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/tariff"
)

// SendTerms are what was shown to the sender, and all that Send goes by. They are written with the intent and never change,
// so the price stands even if the tariff changes meanwhile. Amounts are minor units.
type SendTerms struct {
	From     Party     `json:"from"`
	To       Party     `json:"to"`
	Amount   int64     `json:"amount"`
	Fee      int64     `json:"fee"` // NetFee + Tax
	NetFee   int64     `json:"net_fee"`
	Tax      int64     `json:"tax"`
	Total    int64     `json:"total"` // Amount + Fee
	Rules    string    `json:"rules"` // versions of tariff, tax and limits
	PricedAt time.Time `json:"priced_at"`
}

// Party is one side of a send.
type Party struct {
	Account   int64         `json:"account"`
	Phone     msisdn.Number `json:"phone"`
	Name      string        `json:"name"`
	Unchecked bool          `json:"unchecked,omitempty"` // nobody has compared the name with a document
	Language  string        `json:"language"`

	// Of a person with several wallets, whose limits hold across them; otherwise none.
	Joint Joint `json:"joint,omitempty"`
	Tier  int16 `json:"tier,omitempty"`
}

// SendQuote is what the sender is to see before the PIN. Amounts are minor units.
type SendQuote struct {
	Intent    id.ID
	To        msisdn.Number
	Name      string
	Unchecked bool // nobody has compared the name with a document
	Amount    int64
	Fee       int64 // as the sender pays it, tax in it
	Tax       int64
	Total     int64
	ExpiresAt time.Time
}

// SendReceipt is what the sender is to see afterwards. Amounts are minor units.
type SendReceipt struct {
	Intent   id.ID
	Code     string // the 10 characters a person reads out
	At       time.Time
	To       msisdn.Number
	Name     string
	Amount   int64
	Fee      int64
	Tax      int64
	Total    int64
	Balance  int64  // after it
	End      string // the text the conversation ends with; the intent keeps the same
	Replayed bool   // it had been sent before this call
}

// The messages of a send, as outbox.MessageID numbers them.
const (
	toSender   = 1
	toReceiver = 2
)

// PriceSend returns the terms on which the amount would be sent. Faults: amount_too_small (min), amount_too_big (max).
func (w *Wallet) PriceSend(from, to customer.Customer, amount int64, at time.Time) (SendTerms, error) {
	price, refusal := tariff.Price(w.market, tariff.Send, amount, at)
	if refusal != nil {
		return SendTerms{}, refusal
	}
	return SendTerms{
		From: PartyOf(from), To: PartyOf(to),
		Amount: amount, Fee: price.Fee, NetFee: price.NetFee, Tax: price.Tax, Total: price.Total,
		Rules: w.market.At(at).Versions(), PricedAt: at,
	}, nil
}

// PartyOf is a customer as one side of an act.
func PartyOf(c customer.Customer) Party {
	p := Party{Account: c.Account, Phone: c.Phone, Name: c.Name, Unchecked: !c.NameVerified, Language: c.Language}
	if c.Shared {
		p.Joint, p.Tier = jointOf(c), c.Tier
	}
	return p
}

func (t SendTerms) encode() []byte {
	b, err := json.Marshal(t)
	if err != nil {
		panic("wallet: terms that are no JSON: " + err.Error()) // numbers, times and texts always are
	}
	return b
}

func decodeSendTerms(b []byte) (SendTerms, error) {
	var t SendTerms
	err := json.Unmarshal(b, &t)
	return t, err
}

// quoted is an open intent to send, with its terms decoded.
type quoted struct {
	intent.Intent
	terms SendTerms
}

// openSend writes the intent and returns what to show.
func (w *Wallet) openSend(ctx context.Context, in intent.Intent, t SendTerms) (SendQuote, error) {
	outcome, err := w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{w.intents.Open(in)}})
	if err != nil {
		return SendQuote{}, err
	}
	q := quoted{in.Opened(outcome.At), t}
	w.quotes.Put(in.ID, q)
	return q.shown(), nil
}

func (q quoted) shown() SendQuote {
	t := q.terms
	return SendQuote{
		Intent: q.ID, To: t.To.Phone, Name: t.To.Name, Unchecked: t.To.Unchecked,
		Amount: t.Amount, Fee: t.Fee, Tax: t.Tax, Total: t.Total, ExpiresAt: q.ExpiresAt,
	}
}

// SendQuoted is a quote that was made before, to show it again. The fault is bad_request for an ID of none.
func (w *Wallet) SendQuoted(ctx context.Context, intentID id.ID) (SendQuote, error) {
	q, err := w.quoted(ctx, intentID)
	if err != nil {
		return SendQuote{}, err
	}
	return q.shown(), nil
}

// quoted finds an intent to send, opened here or on another node.
func (w *Wallet) quoted(ctx context.Context, intentID id.ID) (quoted, error) {
	if q, ok := w.quotes.Get(intentID); ok {
		return q, nil
	}
	r, err := w.intents.Get(ctx, intentID)
	if err != nil {
		return quoted{}, err
	}
	terms, err := decodeSendTerms(r.Terms)
	if r.Kind != ledger.Send || err != nil {
		return quoted{}, fault.New(fault.BadRequest, "field", "intent")
	}
	q := quoted{r.Intent, terms}
	w.quotes.Put(intentID, q)
	return q, nil
}

func (w *Wallet) sendReceipt(t SendTerms, o *ledger.Outcome) SendReceipt {
	balance, _ := o.Balance(t.From.Account)
	return SendReceipt{
		Intent: o.ID, Code: o.Receipt, At: o.At, To: t.To.Phone, Name: t.To.Name,
		Amount: t.Amount, Fee: t.Fee, Tax: t.Tax, Total: t.Total, Balance: balance,
		End: w.sentEnd(t)(o), Replayed: o.Replayed,
	}
}

func (w *Wallet) sentEnd(t SendTerms) func(*ledger.Outcome) string {
	return w.afterwards(t.From.Language, "send.done", t.From.Account,
		w.money("amount", t.Amount), i18n.Text("name", t.To.Name), w.cost(t, "send.fee"),
		i18n.Text("service", w.market.ServiceCode))
}

func (w *Wallet) sentMessage(t SendTerms) func(*ledger.Outcome) string {
	return w.afterwards(t.From.Language, "sms.send.out", t.From.Account,
		w.money("amount", t.Amount), i18n.Text("name", t.To.Name), i18n.Text("phone", t.To.Phone.Plain()),
		w.cost(t, "send.fee.tax"))
}

// cost says what a send cost, in the sender's language: with that text, or that it was free.
func (w *Wallet) cost(t SendTerms, key string) i18n.Arg {
	if t.Fee == 0 {
		key = "send.free"
	}
	return i18n.Text("cost", w.texts.Say(t.From.Language, key, w.bare("fee", t.Fee), w.bare("tax", t.Tax)))
}

func (w *Wallet) receivedMessage(t SendTerms) func(*ledger.Outcome) string {
	return w.afterwards(t.To.Language, "sms.send.in", t.To.Account,
		w.money("amount", t.Amount), i18n.Text("name", t.From.Name), i18n.Text("phone", t.From.Phone.Masked()))
}

// withoutZero leaves out legs that move nothing, such as the fee of a free band.
func withoutZero(legs []ledger.Leg) []ledger.Leg {
	return slices.DeleteFunc(legs, func(l ledger.Leg) bool { return l.Amount == 0 })
}
