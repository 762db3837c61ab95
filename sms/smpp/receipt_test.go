package smpp

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"senti/wallet/clock"
)

func TestReceipts(t *testing.T) {
	tlv := func(tag uint16, value string) Option { return Option{tag, []byte(value)} }
	for _, c := range []struct {
		name, text string
		options    []Option
		want       Receipt
	}{
		{"as specified", "id:M1 sub:001 dlvrd:001 submit date:2603050914 done date:2603050915 stat:DELIVRD err:000 text:Received Ksh", nil, Receipt{"M1", Delivered, "DELIVRD", ""}},
		{"failed", "id:M1 sub:001 dlvrd:000 submit date:2603050914 done date:2603050915 stat:UNDELIV err:027 text:", nil, Receipt{"M1", Undeliverable, "UNDELIV:027", ""}},
		{"in another order", "stat:EXPIRED id:M1 err:001", nil, Receipt{"M1", Expired, "EXPIRED:001", ""}},
		{"without a text", "id:M1 stat:REJECTD", nil, Receipt{"M1", Rejected, "REJECTD", ""}},
		{"in capitals and small", "Id:M1 Sub:1 Stat:delivrd Err:0 Text:x", nil, Receipt{"M1", Delivered, "DELIVRD", ""}},
		{"words in full", "id:M1 stat:DELIVERED", nil, Receipt{"M1", Delivered, "DELIVERED", ""}},
		{"spaces after colons", "id: M1  stat: DELIVRD  err: 000", nil, Receipt{"M1", Delivered, "DELIVRD", ""}},
		{"the message quotes a receipt", "id:M1 stat:DELIVRD err:000 text:id:M2 stat:UNDELIV", nil, Receipt{"M1", Delivered, "DELIVRD", ""}},
		{"an ID given twice", "id:M1 stat:DELIVRD id:M2", nil, Receipt{"M1", Delivered, "DELIVRD", ""}},
		{"options only", "", []Option{tlv(TagReceiptedID, "M1\x00"), tlv(TagState, "\x02")}, Receipt{"M1", Delivered, "DELIVRD", ""}},
		{"an option without an end", "", []Option{tlv(TagReceiptedID, "M1"), tlv(TagState, "\x05")}, Receipt{"M1", Undeliverable, "UNDELIV", ""}},
		{"options and text that differ", "id:1 stat:ENROUTE err:000", []Option{tlv(TagReceiptedID, "M1"), tlv(TagState, "\x02")}, Receipt{"M1", Delivered, "ENROUTE", ""}},
		{"the ID as an option, the rest as text", "stat:DELIVRD", []Option{tlv(TagReceiptedID, "M1")}, Receipt{"M1", Delivered, "DELIVRD", ""}},
		{"a word that nobody knows", "id:M1 stat:PENDING-2 err:5", nil, Receipt{"M1", NotKnown, "OTHER:5", ""}},
		{"no word", "id:M1", nil, Receipt{"M1", NotKnown, "UNKNOWN", ""}},
		{"a word that is a sentence", "id:M1 stat:0712000001 has no credit", nil, Receipt{"M1", NotKnown, "OTHER", ""}},
		{"an error code that is a sentence", "id:M1 stat:UNDELIV err:0712000001 has no credit", nil, Receipt{"M1", Undeliverable, "UNDELIV", ""}},
		{"on its way", "id:M1 stat:ENROUTE", nil, Receipt{"M1", EnRoute, "ENROUTE", ""}},
		{"a long ID", "id:" + strings.Repeat("9", 64) + " stat:DELIVRD", nil, Receipt{strings.Repeat("9", 64), Delivered, "DELIVRD", ""}},
	} {
		m := &Message{Class: ClassReceipt, Text: []byte(c.text), Options: c.options}
		if got, ok := m.ReadReceipt(GSM); got != c.want || !ok || !m.IsReceipt() {
			t.Errorf("%s: %+v, %t, want %+v", c.name, got, ok, c.want)
		}
	}
	for _, text := range []string{"", "stat:DELIVRD", "BAL", "id: stat:DELIVRD", "id:M 1 stat:DELIVRD", "id:" + strings.Repeat("9", 65), "paid:M1"} {
		if got, ok := (&Message{Text: []byte(text)}).ReadReceipt(GSM); ok {
			t.Errorf("%q is a receipt of %q", text, got.ID)
		}
	}
	m := &Message{From: Phone("+254712000001"), Coding: CodingUCS2, Text: encodeUCS2("id:M1 stat:DELIVRD")}
	if got, ok := m.ReadReceipt(GSM); !ok || got.Phone != "+254712000001" || got.State != Delivered {
		t.Errorf("in UCS-2: %+v, %t", got, ok)
	}
}

