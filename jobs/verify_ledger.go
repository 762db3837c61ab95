package jobs

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"senti/wallet/ledger"
)

// verifyName is the job's name. What its runs find is shown apart: see VerifyLag.
const verifyName = "verify_ledger"

// verifyPace is how much of the books is proved in a minute. What was never proved goes first, and has most of the minute: at the 5,000 to
// 10,000 postings a second that are proved on two cores that is 19 to 38 million an hour, or 300 million a day and more, which is more than
// a ledger on the same cores takes in. When there is nothing new, the books are gone over once more, for so long that it is not felt.
var verifyPace = pace{first: 1000, least: 100, most: 5000, slice: 500 * time.Millisecond, fresh: 45 * time.Second, again: 2 * time.Second}

// pace is how long a run may go on, and how long it may look at one read snapshot.
type pace struct {
	first, least, most int           // postings in a slice: at the beginning of a run, and bounds of what it becomes
	slice              time.Duration // what a slice is to take: it is made smaller or larger until it does
	fresh              time.Duration // for postings that were never proved
	again              time.Duration // for those that were
}

// verifyLedger proves what was posted since it last ran, and then goes on with a round over all that was proved before, slice by slice, and
// begins it anew when it has come to the end. Where it stopped is in its result, and how far behind the ledger that is. A slice that is not
// right is proved again and again, and fails each time, until a person has seen to it.
func verifyLedger(p Parts) Job { return verifyAt(p, verifyPace) }

func verifyAt(p Parts, at pace) Job {
	return Job{
		Name: verifyName, Schedule: "@every 1m", Timeout: 5 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, t Tick) (Result, error) {
			var last proved
			if _, err := t.Resume(ctx, &last); err != nil {
				return nil, err
			}
			v := &proving{Parts: p, pace: at, size: at.first}
			return v.run(ctx, last)
		},
	}
}

// mark is a ledger.Place as a result keeps it.
type mark struct {
	Seq     int64  `json:"seq"`
	Chain   string `json:"chain"`
	Receipt int64  `json:"receipt"`
	At      int64  `json:"at"` // microseconds
}

// proved is how far the books are proved, as a result keeps it: to here, and in the round that goes on to Round.
type proved struct {
	mark
	Round mark `json:"round"`
}

func (m mark) place() (ledger.Place, error) {
	if m.Seq == 0 {
		return ledger.Place{}, nil
	}
	chain, err := hex.DecodeString(m.Chain)
	if err != nil || len(chain) != 32 {
		return ledger.Place{}, fmt.Errorf("the chain of the last result is %q", m.Chain)
	}
	return ledger.Place{Head: ledger.Head{Seq: m.Seq, Chain: [32]byte(chain)}, Receipt: m.Receipt, At: fromMicros(m.At)}, nil
}

func markOf(p ledger.Place) mark {
	if p.Seq == 0 {
		return mark{}
	}
	return mark{p.Seq, hex.EncodeToString(p.Chain[:]), p.Receipt, micros(p.At)}
}

// proving is one run.
type proving struct {
	Parts
	pace
	size int   // of the next slice
	done int64 // postings
}

func (v *proving) run(ctx context.Context, last proved) (Result, error) {
	began := v.Clock.Now()
	front, err := last.place()
	if err != nil {
		return nil, err
	}
	round, err := last.Round.place()
	if err != nil {
		return nil, err
	}
	front, end, err := v.prove(ctx, front, 0, v.fresh)
	if err != nil {
		return v.wrong(front, err)
	}
	fresh, roundEnd := v.done, false
	if end && front.Seq > 0 {
		if round, roundEnd, err = v.prove(ctx, round, front.Seq, v.again); err != nil {
			return v.wrong(round, err)
		}
		if roundEnd {
			round = ledger.Place{}
		}
	}
	lag, err := v.lag(ctx, front, end)
	if err != nil {
		return nil, err
	}
	here := markOf(front)
	return Result{"seq": here.Seq, "chain": here.Chain, "receipt": here.Receipt, "at": here.At, "round": markOf(round), "round_end": roundEnd,
		"new": fresh, "again": v.done - fresh, "per_second": perSecond(v.done, v.Clock.Now().Sub(began)),
		"behind": lag.Postings, "behind_s": int64(lag.Age / time.Second)}, nil
}

// prove goes on from a place, to a posting or (0) to the end of the books, as long as it may, and says whether it came there.
func (v *proving) prove(ctx context.Context, from ledger.Place, to int64, within time.Duration) (_ ledger.Place, there bool, err error) {
	ends := v.Clock.Now().Add(within)
	for {
		began, size := v.Clock.Now(), v.size
		if to > 0 {
			size = int(min(int64(size), to-from.Seq))
		}
		if size == 0 || !began.Before(ends) {
			return from, size == 0, nil
		}
		s, err := ledger.VerifySlice(ctx, v.DB, v.Zone, from, size)
		if err != nil {
			return from, false, err
		}
		if !s.OK() {
			return from, false, &notRight{s.Problems}
		}
		from, v.done = s.Next, v.done+s.Postings
		if s.End {
			return from, true, nil
		}
		v.fit(size, v.Clock.Now().Sub(began))
	}
}

// fit makes the next slice as large as would have taken the time that one is to take, and never more than twice the last.
func (v *proving) fit(size int, took time.Duration) {
	next := 2 * size
	if took > v.slice/2 {
		next = int(int64(size) * int64(v.slice) / int64(took))
	}
	v.size = max(v.least, min(next, v.most))
}

// notRight is what is wrong with the books.
type notRight struct{ problems []string }

// Error names the first of it.
func (n *notRight) Error() string { return "the books are NOT right: " + n.problems[0] }

// wrong is how a run ends that found the books wrong after a place, or could not look.
func (v *proving) wrong(after ledger.Place, err error) (Result, error) {
	var n *notRight
	if !errors.As(err, &n) {
		return nil, err
	}
	for _, problem := range n.problems {
		slog.Error("the books are NOT right", "after", after.Seq, "problem", problem)
	}
	return Result{"after": after.Seq, "problems": len(n.problems)}, err
}

// Lag is how far the proof of the books is behind the ledger.
type Lag struct {
	Postings int64
	Age      time.Duration // of the last posting that is proved; 0 when there is none after it
}

func (v *proving) lag(ctx context.Context, front ledger.Place, end bool) (Lag, error) {
	if end {
		return Lag{}, nil
	}
	head, err := ledger.LastSeq(ctx, v.DB)
	return Lag{max(0, head-front.Seq), max(0, v.Clock.Now().Sub(front.At))}, err
}

// VerifyLag is how far behind the proof of the books was at the end of a run; false if the run does not tell.
func VerifyLag(r Run) (Lag, bool) {
	var kept struct {
		Behind  *int64 `json:"behind"`
		BehindS int64  `json:"behind_s"`
	}
	if r.Job != verifyName || r.State != Done || json.Unmarshal([]byte(r.Result), &kept) != nil || kept.Behind == nil {
		return Lag{}, false
	}
	return Lag{*kept.Behind, time.Duration(kept.BehindS) * time.Second}, true
}

func perSecond(n int64, took time.Duration) int64 {
	if took <= 0 {
		return 0
	}
	return int64(float64(n) / took.Seconds())
}
