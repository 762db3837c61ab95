package money

import (
	"errors"
	"math"
	"testing"
)

var (
	shillings = Style{Symbol: "Ksh", Group: ",", Decimal: ".", Digits: 2, Step: 100}
	cents     = Style{Symbol: "R", Group: " ", Decimal: ",", Digits: 2, Step: 1}
	francs    = Style{Symbol: "F", After: true, Group: " ", Decimal: ",", Digits: 0, Step: 1}
	noMinor   = Style{Symbol: "UGX", Group: ",", Decimal: ".", Digits: 0, Step: 1}
)

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		style      Style
		minor      int64
		text, bare string
	}{
		{shillings, 0, "Ksh 0", "0"},
		{shillings, 91, "Ksh 0.91", "0.91"},
		{shillings, 5, "Ksh 0.05", "0.05"},
		{shillings, 609, "Ksh 6.09", "6.09"},
		{shillings, 650, "Ksh 6.50", "6.50"},
		{shillings, 700, "Ksh 7", "7"},
		{shillings, 99900, "Ksh 999", "999"},
		{shillings, 100000, "Ksh 1,000", "1,000"},
		{shillings, 449300, "Ksh 4,493", "4,493"},
		{shillings, 123456789, "Ksh 1,234,567.89", "1,234,567.89"},
		{shillings, -700, "-Ksh 7", "-7"},
		{shillings, -91, "-Ksh 0.91", "-0.91"},
		{shillings, math.MaxInt64, "Ksh 92,233,720,368,547,758.07", "92,233,720,368,547,758.07"},
		{shillings, math.MinInt64, "-Ksh 92,233,720,368,547,758.08", "-92,233,720,368,547,758.08"},
		{cents, 123456, "R 1 234,56", "1 234,56"},
		{noMinor, 5000000, "UGX 5,000,000", "5,000,000"},
		{noMinor, 7, "UGX 7", "7"},
		{francs, 5000000, "5 000 000 F", "5 000 000"},
		{francs, 7, "7 F", "7"},
		{francs, -7, "-7 F", "-7"},
		{francs, math.MinInt64, "-9 223 372 036 854 775 808 F", "-9 223 372 036 854 775 808"},
	} {
		if got := c.style.Format(c.minor); got != c.text {
			t.Errorf("Format(%d) = %q, want %q", c.minor, got, c.text)
		}
		if got := c.style.FormatBare(c.minor); got != c.bare {
			t.Errorf("FormatBare(%d) = %q, want %q", c.minor, got, c.bare)
		}
	}
}

func TestParseReadsWhatPeopleKey(t *testing.T) {
	for _, c := range []struct {
		style Style
		text  string
		minor int64
	}{
		{shillings, "500", 50000},
		{shillings, "1", 100},
		{shillings, " 500 ", 50000},
		{shillings, "0500", 50000},
		{shillings, "1,000", 100000},
		{shillings, "1 000", 100000},
		{shillings, "1,000,000", 100000000},
		{shillings, "250000", 25000000},
		{shillings, "500.00", 50000},
		{shillings, "500.0", 50000},
		{shillings, "000000000000000000500", 50000},
		{shillings, "999999999999999", 99999999999999900},
		{cents, "0,05", 5},
		{cents, "12,5", 1250},
		{cents, "1 000,99", 100099},
		{noMinor, "5,000,000", 5000000},
		{noMinor, "500", 500},
		{shillings, "500/=", 50000},
		{shillings, "500/-", 50000},
		{shillings, "1,000 /=", 100000},
		{shillings, "Ksh 500", 50000},
		{shillings, "ksh500/=", 50000},
		{shillings, "500 Ksh", 50000},
		{noMinor, "500ugx", 500},
		{noMinor, "5.000", 5000}, // there are no cents that it could mean
		{francs, "5000", 5000},
		{francs, "5 000", 5000},
		{francs, "5.000", 5000},
		{francs, "5,000", 5000},
		{francs, "1.250.000", 1250000},
		{francs, "5 000 F", 5000},
		{francs, "5000f", 5000},
		{francs, "F 5000", 5000},
	} {
		if got, err := c.style.Parse(c.text); err != nil || got != c.minor {
			t.Errorf("Parse(%q) = %d, %v, want %d", c.text, got, err, c.minor)
		}
	}
}

