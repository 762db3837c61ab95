package agents

import (
	"context"
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
	"senti/wallet/switches"
	"senti/wallet/tariff"
	"senti/wallet/voucher"
)

// VoucherRequest is who wants to send how much (minor units) to a number without a wallet. The word is asked for with the code; ""
// for none.
type VoucherRequest struct {
	From, To msisdn.Number
	Amount   int64
	Word     string
	Origin   wallet.Origin
}

// VoucherTerms are what was shown to the sender, and all that SendVoucher goes by. Amounts are minor units.
type VoucherTerms struct {
	Brief    wallet.Brief  `json:"brief"`
	From     wallet.Party  `json:"from"`
	Customer int64         `json:"customer"`
	To       msisdn.Number `json:"to"`
	Amount   int64         `json:"amount"`
	NetFee   int64         `json:"net_fee"`
	Tax      int64         `json:"tax"`
	FeeBack  bool          `json:"fee_back,omitempty"`
	Word     []byte        `json:"word,omitempty"` // sealed
	Until    time.Time     `json:"until"`
	Rules    string        `json:"rules"`
	PricedAt time.Time     `json:"priced_at"`
}

// Fee is what the sender pays on top of the amount.
func (t VoucherTerms) Fee() int64 { return t.NetFee + t.Tax }

// Total is what leaves the wallet.
func (t VoucherTerms) Total() int64 { return t.Amount + t.Fee() }

// VoucherQuote is what the sender is to see before the PIN. Amounts are minor units.
type VoucherQuote struct {
	Intent  id.ID
	To      msisdn.Number
	Amount  int64
	Fee     int64
	Total   int64
	Until   time.Time // then it comes back
	FeeBack bool      // with its fee
}

// VoucherReceipt is what the sender is to see afterwards.
type VoucherReceipt struct {
	Intent id.ID
	Code   string // of the receipt; the voucher's own goes to the receiver alone
	End    string // the text the conversation ends with
}

// Vouchers reports whether the market lets money be sent to numbers without a wallet.
func (a *Agents) Vouchers() bool { return a.rules().Voucher.On }

// QuoteVoucher says what sending to a number without a wallet costs, and opens the intent that SendVoucher goes through with.
//
// Faults: not_registered (the market has no vouchers, or the sender no wallet), already_open (the number has a wallet: send to it),
// own_number, sender_blocked, stopped, amount_too_small (min), amount_too_big (max), bad_word (max).
func (a *Agents) QuoteVoucher(ctx context.Context, r VoucherRequest) (VoucherQuote, error) {
	c, err := a.wallet.Payer(ctx, r.From)
	if err != nil {
		return VoucherQuote{}, err
	}
	if err := a.wallet.MayBegin(ctx, switches.Voucher, r.From, c.Language); err != nil {
		return VoucherQuote{}, err
	}
	if err := a.strangerTo(ctx, r); err != nil {
		return VoucherQuote{}, err
	}
	t, err := a.priceVoucher(c, r)
	if err != nil {
		return VoucherQuote{}, err
	}
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(ledger.VoucherSend, wallet.Actor{Number: c.ID, Phone: c.Phone}, r.Origin, t))
	if err != nil {
		return VoucherQuote{}, err
	}
	return t.quote(in.ID), nil
}

func (t VoucherTerms) quote(intentID id.ID) VoucherQuote {
	return VoucherQuote{intentID, t.To, t.Amount, t.Fee(), t.Total(), t.Until, t.FeeBack}
}

// VoucherQuoted is a quote that was made before, to show it again. The fault is bad_request for an ID of none.
func (a *Agents) VoucherQuoted(ctx context.Context, intentID id.ID) (VoucherQuote, error) {
	var t VoucherTerms
	if _, err := a.wallet.Recall(ctx, intentID, &t, ledger.VoucherSend); err != nil {
		return VoucherQuote{}, err
	}
	return t.quote(intentID), nil
}

