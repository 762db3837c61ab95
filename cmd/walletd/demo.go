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
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/webhook"
)

type demoCmd struct {
	Listen string `help:"Address to serve on; only this machine can be served." default:"127.0.0.1:8080"`
	DB     string `help:"Database, sqlite:PATH or mysql:DSN." default:"sqlite:senti-demo.db" name:"db" placeholder:"DB"`
}

// demoDatabase is where the demo is, unless it is told otherwise: the default of demoCmd.DB.
const demoDatabase = "sqlite:senti-demo.db"

// demoSeeds are the people of the demo. A fourth phone, which is not registered, stands beside them.
var demoSeeds = []struct {
	phone    msisdn.Number
	pin      string
	name     string
	language string
	float    int64 // whole units of the market's currency
	note     string
	id       string // ID number, for who forgot the PIN
}{
	{"+254712000001", "4826", "JOHN KAMAU", "en", 5000, "Ksh 5,000, English", "28445190"},
	{"+254712000002", "9173", "JANE WANJIKU", "en", 1200, "Ksh 1,200, English", "30117263"},
	{"+254712000003", "7351", "AMINA HASSAN", "sw", 0, "Ksh 0, Kiswahili", "27960418"},
}

const demoStranger msisdn.Number = "+254712000099"

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
	c.DB, c.Operations = d.DB, ""
	here := webhook.Guard{Open: true}
	p := plan{config: c, keys: key.Demo(), ussd: []ussdgateway.Instance{{Type: "africastalking", Guard: here}}, texts: []smsgateway.Instance{{Type: "senti", Guard: here}}}
	if p.market, err = c.loadMarket(); err != nil {
		return nil, err
	}
	p.market = p.market.WithVouchers()
	p.sending = func(a *app) ([]route.Route, error) {
		a.inbox = simulator.NewInbox(a.db, clock.System{})
		return []route.Route{{Name: a.inbox.Name(), Sender: a.inbox}}, nil
	}
	p.pushers = func(a *app) []ussd.Pusher {
		a.pusher = simulator.NewPusher()
		return []ussd.Pusher{a.pusher}
	}
	store, err := db.Open(ctx, d.DB)
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
	limits := a.market.At(clock.System{}.Now()).Limits
	highest := limits.Tiers[len(limits.Tiers)-1].Number
	for _, s := range demoSeeds {
		p, err := pin.Parse(s.pin)
		if err != nil {
			return err
		}
		_, err = a.wallet.OpenWallet(ctx, wallet.NewWallet{Phone: s.phone, Name: s.name, Language: s.language,
			Tier: highest, Verified: true, IDNumber: s.id, PIN: p, Float: s.float * a.market.Currency.MinorPerUnit()})
		if err != nil {
			return err
		}
		a.seeds = append(a.seeds, simulator.Seed{Phone: s.phone, PIN: s.pin, Note: s.note})
	}
	if err := a.seedAgents(ctx); err != nil {
		return err
	}
	counters, err := a.counterPhones(ctx)
	if err != nil {
		return err
	}
	a.seeds = append(a.seeds, simulator.Seed{Phone: demoStranger, Note: "not registered"})
	a.seeds = append(a.seeds, counters...)
	slices.SortStableFunc(a.seeds, func(x, y simulator.Seed) int {
		return cmp.Compare(slices.Index(demoDesk, x.Phone), slices.Index(demoDesk, y.Phone))
	})
	return nil
}

// demoDesk is how the phones lie on the desk: a customer beside an operator, as they stand at a counter.
var demoDesk = []msisdn.Number{
	"+254712000001", "+254712000011", "+254712000002", "+254712000003", demoStranger, "+254712000012", "+254712000010",
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
