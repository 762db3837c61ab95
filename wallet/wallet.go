// Package wallet is what Senti does for a customer: one file and one top-down function for each thing a person can ask for.
//
//	register.go    open a wallet on the phone
//	send.go        send money to another wallet: quote, PIN, receipt
//	sendagain.go   what may follow: the PIN again, a smaller amount, "did I not just send this?"
//	texted.go      what was asked for by SMS, and waits for the PIN
//	replycode.go   small payments confirmed by a one-time code, of who has agreed to it
//	balance.go     how much is there
//	statement.go   what happened of late, page by page
//	changepin.go   a new PIN
//	newpin.go      a new PIN for who forgot the old one, on the own phone or with the ID at a counter
//	proving.go     the questions that such a person answers
//	opening.go     a wallet registered at a counter, and how its owner opens it
//	dormant.go     a wallet that is not used: warnings, sleep, waking up
//	block.go       what staff may do to a customer
//	sim.go         another SIM has the customer's number: nothing leaves until the ID was checked
//	detach.go      another person has it: the wallet is nobody's to dial, and its owner claims it with the ID
//	simkinds.go    what two people of the staff decide about that
//	joint.go       one person's limits across several wallets
//	language.go    another language
//	fees.go        what it costs, and how much a wallet may move and hold
//	outcome.go     what became of the last thing asked for (a call that was cut)
//	check.go       is this receipt true
//	resend.go      the last receipt sent again; retry.go any message, by staff
//	abandoned.go   who is told by SMS that nothing came of it
//	lookup.go      who is that
//	issue.go       the system's own accounts; e-money made for seeds of demos and tests
//	office.go      staff: who they are, and that it is they (officesession.go: for how long)
//	request.go     what one of them asks for and another approves
//	staffkinds.go  changes of who may act
//	trustkinds.go  e-money made against money in the bank; money moved between banks
//	trustpay.go    e-money, fees and taxes paid out, and unmade against what the bank has paid
//	trustbank.go   the banks' statements: imported, and matched with the books
//	trustsurplus.go what came in for nobody
//	officeswitch.go, stopped.go  what staff stop for now, and who is told so
//	trustcheck.go  what is owed against what lies in trust, and the books against the statements
//	act.go         what the use cases of other packages (agents) need to do the same
//
// Every act that changes something is one ledger plan, so that all of it is durable or none of it, and it is answered only
// then. An act that moves money is two calls: a quote, which opens an intent and shows name and price, and the act itself,
// which needs the intent's ID and the PIN and nothing else, so that any node can finish it and a repeat changes nothing.
//
// The parts below do the work and do not know each other: customer, pin, proof, tariff, limit, intent, outbox, tally, audit, and the ledger, through
// which alone they are written. This package knows no gateway, no screen and no SQL. Its errors are faults (package fault).
package wallet

import (
	"context"
	"crypto/sha256"
	"time"

	"senti/wallet/audit"
	"senti/wallet/clock"
	"senti/wallet/customer"
	"senti/wallet/db"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
	"senti/wallet/proof"
	"senti/wallet/reply"
	"senti/wallet/switches"
	"senti/wallet/tally"
	"senti/wallet/trust"
)

// Wallet is the use cases and the parts they are made of. It is safe for concurrent use.
type Wallet struct {
	ledger    *ledger.Ledger
	customers *customer.Store
	pins      *pin.Store
	proofs    *proof.Store
	replies   *reply.Store
	audit     *audit.Store
	intents   *intent.Store
	ends      *intent.Marks
	messages  *outbox.Store
	trust     *trust.Store
	switches  *switches.Board
	tallies   *tally.Store

	market *market.Market
	texts  *i18n.Texts
	keys   *key.Ring
	clock  clock.Clock
	ids    id.Source
	wake   func()

	known  *Recent[msisdn.Number, customer.Customer] // for display: a decision is made in the commit, on the ledger's own rows
	quotes *Recent[id.ID, quoted]                    // intents to send of this process; they never change
	acts   *Recent[id.ID, intent.Intent]             // its other intents
}

