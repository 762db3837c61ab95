package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
)

// Place is a posting up to which the books were proved. The zero Place is their beginning.
type Place struct {
	Head
	Receipt int64     // the last one given out until then
	At      time.Time // of the posting
}

// Slice is what VerifySlice found: a Report of these postings alone, and where the next slice begins.
type Slice struct {
	Report
	Next Place
	End  bool // there was no posting after these
}

// VerifySlice proves the next postings after a place, at most that many (and never more than 5,000), in one short read
// snapshot beside live writers, from what stands in their rows and right before them: that they follow from the place
// without a break and were not altered, that their legs sum to zero, that every balance and held amount follows from the one before
// it on the same account, that no account was below its floor, and that accounts whose last posting is among them show just that.
// At the end of the books it also looks for rows outside the chain and compares the sequencer.
//
// From the beginning to the end, slice by slice, that is what Verify proves but for what one must have seen everything for: the
// turnovers, what is left of holds and how they ended, and accounts and holds that no posting ever touched.
func VerifySlice(ctx context.Context, d *db.DB, zone *time.Location, from Place, most int) (*Slice, error) {
	if most <= 0 || most > verifyChunk {
		most = verifyChunk
	}
	s := &slicer{
		verifier: verifier{
			zone: zone, report: &Report{Sums: map[string]int64{}}, running: map[int64]*Account{}, holds: map[id.ID]*hold{},
			types: map[int64]*Account{}, seq: from.Seq, chain: from.Chain, receipt: from.Receipt, at: micros(from.At),
		},
		rows: map[id.ID]*hold{}, earlier: map[id.ID]bool{},
	}
	if from.Seq == 0 {
		s.at = 0 // the zero time is long before the first microsecond
	}
	var end bool
	err := d.Snapshot(ctx, func(view *db.DB) (err error) {
		s.view = view
		end, err = s.slice(ctx, from, most)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: verify a slice: %w", err)
	}
	s.report.Seq, s.report.Chain = s.seq, s.chain
	return &Slice{*s.report, Place{Head{s.seq, s.chain}, s.receipt, fromMicros(s.at)}, end}, nil
}

// LastSeq is the number of the last posting, 0 when there is none.
func LastSeq(ctx context.Context, d *db.DB) (seq int64, err error) {
	err = d.QueryRow(ctx, `SELECT seq FROM sequencer WHERE id = 1`).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("ledger: read the last posting: %w", err)
	}
	return seq, nil
}

// slicer is a verifier that knows of accounts and holds only what stands before the slice.
type slicer struct {
	verifier
	rows    map[id.ID]*hold // as the table shows them
	earlier map[id.ID]bool  // taken before the slice
}

func (s *slicer) slice(ctx context.Context, from Place, most int) (end bool, err error) {
	if err := s.anchor(ctx, from); err != nil {
		return false, err
	}
	chunk, err := s.chunk(ctx, most)
	if err != nil {
		return false, err
	}
	for _, load := range []func(context.Context, []*record) error{s.before, s.loadHolds} {
		if err := load(ctx, chunk); err != nil {
			return false, err
		}
	}
	for _, r := range chunk {
		s.posting(r)
	}
	s.shown()
	s.taken()
	if len(chunk) == most {
		return false, nil
	}
	if err := s.strays(ctx); err != nil {
		return false, err
	}
	return true, s.sequencer(ctx)
}

// anchor checks that the posting proved last is still the one that was proved then.
func (s *slicer) anchor(ctx context.Context, from Place) error {
	if from.Seq == 0 {
		return nil
	}
	var hash []byte
	err := s.view.QueryRow(ctx, `SELECT hash FROM postings WHERE seq = ?`, from.Seq).Scan(&hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		s.report.wrong("posting %d was proved before, and is gone", from.Seq)
	case err != nil:
		return err
	case len(hash) != len(from.Chain) || [32]byte(hash) != from.Chain:
		s.report.wrong("posting %d is not the one that was proved before", from.Seq)
	}
	return nil
}

