package customer

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
)

func yyyymmdd(t time.Time) int32 { return int32(t.Year()*10_000 + int(t.Month())*100 + t.Day()) }

// Who only names an ID cannot keep its owner, who shows it, from a wallet; and who shows it may have three.
func TestCheckedWalletsPerDocument(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRegistry(t, d)
		for n := range int64(WalletsPerDocument) {
			c := withDocument(t, someone(n, msisdn.Number(fmt.Sprintf("+25471200000%d", n))), "29883711")
			if code := r.commit(r.Create(c)...); code != "" {
				t.Fatal(code)
			}
		}
		for n := int64(3); n < 3+CheckedPerDocument+1; n++ {
			c := withDocument(t, someone(n, msisdn.Number(fmt.Sprintf("+25471200000%d", n))), "29883711")
			c.NameVerified = true
			others, err := r.Checked(ctx, c.Document)
			if err != nil || len(others) != int(n-3) {
				t.Fatalf("%d others, %v; want %d", len(others), err, n-3)
			}
			want := fault.Code("")
			if n == 3+CheckedPerDocument {
				want = fault.IDNumberUsed
			}
			code := r.commit(append(r.Create(c), r.Check(c.Document, len(others), ledger.Turnover{}))...)
			if code != want {
				t.Errorf("wallet %d on the checked document: %q, want %q", n-2, code, want)
			}
		}
	})
}

// Of ten who open a second wallet at once, and have all seen that there is one, a single one does.
func TestTwoSecondWalletsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRegistry(t, d)
		document := withDocument(t, someone(1, "+254712000001"), "29883711").Document
		r.commit(r.Check(document, 0, ledger.Turnover{}))
		var mu sync.Mutex
		heard := map[fault.Code]int{}
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				code := r.commit(r.Check(document, 1, ledger.Turnover{}))
				mu.Lock()
				defer mu.Unlock()
				heard[code]++
			})
		}
		wg.Wait()
		if heard[""] != 1 || heard[fault.Conflict] != 9 {
			t.Errorf("heard %v; want one accepted and nine conflicts", heard)
		}
	})
}

// What moved through a document's wallets adds up over the day and the month, and begins anew with the next ones.
func TestMoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRegistry(t, d)
		document := withDocument(t, someone(1, "+254712000001"), "29883711").Document
		var seen ledger.Account
		moved := func(out, in int64, day time.Time) fault.Code {
			return r.commit(r.Moved(Movement{Document: document.Key(), Wallets: 2, Out: out, In: in, Class: 2, Rule: func(a ledger.Account) *fault.Error {
				if seen = a; a.Turnover.OutDay > 500 {
					return fault.New(fault.LimitDay)
				}
				return nil
			}}, func(time.Time) int32 { return yyyymmdd(day) }))
		}
		if code := moved(1, 0, noon); code != fault.Conflict {
			t.Errorf("of a document that nobody checked: %q", code)
		}
		r.commit(r.Check(document, 0, ledger.Turnover{OutDay: 7}))
		r.commit(r.Check(document, 1, ledger.Turnover{Day: yyyymmdd(noon), Month: yyyymmdd(noon) / 100, OutDay: 100, OutMonth: 150}))
		next, later := noon.AddDate(0, 0, 1), noon.AddDate(0, 1, 0)
		for _, c := range []struct {
			name    string
			out, in int64
			day     time.Time
			code    fault.Code
			want    [4]int64 // out and in of the day, out and in of the month
		}{
			{"beside what they had moved before", 300, 0, noon, "", [4]int64{400, 0, 450, 0}},
			{"too much is not counted", 101, 0, noon, fault.LimitDay, [4]int64{501, 0, 551, 0}},
			{"all of the limit", 100, 0, noon, "", [4]int64{500, 0, 550, 0}},
			{"the other way", 0, 70, noon, "", [4]int64{500, 70, 550, 70}},
			{"the next day", 10, 0, next, "", [4]int64{10, 0, 560, 70}},
			{"a day that went backwards", 10, 0, noon, "", [4]int64{20, 0, 570, 70}},
			{"the next month", 1, 0, later, "", [4]int64{1, 0, 1, 0}},
		} {
			code := moved(c.out, c.in, c.day)
			t1 := seen.Turnover
			if got := [4]int64{t1.OutDay, t1.InDay, t1.OutMonth, t1.InMonth}; code != c.code || got != c.want || seen.Class != 2 {
				t.Errorf("%s: %q %v, want %q %v", c.name, code, got, c.code, c.want)
			}
		}
	})
}

func TestDocumentIsAndEndsWith(t *testing.T) {
	d := withDocument(t, Customer{Phone: "+254712000001"}, "29883711").Document
	for number, want := range map[string]bool{"29883711": true, "29883712": false, "": false} {
		if is, err := d.Is(key.Demo(), NationalID, number); err != nil || is != want {
			t.Errorf("Is(%q) = %t, %v", number, is, err)
		}
	}
	if is, err := d.Is(key.Demo(), market.Passport, "29883711"); is || err != nil {
		t.Errorf("a passport of the same number is the national ID: %t, %v", is, err)
	}
	for end, want := range map[string]bool{"3711": true, "3712": false, "711": false, "83711": false, "": false} {
		if ends, err := d.EndsWith(key.Demo(), "+254712000001", end); err != nil || ends != want {
			t.Errorf("EndsWith(%q) = %t, %v", end, ends, err)
		}
	}
	if is, err := (Document{}).Is(key.Demo(), NoDocument, ""); is || err != nil {
		t.Errorf("no document is one: %t, %v", is, err)
	}
	if _, err := d.EndsWith(key.Demo(), "+254712000002", "3711"); err == nil {
		t.Error("the document of another customer was opened")
	}
}
