package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"senti/agents"
	"senti/sms/command"
	smsgateway "senti/sms/gateway"
	"senti/sms/intake"
	"senti/sms/route"
	"senti/ussd"
	"senti/ussd/dialogue"
	ussdgateway "senti/ussd/gateway"
	"senti/ussd/simulator"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/feed"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/keycheck"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/trust"
)

// app is walletd put together: built from the bottom up by build, taken apart in reverse by stop.
type app struct {
	config   *Config
	db       *db.DB
	market   *market.Market
	keys     *key.Ring
	metrics  *metrics
	ledger   *ledger.Ledger
	wallet   *wallet.Wallet
	agents   *agents.Agents
	service  *ussd.Service
	gateways []ussdgateway.Gateway
	links    []smppLink
	intake   *intake.Intake
	commands *command.Commands
	texts    []smsgateway.Route // where gateways bring the texts of phones
	feeds    []*feed.Feed       // where partners tell of numbers
	inbox    *simulator.Inbox   // in the demo only
	pusher   *simulator.Pusher  // likewise
	pushes   *ussd.Pushes
	seeds    []simulator.Seed

	mu       sync.Mutex
	stopping bool
	stops    []stopper
	failed   chan error // something that cannot go on
}

// stopper is how one part is stopped. Parts are stopped in reverse order of their start.
type stopper struct {
	name string
	stop func(context.Context) error
}

// plan says what differs between serving, the demo and a bench.
type plan struct {
	config   *Config
	market   *market.Market
	keys     *key.Ring
	ussd     []ussdgateway.Instance
	smpp     []smppPlan
	texts    []smsgateway.Instance
	numbers  []feed.Instance
	sending  func(*app) ([]route.Route, error) // how messages leave
	pushers  func(*app) []ussd.Pusher          // nil: those of the gateways and links that can
	sabotage ledger.Sabotage
}

// build puts the parts together on an open, migrated database, which it owns from here on.
func build(ctx context.Context, d *db.DB, p plan) (_ *app, err error) {
	a := &app{config: p.config, db: d, market: p.market, keys: p.keys, metrics: newMetrics(), failed: make(chan error, 1)}
	a.onStop("database", func(context.Context) error { return d.Close() })
	defer func() {
		if err != nil {
			err = errors.Join(err, a.stop())
		}
	}()
	if err := keycheck.Admit(ctx, d, p.keys); err != nil { // before anybody writes
		return nil, err
	}
	texts, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	if a.ledger, err = a.openLedger(ctx, p); err != nil {
		return nil, err
	}
	var worker *outbox.Worker
	a.wallet = wallet.New(wallet.Parts{DB: d, Ledger: a.ledger, Market: p.market, Texts: texts, Keys: p.keys,
		Clock: clock.System{}, IDs: id.Random{}, Wake: func() { worker.Wake() }})
	if err := a.wallet.EnsureSystemAccounts(ctx); err != nil {
		return nil, fmt.Errorf("system accounts: %w", err)
	}
	if err := a.wallet.Switches().Load(ctx); err != nil {
		return nil, err
	}
	a.agents = agents.New(a.wallet, d)
	dialogues, err := dialogue.New(a.wallet, a.agents)
	if err != nil {
		return nil, err
	}
	a.service, err = ussd.New(ussd.Options{Dialogues: dialogues, Keys: p.keys, Clock: clock.System{}, Log: slog.Default(),
		Sessions: p.config.SessionCount, Count: a.metrics.countTurn})
	if err != nil {
		return nil, err
	}
	if err := a.takeCalls(p.ussd); err != nil {
		return nil, err
	}
	if err := a.takeTexts(p.texts); err != nil {
		return nil, err
	}
	if err := a.takeNumbers(p.numbers); err != nil {
		return nil, err
	}
	if err := a.openLinks(p.smpp); err != nil {
		return nil, err
	}
	if worker, err = a.openOutbox(p); err != nil {
		return nil, err
	}
	a.pushPages(p)
	a.runLinks()
	a.background("outbox", worker.Run)
	a.background("networks", a.wallet.Messages().Remember)
	a.background("ends", a.wallet.Run)
	a.background("audit head", audit.NewStore(d).Watch)
	a.background("switches", a.wallet.Switches().Watch)
	a.metrics.gauge("senti_sessions", "USSD sessions kept in memory.", func() float64 { return float64(a.service.Sessions()) })
	a.metrics.trust(trust.NewStore(a.db))
	a.metrics.switches(a.wallet.Switches())
	a.metrics.gauge("senti_plans_waiting", "Plans waiting for the committer.", func() float64 { return float64(a.ledger.Waiting()) })
	return a, a.startJobs()
}

// receiptPurpose names the secret that receipts are made with. Every ledger on a database needs the same.
const receiptPurpose = "senti.receipt.v1"

func (a *app) openLedger(ctx context.Context, p plan) (*ledger.Ledger, error) {
	receiptKey, err := p.keys.Derive(key.Receipt, receiptPurpose)
	if err != nil {
		return nil, err
	}
	l, err := ledger.Open(ctx, ledger.Options{DB: a.db, Clock: clock.System{}, IDs: id.Random{}, Zone: p.market.Zone,
		Receipts: ledger.NewReceiptCoder([32]byte(receiptKey)), MaxBatch: p.config.BatchSize,
		OnBatch: a.metrics.onBatch, Sabotage: p.sabotage})
	if err != nil {
		return nil, err
	}
	a.onStop("ledger", func(context.Context) error { l.Close(); return nil }) // finishes its batches
	return l, nil
}

