package limit

import (
	"testing"

	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// Floats are shown as they would be after the deal, in cents. Class 1 holds up to 500,000; a till takes in and pays out up to
// 2,000,000 a day. Cash taken in is e-money going out of the float.
func TestFloat(t *testing.T) {
	m := kenya(t)
	for _, c := range []struct {
		name              string
		class             int16
		amount            int64 // of the leg
		balance, out, in  int64
		code              fault.Code // "" = goes ahead
		most, left        int64
		refusedWhenBought bool // the same balance, had the float been bought
	}{
		{"a deposit", 1, -500_00, 1_000_00, 500_00, 0, "", 0, 0, false},
		{"a withdrawal", 1, 500_00, 1_000_00, 0, 500_00, "", 0, 0, false},
		{"all the day's deposits", 1, -500_00, 0, 2_000_000_00, 0, "", 0, 0, false},
		{"one cent over them", 1, -500_00, 0, 2_000_000_01, 0, fault.TillLimit, 2_000_000_00, 499_99, false},
		{"one cent over the withdrawals", 1, 500_00, 0, 0, 2_000_000_01, fault.TillLimit, 2_000_000_00, 499_99, false},
		{"a withdrawal after too many deposits", 1, 500_00, 0, 3_000_000_00, 500_00, "", 0, 0, false},
		{"a deposit after too many withdrawals", 1, -500_00, 0, 500_00, 3_000_000_00, "", 0, 0, false},
		{"full to the cent", 1, 500_00, 500_000_00, 0, 500_00, "", 0, 0, false},
		{"one cent too full", 1, 500_00, 500_000_01, 0, 500_00, fault.FloatFull, 500_000_00, 0, true},
		{"too full, but a deposit makes it less", 1, -500_00, 600_000_00, 500_00, 0, "", 0, 0, true},
		{"the same in a greater class", 2, 500_00, 600_000_00, 0, 500_00, "", 0, 0, false},
		{"a class nobody defined", 9, 500_00, 500_00, 0, 500_00, fault.Internal, 0, 0, true},
	} {
		after := ledger.Account{ID: 1003, Class: c.class, Balance: c.balance, Turnover: ledger.Turnover{OutDay: c.out, InDay: c.in}}
		refusal := Float(m, day, c.amount)(after)
		if codeOf(refusal) != c.code || (refusal != nil && (refusal.Int("max") != c.most || refusal.Int("left") != c.left)) {
			t.Errorf("%s: %v, want %q with max %d and left %d", c.name, refusal, c.code, c.most, c.left)
		}
		if bought := FloatRoom(m, day)(after); (bought != nil) != c.refusedWhenBought {
			t.Errorf("%s: had it been bought: %v", c.name, bought)
		}
	}
}

// The day after a new PIN: 2,000 at once and 5,000 in all, or less where the tier has less; what comes in is as ever.
func TestSmallDay(t *testing.T) {
	m := kenya(t)
	for _, c := range []struct {
		name          string
		class         int16
		amount, today int64
		code          fault.Code
		most, left    int64
	}{
		{"the most at once", Small(1), 2_000_00, 2_000_00, "", 0, 0},
		{"one cent over it", Small(1), 2_000_01, 2_000_01, fault.LimitSingle, 2_000_00, 0},
		{"a verified wallet too", Small(2), 2_000_01, 2_000_01, fault.LimitSingle, 2_000_00, 0},
		{"the day used up exactly", Small(2), 1_000_00, 5_000_00, "", 0, 0},
		{"one cent over the day", Small(2), 1_000_00, 5_000_01, fault.LimitDay, 5_000_00, 999_99},
		{"the day after", Full(Small(2)), 2_000_01, 2_000_01, "", 0, 0},
		{"a tier nobody defined", Small(9), 500_00, 500_00, fault.Internal, 0, 0},
	} {
		after := ledger.Account{ID: 1001, Class: c.class, Turnover: ledger.Turnover{OutDay: c.today, OutMonth: c.today}}
		refusal := Sender(m, day, c.amount)(after)
		if codeOf(refusal) != c.code || (refusal != nil && (refusal.Int("max") != c.most || refusal.Int("left") != c.left)) {
			t.Errorf("%s: %v, want %q with max %d and left %d", c.name, refusal, c.code, c.most, c.left)
		}
	}
	tier, ok := Describe(m, day, Small(2))
	if !ok || tier.Number != 2 || tier.Single != 2_000_00 || tier.DayOut != 5_000_00 || tier.MonthOut != 5_000_000_00 {
		t.Errorf("what a page would say: %+v, %v", tier, ok)
	}
	received := ledger.Account{Class: Small(1), Balance: 50_000_00, Turnover: ledger.Turnover{InDay: 20_000_00, InMonth: 20_000_00}}
	if refusal := Depositor(m, day, 20_000_00)(received); refusal != nil {
		t.Errorf("it may receive as ever: %v", refusal)
	}
	if normal, _ := Describe(m, day, 2); normal.Single != 250_000_00 {
		t.Errorf("a small day changed the tier itself: %+v", normal)
	}
}

func TestClassesOfASmallDay(t *testing.T) {
	for tier := int16(1); tier <= 99; tier++ {
		if Small(tier) != tier+100 || Small(Small(tier)) != tier+100 || Full(Small(tier)) != tier || Full(tier) != tier {
			t.Fatalf("tier %d: small %d, full %d", tier, Small(tier), Full(Small(tier)))
		}
	}
}

// The operator hears no more than a payer: not which limit, and not how near it is.
func TestDepositorSaysNoMore(t *testing.T) {
	m := kenya(t)
	refusal := Depositor(m, day, 500_00)(ledger.Account{ID: 1001, Class: 1, Balance: 50_000_01})
	if codeOf(refusal) != fault.CannotReceive || len(refusal.Args) != 0 {
		t.Errorf("a wallet too full: %v", refusal)
	}
	if cause := fault.CodeOf(refusal.Unwrap()); cause != fault.LimitBalance {
		t.Errorf("the log would name %s", cause)
	}
}
