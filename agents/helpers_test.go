package agents_test

import (
	"context"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/customer"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

var bg = context.Background()

// The people and places that every test knows: a bank, an agent under it with two stores in different wards, a till in each.
const (
	john   = msisdn.Number("+254712000001") // 5,000 shillings, PIN 4826
	jane   = msisdn.Number("+254712000002") // 1,200 shillings, PIN 9173
	njeri  = msisdn.Number("+254712000011") // operator, float 50,000, PIN 6284
	otieno = msisdn.Number("+254712000012") // operator, float 800, PIN 3957
)

var pins = map[msisdn.Number]string{john: "4826", jane: "9173", njeri: "6284", otieno: "3957", wafula: "7046", amina: "8351"}

// town is a Senti with its people, on a real database, with a clock that stands until it is moved.
type town struct {
	t           testing.TB
	db          *db.DB
	clock       *clock.Fake
	ledger      *ledger.Ledger
	wallet      *wallet.Wallet
	agents      *agents.Agents
	bank, agent network.Agent
	tills       map[msisdn.Number]network.Till
	people      map[msisdn.Number]customer.Customer
}

// newTown opens the wallets and shops of a new database.
func newTown(t testing.TB, d *db.DB) *town {
	t.Helper()
	w := openTown(t, d, clock.NewFake(time.Date(2026, 12, 3, 11, 2, 0, 0, time.UTC)))
	w.settle()
	return w
}

// settle opens the wallets and shops.
func (w *town) settle() {
	w.t.Helper()
	w.must(w.wallet.EnsureSystemAccounts(bg))
	for phone, c := range map[msisdn.Number]struct {
		name  string
		money int64
	}{john: {"JOHN KAMAU", 5_000_00}, jane: {"JANE WANJIKU", 1_200_00}} {
		c, err := w.wallet.OpenWallet(bg, wallet.NewWallet{Phone: phone, Name: c.name, Language: "en", Tier: 2, Verified: true,
			PIN: w.pin(phone), Float: c.money})
		w.must(err)
		w.people[phone] = c
	}
	var err error
	w.bank, err = w.agents.AddAgent(bg, "system", network.Agent{Kind: network.Super, Name: "SIMBA BANK", Class: w.class(-1)})
	w.must(err)
	w.agent, err = w.agents.AddAgent(bg, "system", network.Agent{Kind: network.Head, Name: "NJERI TRADERS", Parent: w.bank.ID, Class: w.class(0)})
	w.must(err)
	w.shop(njeri, "MAMA NJERI", w.wallet.Market().Wards[0].Code, "NJERI WAIRIMU", 50_000_00)
	w.shop(otieno, "OTIENO KIOSK", w.wallet.Market().Wards[1].Code, "PAUL OTIENO", 800_00)
}

// openTown starts a process on a database.
func openTown(t testing.TB, d *db.DB, c *clock.Fake) *town {
	t.Helper()
	m, err := market.Load("ke")
	if err != nil {
		t.Fatal(err)
	}
	return openTownUnder(t, d, c, m.WithVouchers())
}

// openTownUnder is openTown under other rules.
func openTownUnder(t testing.TB, d *db.DB, c *clock.Fake, m *market.Market) *town {
	t.Helper()
	w := &town{t: t, db: d, clock: c, tills: map[msisdn.Number]network.Till{}, people: map[msisdn.Number]customer.Customer{}}
	texts, err := i18n.Load()
	w.must(err)
	receipts, err := key.Demo().Derive(key.Receipt, "codes")
	w.must(err)
	w.ledger, err = ledger.Open(bg, ledger.Options{DB: d, Clock: c, IDs: id.Random{}, Zone: m.Zone,
		Receipts: ledger.NewReceiptCoder([32]byte(receipts))})
	w.must(err)
	t.Cleanup(w.ledger.Close)
	w.wallet = wallet.New(wallet.Parts{DB: d, Ledger: w.ledger, Market: m, Texts: texts, Keys: key.Demo(), Clock: c, IDs: id.Random{}})
	w.agents = agents.New(w.wallet, d)
	return w
}

// class is a class of agents by its place in the market's list; -1 is the last.
func (w *town) class(i int) int16 {
	classes := w.wallet.Market().At(w.clock.Now()).Agents.Classes
	return classes[(i+len(classes))%len(classes)].Number
}

func (w *town) shop(phone msisdn.Number, name, ward, operator string, float int64) {
	w.t.Helper()
	store, err := w.agents.AddStore(bg, "system", network.Store{Agent: w.agent.ID, Name: name, Ward: ward})
	w.must(err)
	till, err := w.agents.AddTill(bg, "system", network.Till{Store: store.ID, Label: "till 1"})
	w.must(err)
	p := w.pin(phone)
	_, err = w.agents.Hire(bg, "system", agents.Hiring{PIN: &p, Operator: network.Operator{Till: till.ID, Phone: phone, Name: operator,
		Language: "en", Role: network.Manager}})
	w.must(err)
	_, err = w.ledger.Commit(bg, &ledger.Plan{Companions: []ledger.Companion{w.agents.Places().OpenTill(till.ID, true)}})
	w.must(err)
	_, err = w.wallet.Issue(bg, till.Float, float, "opening float of "+name)
	w.must(err)
	w.tills[phone] = till
}

func (w *town) pin(phone msisdn.Number) pin.PIN {
	w.t.Helper()
	p, err := pin.Parse(pins[phone])
	w.must(err)
	return p
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// refused asserts that an act was refused with that code, and says what else came of it.
func (w *town) refused(err error, code fault.Code) {
	w.t.Helper()
	if fault.CodeOf(err) != code {
		w.t.Errorf("%v; want %s", err, code)
	}
}

// balance is an account's balance in minor units.
func (w *town) balance(account int64) int64 {
	w.t.Helper()
	a, err := w.ledger.Account(bg, account)
	w.must(err)
	return a.Balance
}

// wallets asserts the balances of wallets and floats by the phone of their owner or operator.
func (w *town) has(phone msisdn.Number, want int64) {
	w.t.Helper()
	account := w.people[phone].Account
	if till, ok := w.tills[phone]; ok {
		account = till.Float
	}
	if got := w.balance(account); got != want {
		w.t.Errorf("%s has %d, want %d", phone, got, want)
	}
}

// right asserts that the books are right, and that the commission book sums to zero.
func (w *town) right() {
	w.t.Helper()
	r, err := ledger.Verify(bg, w.db, w.wallet.Market().Zone)
	w.must(err)
	if !r.OK() {
		w.t.Errorf("the books are not right: %v", r.Problems)
	}
	sum := w.balance(wallet.CommissionExpense) + w.balance(wallet.CommissionPaid) + w.balance(w.bank.Payable) + w.balance(w.agent.Payable)
	if sum != 0 {
		w.t.Errorf("the commission book sums to %d", sum)
	}
}