// takeCalls opens the USSD gateways.
func (a *app) takeCalls(on []ussdgateway.Instance) (err error) {
	a.gateways, err = ussdgateway.All(a.service, ussdgateway.Config{Region: a.market.Region, Code: a.market.ServiceCode,
		Gateways: on, Log: slog.Default(), Count: a.countCallback})
	for _, g := range a.gateways {
		a.onStop("gateway "+g.Name, g.Stop)
	}
	return err
}

// openOutbox opens the routes that messages leave by.
func (a *app) openOutbox(p plan) (*outbox.Worker, error) {
	a.wallet.Messages().Watch(a.metrics.onSettled)
	routes, err := p.sending(a)
	if err != nil {
		return nil, err
	}
	table, err := route.New(routes)
	if err != nil {
		return nil, err
	}
	worker := outbox.NewWorker(a.wallet.Messages(), table, id.Random{}, a.metrics.onResult)
	worker.CloseBy(a.wallet.Switches().Closes)
	a.metrics.outbox(a.wallet.Messages().Queues, worker.Health)
	return worker, nil
}

// takeTexts opens the doors for the texts that phones send to us.
func (a *app) takeTexts(on []smsgateway.Instance) (err error) {
	a.commands = command.New(command.Parts{DB: a.db, Wallet: a.wallet, Agents: a.agents, Survey: a.agents.AnswerSurvey,
		Ring: func(phone msisdn.Number, act id.ID) { a.pushes.RingIntent(phone, act) }}) // nothing comes in before it is there
	a.intake = intake.New(intake.Parts{DB: a.db, Ledger: a.ledger, Messages: a.wallet.Messages(), IDs: id.Random{}, Keys: a.keys,
		Handler: a.commands.Handle, Wake: a.wallet.Wake})
	a.texts, err = smsgateway.Inbound(a.intake, smsgateway.InboundConfig{Region: a.market.Region, On: on, Log: slog.Default(),
		Count: a.metrics.countText, Reports: a.wallet.Messages().Report})
	return err
}

// pushPages shows people what they are asked, by the gateways that can begin a session.
func (a *app) pushPages(p plan) {
	by, dials := a.pushers(), a.wallet.GatewayOf
	if p.pushers != nil {
		by = p.pushers(a)
	}
	if a.pusher != nil { // all phones are on the page
		dials = func(context.Context, msisdn.Number) (string, error) { return a.pusher.Name(), nil }
	}
	a.pushes = ussd.NewPushes(a.service, by, dials, slog.Default(), a.metrics.countPush)
	a.agents.RingWith(a.pushes.Ring)
	a.background("pushes", a.pushes.Run)
}

// idle is how long sessions of each gateway and link may be silent.
func (a *app) idle() map[string]time.Duration {
	idle := map[string]time.Duration{}
	for _, g := range a.gateways {
		idle[g.Name] = g.Idle
	}
	for _, l := range a.links {
		if l.ussd != nil {
			idle[l.Name()] = l.ussd.Idle
		}
	}
	return idle
}

// pushers are the gateways and links that can begin a session.
func (a *app) pushers() []ussd.Pusher {
	var by []ussd.Pusher
	for _, g := range a.gateways {
		if g.Pusher != nil {
			by = append(by, g.Pusher)
		}
	}
	for _, l := range a.links {
		if l.ussd == nil {
			continue
		}
		if p := l.ussd.Pusher(); p != nil {
			by = append(by, p)
		}
	}
	return by
}

func (a *app) countCallback(gateway, outcome string) {
	a.metrics.callbacks.WithLabelValues(gateway, outcome).Inc()
}

// ready says why callers should not be sent here, or nil.
func (a *app) ready(ctx context.Context) error {
	a.mu.Lock()
	stopping := a.stopping
	a.mu.Unlock()
	if stopping {
		return errors.New("stopping")
	}
	if err := a.db.Ping(ctx); err != nil {
		return errors.New("the database does not answer")
	}
	if err := db.CheckSchema(ctx, a.db); err != nil {
		return err
	}
	return keycheck.Confirm(ctx, a.db, a.keys)
}

// background runs a part that ends with its context.
func (a *app) background(name string, run func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); run(ctx) }()
	a.onStop(name, func(limit context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-limit.Done():
			return limit.Err()
		}
	})
}

func (a *app) onStop(name string, stop func(context.Context) error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stops = append(a.stops, stopper{name, stop})
}

// fail tells that a part cannot go on; the first one counts.
func (a *app) fail(err error) {
	select {
	case a.failed <- err:
	default:
	}
}

// stop takes the parts apart in reverse: callers first, then who works for them, the ledger, and last the database.
func (a *app) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), a.config.ShutdownTimeout)
	defer cancel()
	a.mu.Lock()
	a.stopping = true
	stops := a.stops
	a.stops = nil
	a.mu.Unlock()
	var wrong []error
	for i := len(stops) - 1; i >= 0; i-- {
		if err := stops[i].stop(ctx); err != nil {
			wrong = append(wrong, fmt.Errorf("stop %s: %w", stops[i].name, err))
		}
	}
	return errors.Join(wrong...)
}

// wait runs until the context ends or a part fails, and then stops everything.
func (a *app) wait(ctx context.Context) error {
	var err error
	select {
	case <-ctx.Done():
		slog.Info("stopping")
	case err = <-a.failed:
	}
	return errors.Join(err, a.stop())
}
