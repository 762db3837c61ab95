package network

import (
	"sync"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// two are two processes on one database.
type two struct{ a, b *town }

// at sends plans to both processes at the same moment, turn about, and counts what was heard.
func (w two) at(t *testing.T, plans []func(n *town) []ledger.Companion) map[fault.Code]int {
	t.Helper()
	heard := map[fault.Code]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i, plan := range plans {
		n := w.a
		if i%2 == 1 {
			n = w.b
		}
		wg.Go(func() {
			<-start
			code := n.commit(plan(n)...)
			mu.Lock()
			defer mu.Unlock()
			heard[code]++
		})
	}
	close(start)
	wg.Wait()
	return heard
}

func eachTwo(t *testing.T, fn func(t *testing.T, w two)) {
	t.Helper()
	eachPair(t, func(t *testing.T, a, b *db.DB) { fn(t, two{built(t, a), newTown(t, b)}) })
}

// Two processes that hire one phone, paint one code, or open an agent of one number: one of them wins, every time.
func TestTwoLedgersCreateTheSame(t *testing.T) {
	eachTwo(t, func(t *testing.T, w two) {
		for round := range int64(20) {
			phone := msisdn.Number("+2547130000" + string(rune('0'+round/10)) + string(rune('0'+round%10)))
			var hires, tills []func(n *town) []ledger.Companion
			for i := range int64(4) {
				number := 10_000 + round*100 + i
				hires = append(hires, func(n *town) []ledger.Companion {
					return n.CreateOperator(worker(number, kawa1+i%2, njeri, phone))
				})
				tills = append(tills, func(n *town) []ledger.Companion {
					return n.CreateTill(Till{ID: number, Store: kawa, Agent: njeri, Code: CodeOf(10_000 + round), Float: 50_000 + number})
				})
			}
			if heard := w.at(t, hires); heard[""] != 1 || heard[fault.OperatorTaken] != 3 {
				t.Fatalf("round %d: one phone, heard %v", round, heard)
			}
			if heard := w.at(t, tills); heard[""] != 1 || heard[fault.ShopCodeTaken] != 3 {
				t.Fatalf("round %d: one code, heard %v", round, heard)
			}
			a, errA := w.a.ByPhone(ctx, phone)
			b, errB := w.b.ByPhone(ctx, phone)
			if errA != nil || errB != nil || a != b || a.Operator.Phone != phone {
				t.Fatalf("round %d: %+v, %v and %+v, %v", round, a, errA, b, errB)
			}
		}
		if parts := w.a.place(kawa1).Store.Parts; parts != 2+20 {
			t.Errorf("the store counts %d tills, want 22", parts)
		}
		if parts := w.a.place(kawa1).Till.Parts + w.a.place(kawa2).Till.Parts; parts != 1+20 {
			t.Errorf("its tills count %d operators, want 21", parts)
		}
	})
}

// A till is closed by one process while the other hires somebody for it, over and over: nobody ever works a closed till.
func TestClosingRacesHiring(t *testing.T) {
	eachTwo(t, func(t *testing.T, w two) {
		won := map[string]int{}
		for round := range int64(20) {
			till, operator := 20_000+round, 30_000+round
			w.a.must(w.a.CreateTill(Till{ID: till, Store: kawa, Agent: njeri, Code: CodeOf(till), Float: 50_000 + till}))
			row := w.a.place(till).Till
			phone := msisdn.Number("+2547140000" + string(rune('0'+round/10)) + string(rune('0'+round%10)))
			heard := w.at(t, []func(n *town) []ledger.Companion{
				func(n *town) []ledger.Companion { return n.CloseTill(row) },
				func(n *town) []ledger.Companion { return n.CreateOperator(worker(operator, till, njeri, phone)) },
			})
			switch {
			case heard[""] == 1 && heard[fault.PlaceClosed] == 1:
				won["closing"]++
			case heard[""] == 1 && heard[fault.PlaceNotEmpty] == 1:
				won["hiring"]++
			default:
				t.Fatalf("round %d: heard %v", round, heard)
			}
			row = w.b.place(till).Till
			if (row.Status == Closed) != (row.Parts == 0) {
				t.Fatalf("round %d: %+v", round, row)
			}
		}
		t.Log(won)
	})
}

// Many deals of one operator through two processes: the day's limit is spent to the last cent and not beyond it.
func TestTheDayIsExact(t *testing.T) {
	eachTwo(t, func(t *testing.T, w two) {
		const deals, room = 120, 50
		o := w.a.operator(amina)
		plans := make([]func(n *town) []ledger.Companion, deals)
		for i := range plans {
			plans[i] = func(n *town) []ledger.Companion { return n.Works(o, 0, 7, Most{Out: 7*room + 6}) }
		}
		if heard := w.at(t, plans); heard[""] != room || heard[fault.OperatorLimit] != deals-room {
			t.Errorf("heard %v, want %d accepted", heard, room)
		}
		if got, want := w.b.operator(amina).Today, (Day{20260312, 0, 7 * room}); got != want {
			t.Errorf("the day is %+v, want %+v", got, want)
		}
	})
}

// Refusals that come together are all counted: the third bars him whichever process hears it.
func TestRefusalsAtOnce(t *testing.T) {
	eachTwo(t, func(t *testing.T, w two) {
		plans := make([]func(n *town) []ledger.Companion, 3)
		for i := range plans {
			plans[i] = func(n *town) []ledger.Companion { return []ledger.Companion{n.Refused(amina, 3, Forever)} }
		}
		w.at(t, plans)
		w.a.wants(fault.OperatorBarred, w.a.MayAsk(amina))
		w.b.wants(fault.OperatorBarred, w.b.MayAsk(amina))
	})
}

// Many who dial at once are answered each with their own, as one query answers several of them.
func TestManyDialAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		phones := []msisdn.Number{aminas, brians, otienos, noones}
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				phone := phones[i%len(phones)]
				p, err := n.ByPhone(ctx, phone)
				if phone == noones {
					if !fault.HasCode(err, fault.NotOperator) {
						t.Errorf("nobody: %+v, %v", p, err)
					}
				} else if err != nil || p.Operator.Phone != phone {
					t.Errorf("%s: %+v, %v", phone, p, err)
				}
				till := []int64{kawa1, kawa2, river1, omondi1}[i%4]
				if p, err := n.ByCode(ctx, CodeOf(till)); err != nil || p.Till.ID != till {
					t.Errorf("the code of %d: %+v, %v", till, p, err)
				}
			})
		}
		wg.Wait()
	})
}