// SendVoucher puts the money of a quote aside in escrow and sends the code to the receiver; sent again it returns the same receipt
// and moves nothing.
//
// Faults: as Send.
func (a *Agents) SendVoucher(ctx context.Context, intentID id.ID, typed pin.PIN) (VoucherReceipt, error) {
	var t VoucherTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.VoucherSend)
	if err != nil {
		return VoucherReceipt{}, err
	}
	plan, err := a.voucherPlan(in, t, typed)
	if err != nil {
		return VoucherReceipt{}, err
	}
	plan.Stopped = a.wallet.Stopped(ctx, switches.Voucher, t.From.Phone, t.From.Language)
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return VoucherReceipt{}, a.offering(err, tariff.Voucher, t.Total(), t.Fee())
	}
	a.wallet.Wake()
	return VoucherReceipt{in.ID, outcome.Receipt, a.voucherEnd(t)(outcome)}, nil
}

// voucherPlan is all that one voucher commits when it is sent.
func (a *Agents) voucherPlan(in intent.Intent, t VoucherTerms, typed pin.PIN) (*ledger.Plan, error) {
	word, err := a.openWord(t)
	if err != nil {
		return nil, err
	}
	code, kept, err := a.codes.New(voucher.Slip{
		ID: in.ID, Kind: voucher.Voucher, Owner: t.Customer, Phone: t.To, Amount: t.Amount, Fee: t.Fee(), Tax: t.Tax, ExpiresAt: t.Until,
	}, word)
	if err != nil {
		return nil, err
	}
	plan := &ledger.Plan{
		ID: in.ID, Kind: ledger.VoucherSend, Request: wallet.Request(in), Rules: t.Rules,
		Legs: wallet.WithoutZero([]ledger.Leg{
			{Account: t.From.Account, Amount: -t.Total(), Counted: t.Amount, Rule: limit.Sender(a.market, t.PricedAt, t.Amount)},
			{Account: wallet.VoucherEscrow, Amount: t.Amount},
			{Account: wallet.FeeIncome, Amount: t.NetFee},
			{Account: wallet.TaxPayable, Amount: t.Tax},
		}),
	}
	plan.Companions = []ledger.Companion{
		a.wallet.Intents().Close(in, a.wallet.Ended(t.From.Language, fault.SendingVoucher, a.voucherEnd(t))),
		a.wallet.PINs().Check(wallet.CustomerPIN(t.Customer), typed),
		kept,
		a.message(plan, toCustomer, t.From.Phone, a.voucherText(t, "sms.voucher.sender")),
		a.wallet.Messages().AddCode(t.Until, outbox.MessageID(plan.ID, toReceiver), t.To,
			a.voucherText(t, "sms.voucher.receiver", i18n.Text("code", code.Show())), code.Show()),
	}
	return a.wallet.Jointly(plan, t.From), nil
}

// toReceiver is the message to somebody without a wallet.
const toReceiver = 2

// strangerTo refuses what is no number to send a voucher to.
func (a *Agents) strangerTo(ctx context.Context, r VoucherRequest) error {
	if r.From == r.To {
		return fault.New(fault.OwnNumber)
	}
	_, err := a.wallet.Customer(ctx, r.To)
	switch {
	case err == nil:
		return fault.New(fault.AlreadyOpen)
	case !fault.HasCode(err, fault.NotRegistered):
		return err
	case !a.Vouchers():
		return fault.New(fault.NotRegistered)
	}
	return nil
}

func (a *Agents) priceVoucher(c customer.Customer, r VoucherRequest) (VoucherTerms, error) {
	now := a.now()
	price, refusal := tariff.Price(a.market, tariff.Voucher, r.Amount, now)
	if refusal != nil {
		return VoucherTerms{}, refusal
	}
	rules := a.market.At(now)
	t := VoucherTerms{
		Brief: wallet.Brief{Whom: r.To.Masked(), Amount: r.Amount}, From: wallet.PartyOf(c), Customer: c.ID, To: r.To,
		Amount: r.Amount, NetFee: price.NetFee, Tax: price.Tax, FeeBack: rules.Agents.Voucher.FeeBack,
		Until: now.Add(rules.Agents.Voucher.Life), Rules: rules.Versions(), PricedAt: now,
	}
	if r.Word == "" {
		return t, nil
	}
	if err := goodWord(r.Word); err != nil {
		return VoucherTerms{}, err
	}
	sealed, err := a.wallet.Keys().Seal(key.IDNumber, []byte(r.Word), wordContext(t))
	if err != nil {
		return VoucherTerms{}, fault.Wrap(err, fault.Internal)
	}
	t.Word = sealed
	return t, nil
}

