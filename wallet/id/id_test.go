package id

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"senti/wallet/clock"
)

func TestParse(t *testing.T) {
	made := Random{}.New()
	dashed := made.String()
	for _, text := range []string{dashed, dashed[:8] + dashed[9:13] + dashed[14:18] + dashed[19:23] + dashed[24:]} {
		if got, err := Parse(text); err != nil || got != made {
			t.Errorf("%s was read as %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x", dashed[:35], dashed + "0", "{" + dashed[1:], "zz" + dashed[2:]} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
	if _, err := FromBytes(made[:15]); err == nil {
		t.Error("15 bytes are no ID")
	}
}

// Rows are inserted in the order of their IDs: that is what keeps new rows at the end of a table.
func TestRandomAscends(t *testing.T) {
	last := Random{}.New()
	for range 10_000 {
		next := Random{}.New()
		if bytes.Compare(next[:], last[:]) <= 0 {
			t.Fatalf("%s follows %s", next, last)
		}
		last = next
	}
}

func TestBefore(t *testing.T) {
	start := clock.System{}.Now()
	made := Random{}.New()
	end := clock.System{}.Now().Add(time.Second) // many at once run ahead of the clock
	if b, e := Before(start), Before(end); bytes.Compare(b[:], made[:]) >= 0 || bytes.Compare(made[:], e[:]) >= 0 {
		t.Errorf("%s was made between %v and %v, which are %s and %s", made, start, end, b, e)
	}
}

func TestDerive(t *testing.T) {
	a, b := Random{}.New(), Random{}.New()
	first := Derive(a, "expire")
	if again := Derive(a, "expire"); again != first {
		t.Error("two processes would derive two IDs from one hold")
	}
	if Derive(a, "expire") == Derive(b, "expire") || Derive(a, "expire") == Derive(a, "expire 2") || Derive(a, "expire") == a {
		t.Error("different acts share an ID")
	}
	if d := Derive(a, "expire"); d[6]>>4 != 8 || d[8]>>6 != 2 {
		t.Errorf("%s is not a UUID of version 8", d)
	}
}

func TestNumber(t *testing.T) {
	if Number('a', 1000) == Number('b', 1000) || Number('a', 1000) == Number('a', 1001) || Number('a', 1000).IsZero() {
		t.Error("numbers of different tables or rows share an ID")
	}
}

func TestSequence(t *testing.T) {
	var s Sequence
	seen := map[ID]bool{}
	for range 1000 {
		i := s.New()
		if seen[i] || i.IsZero() {
			t.Fatalf("%s came twice", i)
		}
		seen[i] = true
	}
}

func TestText(t *testing.T) {
	for _, i := range []ID{{}, {1, 2, 3}, Random{}.New()} {
		text, err := json.Marshal(map[string]ID{"id": i})
		if err != nil || strings.Contains(string(text), i.String()) == i.IsZero() {
			t.Errorf("%s is written %s, %v", i, text, err)
		}
		var back map[string]ID
		if err := json.Unmarshal(text, &back); err != nil || back["id"] != i {
			t.Errorf("%s came back as %s, %v", text, back["id"], err)
		}
	}
	var i ID
	if err := json.Unmarshal([]byte(`"no ID"`), &i); err == nil {
		t.Error("a text that is no ID was read")
	}
}
