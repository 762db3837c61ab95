package network

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// town is a directory with a ledger to commit through, at noon of a day in March, in Nairobi.
type town struct {
	*Directory
	t      *testing.T
	db     *db.DB
	ledger *ledger.Ledger
	clock  *clock.Fake
}

var (
	ctx     = context.Background()
	nairobi = time.FixedZone("EAT", 3*3600)
	noon    = time.Date(2026, 3, 12, 12, 0, 0, 0, nairobi)
)

// Numbers of what every town has: see build.
const (
	bank     = 1001 // a super-agent
	njeri    = 1002 // an agent under it
	omondi   = 1003 // an agent under nobody
	kawa     = 1010 // njeri's stores
	river    = 1011
	omondis  = 1012 // omondi's store
	kawa1    = 1020 // tills: two in one store, one in each other
	kawa2    = 1021
	river1   = 1022
	omondi1  = 1023
	amina    = 1030 // operators
	brian    = 1031
	otieno   = 1032
	cara     = 1033 // taken on by tests
	aminas   = msisdn.Number("+254712000011")
	brians   = msisdn.Number("+254712000012")
	otienos  = msisdn.Number("+254712000013")
	noones   = msisdn.Number("+254712000099")
	shilling = 100
)

func newTown(t *testing.T, d *db.DB) *town {
	t.Helper()
	c := clock.NewFake(noon)
	l, err := ledger.Open(ctx, ledger.Options{
		DB: d, Clock: c, IDs: id.Random{}, Zone: nairobi, Receipts: ledger.NewReceiptCoder([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &town{Directory: NewDirectory(d, nairobi), t: t, db: d, ledger: l, clock: c}
}

// built is a town with a small network.
func built(t *testing.T, d *db.DB) *town {
	t.Helper()
	n := newTown(t, d)
	n.must(n.CreateAgent(Agent{ID: bank, Kind: Super, Name: "Duka Bank", Class: 3, Payable: 2001, Status: Active}))
	n.must(n.CreateAgent(Agent{ID: njeri, Parent: bank, Kind: Head, Name: "Njeri Traders", Class: 2, Payable: 2002, Status: Active}))
	n.must(n.CreateAgent(Agent{ID: omondi, Kind: Head, Name: "Omondi Ltd", Class: 1, Payable: 2003, Status: Active}))
	for _, s := range []Store{
		{ID: kawa, Agent: njeri, Name: "Mama Njeri", Ward: "KWG", Landmark: "Opposite Total, stage 46"},
		{ID: river, Agent: njeri, Name: "Njeri River Road", Ward: "CBD", Landmark: "50% Plaza"},
		{ID: omondis, Agent: omondi, Name: "Duka la Omondi", Ward: "KWG", Landmark: "Total station"},
	} {
		s.Status = Active
		n.must(n.CreateStore(s))
	}
	for _, c := range []Till{
		{ID: kawa1, Store: kawa, Agent: njeri}, {ID: kawa2, Store: kawa, Agent: njeri},
		{ID: river1, Store: river, Agent: njeri}, {ID: omondi1, Store: omondis, Agent: omondi},
	} {
		c.Code, c.Label, c.Float, c.Status = CodeOf(c.ID), "till", 3000+c.ID, Active
		n.must(n.CreateTill(c))
	}
	n.must(n.CreateOperator(worker(amina, kawa1, njeri, aminas)))
	n.must(n.CreateOperator(worker(brian, river1, njeri, brians)))
	n.must(n.CreateOperator(worker(otieno, omondi1, omondi, otienos)))
	return n
}

func worker(number, till, agent int64, phone msisdn.Number) Operator {
	return Operator{ID: number, Till: till, Agent: agent, Phone: phone, Name: "SOMEBODY", Language: "sw", Role: Cashier, Status: Active}
}

// commit returns the code that the plan was refused with.
func (n *town) commit(companions ...ledger.Companion) fault.Code {
	n.t.Helper()
	_, err := n.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	if err != nil && fault.As(err) == nil {
		n.t.Fatal(err)
	}
	if fault.HasCode(err, fault.Internal) {
		n.t.Log(err, errors.Unwrap(err))
	}
	return fault.CodeOf(err)
}

func (n *town) must(companions []ledger.Companion) {
	n.t.Helper()
	if code := n.commit(companions...); code != "" {
		n.t.Fatal(code)
	}
}

func (n *town) wants(code fault.Code, companions ...ledger.Companion) {
	n.t.Helper()
	if got := n.commit(companions...); got != code {
		n.t.Errorf("heard %q, want %q", got, code)
	}
}

func (n *town) operator(number int64) Operator {
	n.t.Helper()
	p, err := n.ByOperator(ctx, number)
	if err != nil {
		n.t.Fatal(err)
	}
	return p.Operator
}

func (n *town) place(till int64) Place {
	n.t.Helper()
	p, err := n.ByTill(ctx, till)
	if err != nil {
		n.t.Fatal(err)
	}
	return p
}

// eachPair runs fn on both databases with two handles on one database, as two processes would have.
func eachPair(t *testing.T, fn func(t *testing.T, a, b *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		dsn := "sqlite:" + filepath.Join(t.TempDir(), "senti.db")
		open := func() *db.DB {
			d, err := db.Open(ctx, dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			if _, err := db.Migrate(ctx, d); err != nil {
				t.Fatal(err)
			}
			return d
		}
		fn(t, open(), open())
	})
	t.Run("mysql", func(t *testing.T) {
		a, b := dbtest.Two(t)
		fn(t, a, b)
	})
}
