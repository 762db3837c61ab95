package ledger_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// unseen are the tamperings that no slice can show, because one must have seen everything for them: Verify alone does.
var unseen = []string{
	"a day's turnover altered", "a month's turnover altered",
	"what is left of a hold altered", "a captured hold marked expired",
	"an account with money invented", "a hold invented",
}

// round verifies slice by slice from a place to the end and returns all problems.
func round(t *testing.T, d *db.DB, from ledger.Place, most int) (problems []string, end ledger.Place) {
	t.Helper()
	for range 1000 {
		s, err := ledger.VerifySlice(bg, d, nairobi(t), from, most)
		if err != nil {
			t.Fatal(err)
		}
		problems = append(problems, s.Problems...)
		if s.End {
			return problems, s.Next
		}
		if s.Next.Seq <= from.Seq {
			t.Fatalf("a slice that is not the last ends at %d, where it began", s.Next.Seq)
		}
		from = s.Next
	}
	t.Fatal("it never ends")
	return nil, from
}

func TestSlicesOfRightBooks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if problems, end := round(t, d, ledger.Place{}, 3); len(problems) > 0 || end.Seq != 0 {
			t.Errorf("an empty database: %v, %v", problems, end)
		}
		l := books(t, d)
		whole := wantBooksRight(t, d)
		for _, most := range []int{1, 2, 5, 7, 12, 13, 5000, 0} {
			problems, end := round(t, d, ledger.Place{}, most)
			if len(problems) > 0 || end.Seq != whole.Seq || end.Chain != whole.Chain || end.Receipt == 0 {
				t.Errorf("slices of %d end at %+v: %v", most, end, problems)
			}
			must(t, l, send(1000, 1001, 10, 1, 1))
			if problems, next := round(t, d, end, most); len(problems) > 0 || next.Seq <= end.Seq {
				t.Errorf("going on from %d to %d: %v", end.Seq, next.Seq, problems)
			}
			whole = wantBooksRight(t, d)
		}
	})
}

// Every tampering that Verify reports shows in the slices too, however they are cut, but for those that are named above.
func TestSlicesReportTampering(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		books(t, d)
		for _, most := range []int{1, 4, 12, 100} {
			for i, c := range slices.Concat(breaksTheChain, breaksTheSums) {
				var problems []string
				tampered(t, d, c, i >= len(breaksTheChain), func(tx *db.DB) {
					problems, _ = round(t, tx, ledger.Place{}, most)
				})
				if shows := len(problems) > 0; shows == slices.Contains(unseen, c.name) {
					t.Errorf("%s: slices of %d show it: %v", c.name, most, shows)
				}
			}
		}
	})
}

// What was proved once is remembered by its link: books that were made to fit anew do not lead through it.
func TestSlicesKnowWhatWasProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		books(t, d)
		s, err := ledger.VerifySlice(bg, d, nairobi(t), ledger.Place{}, 8)
		if err != nil || s.End || s.Next.Seq != 8 || !s.OK() || s.Postings != 8 {
			t.Fatalf("%+v, %v", s, err)
		}
		for _, c := range []tampering{
			{"rewritten", "UPDATE postings SET rules = 'other' WHERE seq = 6", "posting 8 is not the one that was proved before"},
			{"the tail cut", "DELETE FROM legs WHERE seq > 7; DELETE FROM hold_acts WHERE seq > 7; DELETE FROM postings WHERE seq > 7", "posting 8 was proved before, and is gone"},
		} {
			tampered(t, d, c, true, func(tx *db.DB) {
				problems, _ := round(t, tx, s.Next, 8)
				wantReported(t, &ledger.Report{Problems: problems}, c)
			})
		}
	})
}

// Slices are verified again and again, to the end and from the beginning, while sends and holds go on.
func TestSlicesBesideALiveWriter(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d, clock.System{})
		w := seed(t, l, 20, 10_000)
		var stop atomic.Bool
		var wg sync.WaitGroup
		for c := range 8 {
			wg.Go(func() {
				for n := 0; !stop.Load(); n++ {
					from, to := w[(c+n)%20], w[(c+n+1+n%18)%20]
					plan := send(from, to, 10, 1, 1)
					if n%4 == 3 {
						hold := ids.New()
						must(t, l, take(hold, from, 1, noon.AddDate(90, 0, 0)))
						plan = capture(hold, from, to, 1)
					}
					if _, err := l.Commit(bg, plan); err != nil && !fault.HasCode(err, fault.Insufficient) {
						t.Error(err)
					}
				}
			})
		}
		for rounds, from := 0, (ledger.Place{}); rounds < 3; rounds++ {
			problems, end := round(t, d, from, 200)
			if len(problems) > 0 {
				t.Error(strings.Join(problems, "; "))
				break
			}
			if from = end; rounds == 1 {
				from = ledger.Place{}
			}
		}
		stop.Store(true)
		wg.Wait()
		wantBooksRight(t, d)
	})
}