func TestParseRefusesWhatIsNotAnAmount(t *testing.T) {
	for _, c := range []struct {
		style Style
		text  string
		why   error
	}{
		{shillings, "", ErrEmpty},
		{shillings, "   ", ErrEmpty},
		{shillings, "abc", ErrNotDigit},
		{shillings, "5OO", ErrNotDigit}, // the letter O
		{shillings, "500=", ErrNotDigit},
		{shillings, "500/=/=", ErrNotDigit},
		{shillings, "Ksh", ErrNotDigit},
		{shillings, "Ksh Ksh 500", ErrNotDigit},
		{shillings, "Ksh.500", ErrGrouping}, // half a shilling, or five hundred?
		{shillings, "USD 500", ErrNotDigit},
		{shillings, "/=", ErrEmpty},
		{shillings, "Ksh -500", ErrNegative},
		{shillings, "+500", ErrNotDigit},
		{shillings, "1e3", ErrNotDigit},
		{shillings, "٥٠٠", ErrNotDigit},
		{shillings, "500.", ErrNotDigit},
		{shillings, "5.0.0", ErrNotDigit},
		{shillings, "1*000", ErrNotDigit},
		{shillings, "-500", ErrNegative},
		{shillings, "0", ErrZero},
		{shillings, "0000", ErrZero},
		{shillings, "0.00", ErrZero},
		{shillings, "1,00", ErrGrouping}, // 1.00 or 100?
		{shillings, "10,00", ErrGrouping},
		{shillings, "1000,000", ErrGrouping},
		{shillings, ",500", ErrGrouping},
		{shillings, "500,", ErrGrouping},
		{shillings, "1,,000", ErrGrouping},
		{shillings, "50 0", ErrGrouping},
		{shillings, "1, 000", ErrNotDigit},
		{shillings, "1 000,000", ErrNotDigit}, // two kinds of separator
		{shillings, ".50", ErrGrouping},
		{shillings, "500.50", ErrFraction}, // Kenya keys whole shillings
		{shillings, "1.000", ErrFraction},  // a thousand, to some; not guessed at
		{noMinor, "500.0", ErrFraction},
		{noMinor, "1,000.000", ErrNotDigit}, // two kinds of separator
		{francs, "500,5", ErrFraction},
		{francs, "500,00", ErrFraction},
		{francs, "5.00", ErrGrouping},
		{francs, "5.0000", ErrGrouping},
		{francs, "1.250,000", ErrNotDigit},
		{francs, "F", ErrNotDigit},
		{francs, "5 000 FF", ErrNotDigit},
		{francs, "0.500", ErrGrouping}, // half a franc there is not
		{francs, "0", ErrZero},
		{shillings, "1000000000000000", ErrTooLong},
		{shillings, "99999999999999999999999999", ErrTooLong},
	} {
		if got, err := c.style.Parse(c.text); !errors.Is(err, c.why) {
			t.Errorf("Parse(%q) = %d, %v, want %v", c.text, got, err, c.why)
		}
	}
}

func TestArithmeticNeverWraps(t *testing.T) {
	kes, _ := Find("KES")
	ugx, _ := Find("UGX")
	a := func(n int64) Amount { return Amount{n, kes} }
	for _, c := range []struct {
		name string
		do   func() (Amount, error)
		want int64
		err  error
	}{
		{"500 + 7", func() (Amount, error) { return a(500).Add(a(7)) }, 507, nil},
		{"500 + -7", func() (Amount, error) { return a(500).Add(a(-7)) }, 493, nil},
		{"0 + 0", func() (Amount, error) { return a(0).Add(a(0)) }, 0, nil},
		{"greatest + 0", func() (Amount, error) { return a(math.MaxInt64).Add(a(0)) }, math.MaxInt64, nil},
		{"greatest + 1", func() (Amount, error) { return a(math.MaxInt64).Add(a(1)) }, 0, ErrOverflow},
		{"smallest + -1", func() (Amount, error) { return a(math.MinInt64).Add(a(-1)) }, 0, ErrOverflow},
		{"500 - 7", func() (Amount, error) { return a(500).Sub(a(7)) }, 493, nil},
		{"7 - 500", func() (Amount, error) { return a(7).Sub(a(500)) }, -493, nil},
		{"smallest - 1", func() (Amount, error) { return a(math.MinInt64).Sub(a(1)) }, 0, ErrOverflow},
		{"0 - smallest", func() (Amount, error) { return a(0).Sub(a(math.MinInt64)) }, 0, ErrOverflow},
		{"-1 - smallest", func() (Amount, error) { return a(-1).Sub(a(math.MinInt64)) }, math.MaxInt64, nil},
		{"KES + UGX", func() (Amount, error) { return a(1).Add(Amount{1, ugx}) }, 0, ErrCurrency},
		{"KES - UGX", func() (Amount, error) { return a(1).Sub(Amount{1, ugx}) }, 0, ErrCurrency},
	} {
		got, err := c.do()
		if !errors.Is(err, c.err) || got.Minor != c.want {
			t.Errorf("%s = %d, %v, want %d, %v", c.name, got.Minor, err, c.want, c.err)
		}
	}
}

