package wallet

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/customer"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
)

const (
	john  msisdn.Number = "+254712000001" // Ksh 5,000, PIN 4826, English
	jane  msisdn.Number = "+254712000002" // Ksh 1,200, PIN 9173, Swahili
	peter msisdn.Number = "+254712000003" // nothing, PIN 7351, English, tier 1
	ghost msisdn.Number = "+254712000099" // not registered
)

var (
	ctx = context.Background()
	// noon is Thursday 12 March 2026, 12:00 in Nairobi.
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

var receiptsOfTests = ledger.NewReceiptCoder([32]byte{1})

// town is a wallet with a few customers, on a clock that a test winds on.
type town struct {
	*Wallet
	t     testing.TB
	db    *db.DB
	clock *clock.Fake
	woken atomic.Int64
}

// eachTown runs fn on a town in either database.
func eachTown(t *testing.T, fn func(t *testing.T, w *town)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newNode(t, d, clock.NewFake(noon))
		w.settleIn()
		fn(t, w)
	})
}

// newNode is a wallet on a database, as a process has one.
func newNode(t testing.TB, d *db.DB, c *clock.Fake) *town {
	t.Helper()
	m, err := market.Load("ke")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(ctx, ledger.Options{
		DB: d, Clock: c, IDs: id.Random{}, Zone: m.Zone, Receipts: receiptsOfTests,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	w := &town{t: t, db: d, clock: c}
	w.Wallet = New(Parts{
		DB: d, Ledger: l, Market: m, Texts: texts, Keys: key.Demo(), Clock: c, IDs: id.Random{},
		Wake: func() { w.woken.Add(1) },
	})
	return w
}

func (w *town) settleIn() {
	w.t.Helper()
	if err := w.EnsureSystemAccounts(ctx); err != nil {
		w.t.Fatal(err)
	}
	for _, n := range []NewWallet{
		{Phone: john, Name: "JOHN KAMAU", Language: "en", Tier: 2, PIN: w.pin("4826"), Float: 5_000_00},
		{Phone: jane, Name: "JANE WANJIKU", Language: "sw", Tier: 2, PIN: w.pin("9173"), Float: 1_200_00},
		{Phone: peter, Name: "PETER OTIENO", Language: "en", Tier: 1, PIN: w.pin("7351")},
	} {
		if _, err := w.OpenWallet(ctx, n); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *town) pin(text string) pin.PIN {
	w.t.Helper()
	p, err := pin.Parse(text)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// quote asks for the price of a send that nothing speaks against.
func (w *town) quote(from, to msisdn.Number, shillings int64) SendQuote {
	w.t.Helper()
	q, err := w.QuoteSend(ctx, SendRequest{From: from, To: to, Amount: shillings * 100, Origin: Origin{Gateway: "test"}})
	if err != nil {
		w.t.Fatalf("quote %d from %s to %s: %v", shillings, from.Masked(), to.Masked(), err)
	}
	return q
}

// send quotes and sends, and returns the receipt and what was heard: "" or the fault's code.
func (w *town) send(from, to msisdn.Number, shillings int64, typed string) (SendReceipt, fault.Code) {
	w.t.Helper()
	r, err := w.Send(ctx, w.quote(from, to, shillings).Intent, w.pin(typed))
	return r, fault.CodeOf(err)
}

// holds returns a wallet's balance in cents.
func (w *town) holds(phone msisdn.Number) int64 {
	w.t.Helper()
	return w.account(w.customer(phone).Account).Balance
}

func (w *town) account(number int64) ledger.Account {
	w.t.Helper()
	a, err := w.ledger.Account(ctx, number)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *town) customer(phone msisdn.Number) customer.Customer {
	w.t.Helper()
	c, err := w.customers.ByPhone(ctx, phone)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// block stops a wallet as the back office will: the row says so, the ledger's flags enforce it.
func (w *town) block(phone msisdn.Number, flags ledger.Flags) {
	w.t.Helper()
	_, err := w.ledger.Commit(ctx, &ledger.Plan{
		Change: []ledger.AccountChange{{Account: w.customer(phone).Account, Flags: &flags}},
		Companions: []ledger.Companion{w.customers.Change(phone, func(c *customer.Customer) *fault.Error {
			c.Status = customer.Blocked
			return nil
		})},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// messages returns the texts written for a phone, in the order of their writing.
func (w *town) texted(phone msisdn.Number) []string {
	w.t.Helper()
	rows, err := w.db.Query(ctx, `SELECT body FROM messages WHERE phone = ? ORDER BY created_at, id`, string(phone))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, body)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// balanced proves that no cent was made or lost.
func (w *town) balanced() {
	w.t.Helper()
	var sum int64
	if err := w.db.QueryRow(ctx, `SELECT SUM(balance) FROM accounts`).Scan(&sum); err != nil || sum != 0 {
		w.t.Errorf("all balances sum to %d, %v; want 0", sum, err)
	}
}

// loseMessage gives up the sender's message of an intent.
func (w *town) loseMessage(intentID id.ID) {
	w.t.Helper()
	n, err := w.db.Exec(ctx, `UPDATE messages SET state = ?, due_at = NULL WHERE id = ?`,
		int64(outbox.Failed), outbox.MessageID(intentID, toSender))
	if err != nil || n != 1 {
		w.t.Fatal(n, err)
	}
}

// delivered notes that phones have all messages so far.
func (w *town) delivered() {
	w.t.Helper()
	if _, err := w.db.Exec(ctx, `UPDATE messages SET state = ?, due_at = NULL WHERE state = 0`, int64(outbox.Delivered)); err != nil {
		w.t.Fatal(err)
	}
}
