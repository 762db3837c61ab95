package msisdn

import (
	"errors"
	"testing"
)

func TestParseReadsEverySpelling(t *testing.T) {
	for _, c := range []struct{ text, region, want string }{
		{"0712000001", "KE", "+254712000001"},
		{"712000001", "KE", "+254712000001"},
		{"254712000001", "KE", "+254712000001"},
		{"+254712000001", "KE", "+254712000001"},
		{"00254712000001", "KE", "+254712000001"},
		{"000254712000001", "KE", "+254712000001"},
		{"+2540712000001", "KE", "+254712000001"},
		{"2540712000001", "KE", "+254712000001"},
		{" 0712 000 001 ", "KE", "+254712000001"},
		{"0712-000.001", "KE", "+254712000001"},
		{"+254 (0) 712 000 001", "KE", "+254712000001"},
		{"0110345678", "KE", "+254110345678"}, // the newer 01 ranges
		{"0100345678", "KE", "+254100345678"},
		{"0772123456", "UG", "+256772123456"},
		{"256772123456", "UG", "+256772123456"},
		{"0197123456", "BJ", "+2290197123456"}, // ten digits since 2024
		{"0707123456", "CI", "+2250707123456"}, // the leading 0 is part of the number
		{"23408031234567", "NG", "+2348031234567"},
	} {
		for range 2 { // the second time it is remembered
			if n, err := Parse(c.text, c.region); err != nil || string(n) != c.want {
				t.Errorf("Parse(%q, %s) = %q, %v, want %s", c.text, c.region, n, err, c.want)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		text, region string
		why          error
	}{
		{"", "KE", ErrSyntax},
		{"0722OO0000", "KE", ErrSyntax}, // the letter O
		{"0712345678 ext 5", "KE", ErrSyntax},
		{"%2B254712345678", "KE", ErrSyntax},
		{"*384*1#", "KE", ErrSyntax},
		{"MTN", "KE", ErrSyntax},
		{"20880", "KE", ErrSyntax}, // a short code
		{"٠٧١٢٣٤٥٦٧٨", "KE", ErrSyntax},
		{"07120000010712000001071200000107120", "KE", ErrSyntax},
		{"0712+000001", "KE", ErrSyntax},
		{"07123456789", "KE", ErrInvalid}, // one digit too many
		{"071234567", "KE", ErrInvalid},
		{"0000000000", "KE", ErrInvalid},
		{"97123456", "BJ", ErrInvalid}, // eight digits were given up
		{"254712345678", "", ErrInvalid},
		{"0202345678", "KE", ErrNotMobile}, // a desk in Nairobi
		{"0392123456", "UG", ErrNotMobile},
		{"+256772123456", "KE", ErrRegion},
		{"+254712345678", "UG", ErrRegion},
	} {
		if n, err := Parse(c.text, c.region); !errors.Is(err, c.why) {
			t.Errorf("Parse(%q, %s) = %q, %v, want %v", c.text, c.region, n, err, c.why)
		}
	}
}

func TestWrittenForms(t *testing.T) {
	for _, c := range []struct{ number, plain, national, masked, last3 string }{
		{"+254712000002", "0712000002", "0712 000 002", "0712***002", "002"},
		{"+256772123456", "0772123456", "0772 123 456", "0772***456", "456"},
		{"+2250707123456", "0707123456", "0707 123 456", "0707***456", "456"},
		{"+221771000001", "771000001", "771 000 001", "771***001", "001"}, // no 0 in front: three digits are hidden all the same
		{"", "-", "-", "-", ""}, // a wallet whose number is somebody else's now
	} {
		n := Number(c.number)
		if n.Plain() != c.plain || n.National() != c.national || n.Masked() != c.masked || n.Last3() != c.last3 {
			t.Errorf("%s: plain %q national %q masked %q last3 %q", c.number, n.Plain(), n.National(), n.Masked(), n.Last3())
		}
		if got := n.LogValue().String(); got != c.masked {
			t.Errorf("%s: the log would show %q", c.number, got)
		}
	}
}

func TestBytes16ComesBack(t *testing.T) {
	for _, n := range []Number{"+254712000001", "+123456789012345", "+2290197123456"} {
		back, ok := FromBytes16(n.Bytes16())
		if !ok || back != n {
			t.Errorf("%s came back as %q, %v", n, back, ok)
		}
	}
	if _, ok := FromBytes16([16]byte{'2', '5', 0, '4'}); ok {
		t.Error("bytes that are no number were taken for one")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	m := memory{max: 2}
	for _, text := range []string{"a", "b", "c"} {
		m.put("KE", text, "+1")
	}
	if len(m.numbers) > 2 {
		t.Errorf("%d numbers remembered, at most 2 wanted", len(m.numbers))
	}
	if _, ok := m.get("KE", "c"); !ok {
		t.Error("the newest was forgotten")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"0712000001", "+254712000001", "00254712000001", "07 12-00.00(01)", "0722OO0000", "٠٧١٢"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse(text, "KE")
		if err != nil {
			if n != "" {
				t.Fatalf("Parse(%q) gave both %q and %v", text, n, err)
			}
			return
		}
		again, err := Parse(n.E164(), "KE")
		if err != nil || again != n {
			t.Fatalf("%q was read as %s, which is read as %q, %v", text, n, again, err)
		}
		if home, err := Parse(n.National(), "KE"); err != nil || home != n {
			t.Fatalf("%s is written %q, which is read as %q, %v", n, n.National(), home, err)
		}
	})
}

func BenchmarkParseKnown(b *testing.B) {
	for b.Loop() {
		_, _ = Parse("+254712000001", "KE")
	}
}

func BenchmarkParseNew(b *testing.B) {
	for b.Loop() {
		known.numbers = nil
		_, _ = Parse("+254712000001", "KE")
	}
}

func BenchmarkMasked(b *testing.B) {
	for b.Loop() {
		_ = Number("+254712000001").Masked()
	}
}

// Who has no number any more has something in its place, which is nobody else's and is neither dialled nor shown.
func TestNoNumber(t *testing.T) {
	n := NoNumber(1017)
	if back, ok := FromBytes16(n.Bytes16()); !ok || back != n || n == NoNumber(1018) || len(n) > 16 {
		t.Errorf("%q comes back as %q, %t", string(n), string(back), ok)
	}
	if !n.IsNone() || Number("+254712000001").IsNone() || !Number("").IsNone() {
		t.Error("which numbers are none")
	}
	if n.Plain() != "-" || n.National() != "-" || n.Masked() != "-" {
		t.Errorf("shown as %q, %q, %q", n.Plain(), n.National(), n.Masked())
	}
	for _, region := range []string{"KE", "UG", "CI"} {
		if got, err := Parse(string(n), region); err == nil {
			t.Errorf("read as %q in %s", string(got), region)
		}
	}
}
