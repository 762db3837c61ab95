package pin

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

func TestTableKeepsRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := NewStore(d, key.Demo())
		var rows []any
		var keys []id.ID
		for n := range int64(1500) { // more than one statement can name
			v, err := newVerifier(s.keys, Subject{Customer, 1000 + n, Transact}, typed(t, "4826"))
			if err != nil {
				t.Fatal(err)
			}
			v.setAt = noon
			rows, keys = append(rows, v), append(keys, v.subject)
		}
		if err := d.Run(ctx, s.table.Write(d.Dialect(), rows)); err != nil {
			t.Fatal(err)
		}
		wrong, _ := rows[7].(*verifier).counted()
		if err := d.Run(ctx, s.table.Write(d.Dialect(), []any{wrong})); err != nil {
			t.Fatal(err)
		}
		found, err := s.table.Load(ctx, d, append(keys, brianOperator.key()))
		if err != nil || len(found) != len(rows) {
			t.Fatalf("%d rows, %v; want %d", len(found), err, len(rows))
		}
		desk := &desk{s, found[keys[7]]}
		if got := desk.put(s.Check(Subject{Customer, 1007, Transact}, typed(t, "1357"))); got != "wrong_pin left=1" {
			t.Errorf("a second wrong PIN on a row read back: heard %s", got)
		}
		if at, ok, err := s.SetAt(ctx, amina); !ok || err != nil || !at.Equal(noon) {
			t.Errorf("SetAt: %v %v %v", at, ok, err)
		}
		if _, ok, err := s.SetAt(ctx, brianOperator); ok || err != nil {
			t.Errorf("SetAt of nobody: %v %v", ok, err)
		}
	})
}

// brianOperator has the same number as a customer and is somebody else.
var brianOperator = Subject{Operator, 1002, Transact}

// 200 wrong PINs at once, over two processes: three are checked, and then the PIN is locked.
func TestTwoHundredWrongPINsAtOnce(t *testing.T) {
	a, b := dbtest.Two(t)
	ctx := context.Background()
	keys := key.Demo()
	var desks []*Store
	var ledgers []*ledger.Ledger
	for _, d := range []*db.DB{a, b} {
		l, err := ledger.Open(ctx, ledger.Options{
			DB: d, Clock: clock.System{}, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1}),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		ledgers, desks = append(ledgers, l), append(desks, NewStore(d, keys))
	}
	commit := func(i int, c ledger.Companion) error {
		_, err := ledgers[i].Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{c}})
		return err
	}
	set, err := desks[0].Set(amina, typed(t, "4826"))
	if err != nil {
		t.Fatal(err)
	}
	if err := commit(0, set); err != nil {
		t.Fatal(err)
	}

	var wrong, locked, other atomic.Int64
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			switch err := commit(i%2, desks[i%2].Check(amina, typed(t, "1357"))); fault.CodeOf(err) {
			case fault.WrongPIN:
				wrong.Add(1)
			case fault.PINLocked:
				locked.Add(1)
			default:
				other.Add(1)
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	wg.Wait()
	if wrong.Load() != 2 || locked.Load() != 198 {
		t.Errorf("%d heard that tries are left and %d that the PIN is locked; want 2 and 198", wrong.Load(), locked.Load())
	}
	var tries int64
	if s, err := desks[1].State(ctx, amina); err != nil || !s.Set || !s.Locked || s.SetAt.IsZero() {
		t.Errorf("its state is %+v, %v", s, err)
	}
	if s, err := desks[1].State(ctx, brian); err != nil || s.Set || s.Locked {
		t.Errorf("the state of none is %+v, %v", s, err)
	}
	if err := a.QueryRow(ctx, `SELECT tries FROM pins WHERE subject = ?`, amina.key()).Scan(&tries); err != nil || tries != 3 {
		t.Errorf("%d tries on record (%v), want 3", tries, err)
	}
	for i := range 2 {
		if err := commit(i, desks[i].Check(amina, typed(t, "4826"))); !fault.HasCode(err, fault.PINLocked) {
			t.Errorf("the right PIN afterwards: %v, want pin_locked", err)
		}
	}
}
