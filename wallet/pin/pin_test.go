package pin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"senti/wallet/fault"
	"senti/wallet/key"
)

func typed(t *testing.T, text string) PIN {
	t.Helper()
	p, err := Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return p
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{"4826", true},
		{" 4826 ", true},
		{"0000", true}, // weak, but a PIN
		{"482", false},
		{"48261", false},
		{"48 26", false},
		{"48a6", false},
		{"-482", false},
		{"４８２６", false}, // full-width digits are other characters
		{"", false},
	} {
		_, err := Parse(c.text)
		if c.ok != (err == nil) {
			t.Errorf("Parse(%q): %v", c.text, err)
		}
		if !c.ok && !fault.HasCode(err, fault.BadPIN) {
			t.Errorf("Parse(%q): %v, want bad_pin", c.text, err)
		}
	}
}

func TestWeak(t *testing.T) {
	for _, c := range []struct {
		pin  string
		why  string
		weak bool
	}{
		{"1111", "one digit", true},
		{"1212", "a pair twice", true},
		{"1122", "two pairs", true},
		{"1221", "a mirror", true},
		{"1234", "upwards", true},
		{"4321", "downwards", true},
		{"2468", "in twos", true},
		{"8901", "upwards over the end", true},
		{"1990", "a year", true},
		{"1939", "nobody's year", false},
		{"2030", "a year to come", false},
		{"3112", "31 December", true},
		{"1231", "December 31", true},
		{"3212", "no day", false},
		{"2580", "down the keypad", true},
		{"4826", "the demo's first", false},
		{"9173", "the demo's second", false},
		{"7351", "the demo's third", false},
		{"2093", "in the own number", true},
		{"8837", "in the own ID number", true},
	} {
		if got := typed(t, c.pin).Weak("0712093444", "29883711"); got != c.weak {
			t.Errorf("%s (%s): weak %v, want %v", c.pin, c.why, got, c.weak)
		}
	}
}

// About a tenth of all PINs is where refusing more no longer helps against three guesses.
func TestWeakIsATenth(t *testing.T) {
	weak := 0
	for i := range 10_000 {
		if typed(t, fmt.Sprintf("%04d", i)).Weak() {
			weak++
		}
	}
	if weak != 977 {
		t.Errorf("%d PINs are weak, want 977", weak)
	}
}

func TestPINNeverShows(t *testing.T) {
	p := typed(t, "4826")
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "pin", p, "in", struct{ P PIN }{p})
	asJSON, err := json.Marshal(map[string]PIN{"pin": p})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{
		p.String(), fmt.Sprint(p), fmt.Sprintf("%v %+v %#v %s %q %d %x", p, p, p, p, p, p, p),
		fmt.Sprintf("%v %+v %#v", struct{ P PIN }{p}, &struct{ P PIN }{p}, []PIN{p}), log.String(), string(asJSON),
	} {
		if strings.Contains(shown, "4826") || strings.Contains(shown, "34383236") {
			t.Errorf("shows the PIN: %s", shown)
		}
	}
}

func TestDraft(t *testing.T) {
	keys := key.Demo()
	d, err := NewDraft(keys, "0712000001", typed(t, "4826"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(d), "4826") {
		t.Errorf("the draft shows the PIN: %s", d)
	}
	for _, c := range []struct {
		name  string
		draft Draft
		owner string
		pin   string
		code  fault.Code
	}{
		{"the same PIN", d, "0712000001", "4826", ""},
		{"another PIN", d, "0712000001", "4827", fault.PINMismatch},
		{"another person", d, "0712000002", "4826", fault.PINMismatch},
		{"a draft cut short", d[:20], "0712000001", "4826", fault.PINMismatch},
		{"no draft", "", "0712000001", "4826", fault.PINMismatch},
		{"under a key that is gone", "2019" + d[strings.Index(string(d), ":"):], "0712000001", "4826", fault.PINMismatch},
	} {
		if got := fault.CodeOf(c.draft.Same(keys, c.owner, typed(t, c.pin))); got != c.code {
			t.Errorf("%s: %q, want %q", c.name, got, c.code)
		}
	}
	if _, err := NewDraft(keys, "0712000001", typed(t, "0001")); !fault.HasCode(err, fault.WeakPIN) {
		t.Errorf("a PIN of the own number: %v, want weak_pin", err)
	}
	if e, _ := NewDraft(keys, "0712000001", typed(t, "4826")); e == d {
		t.Error("two drafts of one PIN are equal: the salt is missing")
	}
}
