package wallet

import (
	"context"

	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/msisdn"
	"senti/wallet/switches"
)

// Switches returns what this process knows of what staff have stopped. Whoever runs it loads and watches it.
func (w *Wallet) Switches() *switches.Board { return w.switches }

// Stopped says that a customer, or somebody who is about to become one, may not begin something of a service now, because staff have
// stopped the service, numbers like theirs or their tier; nil when nothing speaks against it. The fault is stopped (line: why, in that
// language).
//
// A quote returns it (MayBegin), and the plan of the act has it (ledger.Plan.Stopped): what was quoted before the switch is refused behind
// it, and what was done before it still comes back.
func (w *Wallet) Stopped(ctx context.Context, service string, who msisdn.Number, language string) *fault.Error {
	if stopped := w.StoppedAtCounter(service, who, language); stopped != nil {
		return stopped
	}
	return w.stoppedTier(ctx, who, language)
}

// StoppedAtCounter is Stopped for an operator, whose own wallet does not matter.
func (w *Wallet) StoppedAtCounter(service string, who msisdn.Number, language string) *fault.Error {
	if s := w.switches.Stops(switches.Service, service, who); s != nil {
		return w.stoppedBy(s, language)
	}
	return w.stoppedNumber(who, language)
}

// StoppedPerson is Stopped for whatever it may be: numbers like theirs, or their tier.
func (w *Wallet) StoppedPerson(ctx context.Context, who msisdn.Number, language string) *fault.Error {
	if stopped := w.stoppedNumber(who, language); stopped != nil {
		return stopped
	}
	return w.stoppedTier(ctx, who, language)
}

// MayBegin is Stopped as a quote returns it.
func (w *Wallet) MayBegin(ctx context.Context, service string, who msisdn.Number, language string) error {
	if stopped := w.Stopped(ctx, service, who, language); stopped != nil {
		return stopped
	}
	return nil
}

// MayBeginAtCounter is StoppedAtCounter as a quote returns it.
func (w *Wallet) MayBeginAtCounter(service string, who msisdn.Number, language string) error {
	if stopped := w.StoppedAtCounter(service, who, language); stopped != nil {
		return stopped
	}
	return nil
}

func (w *Wallet) stoppedNumber(who msisdn.Number, language string) *fault.Error {
	if s := w.switches.StopsNumber(who); s != nil {
		return w.stoppedBy(s, language)
	}
	return nil
}

// stoppedTier looks up whose tier it is only while some tier is switched. Who has no wallet yet will be of the lowest; who cannot be
// looked up will not get far.
func (w *Wallet) stoppedTier(ctx context.Context, who msisdn.Number, language string) *fault.Error {
	if !w.switches.Any(switches.Tier) {
		return nil
	}
	tier := w.market.LowestTier(w.clock.Now())
	switch c, err := w.Customer(ctx, who); {
	case err == nil:
		tier = c.Tier
	case !fault.HasCode(err, fault.NotRegistered):
		return nil
	}
	if s := w.switches.StopsTier(tier, who); s != nil {
		return w.stoppedBy(s, language)
	}
	return nil
}

func (w *Wallet) stoppedBy(s *switches.Switch, language string) *fault.Error {
	return fault.New(fault.Stopped, "line", w.StopLine(s, language))
}

// StopLine is what phones show of a switch: the words of staff, or the catalogue's.
func (w *Wallet) StopLine(s *switches.Switch, language string) string {
	if line := s.Words[language]; line != "" {
		return line
	}
	name := string(s.Scope)
	if s.Scope == switches.Service {
		name = s.Name
	}
	return w.texts.Say(language, "stop."+name)
}

// StopNotice is the line that a menu with these services carries at its top, "" for none: why this person can begin nothing, or the one
// service that is stopped, or that several are.
func (w *Wallet) StopNotice(ctx context.Context, who msisdn.Number, language string, customers bool, services ...string) string {
	stopped := w.stoppedNumber(who, language)
	if stopped == nil && customers {
		stopped = w.stoppedTier(ctx, who, language)
	}
	for _, service := range services {
		s := w.switches.Stops(switches.Service, service, who)
		switch {
		case s == nil:
		case stopped != nil:
			return w.texts.Say(language, "stop.some")
		default:
			stopped = w.stoppedBy(s, language)
		}
	}
	if stopped == nil {
		return ""
	}
	line, _ := stopped.Arg("line").(string)
	return line
}

// StoppedGateway is the last page of whoever calls by a gateway that staff have stopped, "" when it is not, or not for that phone.
func (w *Wallet) StoppedGateway(gateway string, who msisdn.Number, language string) string {
	s := w.switches.Stops(switches.Gateway, gateway, who)
	if s == nil {
		return ""
	}
	return w.texts.Say(language, "stop.here", i18n.Text("line", w.StopLine(s, language)))
}
