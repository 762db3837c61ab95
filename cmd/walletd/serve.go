package main

import (
	"context"
	"fmt"
	"log/slog"

	"senti/wallet/db"
	"senti/wallet/key"
	"senti/wallet/webhook"
)

type serveCmd struct{ storeFlags }

// Run serves until it is told to stop. Whatever is unsafe is refused here, before the first caller.
func (s serveCmd) Run(ctx context.Context) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	if err := c.checkServe(); err != nil {
		return fmt.Errorf("these settings are not safe to serve with:\n%w", err)
	}
	if err := startLog(c.LogLevel); err != nil {
		return err
	}
	p, err := servePlan(c)
	if err != nil {
		return err
	}
	return serve(ctx, p)
}

// serve puts walletd together as planned and runs it until the context ends.
func serve(ctx context.Context, p plan) error {
	c := p.config
	d, err := db.Open(ctx, c.DB)
	if err != nil {
		return err
	}
	if err := fitToServe(ctx, d); err != nil {
		_ = d.Close() // nothing was written
		return err
	}
	a, err := build(ctx, d, p)
	if err != nil {
		return err
	}
	if c.Operations != "" {
		e := newEcho(a.metrics)
		a.operations(e)
		if _, err := a.listen(c.Operations, e); err != nil {
			a.fail(err)
		}
	}
	address, err := a.listen(c.Listen, a.routes())
	if err != nil {
		a.fail(err)
	} else {
		slog.Info("serving", "address", address.String(), "market", p.market.Code, "version", version())
	}
	return a.wait(ctx)
}

// fitToServe refuses a database that may lose what was acknowledged, or whose tables are not ours.
func fitToServe(ctx context.Context, d *db.DB) error {
	if err := d.CheckDurable(ctx); err != nil {
		return err
	}
	return db.CheckSchema(ctx, d)
}

// servePlan resolves every reference and checks every list of the configuration.
func servePlan(c *Config) (plan, error) {
	p := plan{config: c}
	var err error
	if p.market, err = c.loadMarket(); err != nil {
		return p, err
	}
	if p.keys, err = key.Load(c.keySources()); err != nil {
		return p, err
	}
	if p.keys.IsDemo() {
		return p, fmt.Errorf("a key is the demo key, which everybody knows: make your own")
	}
	if p.ussd, err = c.gateways(); err != nil {
		return p, err
	}
	if p.texts, err = c.textDoors(); err != nil {
		return p, err
	}
	if p.numbers, err = c.numberFeeds(); err != nil {
		return p, err
	}
	if p.smpp, err = c.smppPlans(); err != nil {
		return p, err
	}
	p.sending, err = planRoutes(c, p.market.SenderID)
	return p, err
}

// guards says who may call what has settings of its own.
func (c *Config) guards() (africasTalking, senti webhook.Guard, err error) {
	proxies, err := prefixes("proxies", c.Proxies)
	if err != nil {
		return africasTalking, senti, err
	}
	if africasTalking.Allow, err = prefixes("africastalking_allow", c.AfricasTalkingAllow); err != nil {
		return africasTalking, senti, err
	}
	if africasTalking.Secrets, err = secrets("africastalking_secret", c.AfricasTalkingSecret); err != nil {
		return africasTalking, senti, err
	}
	senti.Secrets, err = secrets("senti_token", c.SentiToken)
	africasTalking.Proxies, senti.Proxies = proxies, proxies
	return africasTalking, senti, err
}
