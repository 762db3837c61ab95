package customer

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// registry is a store with a ledger to commit through, at noon of a day in March.
type registry struct {
	*Store
	t      *testing.T
	ledger *ledger.Ledger
}

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

func newRegistry(t *testing.T, d *db.DB) *registry {
	t.Helper()
	l, err := ledger.Open(ctx, ledger.Options{
		DB: d, Clock: clock.NewFake(noon), IDs: &id.Sequence{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &registry{Store: NewStore(d), t: t, ledger: l}
}

func (r *registry) commit(companions ...ledger.Companion) fault.Code {
	_, err := r.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	if err != nil && fault.As(err) == nil {
		r.t.Fatal(err)
	}
	return fault.CodeOf(err)
}

// someone is a customer of that phone whose numbers follow from n.
func someone(n int64, phone msisdn.Number) Customer {
	return Customer{
		ID: 1000 + n, Account: 1000 + n, Phone: phone, Name: "JANE WANJIKU", Tier: 1, Status: Active, Language: "sw",
		Terms: "ke.terms@2026-01-01",
	}
}

func withDocument(t *testing.T, c Customer, number string) Customer {
	t.Helper()
	var err error
	if c.Document, err = Seal(key.Demo(), c.Phone, NationalID, number); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCreateAndRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRegistry(t, d)
		jane := withDocument(t, someone(1, "+254712000001"), "29883711")
		if code := r.commit(r.Create(jane)...); code != "" {
			t.Fatal(code)
		}
		for name, read := range map[string]func() (Customer, error){
			"by phone": func() (Customer, error) { return r.ByPhone(ctx, jane.Phone) },
			"by ID":    func() (Customer, error) { return r.ByID(ctx, jane.ID) },
		} {
			got, err := read()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			number, err := got.Document.Reveal(key.Demo(), got.Phone)
			if err != nil || number != "29883711" {
				t.Errorf("%s: the document's number is %q, %v", name, number, err)
			}
			if !got.CreatedAt.Equal(noon) || !got.TermsAt.Equal(noon) {
				t.Errorf("%s: created %v, terms accepted %v; want the commit's time", name, got.CreatedAt, got.TermsAt)
			}
			got.Document, got.CreatedAt, got.TermsAt = jane.Document, jane.CreatedAt, jane.TermsAt
			if !same(got, jane) {
				t.Errorf("%s: %+v, want %+v", name, got, jane)
			}
		}
		if _, err := r.ByPhone(ctx, "+254712000099"); !fault.HasCode(err, fault.NotRegistered) {
			t.Errorf("an unknown phone: %v, want not_registered", err)
		}
	})
}

func same(a, b Customer) bool {
	return a.ID == b.ID && a.Account == b.Account && a.Phone == b.Phone && a.Name == b.Name && a.NameVerified == b.NameVerified &&
		a.Tier == b.Tier && a.Status == b.Status && a.Language == b.Language && a.Terms == b.Terms
}

// Forty registrations of one number at once open one wallet.
func TestOnePhoneOneWallet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRegistry(t, d)
		var mu sync.Mutex
		heard := map[fault.Code]int{}
		var wg sync.WaitGroup
		for n := range int64(40) {
			wg.Go(func() {
				code := r.commit(r.Create(someone(n, "+254712000001"))...)
				mu.Lock()
				defer mu.Unlock()
				heard[code]++
			})
		}
		wg.Wait()
		if heard[""] != 1 || heard[fault.AlreadyOpen] != 39 {
			t.Errorf("heard %v; want one accepted and 39 already_open", heard)
		}
	})
}

// One ID number may stand behind a family's phones and no more, also when all of them register at once.
func TestWalletsPerDocument(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRegistry(t, d)
		var mu sync.Mutex
		heard := map[fault.Code]int{}
		var wg sync.WaitGroup
		for n := range int64(10) {
			c := withDocument(t, someone(n, msisdn.Number("+25471200000"+string(rune('0'+n)))), "29883711")
			wg.Go(func() {
				code := r.commit(r.Create(c)...)
				mu.Lock()
				defer mu.Unlock()
				heard[code]++
			})
		}
		wg.Wait()
		if heard[""] != WalletsPerDocument || heard[fault.IDNumberUsed] != 10-WalletsPerDocument {
			t.Errorf("heard %v; want %d accepted, the rest id_number_used", heard, WalletsPerDocument)
		}
		other := withDocument(t, someone(20, "+254712000020"), "30000001")
		if code := r.commit(r.Create(other)...); code != "" {
			t.Errorf("another ID: %s", code)
		}
		index := withDocument(t, Customer{Phone: "+254712000077"}, "29883711").Document.Index
		var found int
		if err := d.QueryRow(ctx, `SELECT COUNT(*) FROM customers WHERE id_index = ?`, index).Scan(&found); err != nil || found != WalletsPerDocument {
			t.Errorf("the blind index finds %d customers, %v; want %d", found, err, WalletsPerDocument)
		}
	})
}

func TestChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRegistry(t, d)
		r.commit(r.Create(someone(1, "+254712000001"))...)
		inEnglish := func(c *Customer) *fault.Error { c.Language = "en"; return nil }
		if code := r.commit(r.Change("+254712000001", inEnglish)); code != "" {
			t.Fatal(code)
		}
		if c, err := r.ByPhone(ctx, "+254712000001"); err != nil || c.Language != "en" || c.Name != "JANE WANJIKU" {
			t.Errorf("after the change: %+v, %v", c, err)
		}
		refuse := func(c *Customer) *fault.Error { c.Language = "fr"; return fault.New(fault.BadChoice) }
		if code := r.commit(r.Change("+254712000001", refuse)); code != fault.BadChoice {
			t.Errorf("a change that refuses: %q", code)
		}
		if c, _ := r.ByPhone(ctx, "+254712000001"); c.Language != "en" {
			t.Errorf("a refused change was written: %s", c.Language)
		}
		if code := r.commit(r.Change("+254712000099", inEnglish)); code != fault.NotRegistered {
			t.Errorf("a change of nobody: %q", code)
		}
	})
}

func TestSealedNumberStaysWithItsCustomer(t *testing.T) {
	d := withDocument(t, Customer{Phone: "+254712000001"}, "29883711").Document
	if bytes.Contains(d.Sealed, []byte("29883711")) || bytes.Contains(d.Index, []byte("29883711")) {
		t.Error("the number stands in the clear")
	}
	if number, err := d.Reveal(key.Demo(), "+254712000002"); err == nil {
		t.Errorf("opened for another customer: %s", number)
	}
	again := withDocument(t, Customer{Phone: "+254712000001"}, "29883711").Document
	if bytes.Equal(again.Sealed, d.Sealed) {
		t.Error("sealed twice, the same bytes: equal numbers can be told from the table")
	}
	if !bytes.Equal(again.Index, d.Index) {
		t.Error("the index of one number differs: it cannot be found again")
	}
}
