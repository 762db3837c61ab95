package voucher

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

// The accounts of the money behind a voucher.
const (
	trust  = 10
	escrow = 21
	till   = 1001
	till2  = 1002
)

// TestTwoTillsRedeemOneCode lets two tills at two processes redeem one voucher at once: one pays out, and once.
func TestTwoTillsRedeemOneCode(t *testing.T) {
	eachPair(t, func(t *testing.T, a, b *booth) {
		const rounds, amount = 20, 700
		_, err := a.ledger.Commit(ctx, &ledger.Plan{ID: ids.New(), Kind: ledger.Adjust, Open: []ledger.NewAccount{
			{ID: trust, Type: ledger.Trust, Currency: "KES"}, {ID: escrow, Type: ledger.Escrow, Currency: "KES"},
			{ID: till, Type: ledger.Float, Currency: "KES"}, {ID: till2, Type: ledger.Float, Currency: "KES"},
		}, Legs: []ledger.Leg{{Account: trust, Amount: -2 * rounds * amount}, {Account: escrow, Amount: 2 * rounds * amount}}})
		if err != nil {
			t.Fatal(err)
		}
		for n := range rounds {
			code, slip := a.made(voucherSlip(a), "")
			redeem := func(at *booth, float int64) string {
				proven, companions, err := at.Prove([]Slip{slip}, code, "")
				if err != nil || proven.ID != slip.ID {
					t.Error("the right code is none", err)
					return ""
				}
				p := &ledger.Plan{ID: ids.New(), Kind: ledger.VoucherRedeem,
					Legs: []ledger.Leg{{Account: escrow, Amount: -amount}, {Account: float, Amount: amount}}}
				p.Companions = append(companions, at.Use(slip.Ref(), p.ID))
				_, err = at.ledger.Commit(ctx, p)
				return heard(err)
			}
			var said [2]string
			if n%2 == 0 {
				both(func() { said[0] = redeem(a, till) }, func() { said[1] = redeem(b, till2) })
			} else { // a sender who takes it back meanwhile
				both(func() { said[0] = redeem(a, till) }, func() { said[1] = b.commit(b.Cancel(slip.Ref(), ids.New())) })
			}
			if (said[0] == "") == (said[1] == "") || said[0]+said[1] != "code_gone" {
				t.Fatalf("round %d: %q", n, said)
			}
		}
		var paid int64
		for _, float := range []int64{till, till2} {
			acc, err := a.ledger.Account(ctx, float)
			if err != nil {
				t.Fatal(err)
			}
			paid += acc.Balance
		}
		left, err := a.ledger.Account(ctx, escrow)
		if err != nil || paid+left.Balance != 2*rounds*amount || paid < rounds/2*amount || paid > rounds*amount {
			t.Errorf("%d paid out, %d left, %v", paid, left.Balance, err)
		}
	})
}

// TestTwoHundredWrongCodesAtOnce has two processes guess at one code: three guesses are compared, and then it is locked.
func TestTwoHundredWrongCodesAtOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, a, b *booth) {
		code, slip := a.made(cashSlip(a), "")
		var wrong, locked atomic.Int64
		var wg sync.WaitGroup
		for n := range 200 {
			booth := []*booth{a, b}[n%2]
			wg.Go(func() {
				_, said := booth.try(another(code, n%50), "", slip)
				switch {
				case strings.HasPrefix(said, "wrong_code"):
					wrong.Add(1)
				case said == "code_locked":
					locked.Add(1)
				default:
					t.Errorf("unexpected: %q", said)
				}
			})
		}
		wg.Wait()
		if wrong.Load() != 2 || locked.Load() != 198 {
			t.Errorf("%d heard that tries are left and %d that it is locked; want 2 and 198", wrong.Load(), locked.Load())
		}
		for _, booth := range []*booth{a, b} {
			_, said := booth.try(code, "", slip)
			booth.wants("the right code afterwards", said, "code_locked")
		}
	})
}

// A newer key takes over, and codes made under the older one stay good.
func TestKeyRotation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		b.keys = ring(t, "2025")
		code, slip := b.made(voucherSlip(b), "")
		b.keys = ring(t, "2025", "2026")
		_, said := b.try(code, "", slip)
		b.wants("under the older key", said, "")
		if again, err := b.Again(slip); err != nil || again != code {
			t.Errorf("shown again: another, %v", err)
		}
		_, next := b.made(voucherSlip(b), "")
		if slip.proof.keyID != "2025" || next.proof.keyID != "2026" {
			t.Errorf("made under %s and %s", slip.proof.keyID, next.proof.keyID)
		}
		b.keys = ring(t, "2026")
		if _, _, err := b.Prove([]Slip{slip}, code, ""); err == nil {
			t.Error("proven under a key that is gone")
		}
		if got := b.slip(slip.ID); got.Left != 3 {
			t.Errorf("a lost key cost a try: %d left", got.Left)
		}
	})
}

// ring is the demonstration's but for the PIN keys, which have these IDs.
func ring(t *testing.T, keyIDs ...string) *key.Ring {
	t.Helper()
	var lines strings.Builder
	for _, keyID := range keyIDs {
		lines.WriteString(keyID + " " + strings.Repeat(keyID, 16) + "\n") // 64 hexadecimal digits
	}
	file := filepath.Join(t.TempDir(), "pin.key")
	if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := key.Load(map[string]string{
		key.PIN: "file:" + file, key.Receipt: "demo", key.Session: "demo", key.IDNumber: "demo", key.Blind: "demo", key.Check: "demo",
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