// before reads the accounts that the postings touch, and the last leg of each before them.
func (s *slicer) before(ctx context.Context, chunk []*record) error {
	var keys []id.ID
	for _, r := range chunk {
		for _, leg := range r.legs {
			if s.running[leg.Account] == nil {
				s.running[leg.Account] = &Account{ID: leg.Account}
				keys = append(keys, accountKey(leg.Account))
			}
		}
	}
	rows, err := (&accountTable{}).Load(ctx, s.view, keys)
	if err != nil {
		return err
	}
	for _, row := range rows {
		a := row.(*Account)
		s.types[a.ID] = a
		if a.OpenedAt.After(fromMicros(s.at)) {
			continue // it has no leg before the slice
		}
		// One look-up for each account: it goes down an index to its one row, however many legs the account has. Asked for all
		// accounts at once, MariaDB would read every later leg of each.
		r := s.running[a.ID]
		err := s.view.QueryRow(ctx, `
			SELECT   balance, held
			FROM     legs
			WHERE    account = ? AND seq <= ?
			ORDER BY account DESC, seq DESC
			LIMIT    1`, a.ID, s.seq).Scan(&r.Balance, &r.Held)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	s.report.Accounts = int64(len(s.types))
	return nil
}

// loadHolds reads the holds that the postings act on. Of one that was taken before them only this is known: no more can have been
// freed of it in the slice than was ever freed of it.
func (s *slicer) loadHolds(ctx context.Context, chunk []*record) error {
	seen := map[id.ID]bool{}
	var keys []id.ID
	for _, r := range chunk {
		for _, a := range r.acts {
			if !seen[a.hold] {
				seen[a.hold], s.earlier[a.hold] = true, a.verb != TakeHold
				keys = append(keys, a.hold)
			}
		}
	}
	rows, err := (&holdTable{}).Load(ctx, s.view, keys)
	if err != nil {
		return err
	}
	for key, row := range rows {
		h := row.(*hold)
		s.rows[key] = h
		if s.earlier[key] {
			known := *h
			known.remaining = h.amount - h.remaining
			s.holds[key] = &known
		}
	}
	s.report.Holds = int64(len(rows))
	return nil
}

// shown compares the accounts whose last posting is in the slice with what that posting left them with.
func (s *slicer) shown() {
	for number, a := range s.types {
		r := s.running[number]
		switch {
		case a.Seq < r.Seq:
			s.report.wrong("account %d names posting %d as its last; its legs go on to %d", number, a.Seq, r.Seq)
		case a.Seq > s.seq: // it has moved on, and a later slice will see
		case a.Seq != r.Seq:
			s.report.wrong("account %d names posting %d as its last; its legs end at %d", number, a.Seq, r.Seq)
		case a.Balance != r.Balance || a.Held != r.Held:
			s.report.wrong("account %d shows %d (%d held); its legs say %d (%d held)", number, a.Balance, a.Held, r.Balance, r.Held)
		}
	}
}

// taken compares the holds that were acted on with their rows. More may have been freed of them since.
func (s *slicer) taken() {
	for key, h := range s.holds {
		row := s.rows[key]
		switch {
		case row == nil:
			s.report.wrong("hold %s has acts but no row", key)
		case row.account != h.account || row.amount != h.amount || row.expiresAt != h.expiresAt:
			s.report.wrong("hold %s shows %d on account %d; its acts say %d on %d", key, row.amount, row.account, h.amount, h.account)
		case !s.earlier[key] && row.remaining > h.remaining:
			s.report.wrong("hold %s shows %d of %d; its acts leave %d at most", key, row.remaining, row.amount, h.remaining)
		case (row.state == holdOpen) != (row.remaining > 0):
			s.report.wrong("hold %s is in state %d with %d left", key, row.state, row.remaining)
		}
	}
}
