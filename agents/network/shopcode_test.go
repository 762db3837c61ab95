package network

import (
	"fmt"
	"testing"

	"senti/wallet/fault"
)

// Every shop code of six digits: each wrong digit and each swap of two neighbours is caught. Codes that begin with 0 are none, so
// the mistakes that lead to one are caught too.
func TestEveryWrongDigitAndSwapIsCaught(t *testing.T) {
	for n := range int64(90_000) {
		code := CodeOf(n)
		if got, err := ParseCode(string(code)); err != nil || got != code || len(code) != 6 {
			t.Fatalf("the code of %d is %s: %q, %v", n, code, got, err)
		}
		wantMistakesCaught(t, code)
	}
}

// The same for longer codes, a thousand of each length.
func TestLongCodesAreSafeToo(t *testing.T) {
	for length, from := 7, int64(90_000); length <= codeDigitsMax; length, from = length+1, from*10+90_000 {
		for n := from; n < from+1000; n++ {
			code := CodeOf(n)
			if len(code) != length {
				t.Fatalf("the code of %d is %s, want %d digits", n, code, length)
			}
			if got, err := ParseCode(string(code)); err != nil || got != code {
				t.Fatalf("%s: %q, %v", code, got, err)
			}
			wantMistakesCaught(t, code)
		}
	}
}

func wantMistakesCaught(t *testing.T, code ShopCode) {
	t.Helper()
	digits := []byte(code)
	for i, right := range digits {
		for wrong := byte('0'); wrong <= '9'; wrong++ {
			if digits[i] = wrong; wrong != right && valid(digits) {
				t.Fatalf("%s: %s is a shop code too", code, digits)
			}
		}
		digits[i] = right
	}
	for i := 1; i < len(digits); i++ {
		if digits[i] == digits[i-1] {
			continue
		}
		digits[i-1], digits[i] = digits[i], digits[i-1]
		if valid(digits) {
			t.Fatalf("%s: %s is a shop code too", code, digits)
		}
		digits[i-1], digits[i] = digits[i], digits[i-1]
	}
}

// valid is ParseCode without the faults it makes, which would take most of the test's time.
func valid(digits []byte) bool { return product(string(digits)) == 0 }

// The property behind it, of the table itself: a wrong digit never ends in the same product, nor does a swap.
func TestDammTable(t *testing.T) {
	for p := range 10 {
		if damm[p][p] != 0 {
			t.Errorf("%d is not its own check digit", p)
		}
		for a := range 10 {
			for b := range a {
				if damm[p][a] == damm[p][b] {
					t.Errorf("row %d has %d twice", p, damm[p][a])
				}
				if damm[damm[p][a]][b] == damm[damm[p][b]][a] {
					t.Errorf("after %d the swap of %d and %d is not seen", p, a, b)
				}
			}
		}
	}
}

func TestParseCode(t *testing.T) {
	code := string(CodeOf(1020))
	spaced := code[:3] + " " + code[3:]
	for _, c := range []struct {
		name, text string
		ok         bool
	}{
		{"as painted", code, true},
		{"in groups", spaced, true},
		{"with a dash and spaces around", " " + code[:3] + "-" + code[3:] + " ", true},
		{"nothing", "", false},
		{"only zeros, whose product is 0", "000000", false},
		{"a 0 before it", "0" + code, false},
		{"too short", "572", false},
		{"an amount", "100000", false},
		{"letters", code[:5] + "O", false},
		{"other digits", "１１０２０２", false},
		{"a sign", "+" + code, false},
		{"too long", "1234567890124", false},
	} {
		got, err := ParseCode(c.text)
		switch {
		case c.ok && (err != nil || string(got) != code):
			t.Errorf("%s: ParseCode(%q) = %q, %v", c.name, c.text, got, err)
		case !c.ok && !fault.HasCode(err, fault.BadShopCode):
			t.Errorf("%s: ParseCode(%q) = %q, %v, want bad_shop_code", c.name, c.text, got, err)
		}
	}
}

func ExampleCodeOf() {
	fmt.Println(CodeOf(1020), CodeOf(1021))
	// Output: 110201 110217
}
