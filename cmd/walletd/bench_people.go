package main

import (
	"context"
	"fmt"
	"log/slog"
	"math"

	smsgateway "senti/sms/gateway"
	"senti/sms/route"
	ussdgateway "senti/ussd/gateway"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/key"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/webhook"
)

// start opens the database, puts walletd together on it as serve would, with the log gateway, and makes sure that there are
// enough customers.
func (b benchFlags) start(ctx context.Context) (*app, []person, error) {
	return b.startWith(ctx, []ussdgateway.Instance{{Type: "africastalking", Guard: webhook.Guard{Open: true}}})
}

// startWith is start with those USSD gateways and links.
func (b benchFlags) startWith(ctx context.Context, gateways []ussdgateway.Instance, links ...smppPlan) (*app, []person, error) {
	startTerminalLog()
	c, d, err := b.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	p := plan{config: c, keys: key.Demo(), ussd: gateways, smpp: links}
	p.sending = func(*app) ([]route.Route, error) {
		return []route.Route{{Name: "log", Sender: smsgateway.NewLog(slog.Default())}}, nil
	}
	if p.market, err = c.loadMarket(); err == nil {
		p.market = withoutCeilings(p.market)
		err = d.CheckDurable(ctx)
	}
	if err == nil {
		_, err = db.Migrate(ctx, d)
	}
	if err != nil {
		_ = d.Close() // the error before it is the one to tell
		return nil, nil, err
	}
	a, err := build(ctx, d, p)
	if err != nil {
		return nil, nil, err
	}
	people, err := b.people(ctx, a)
	if err != nil {
		_ = a.stop()
		return nil, nil, err
	}
	return a, people, nil
}

// withoutCeilings lifts the amounts of all tiers, so that a bench in which one account is paid thousands of times a second
// measures the ledger and not the limit of a wallet. The limits are still looked up and compared.
func withoutCeilings(m *market.Market) *market.Market {
	lifted := *m
	lifted.Limits = nil
	for _, l := range m.Limits {
		tiers := make([]market.Tier, len(l.Tiers))
		for i, t := range l.Tiers {
			const most = math.MaxInt64 / 4
			t.Single, t.DayOut, t.DayIn, t.MonthOut, t.MonthIn, t.Balance = most, most, most, most, most, most
			tiers[i] = t
		}
		l.Tiers = tiers
		lifted.Limits = append(lifted.Limits, l)
	}
	withoutCounterCeilings(&lifted)
	return &lifted
}

// people returns the bench's customers, opening those that are missing. Each has an own phone and PIN and a float.
func (b benchFlags) people(ctx context.Context, a *app) ([]person, error) {
	people := make([]person, b.Customers)
	for i := range people {
		p, err := pin.Parse(benchPIN(i))
		if err != nil {
			return nil, err
		}
		people[i] = person{benchPhone(i), p}
	}
	have, err := b.have(ctx, a)
	if err != nil || have >= len(people) {
		return people, err
	}
	fmt.Printf("bench: opening %d wallets\n", len(people)-have)
	limits := a.market.At(clock.System{}.Now()).Limits
	return people, inParallel(len(people)-have, func(i int) error {
		i += have
		_, err := a.wallet.OpenWallet(ctx, wallet.NewWallet{Phone: people[i].phone, Name: fmt.Sprintf("BENCH %06d", i),
			Language: a.market.Languages[i%len(a.market.Languages)], Tier: limits.Tiers[len(limits.Tiers)-1].Number, Verified: true,
			PIN: people[i].pin, Float: 100_000_000 * a.market.Currency.MinorPerUnit()})
		return err
	})
}

// have counts the customers of earlier benches; they are opened in order, so that a broken-off seeding is taken up again.
func (b benchFlags) have(ctx context.Context, a *app) (int, error) {
	var n int
	err := a.db.QueryRow(ctx, `SELECT COUNT(*) FROM customers WHERE phone >= ? AND phone <= ?`,
		string(benchPhone(0)), string(benchPhone(999_999))).Scan(&n)
	if n < b.Customers {
		n = max(0, n-seedersMost) // the last ones of a broken-off seeding were opened out of order
	}
	return n, err
}

// benchPhone numbers the customers in a range of Kenyan mobile numbers.
func benchPhone(i int) msisdn.Number { return msisdn.Number(fmt.Sprintf("+254790%06d", i)) }

// benchPIN gives each customer a PIN that would also be taken from a person.
func benchPIN(i int) string { return fmt.Sprintf("%04d", (i*7919+4826)%10_000) }
