package limit

import (
	"testing"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/market"
)

var day = time.Date(2026, 12, 3, 11, 2, 0, 0, time.UTC)

func kenya(t testing.TB) *market.Market {
	t.Helper()
	m, err := market.Load("ke")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Accounts are shown as they would be after the payment, in cents. Tier 1: single 10,000, day 20,000, month 100,000.
// Tier 2: single 250,000, day 500,000, month 5,000,000.
func TestSender(t *testing.T) {
	m := kenya(t)
	for _, c := range []struct {
		name                 string
		tier                 int16
		amount, today, month int64
		code                 fault.Code // "" = may pay
		most, left           int64
	}{
		{"a small payment", 1, 500_00, 500_00, 500_00, "", 0, 0},
		{"exactly the single limit", 1, 10_000_00, 10_000_00, 10_000_00, "", 0, 0},
		{"one cent over it", 1, 10_000_01, 10_000_01, 10_000_01, fault.LimitSingle, 10_000_00, 0},
		{"the same for a verified customer", 2, 10_000_01, 10_000_01, 10_000_01, "", 0, 0},
		{"over the verified single limit", 2, 250_000_01, 250_000_01, 250_000_01, fault.LimitSingle, 250_000_00, 0},
		{"the day used up exactly", 1, 5_000_00, 20_000_00, 20_000_00, "", 0, 0},
		{"one cent over the day", 1, 5_000_00, 20_000_01, 20_000_01, fault.LimitDay, 20_000_00, 4_999_99},
		{"nothing left of the day", 1, 500_00, 20_500_00, 20_500_00, fault.LimitDay, 20_000_00, 0},
		{"already over, from a higher tier before", 1, 500_00, 90_000_00, 90_000_00, fault.LimitDay, 20_000_00, 0},
		{"the month used up exactly", 1, 5_000_00, 5_000_00, 100_000_00, "", 0, 0},
		{"one cent over the month", 1, 5_000_00, 5_000_00, 100_000_01, fault.LimitMonth, 100_000_00, 4_999_99},
		{"day before month", 1, 5_000_00, 20_000_01, 100_000_01, fault.LimitDay, 20_000_00, 4_999_99},
		{"a tier nobody defined", 9, 500_00, 500_00, 500_00, fault.Internal, 0, 0},
		{"no tier at all", 0, 500_00, 500_00, 500_00, fault.Internal, 0, 0},
	} {
		after := ledger.Account{ID: 1001, Class: c.tier, Turnover: ledger.Turnover{OutDay: c.today, OutMonth: c.month}}
		refusal := Sender(m, day, c.amount)(after)
		if codeOf(refusal) != c.code {
			t.Errorf("%s: %v, want %q", c.name, refusal, c.code)
			continue
		}
		if refusal != nil && (refusal.Int("max") != c.most || refusal.Int("left") != c.left) {
			t.Errorf("%s: max %d and left %d, want %d and %d", c.name, refusal.Int("max"), refusal.Int("left"), c.most, c.left)
		}
	}
}

// What came in does not use up what may go out, nor the other way round.
func TestDirectionsAreApart(t *testing.T) {
	m := kenya(t)
	full := ledger.Turnover{InDay: 1 << 40, InMonth: 1 << 40, OutDay: 5_00, OutMonth: 5_00}
	if refusal := Sender(m, day, 5_00)(ledger.Account{Class: 1, Turnover: full, Balance: 1 << 40}); refusal != nil {
		t.Errorf("a wallet that received much may not pay: %v", refusal)
	}
	spent := ledger.Turnover{OutDay: 1 << 40, OutMonth: 1 << 40, InDay: 5_00, InMonth: 5_00}
	if refusal := Receiver(m, day, 5_00)(ledger.Account{Class: 1, Turnover: spent, Balance: 5_00}); refusal != nil {
		t.Errorf("a wallet that paid much may not receive: %v", refusal)
	}
}

// The payer hears "cannot receive this now", whatever the reason; the reason goes to the log. Tier 1 holds 50,000.
func TestReceiver(t *testing.T) {
	m := kenya(t)
	for _, c := range []struct {
		name                  string
		tier                  int16
		balance, today, month int64
		why                   fault.Code // "" = may receive
	}{
		{"room for it", 1, 500_00, 500_00, 500_00, ""},
		{"full to the cent", 1, 50_000_00, 500_00, 500_00, ""},
		{"one cent too full", 1, 50_000_01, 500_00, 500_00, fault.LimitBalance},
		{"the same for a verified customer", 2, 50_000_01, 500_00, 500_00, ""},
		{"the day exactly", 1, 500_00, 20_000_00, 20_000_00, ""},
		{"one cent over the day", 1, 500_00, 20_000_01, 20_000_01, fault.LimitDay},
		{"the month exactly", 1, 500_00, 500_00, 100_000_00, ""},
		{"one cent over the month", 1, 500_00, 500_00, 100_000_01, fault.LimitMonth},
		{"a tier nobody defined", 7, 500_00, 500_00, 500_00, fault.Internal},
	} {
		after := ledger.Account{ID: 1002, Class: c.tier, Balance: c.balance, Turnover: ledger.Turnover{InDay: c.today, InMonth: c.month}}
		refusal := Receiver(m, day, 500_00)(after)
		if c.why == "" {
			if refusal != nil {
				t.Errorf("%s: %v, want it received", c.name, refusal)
			}
			continue
		}
		if codeOf(refusal) != fault.CannotReceive || len(refusal.Args) != 0 {
			t.Errorf("%s: %v, want cannot_receive and no more", c.name, refusal)
			continue
		}
		if cause := fault.CodeOf(refusal.Unwrap()); cause != c.why {
			t.Errorf("%s: the log would name %s, want %s", c.name, cause, c.why)
		}
		if refusal.Encode() != "cannot_receive" {
			t.Errorf("%s: the posting would keep %q", c.name, refusal.Encode())
		}
	}
}

func TestDescribe(t *testing.T) {
	m := kenya(t)
	tier, ok := Describe(m, day, 1)
	if !ok || tier.Single != 10_000_00 || tier.Name["sw"] != "umejisajili mwenyewe" {
		t.Errorf("%+v, %v", tier, ok)
	}
	if _, ok := Describe(m, day, 3); ok {
		t.Error("there is no third tier")
	}
}

func codeOf(e *fault.Error) fault.Code {
	if e == nil {
		return ""
	}
	return e.Code
}

func BenchmarkSender(b *testing.B) {
	m, after := kenya(b), ledger.Account{Class: 2}
	for b.Loop() {
		_ = Sender(m, day, 500_00)(after)
	}
}
