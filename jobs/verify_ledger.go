package jobs

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"senti/wallet/ledger"
)

const (
	verifySlice = 2000   // postings proved in one read snapshot
	verifyMost  = 10_000 // postings proved in one run: 14 million a day, for some two seconds of work a minute
)

// verifyLedger goes round the books, slice by slice, and begins anew when it has come to their end. Where it stopped is in its
// result. A slice that is not right is proved again and again, and fails each time, until a person has seen to it.
func verifyLedger(p Parts) Job {
	return Job{
		Name: "verify_ledger", Schedule: "@every 1m", Timeout: 5 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, t Tick) (Result, error) {
			var last proved
			if _, err := t.Resume(ctx, &last); err != nil {
				return nil, err
			}
			return verify(ctx, p, last, verifySlice, verifyMost)
		},
	}
}

// proved is how far the books are proved, as a result keeps it. At the end of a round it says so, and the next run begins at the
// first posting.
type proved struct {
	Seq      int64  `json:"seq"`
	Chain    string `json:"chain"`
	Receipt  int64  `json:"receipt"`
	At       int64  `json:"at"` // microseconds
	RoundEnd bool   `json:"round_end"`
}

func (l proved) place() (ledger.Place, error) {
	if l.RoundEnd || l.Seq == 0 {
		return ledger.Place{}, nil
	}
	chain, err := hex.DecodeString(l.Chain)
	if err != nil || len(chain) != 32 {
		return ledger.Place{}, fmt.Errorf("the chain of the last result is %q", l.Chain)
	}
	return ledger.Place{Head: ledger.Head{Seq: l.Seq, Chain: [32]byte(chain)}, Receipt: l.Receipt, At: fromMicros(l.At)}, nil
}

func verify(ctx context.Context, p Parts, last proved, slice int, most int64) (Result, error) {
	place, err := last.place()
	if err != nil {
		return nil, err
	}
	done := int64(0)
	for done < most {
		s, err := ledger.VerifySlice(ctx, p.DB, p.Zone, place, slice)
		if err != nil {
			return nil, err
		}
		if !s.OK() {
			for _, problem := range s.Problems {
				slog.Error("the books are NOT right", "after", place.Seq, "problem", problem)
			}
			return Result{"after": place.Seq, "problems": len(s.Problems)}, fmt.Errorf("the books are NOT right: %s", s.Problems[0])
		}
		place, done = s.Next, done+s.Postings
		if s.End {
			return result(place, done, true), nil
		}
	}
	return result(place, done, false), nil
}

func result(p ledger.Place, done int64, end bool) Result {
	return Result{"seq": p.Seq, "chain": hex.EncodeToString(p.Chain[:]), "receipt": p.Receipt, "at": micros(p.At), "round_end": end,
		"postings": done}
}
