package intent

import (
	"context"
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Stretch is a stretch of intents: those that were opened after one moment, up to and with another, by some gateways.
type Stretch struct {
	After, Until time.Time
	Gateways     []string
	Others       bool // by all gateways but those
}

// stretchMargin is how far the time in an ID may be from that of the commit which opened the intent.
const stretchMargin = time.Minute

// Unfinished returns intents of a stretch and of some kinds, of which nobody is known to have been told how they ended: those that are open, and
// those that were refused. They come in the order of their IDs, after one of them, at most limit at once. One that was cancelled is not among
// them: whoever cancels an act tells of it.
func (s *Store) Unfinished(ctx context.Context, in Stretch, kinds []ledger.Kind, after id.ID, limit int) ([]Record, error) {
	if start := in.After.Add(-stretchMargin); start.Unix() > 0 {
		if first := id.Before(start); string(first[:]) > string(after[:]) {
			after = first
		}
	}
	args := []any{after, id.Before(in.Until.Add(stretchMargin)), in.After.UnixMicro(), in.Until.UnixMicro()}
	for _, k := range kinds {
		args = append(args, int64(k))
	}
	of := `i.gateway NOT IN ('', `
	switch {
	case !in.Others:
		of = `i.gateway IN (`
	case len(in.Gateways) == 0:
		of = `i.gateway NOT IN (''`
	}
	for _, g := range in.Gateways {
		args = append(args, g)
	}
	of += strings.TrimPrefix(strings.Repeat(`, ?`, len(in.Gateways)), `, `) + `)`
	return s.read(ctx, selectRecord+`
		 WHERE i.id > ? AND i.id < ? AND i.opened_at > ? AND i.opened_at <= ?
		   AND i.kind IN (?`+strings.Repeat(`, ?`, len(kinds)-1)+`)
		   AND `+of+`
		   AND (c.state IS NULL OR c.state = ? AND (c.end_text <> '' OR c.code <> ?))
		   AND (e.shown IS NULL OR e.shown <> ?)
		 ORDER BY i.id
		 LIMIT ?`, append(args, int64(Refused), string(fault.IntentExpired), int64(WasShown), int64(limit))...)
}
