package wallet

import (
	"context"
	"maps"
	"slices"
	"time"

	"senti/wallet/fault"
	"senti/wallet/staff"
	"senti/wallet/switches"
)

// Switches returns the store of what staff have stopped.
func (o *Office) Switches() *switches.Store { return switches.NewStore(o.db) }

// SetSwitch stops something, limits it to a list of phones, or lets it go on; every walletd knows within a minute. One maker or checker is
// enough, as for Suspend: harm must be stopped at once, and what is stopped harms nobody's money. Say who is who by Check before.
//
// Faults: not_allowed, bad_request (field: switch).
func (o *Office) SetSwitch(ctx context.Context, who staff.Staff, s switches.Switch) (switches.Switch, error) {
	s = s.Tidied()
	s.By = who.Name
	if err := s.Check(); err != nil {
		return s, fault.Wrap(err, fault.BadRequest, "field", "switch")
	}
	for language := range s.Words {
		if !o.w.market.Speaks(language) {
			return s, fault.New(fault.BadRequest, "field", "words")
		}
	}
	record := o.record(who, "switch."+s.State.String(), s.Object(), switchDetail(s))
	return s, o.commit(ctx, record, o.staff.Acts(who.Name, staff.Maker|staff.Checker), o.Switches().Set(s))
}

// switchDetail is what the chain tells of a switch: how many phones a pilot has, and not which, as an entry is there for good.
func switchDetail(s switches.Switch) map[string]any {
	detail := map[string]any{"why": s.Why}
	if len(s.Pilot) > 0 {
		detail["pilot"] = len(s.Pilot)
	}
	for name, at := range map[string]time.Time{"from": s.From, "until": s.Until} {
		if !at.IsZero() {
			detail[name] = at.UTC().Format(time.RFC3339)
		}
	}
	for _, language := range slices.Sorted(maps.Keys(s.Words)) {
		detail["words."+language] = s.Words[language]
	}
	return detail
}
