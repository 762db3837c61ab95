package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"

	smsgateway "senti/sms/gateway"
	"senti/sms/route"
	"senti/ussd"
	ussdgateway "senti/ussd/gateway"
	"senti/ussd/simulator"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/key"
	"senti/wallet/pin"
	"senti/wallet/webhook"
)

type demoCmd struct {
	Listen string `help:"Address to serve on; only this machine can be served." default:"127.0.0.1:8080"`
	DB     string `help:"Database, sqlite:PATH or mysql:DSN. The default is senti-demo.db, or senti-demo-CODE.db of another market." name:"db" placeholder:"DB"`
	Market string `help:"Market to play in: ke, or sn for Senegal, in French." placeholder:"CODE"`
}

// Run serves the demo until it is told to stop. Run again on the same database it goes on where it was.
func (d demoCmd) Run(ctx context.Context) error {
	startTerminalLog()
	a, address, err := d.start(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/simulator\n", address)
	return a.wait(ctx)
}

// start migrates, seeds and listens.
func (d demoCmd) start(ctx context.Context) (*app, net.Addr, error) {
	if err := loopbackOnly(d.Listen); err != nil {
		return nil, nil, err
	}
	a, err := d.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := a.seedDemo(ctx); err != nil {
		_ = a.stop()
		return nil, nil, fmt.Errorf("seeding the demo: %w", err)
	}
	address, err := a.listen(d.Listen, a.routes())
	if err != nil {
		_ = a.stop()
		return nil, nil, err
	}
	return a, address, nil
}

// open migrates, and builds what serves.
func (d demoCmd) open(ctx context.Context) (*app, error) {
	c, err := loadConfig("")
	if err != nil {
		return nil, err
	}
	c.Operations = ""
	c.Market = cmp.Or(d.Market, c.Market)
	here := webhook.Guard{Open: true}
	p := plan{config: c, keys: key.Demo(), ussd: []ussdgateway.Instance{{Type: "africastalking", Guard: here}}, texts: []smsgateway.Instance{{Type: "senti", Guard: here}}}
	if p.market, err = c.loadMarket(); err != nil {
		return nil, err
	}
	if _, err := demoCastOf(p.market); err != nil {
		return nil, err
	}
	c.DB = cmp.Or(d.DB, demoDatabase(p.market.Code))
	p.market = p.market.WithVouchers()
	p.sending = func(a *app) ([]route.Route, error) {
		a.inbox = simulator.NewInbox(a.db, clock.System{})
		return []route.Route{{Name: a.inbox.Name(), Sender: a.inbox}}, nil
	}
	p.pushers = func(a *app) []ussd.Pusher {
		a.pusher = simulator.NewPusher()
		return []ussd.Pusher{a.pusher}
	}
	store, err := db.Open(ctx, c.DB)
	if err != nil {
		return nil, err
	}
	if _, err := db.Migrate(ctx, store); err != nil {
		_ = store.Close() // the migration's error is the one to tell
		return nil, err
	}
	return build(ctx, store, p)
}

// seedDemo opens the wallets of the demo; those that are there stay as they are.
func (a *app) seedDemo(ctx context.Context) error {
	cast, err := demoCastOf(a.market)
	if err != nil {
		return err
	}
	limits := a.market.At(clock.System{}.Now()).Limits
	highest := limits.Tiers[len(limits.Tiers)-1].Number
	for _, s := range cast.customers {
		p, err := pin.Parse(s.pin)
		if err != nil {
			return err
		}
		_, err = a.wallet.OpenWallet(ctx, wallet.NewWallet{Phone: s.phone, Name: s.name, Language: s.language,
			Tier: highest, Verified: true, IDNumber: s.id, PIN: p, Float: s.float * a.market.Currency.MinorPerUnit()})
		if err != nil {
			return err
		}
		a.seeds = append(a.seeds, simulator.Seed{Phone: s.phone, PIN: s.pin,
			Note: a.market.Style.Format(s.float*a.market.Currency.MinorPerUnit()) + ", " + a.market.NativeName(s.language)})
	}
	if err := a.seedAgents(ctx, cast); err != nil {
		return err
	}
	counters, err := a.counterPhones(ctx, cast)
	if err != nil {
		return err
	}
	a.seeds = append(a.seeds, simulator.Seed{Phone: cast.stranger, Note: "not registered"})
	a.seeds = append(a.seeds, counters...)
	desk := cast.desk()
	slices.SortStableFunc(a.seeds, func(x, y simulator.Seed) int {
		return cmp.Compare(slices.Index(desk, x.Phone), slices.Index(desk, y.Phone))
	})
	return nil
}

// loopbackOnly refuses to show the demo, whose gateway is open and whose keys everybody knows, to other machines.
func loopbackOnly(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--listen %s: write ADDRESS:PORT, such as 127.0.0.1:8080", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen %s: the demo serves this machine only, since its keys and its gateway are open: use 127.0.0.1, or walletd serve", address)
	}
	return nil
}