// Parts are what a Wallet is made of. All are required but Wake.
type Parts struct {
	DB     *db.DB
	Ledger *ledger.Ledger
	Market *market.Market
	Texts  *i18n.Texts // with the dialogues' own texts, if there are any
	Keys   *key.Ring
	Clock  clock.Clock
	IDs    id.Source
	Wake   func() // called when a message was written: outbox.Worker.Wake
}

const (
	knownFor   = time.Minute
	knownMost  = 100_000
	quotesMost = 150_000 // 12,000 sends a second, each thought about for 12 seconds
)

// New puts a Wallet together. Run keeps it.
func New(p Parts) *Wallet {
	wake := p.Wake
	if wake == nil {
		wake = func() {}
	}
	return &Wallet{
		ledger:    p.Ledger,
		customers: customer.NewStore(p.DB),
		pins:      pin.NewStore(p.DB, p.Keys),
		proofs:    proof.NewStore(p.DB, p.Keys),
		replies:   reply.NewStore(p.DB, p.Keys, p.Market.Day),
		audit:     audit.NewStore(p.DB),
		intents:   intent.NewStore(p.DB),
		ends:      intent.NewMarks(p.DB),
		messages:  outbox.NewStore(p.DB, p.Clock),
		trust:     trust.NewStore(p.DB),
		switches:  switches.NewBoard(switches.NewStore(p.DB), p.Clock),
		tallies:   tally.NewStore(p.DB),
		market:    p.Market,
		texts:     p.Texts,
		keys:      p.Keys,
		clock:     p.Clock,
		ids:       p.IDs,
		wake:      wake,
		known:     NewRecent[msisdn.Number, customer.Customer](p.Clock, knownFor, knownMost),
		quotes:    NewRecent[id.ID, quoted](p.Clock, intent.Life, quotesMost),
		acts:      NewRecent[id.ID, intent.Intent](p.Clock, intent.Life, quotesMost),
	}
}

// Run does what goes on in the background (which ends of conversations were shown) until ctx is done.
func (w *Wallet) Run(ctx context.Context) { w.ends.Run(ctx) }

// Market returns the market the wallet works in.
func (w *Wallet) Market() *market.Market { return w.market }

// Texts returns the texts the wallet speaks with.
func (w *Wallet) Texts() *i18n.Texts { return w.texts }

// Tallies returns the counts of what may be asked for only so often, for the job that forgets them.
func (w *Wallet) Tallies() *tally.Store { return w.tallies }

// Messages returns the store of messages, for the worker that sends them and for metrics.
func (w *Wallet) Messages() *outbox.Store { return w.messages }

// ByText is the Gateway of an Origin of what was asked for by SMS. No session belongs to it: its PIN is typed on a page that is pushed, or
// that the next dial shows.
const ByText = "text"

// Origin says how a request came in. The zero value is "by no gateway".
type Origin struct {
	Gateway string
	Session [16]byte // SessionHash of the gateway's session ID
	Turn    int
}

// SessionHash is what stands for a caller's session in the database: nobody can find the session from it, nobody without the
// key can find it from the session, and no other phone has it.
func (w *Wallet) SessionHash(gateway, session string, caller msisdn.Number) [16]byte {
	mac, err := w.keys.MAC(key.Session, w.keys.Current(key.Session),
		[]byte("senti.session.v1"), []byte(gateway), []byte(session), []byte(caller))
	if err != nil {
		panic("wallet: a key ring without a session key: " + err.Error()) // key.Load refuses such a ring
	}
	return [16]byte(mac[:16])
}

// newIntent is an intent that is not yet written.
func (w *Wallet) newIntent(kind ledger.Kind, c customer.Customer, o Origin, terms []byte) intent.Intent {
	return intent.Intent{
		ID: w.ids.New(), Kind: kind, Customer: c.ID, Phone: c.Phone,
		Gateway: o.Gateway, Session: o.Session, Turn: o.Turn, Terms: terms,
	}
}

// request is the hash that tells a repeat of an intent's act from another act under the same ID.
func request(in intent.Intent) [32]byte {
	return sha256.Sum256(append([]byte("senti.request.v1:"+in.Kind.String()+":"), in.Terms...))
}

// pinOf is the customer's PIN for money.
func pinOf(customerID int64) pin.Subject {
	return pin.Subject{Kind: pin.Customer, Number: customerID, Purpose: pin.Transact}
}
