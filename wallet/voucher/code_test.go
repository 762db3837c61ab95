package voucher

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text, digits string
	}{
		{"4826", "4826"}, {"482613", "482613"}, {" 482 613 ", "482613"}, {"482-613", "482613"}, {"0000", "0000"},
		{"482", ""}, {"4826135", ""}, {"48a6", ""}, {"+4826", ""}, {"４８２６", ""}, {"", ""}, {"48.26", ""},
	} {
		got, err := Parse(c.text)
		if got.Show() != c.digits || (err == nil) != (c.digits != "") {
			t.Errorf("Parse(%q): %q, %v", c.text, got.Show(), err)
		}
		if c.digits == "" && !isCode(err, fault.BadCode) {
			t.Errorf("Parse(%q): %v, want bad_code", c.text, err)
		}
	}
}

func TestCodeNeverShows(t *testing.T) {
	c := typed(t, "482613")
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "code", c, "in", struct{ C Code }{c})
	asJSON, err := json.Marshal(map[string]Code{"code": c})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{
		c.String(), fmt.Sprintf("%v %+v %#v %s %q %d %x", c, c, c, c, c, c, c), log.String(), string(asJSON),
		fmt.Sprintf("%v %+v %#v", struct{ C Code }{c}, &struct{ C Code }{c}, []Code{c}),
	} {
		if strings.Contains(shown, "4826") || strings.Contains(shown, "34383236") {
			t.Errorf("shows the code: %s", shown)
		}
	}
}

// Every code is as likely as any other: what does not divide evenly is thrown away.
func TestDrawIsFair(t *testing.T) {
	for _, digits := range []int{4, 5, 6} {
		codes := uint32(1)
		for range digits {
			codes *= 10
		}
		whole := (1<<32 - 1) / codes * codes // the first of the bytes that would favour low codes
		var given []uint32
		next := func() []byte {
			n := given[0]
			given = given[1:]
			return binary.BigEndian.AppendUint32(nil, n)
		}
		for _, c := range []struct {
			name  string
			given []uint32
			want  uint32
		}{
			{"the lowest", []uint32{0}, 0},
			{"the highest", []uint32{codes - 1}, codes - 1},
			{"round once", []uint32{codes}, 0},
			{"the last whole round", []uint32{whole - 1}, codes - 1},
			{"beyond it, and again", []uint32{whole, 1<<32 - 1, 7}, 7},
		} {
			given = c.given
			if got, want := draw(digits, next).Show(), fmt.Sprintf("%0*d", digits, c.want); got != want || len(given) > 0 {
				t.Errorf("%d digits, %s: %s with %d left, want %s", digits, c.name, got, len(given), want)
			}
		}
	}
	seen := map[Code]bool{}
	for range 1000 {
		seen[random(6)] = true
	}
	if len(seen) < 990 {
		t.Errorf("1000 draws gave %d codes", len(seen))
	}
}

// What a code is drawn from decides it, and nobody without the key can draw it.
func TestDrawnFromTheIntent(t *testing.T) {
	keys := key.Demo()
	slip := Slip{ID: CashOf(1000), From: id.Number(1, 7), Kind: Cash, proof: proof{keyID: keys.Current(key.PIN)}}
	first, err := drawn(keys, slip)
	if err != nil || len(first.Show()) != 6 {
		t.Fatalf("%q, %v", first.Show(), err)
	}
	if again, _ := drawn(keys, slip); again != first {
		t.Error("the same intent drew another code")
	}
	seen := map[Code]bool{}
	for n := range int64(1000) {
		other := slip
		other.From = id.Number(2, n)
		c, err := drawn(keys, other)
		if err != nil {
			t.Fatal(err)
		}
		seen[c] = true
	}
	if len(seen) < 990 {
		t.Errorf("1000 intents drew %d codes", len(seen))
	}
	slip.proof.keyID = "2019"
	if _, err := drawn(keys, slip); err == nil {
		t.Error("drawn under a key that is gone")
	}
}
