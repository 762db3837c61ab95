package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"senti/sms"
	smsgateway "senti/sms/gateway"
	"senti/sms/smpp"
	ussdgateway "senti/ussd/gateway"
	"senti/wallet/clock"
)

// smppLink is a link and who uses it.
type smppLink struct {
	*smpp.Link
	sms  *smsgateway.SMPPGateway  // nil: it carries no texts
	ussd *ussdgateway.SMPPGateway // nil: it carries no USSD
}

// openLinks makes the SMPP links, which nobody runs yet: runLinks does once all is there that they bring something to.
func (a *app) openLinks(plans []smppPlan) error {
	for _, p := range plans {
		l := smppLink{}
		var err error
		l.Link, err = smpp.New(p.link, smpp.Parts{Clock: clock.System{}, Log: slog.Default(), Count: a.metrics.countSMPP})
		if err != nil {
			return err
		}
		if p.sms != nil {
			c := *p.sms
			c.Link, c.From, c.Region, c.Receiver, c.Reports = l.Link, cmp.Or(c.From, a.market.SenderID), a.market.Region, a.intake, a.wallet.Messages().Report
			c.Clock, c.Log, c.Count = clock.System{}, slog.Default(), a.metrics.countText
			if l.sms, err = smsgateway.NewSMPP(c); err != nil {
				return err
			}
		}
		if p.ussd != nil {
			c := *p.ussd
			c.Link, c.Region, c.Code = l.Link, a.market.Region, cmp.Or(c.Code, a.market.ServiceCode)
			c.Clock, c.Log, c.Count = clock.System{}, slog.Default(), a.countCallback
			if l.ussd, err = ussdgateway.NewSMPP(a.service, c); err != nil {
				return err
			}
		}
		a.links = append(a.links, l)
		a.metrics.smpp(l.Name(), l.Report)
	}
	return nil
}

// runLinks binds the links. They are stopped before what they bring something to.
func (a *app) runLinks() {
	for _, l := range a.links {
		a.background("smpp "+l.Name(), func(ctx context.Context) { l.Run(ctx, l.handle) })
	}
}

// handle gives a message of the centre to whom it is for: one of a USSD session says so.
func (l smppLink) handle(ctx context.Context, d *smpp.Delivery) {
	switch {
	case l.ussd != nil && (l.sms == nil || d.Option(smpp.TagServiceOp) != nil):
		l.ussd.Handle(ctx, d)
	default:
		l.sms.Handle(ctx, d)
	}
}

// smppSender returns the link of that name that texts can be sent over.
func (a *app) smppSender(name string) (sms.Sender, error) {
	for _, l := range a.links {
		if l.Name() == name && l.sms != nil {
			return l.sms, nil
		}
	}
	return nil, fmt.Errorf("sms is %q: no link of the role sms or both is called so", name)
}

func (m *metrics) countSMPP(link, what string) { m.links.WithLabelValues(link, what).Inc() }

// smpp registers how a link is doing.
func (m *metrics) smpp(link string, report func() smpp.Report) {
	for _, g := range []struct {
		name, help string
		value      func(smpp.Report) float64
	}{
		{"senti_smpp_bound", "Whether every bind of an SMPP link stands.", func(r smpp.Report) float64 { return map[bool]float64{true: 1}[r.Bound] }},
		{"senti_smpp_in_flight", "Submits over an SMPP link that wait for their turn or their answer.", func(r smpp.Report) float64 { return float64(r.InFlight) }},
		{"senti_smpp_rate", "Messages a second that an SMPP link sends at most at present; 0 without a limit.", func(r smpp.Report) float64 { return float64(r.Rate) }},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: g.name, Help: g.help, ConstLabels: prometheus.Labels{"link": link}},
			func() float64 { return g.value(report()) }))
	}
}