// openWord is the secret word that the sender chose, "" for none.
func (a *Agents) openWord(t VoucherTerms) (string, error) {
	if len(t.Word) == 0 {
		return "", nil
	}
	word, err := a.wallet.Keys().Open(key.IDNumber, t.Word, wordContext(t))
	if err != nil {
		return "", fault.Wrap(err, fault.Internal)
	}
	return string(word), nil
}

// mostWord is how long a secret word may be, in letters: sealed, it must fit the terms of an intent.
const mostWord = 40

// goodWord refuses what is no secret word. The fault is bad_word (max).
func goodWord(word string) error {
	if strings.TrimSpace(word) == "" || utf8.RuneCountInString(word) > mostWord {
		return fault.New(fault.BadWord, "max", mostWord)
	}
	return nil
}

// DraftWord seals a secret word between its typing and its use, for a voucher to that number: a session must not hold one in the clear.
// The fault is bad_word (max).
func (a *Agents) DraftWord(to msisdn.Number, word string) (string, error) {
	if err := goodWord(word); err != nil {
		return "", err
	}
	sealed, err := a.wallet.Keys().Seal(key.IDNumber, []byte(word), []byte(wordDraft+to))
	if err != nil {
		return "", fault.Wrap(err, fault.Internal)
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// DraftedWord opens what DraftWord sealed; "" is no word.
func (a *Agents) DraftedWord(to msisdn.Number, draft string) (string, error) {
	if draft == "" {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(draft)
	if err != nil {
		return "", fault.Wrap(err, fault.Internal)
	}
	word, err := a.wallet.Keys().Open(key.IDNumber, sealed, []byte(wordDraft+to))
	if err != nil {
		return "", fault.Wrap(err, fault.Internal)
	}
	return string(word), nil
}

const wordDraft = "senti.voucher.word.draft.v1:"

func wordContext(t VoucherTerms) []byte {
	return []byte("senti.voucher.word.v1:" + t.From.Phone + ":" + t.To)
}

// offering adds to "not enough money" what would fit instead.
func (a *Agents) offering(err error, service string, total, fee int64) error {
	e := fault.As(err)
	if e == nil || e.Code != fault.Insufficient {
		return err
	}
	pairs := []any{"available", fault.Minor(e.Int("available")), "needed", fault.Minor(total), "fee", fault.Minor(fee)}
	if offer, ok := tariff.Largest(a.market, service, a.now(), e.Int("available")); ok {
		pairs = append(pairs, "offer", fault.Minor(offer))
	}
	return fault.New(fault.Insufficient, pairs...)
}

func (a *Agents) voucherEnd(t VoucherTerms) text { return a.voucherText(t, "voucher.sent") }

func (a *Agents) voucherText(t VoucherTerms, name string, more ...i18n.Arg) text {
	return a.wallet.Afterwards(t.From.Language, name, t.From.Account, append(more,
		a.wallet.Money("amount", t.Amount), i18n.Text("cost", a.costText(t.From.Language, t.Fee())),
		i18n.Text("phone", t.To.Plain()), i18n.Text("name", t.From.Name), i18n.Text("from", t.From.Phone.Masked()),
		i18n.Text("until", a.market.DayMonth(t.Until)))...)
}

// costText says a fee, or that there is none.
func (a *Agents) costText(language string, fee int64) string {
	name := "cashout.fee"
	if fee == 0 {
		name = "cashout.free"
	}
	return a.texts.Say(language, name, a.wallet.Bare("fee", fee))
}