func FuzzReceipt(f *testing.F) {
	f.Add("id:M1 sub:001 dlvrd:001 submit date:2603050914 done date:2603050915 stat:DELIVRD err:000 text:x", []byte("M1\x00"), []byte{2})
	f.Add("İd:İ stat:K", []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, text string, id, state []byte) {
		m := &Message{Coding: CodingLatin1, Text: []byte(text), Options: []Option{{TagReceiptedID, id}, {TagState, state}}}
		r, ok := m.ReadReceipt(GSM)
		if !ok {
			return
		}
		if r.ID == "" || len(r.ID) > maxID || !printable(r.ID) || len(r.Word) > 13+1+maxCode || !utf8.ValidString(r.Word) || strings.ContainsAny(r.Word, " \n") {
			t.Fatalf("%q is %+v", text, r)
		}
		for _, n := range []Names{SameNames, DecimalNames, HexNames} {
			n.Reported(r.ID)
			n.Answered(r.ID)
		}
		alike(r.ID, "2B3F")
	})
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		names            Names
		answer, receipt  string
		same             bool
		answered, report string
	}{
		{SameNames, "2B3F", "2B3F", true, "2B3F", "2B3F"},
		{SameNames, "2b3f", "2B3F", false, "2b3f", "2B3F"},
		{DecimalNames, "2B3F", "11071", true, "11071", "11071"},
		{DecimalNames, "0x00002b3f", "0000011071", true, "11071", "11071"},
		{HexNames, "11071", "2b3f", true, "11071", "11071"},
		{DecimalNames, "ffffffffffffffffff", "4722366482869645213695", true, "4722366482869645213695", "4722366482869645213695"},
		{DecimalNames, "a-b", "a-b", true, "a-b", "a-b"},
		{HexNames, "M1", "M1", true, "M1", "M1"},
	} {
		answered, report := c.names.Answered(c.answer), c.names.Reported(c.receipt)
		if answered != c.answered || report != c.report || (answered == report) != c.same {
			t.Errorf("%s: %s and %s become %s and %s", c.names, c.answer, c.receipt, answered, report)
		}
	}
}

func TestKnownNames(t *testing.T) {
	const john, jane = "+254712000001", "+254712000002"
	k := NewKnown()
	send := func(phone, outside string, names ...string) {
		k.Sending(phone)
		k.Sent(phone, names, outside)
	}
	send(john, "2B3F", "2B3F")
	send(john, "10", "10")
	send(jane, "A", "A")
	send(john, "0000C0DE", "0000C0DE")
	send(john, "P3", "P1", "P2", "P3")
	for _, c := range []struct {
		name, phone, receipt, want string
		part                       bool
	}{
		{"the same", john, "2B3F", "2B3F", false},
		{"in small letters", john, "2b3f", "2B3F", false},
		{"in decimal", john, "11071", "2B3F", false},
		{"the phone without its country", "0712000001", "11071", "2B3F", false},
		{"without zeros", john, "c0de", "0000C0DE", false},
		{"in decimal, without zeros", john, "49374", "0000C0DE", false},
		{"what is exact comes first", john, "10", "10", false},
		{"in hex", john, "a", "10", false},
		{"another phone's", jane, "10", "A", false},
		{"another phone's name", jane, "2B3F", "2B3F", false}, // nobody knows better
		{"the last part", john, "P3", "P3", false},
		{"an earlier part", john, "p1", "P3", true},
		{"nobody knows the phone", "+254712000003", "77", "77", false},
	} {
		if got, part := k.Find(t.Context(), c.phone, c.receipt); got != c.want || part != c.part {
			t.Errorf("%s: %s, part %t, want %s", c.name, got, part, c.want)
		}
	}
}

