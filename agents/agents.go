// Package agents is what happens at a counter: one file and one top-down function for each thing that a customer and an
// operator do there together, and for each thing that an agent does alone.
//
//	cashin.go     cash becomes e-money: by the customer's code, or by number
//	answer.go     the customer says yes or no to a cash-in that waits
//	depositcode.go  the code by which a customer at the counter is found
//	cashout.go    e-money becomes cash: the customer starts
//	ask.go        e-money becomes cash: the operator asks, the customer approves
//	cashcode.go   money set aside for cash, behind a code that the customer reads out
//	payout.go     e-money becomes cash: on such a code
//	registercustomer.go a wallet opened at the counter, or the ID of one checked
//	resetcustomer.go a customer who forgot the PIN and shows the ID
//	vouchersend.go   money for a number without a wallet
//	voucherredeem.go paid out over a counter, with an ID
//	voucherback.go   cancelled or expired
//	return.go     a withdrawal undone by the operator
//	notpaid.go    the customer says that the cash was not paid
//	wrongdeposit.go, giveback.go   money in the wrong wallet, and what its owner says to that
//	decide.go     staff decide who was right
//	mend.go       what these have in common
//	float.go, floatask.go   float sold to another till, or asked of it
//	swap.go       float against cash between two shops, in escrow until both typed the other's code
//	reserve.go    cash that a shop keeps for a customer who is on the way
//	offers.go     what these three have in common; offertext.go what they say
//	resend.go     the last receipt sent again
//	check.go      what a receipt is about, and what became of its money
//	find.go       shops that can do what is wanted
//	drawer.go     tills opened and closed for the day, and the cash that should be in them
//	alert.go, forecast.go   what runs short, or will
//	recent.go     what happened at the till
//	onboard.go    agents, stores, tills and operators taken on
//	hire.go       an operator taken on, who will choose the PIN alone
//	operatorpin.go, helppin.go   an operator's PIN: the first, another, a forgotten one, and who helps
//	sim.go        another SIM in an operator's or a customer's phone, and who says that it is still they
//	numberevent.go   what telcos tell of numbers
//	status.go, close.go    suspended, resumed, moved; closed for good
//	manage.go, correct.go  other limits, another role; names and places put right
//	kinds.go, approvable.go   what two people of the staff decide: one asks, another approves
//	watch.go      what was done just before: split deposits, money that goes round; and what was warned of
//	earn.go       what a deal earns, and to whom
//	earnings.go, statement.go   how an agent sees it
//	release.go    what was earned becomes float
//	dayend.go     the end of a till's day
//	survey.go     customers are asked what an agent took
//	texted.go     what an operator asks for by text
//	counter.go    who stands at which counter, as terms keep it
//	text.go       what is said once an act is committed
//
// What waits for somebody (a deposit, a request, a code) has a function Expire… beside it, which may run twice at the same time.
//
// Every act is one ledger plan, as in package wallet, whose parts it uses; a quote opens an intent, and the act itself needs the
// intent's ID and a PIN and nothing else. What must hold at the commit is decided in the commit: by rules on the accounts
// and by companions. A quote only shows what is likely.
//
// The package knows no screen and no gateway. Its errors are faults (package fault).
package agents

import (
	"context"
	"time"

	"senti/agents/books"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/agents/survey"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/voucher"
)

// Agents is the use cases of the counter and the parts they are made of. It is safe for concurrent use.
type Agents struct {
	wallet *wallet.Wallet
	ledger *ledger.Ledger
	market *market.Market
	texts  *i18n.Texts
	places *network.Directory
	deals  *deal.Store
	offers *offer.Store
	codes  *voucher.Store
	audit  *audit.Store
	books  *books.Store

	surveys *survey.Store

	ring func(msisdn.Number)

	chosen *wallet.Recent[int64, struct{}]             // operators who have a PIN
	posts  *wallet.Recent[msisdn.Number, network.Post] // also that a number is nobody's: the zero Post
}

// Who works where is asked on every dial. An operator who is taken on elsewhere is known here after as long.
const (
	postsFor  = time.Minute
	postsMost = 200_000
)

// New returns the use cases on a wallet whose database this is.
func New(w *wallet.Wallet, d *db.DB) *Agents {
	return &Agents{
		wallet: w, ledger: w.Ledger(), market: w.Market(), texts: w.Texts(),
		places: network.NewDirectory(d, w.Market().Zone),
		deals:  deal.NewStore(d, w.Market().Zone),
		offers: offer.NewStore(d),
		codes:  voucher.NewStore(d, w.Keys(), w.Clock()),
		audit:  audit.NewStore(d),
		books:  books.NewStore(d),

		surveys: survey.NewStore(d),
		ring:    func(msisdn.Number) {},
		chosen:  wallet.NewRecent[int64, struct{}](w.Clock(), 24*time.Hour, postsMost),
		posts:   wallet.NewRecent[msisdn.Number, network.Post](w.Clock(), postsFor, postsMost),
	}
}

// RingWith has ring called with a phone as soon as something is asked of its owner that a page on it could ask: once for each question, when
// it is committed and its SMS on the way. ring must not wait. It is for the time before anything is asked.
func (a *Agents) RingWith(ring func(msisdn.Number)) { a.ring = ring }

// ringTill rings the operators of a till. Whoever cannot be found has an SMS.
func (a *Agents) ringTill(ctx context.Context, till int64) {
	staff, err := a.whoWorks(ctx, till)
	if err != nil {
		return
	}
	for _, o := range staff {
		a.ring(o.Phone)
	}
}

// Places returns who and where the agents are.
func (a *Agents) Places() *network.Directory { return a.places }

// Deals returns what happened over counters.
func (a *Agents) Deals() *deal.Store { return a.deals }

// Offers returns what is asked of tills, and what lay in their drawers.
func (a *Agents) Offers() *offer.Store { return a.offers }

// Books returns how tills' days ended.
func (a *Agents) Books() *books.Store { return a.books }

// Codes returns the codes that people read out at counters.
func (a *Agents) Codes() *voucher.Store { return a.codes }

// Post returns who stands at which counter with that phone. The fault is not_operator. It may be up to a minute old: the commit
// looks again.
func (a *Agents) Post(ctx context.Context, phone msisdn.Number) (network.Post, error) {
	post, ok := a.posts.Get(phone)
	if !ok {
		var err error
		post, err = a.places.ByPhone(ctx, phone)
		if err != nil && !fault.HasCode(err, fault.NotOperator) {
			return network.Post{}, err
		}
		a.posts.Put(phone, post)
	}
	if post.Operator.ID == 0 {
		return network.Post{}, fault.New(fault.NotOperator)
	}
	return post, nil
}

func (a *Agents) now() time.Time { return a.wallet.Clock().Now() }

func (a *Agents) rules() *market.AgentRules { return a.market.At(a.now()).Agents }

// message is the SMS that tells what a plan did with money; number tells the plan's messages apart.
func (a *Agents) message(plan *ledger.Plan, number byte, to msisdn.Number, text func(*ledger.Outcome) string) ledger.Companion {
	return a.wallet.Messages().Add(outbox.Receipt, outbox.MessageID(plan.ID, number), to, text)
}

// notice is an SMS that goes with a plan, of something else than money.
func (a *Agents) notice(plan *ledger.Plan, number byte, to msisdn.Number, text func(*ledger.Outcome) string) ledger.Companion {
	return a.wallet.Messages().Add(outbox.Notice, outbox.MessageID(plan.ID, number), to, text)
}