func TestShareRoundsOnceAndAsTold(t *testing.T) {
	for _, c := range []struct {
		rule                      Rounding
		amount, part, whole, want int64
	}{
		{HalfUp, 700, 15, 115, 91}, // 91.30
		{HalfUp, 1300, 15, 115, 170},
		{HalfUp, 500, 15, 100, 75},
		{HalfUp, 1, 1, 2, 1},   // 0.5
		{HalfDown, 1, 1, 2, 0}, // 0.5
		{HalfEven, 1, 1, 2, 0}, // 0.5
		{HalfEven, 3, 1, 2, 2}, // 1.5
		{HalfDown, 3, 1, 2, 1}, // 1.5
		{HalfDown, 2, 2, 3, 1}, // 1.33
		{HalfDown, 5, 1, 3, 2}, // 1.67: not a half, so up
		{HalfUp, 0, 15, 115, 0},
		{HalfUp, math.MaxInt64, 15, 15, math.MaxInt64}, // the product passes 64 bits, the result does not
		{HalfUp, math.MaxInt64, 1, math.MaxInt64, 1},
		{HalfUp, math.MaxInt64 - 1, 1, math.MaxInt64, 1},
	} {
		if got, err := c.rule.Share(c.amount, c.part, c.whole); err != nil || got != c.want {
			t.Errorf("rule %d: %d x %d / %d = %d, %v, want %d", c.rule, c.amount, c.part, c.whole, got, err, c.want)
		}
	}
	for _, c := range [][3]int64{{-1, 1, 1}, {1, -1, 1}, {1, 1, 0}, {1, 1, -1}, {math.MaxInt64, 2, 1}, {math.MaxInt64, math.MaxInt64, 1}} {
		if got, err := HalfUp.Share(c[0], c[1], c[2]); !errors.Is(err, ErrOverflow) {
			t.Errorf("%d x %d / %d = %d, %v, want a refusal", c[0], c[1], c[2], got, err)
		}
	}
}

func TestFindCurrency(t *testing.T) {
	for _, c := range []struct {
		code   string
		per    int64
		exists bool
	}{{"KES", 100, true}, {"UGX", 1, true}, {"TND", 1000, true}, {"XYZ", 1, false}, {"kes", 1, false}, {"", 1, false}} {
		got, ok := Find(c.code)
		if ok != c.exists || got.MinorPerUnit() != c.per {
			t.Errorf("Find(%q) = %+v, %v", c.code, got, ok)
		}
	}
	kes, _ := Find("KES")
	if got := (Amount{-449305, kes}).String(); got != "KES -4493.05" {
		t.Errorf("the log would show %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"500", "1,000", "1 000", "0500", "500.00", "-5", "1,00", "٥٠٠", "999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, style := range []Style{shillings, cents, noMinor, francs} {
			minor, err := style.Parse(text)
			if err != nil {
				continue
			}
			if minor <= 0 || minor%style.Step != 0 {
				t.Fatalf("%q was read as %d", text, minor)
			}
			again, err := style.Parse(style.FormatBare(minor))
			if err != nil || again != minor {
				t.Fatalf("%q is %d, which is written %q and read as %d, %v", text, minor, style.FormatBare(minor), again, err)
			}
		}
	})
}