// A receipt that comes before the answer to its submit waits for that.
func TestAReceiptBeforeTheAnswer(t *testing.T) {
	const john = "+254712000001"
	k := NewKnown()
	k.Sending(john)
	got := make(chan string)
	go func() { name, _ := k.Find(t.Context(), john, "11071"); got <- name }()
	k.Sending(john)
	k.Sent(john, nil, "") // another message, which was refused
	k.Sent(john, []string{"2B3F"}, "2B3F")
	if name := <-got; name != "2B3F" {
		t.Errorf("it is called %s", name)
	}
	k.Sending(john)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if name, _ := k.Find(ctx, john, "77"); name != "77" {
		t.Errorf("given up, it is called %s", name)
	}
}

func TestKnownIsBounded(t *testing.T) {
	k := NewKnown()
	for n := range 60_000 {
		phone := sprint("+2547%08d", n)
		k.Sending(phone)
		k.Sent(phone, []string{sprint("%x", n)}, sprint("%x", n))
	}
	for n := range 100 {
		k.Sending("+254712000001")
		k.Sent("+254712000001", []string{sprint("x%d", n)}, sprint("x%d", n))
	}
	if k.names != knownNames || len(k.phones) > knownNames || k.order.Len() != len(k.phones) {
		t.Errorf("%d names of %d phones, %d in order", k.names, len(k.phones), k.order.Len())
	}
	if got, _ := k.Find(t.Context(), "+254712000001", "X99"); got != "x99" {
		t.Errorf("the latest is called %s", got)
	}
	if got, _ := k.Find(t.Context(), "+254700000000", "0"); got != "0" {
		t.Errorf("the first is still known as %s", got)
	}
}

func TestPace(t *testing.T) {
	c := clock.NewFake(time.Unix(1000, 0))
	p := newPace(c, 100)
	wait := func(first bool) time.Duration { w, _ := p.slot(time.Hour, first); return w }
	for n := range 5 {
		if got, want := wait(false), time.Duration(n)*10*time.Millisecond; got != want {
			t.Errorf("message %d waits %v, want %v", n, got, want)
		}
	}
	if got := wait(true); got != 0 {
		t.Errorf("one that cannot queue waits %v", got)
	}
	if got := wait(false); got != 60*time.Millisecond {
		t.Errorf("the next one waits %v", got)
	}
	if w, ok := p.slot(time.Millisecond, false); ok {
		t.Errorf("one without time got a slot in %v", w)
	}
	if got := wait(false); got != 70*time.Millisecond {
		t.Errorf("the one after it waits %v", got)
	}
	c.Advance(time.Minute)
	for range 80 {
		p.took()
	}
	p.throttled()
	p.throttled() // the rest of the window is told so too
	if got := p.leave(); got != shortest || p.now() != 40 {
		t.Errorf("throttled, it stands still for %v and goes on at %d a second", got, p.now())
	}
	if wait(false) != shortest || wait(true) != shortest {
		t.Error("nobody goes before the centre is ready")
	}
	c.Advance(time.Second)
	p.throttled()
	if got := p.leave(); got != 2*shortest || p.now() != 20 {
		t.Errorf("throttled again, it stands still for %v and goes on at %d a second", got, p.now())
	}
	for range 60 {
		c.Advance(time.Second)
	}
	p.took()
	if p.now() != 100 || p.leave() != 0 {
		t.Errorf("a minute later it is at %d a second, and stands still for %v", p.now(), p.leave())
	}
	if p := newPace(c, 0); p.now() != 0 {
		t.Errorf("without a rate it has %d", p.now())
	}
}
