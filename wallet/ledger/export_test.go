package ledger

import (
	"context"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
)

// Rehash makes the chain fit rows that were tampered with, as somebody who knows this code and may write to the database
// could. What Verify then still reports, it knows from the sums and not from the chain.
func Rehash(ctx context.Context, d *db.DB) error {
	v := &verifier{view: d, report: &Report{}, running: map[int64]*Account{}, holds: map[id.ID]*hold{}}
	for {
		chunk, err := v.chunk(ctx, verifyChunk)
		if err != nil {
			return err
		}
		if len(chunk) == 0 {
			_, err := d.Exec(ctx, `UPDATE sequencer SET chain = ? WHERE id = 1`, v.chain[:])
			return err
		}
		for _, r := range chunk {
			v.chain, v.seq = r.chained(v.chain, &v.scratch), r.seq
			if _, err := d.Exec(ctx, `UPDATE postings SET hash = ? WHERE seq = ?`, v.chain[:], r.seq); err != nil {
				return err
			}
		}
	}
}

// DayIn is the date the ledger counts by at a moment in that zone.
func DayIn(zone *time.Location, at time.Time) int32 { return (&Ledger{zone: zone}).day(at.UnixMicro()) }
