package smpp

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"senti/wallet/clock"
)

func sprint(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func TestCodings(t *testing.T) {
	for _, c := range []struct {
		alphabet Alphabet
		text     string
		hex      string
		coding   byte
	}{
		{GSM, "Hi@€", "4869001b65", CodingDefault},
		{GSM, "ça", "00e70061", CodingUCS2},
		{GSM, "😀", "d83dde00", CodingUCS2},
		{GSM, "", "", CodingDefault},
		{Latin1, "Hi@é", "486940e9", CodingDefault},
		{Latin1, "Hi€", "0048006920ac", CodingUCS2},
		{Latin1, "ça", "00e70061", CodingUCS2}, // the centre could not show it in GSM 03.38
		{ASCII, "Hi@", "486940", CodingDefault},
		{ASCII, "é", "00e9", CodingUCS2},
	} {
		octets, coding := c.alphabet.Encode(c.text)
		if hex.EncodeToString(octets) != c.hex || coding != c.coding {
			t.Errorf("%q in %s: %x, %d, want %s, %d", c.text, c.alphabet, octets, coding, c.hex, c.coding)
		}
		if back, ok := c.alphabet.Decode(octets, coding); back != c.text || !ok {
			t.Errorf("%q in %s came back as %q, %t", c.text, c.alphabet, back, ok)
		}
	}
	for _, c := range []struct {
		alphabet Alphabet
		hex      string
		coding   byte
		want     string
	}{
		{GSM, "4142", 1, "AB"}, {GSM, "0041", 1, "@A"}, {GSM, "40", 1, "@"}, {GSM, "e9", 3, "é"}, {GSM, "00410042", 8, "AB"}, {GSM, "004100", 8, "A"},
		{GSM, "d83d0041", 8, "\ufffdA"}, {GSM, "0041", 0x0f, "@A"}, {GSM, "0041", 0x48, "A"}, {GSM, "0041", 0xf0, "@A"}, {GSM, "0041", 0xf1, "@A"}, {GSM, "0041", 0x10, "@A"},
		{GSM, "0041", 0x18, "A"}, {Latin1, "40e9", 0, "@é"}, {GSM, "80", 0, "?"},
	} {
		octets, _ := hex.DecodeString(c.hex)
		if got, ok := c.alphabet.Decode(octets, c.coding); got != c.want || !ok {
			t.Errorf("%s of coding %#x in %s: %q, %t, want %q", c.hex, c.coding, c.alphabet, got, ok, c.want)
		}
	}
	for _, coding := range []byte{2, 4, 5, 6, 7, 9, 0x14, 0xf4, 0xf5, 0x44} {
		if text, ok := GSM.Decode([]byte("AB"), coding); ok {
			t.Errorf("coding %#x is read as %q", coding, text)
		}
	}
}

// whole puts parts together as a phone does.
func whole(t *testing.T, a Alphabet, long Long, text string) (together string, parts int) {
	t.Helper()
	pieces, coding := a.Parts(text, long)
	j := NewJoiner(clock.NewFake(time.Unix(0, 0)))
	for i := range pieces {
		m := &Message{Coding: coding, Text: pieces[i]}
		if len(pieces) > 1 {
			m.Mark(long, 300, i+1, len(pieces))
		}
		body, err := m.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		read, err := ReadMessage(body)
		if err != nil {
			t.Fatal(err)
		}
		p, ok := read.Part()
		if !ok {
			t.Fatalf("part %d of %d cannot be read", i+1, len(pieces))
		}
		var complete bool
		together, _, complete = j.Add(read, p, a)
		if complete != (i+1 == len(pieces)) {
			t.Fatalf("part %d of %d completes: %t", i+1, len(pieces), complete)
		}
	}
	return together, len(pieces)
}

func TestParts(t *testing.T) {
	for _, c := range []struct {
		name string
		long Long
		text string
		want int
	}{
		{"one full message", Header8, strings.Repeat("a", 160), 1},
		{"one more", Header8, strings.Repeat("a", 161), 2},
		{"two full ones", Header8, strings.Repeat("a", 306), 2},
		{"three", Header8, strings.Repeat("a", 307), 3},
		{"a longer reference", Header16, strings.Repeat("a", 305), 3},
		{"two with a longer reference", Header16, strings.Repeat("a", 304), 2},
		{"pairs are not split", Header8, strings.Repeat("€", 81), 2},
		{"an odd place before pairs", Header8, "a" + strings.Repeat("€", 152), 2},
		{"UCS-2", Header8, strings.Repeat("ç", 70), 1},
		{"two of UCS-2", Header8, strings.Repeat("ç", 71), 2},
		{"surrogates are not split", Header8, strings.Repeat("😀", 36), 2},
		{"as options", SAR, strings.Repeat("a", 307), 3},
		{"in one", Payload, strings.Repeat("a", 1000), 1},
		{"nothing", Header8, "", 1},
	} {
		for _, a := range []Alphabet{GSM, Latin1, ASCII} {
			if a != GSM && strings.Contains(c.text, "€") {
				continue // is UCS-2 there
			}
			together, n := whole(t, a, c.long, c.text)
			if n != c.want || together != c.text {
				t.Errorf("%s in %s: %d parts, want %d; the same: %t", c.name, a, n, c.want, together == c.text)
			}
		}
	}
	if parts, _ := GSM.Parts(strings.Repeat("€", 81), Header8); len(parts[0]) != 152 {
		t.Errorf("the first part has %d septets, want 152", len(parts[0]))
	}
	if parts, _ := GSM.Parts(strings.Repeat("😀", 36), Header8); len(parts[0]) != 132 {
		t.Errorf("the first part has %d octets, want 132", len(parts[0]))
	}
	if parts, _ := GSM.Parts(strings.Repeat("a", 100_000), Header8); len(parts) != maxParts {
		t.Errorf("%d parts", len(parts))
	}
}

func FuzzParts(f *testing.F) {
	f.Add("hello", byte(0))
	f.Add(strings.Repeat("€a😀", 60), byte(1))
	f.Add(strings.Repeat("{", 400), byte(2))
	f.Fuzz(func(t *testing.T, text string, how byte) {
		if !utf8.ValidString(text) || len(text) > 3000 || strings.Contains(text, "\uFFFD") {
			return
		}
		long := []Long{Header8, Header16, SAR, Payload}[how%4]
		for _, a := range []Alphabet{GSM, Latin1, ASCII} {
			if together, n := whole(t, a, long, text); together != text {
				t.Fatalf("%q in %d parts of %s came back as %q", text, n, a, together)
			}
		}
	})
}

// part is a part of a text from a phone.
func part(from string, reference byte, number, total int, text string) *Message {
	m := &Message{From: Phone(from), To: Sender("20880"), Text: []byte(text)}
	m.Mark(Header8, uint16(reference), number, total)
	return m
}

func add(t *testing.T, j *Joiner, m *Message) (string, bool) {
	t.Helper()
	p, ok := m.Part()
	if !ok {
		t.Fatalf("no part: %x", m.Text)
	}
	text, _, complete := j.Add(m, p, GSM)
	return text, complete
}

func TestJoining(t *testing.T) {
	c := clock.NewFake(time.Unix(0, 0))
	j := NewJoiner(c)
	steps := []struct {
		name string
		m    *Message
		want string // "" while parts are missing
	}{
		{"out of order", part("+254712000001", 7, 2, 3, "B"), ""},
		{"twice", part("+254712000001", 7, 2, 3, "B"), ""},
		{"another phone's", part("+254712000002", 7, 1, 3, "x"), ""},
		{"another reference", part("+254712000001", 8, 1, 3, "y"), ""},
		{"the last", part("+254712000001", 7, 3, 3, "C"), ""},
		{"the first", part("+254712000001", 7, 1, 3, "A"), "ABC"},
		{"not taken in, so again", part("+254712000001", 7, 1, 3, "A"), "ABC"},
	}
	for _, s := range steps {
		text, complete := add(t, j, s.m)
		if text != s.want || complete != (s.want != "") {
			t.Errorf("%s: %q, %t", s.name, text, complete)
		}
	}
	p, _ := steps[0].m.Part()
	j.Done(steps[0].m, p)
	if _, complete := add(t, j, part("+254712000001", 7, 1, 3, "D")); complete || j.Len() != 3 {
		t.Errorf("the same reference after the text was dealt with: complete %t, %d texts", complete, j.Len())
	}
	c.Advance(joinFor)
	if _, complete := add(t, j, part("+254712000001", 7, 2, 3, "E")); complete || j.Len() != 1 {
		t.Errorf("an hour later: complete %t, %d texts", complete, j.Len())
	}
	// The phone has come round: what is left of the earlier text does not mix with the new one.
	add(t, j, part("+254712000001", 7, 2, 3, "F"))
	add(t, j, part("+254712000001", 7, 1, 3, "G"))
	if text, _ := add(t, j, part("+254712000001", 7, 3, 3, "H")); text != "GFH" {
		t.Errorf("a reference that came round: %q", text)
	}
}

func TestTheJoinerIsBounded(t *testing.T) {
	j := NewJoiner(clock.NewFake(time.Unix(0, 0)))
	for n := range 3 * joinTexts {
		add(t, j, part(fmt.Sprintf("+2547%08d", n), 1, 1, 2, "x"))
	}
	if j.Len() != joinTexts {
		t.Errorf("%d texts are kept", j.Len())
	}
	if _, complete := add(t, j, part(fmt.Sprintf("+2547%08d", 3*joinTexts-1), 1, 2, 2, "y")); !complete {
		t.Error("the latest text was thrown out")
	}
	m := part("+254712000001", 1, 1, joinParts+1, "x")
	p, _ := m.Part()
	if _, readable, complete := j.Add(m, p, GSM); readable || !complete {
		t.Errorf("a text of too many parts: readable %t, complete %t", readable, complete)
	}
}

func TestHeaders(t *testing.T) {
	for _, c := range []struct {
		name, hex string
		want      Part
		ok        bool
	}{
		{"8 bits", "05000307020141", Part{[]byte("A"), 7, 1, 2}, true},
		{"16 bits", "060804012c020241", Part{[]byte("A"), 300, 2, 2}, true},
		{"another element first", "08240101" + "0003070201" + "41", Part{[]byte("A"), 7, 1, 2}, true},
		{"only another element", "0324010141", Part{[]byte("A"), 0, 1, 1}, true},
		{"filled up", "0600030702010041", Part{[]byte("A"), 7, 1, 2}, true},
		{"no text", "050003070201", Part{[]byte{}, 7, 1, 2}, true},
		{"for an application", "06050400500050" + "41", Part{}, false},
		{"of no length", "0041", Part{[]byte("A"), 0, 1, 1}, true},
		{"nothing", "", Part{}, false},
		{"longer than the message", "0a0003", Part{}, false},
		{"an element that breaks off", "0500090702014141", Part{}, false},
		{"part 0", "05000307020041", Part{}, false},
		{"part 3 of 2", "05000307020341", Part{}, false},
		{"of no parts", "05000307000041", Part{}, false},
	} {
		text, _ := hex.DecodeString(c.hex)
		m := &Message{Class: ClassHeader, Text: text}
		got, ok := m.Part()
		if ok != c.ok || ok && sprint("%v", got) != sprint("%v", c.want) {
			t.Errorf("%s: %v, %t, want %v, %t", c.name, got, ok, c.want, c.ok)
		}
	}
}

func FuzzHeader(f *testing.F) {
	for _, seed := range []string{"05000307020141", "060804012c020241", "06050400500050", "0a0003"} {
		text, _ := hex.DecodeString(seed)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m := &Message{Class: ClassHeader, Text: text}
		p, ok := m.Part()
		if !ok {
			return
		}
		if p.Number < 1 || p.Number > p.Total || len(p.Text) >= len(text) {
			t.Fatalf("%x is part %d of %d with %d octets", text, p.Number, p.Total, len(p.Text))
		}
		NewJoiner(clock.NewFake(time.Unix(0, 0))).Add(m, p, GSM)
	})
}
