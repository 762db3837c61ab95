package network

import (
	"testing"

	"senti/wallet/fault"
	"senti/wallet/i18n"
)

func TestStoreName(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Mama Njeri", "MAMA NJERI"},
		{"  mama   njeri ", "MAMA NJERI"},
		{"Duka 24/7", "DUKA 24/7"},
		{"Bùi Thị’s", "BUI THI'S"},
		{"Café Ñandú", "CAFÉ ÑANDU"},
		{"Njeri and Daughters Wholesale", "NJERI AND DAUGHTERS"},
		{"A very long name - of a shop", "A VERY LONG NAME - O"},
		{"[Shop] {one}", "SHOP ONE"}, // two septets each: they would not fit where twenty letters do
		{"", ""},
		{" \t ", ""},
		{"商店", ""},
	} {
		got, err := StoreName(c.text)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("StoreName(%q) = %q, %v, want %q", c.text, got, err, c.want)
		}
		if err != nil && !fault.HasCode(err, fault.BadStoreName) {
			t.Errorf("StoreName(%q): %v, want bad_store_name", c.text, err)
		}
		if again, _ := StoreName(got); again != got {
			t.Errorf("folded again, %q is %q", got, again)
		}
		if n, gsm := i18n.Septets(got); !gsm || n > StoreNameMax {
			t.Errorf("%q takes %d septets", got, n)
		}
	}
}

func TestLandmark(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Opposite Total", "Opposite Total"},
		{"", ""},
		{"next to the old post office, first floor", "next to the old post off"},
		{"near the big market, -  by the bridge", "near the big market, - b"},
		{"behind the blue church - upstairs", "behind the blue church"},
	} {
		if got := Landmark(c.text); got != c.want {
			t.Errorf("Landmark(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestWardCode(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"KWG", "KWG"}, {" kwg ", "KWG"}, {"12", "12"}, {"W123", "W123"}, {"K", ""}, {"KWGKW", ""}, {"K-G", ""}, {"", ""}, {"ñ1", ""},
	} {
		got, err := WardCode(c.text)
		if got != c.want || fault.HasCode(err, fault.BadWard) != (c.want == "") {
			t.Errorf("WardCode(%q) = %q, %v, want %q", c.text, got, err, c.want)
		}
	}
}
