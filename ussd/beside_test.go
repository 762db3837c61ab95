package ussd_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"senti/sms"
	"senti/wallet/db/dbtest"
	"senti/wallet/msisdn"
)

// columns show two phones side by side. The zero value shows what comes as it comes.
type columns struct{ left, right msisdn.Number }

// columnWidth is what a small phone shows in a line, more or less.
const columnWidth = 36

// head names the phones, with whose they are.
func (c columns) head(owner func(msisdn.Number) string) []string {
	title := func(n msisdn.Number) []string { return []string{strings.TrimSpace(n.National() + " " + owner(n))} }
	return append(rows(title(c.left), title(c.right)), strings.Repeat("-", columnWidth+1)+"+"+strings.Repeat("-", columnWidth+1))
}

// owner is the name of who has that phone: an operator's, or a customer's, or none.
func (w *world) owner(phone msisdn.Number) string {
	for _, s := range w.shops {
		if s.operator.phone == phone {
			return s.operator.name
		}
	}
	for _, p := range people[w.market] {
		if p.phone == phone {
			return p.name
		}
	}
	return ""
}

// shown is what came of something typed on the phone in hand. Side by side, what was typed is shown too.
func (w *world) shown(typed string, page []string) []string {
	if !w.pair.has(w.call.from) {
		return page
	}
	if typed != "" {
		page = append([]string{"> " + w.legible(typed)}, page...)
	}
	return w.pair.of(w.call.from, page)
}

// legible is what was typed as a transcript may show it: a code that was drawn is covered on the page that shows it, and here.
func (w *world) legible(typed string) string {
	meant := w.meant(typed)
	if strings.HasPrefix(typed, "(code ") {
		return strings.Repeat("#", len(meant))
	}
	return meant
}

// got is an SMS that a phone received.
func (w *world) got(phone msisdn.Number, text string) []string {
	if w.pair.has(phone) {
		return w.pair.of(phone, []string{"SMS: " + text})
	}
	return []string{"SMS to " + phone.National() + ": " + text}
}

// text brings an SMS that a phone wrote to us, or the last one once more ("text again").
func (w *world) text(rest string) []string {
	w.t.Helper()
	if rest == "again" {
		m := w.texts[len(w.texts)-1]
		if fresh, err := w.intake.Receive(context.Background(), m); fresh || err != nil {
			w.t.Fatalf("the same text again is new: %t, %v", fresh, err)
		}
		return nil
	}
	from, text, _ := strings.Cut(rest, ": ")
	m := sms.Inbound{From: w.number(from), To: "20384", Text: text, At: w.clock.Now(), Gateway: "africastalking",
		ProviderID: fmt.Sprintf("text-%d", len(w.texts))}
	w.texts = append(w.texts, m)
	_, err := w.intake.Receive(context.Background(), m)
	w.must(err)
	if !w.pair.has(m.From) {
		return nil
	}
	return w.pair.of(m.From, []string{"> SMS to Senti: " + text})
}

// of puts lines that a phone shows, or that were typed on it, into its column; those of a third phone stay as they are.
func (c columns) of(phone msisdn.Number, lines []string) []string {
	var wrapped []string
	for _, line := range lines {
		wrapped = append(wrapped, wrap(line, columnWidth)...)
	}
	switch phone {
	case c.left:
		return rows(wrapped, nil)
	case c.right:
		return rows(nil, wrapped)
	}
	return lines
}

func (c columns) has(phone msisdn.Number) bool {
	return c != (columns{}) && (phone == c.left || phone == c.right)
}

// rows joins two columns line by line.
func rows(left, right []string) (out []string) {
	for i := range max(len(left), len(right)) {
		var l, r string
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		pad := strings.Repeat(" ", columnWidth-len([]rune(l)))
		out = append(out, strings.TrimRight(l+pad+" | "+r, " "))
	}
	return out
}

// wrap breaks a line at its spaces, or within a word that is longer than a line.
func wrap(line string, width int) (out []string) {
	rest := []rune(line)
	for len(rest) > width {
		cut := width
		for cut > 0 && rest[cut] != ' ' {
			cut--
		}
		if cut == 0 {
			cut = width
		}
		out = append(out, strings.TrimRight(string(rest[:cut]), " "))
		rest = []rune(strings.TrimLeft(string(rest[cut:]), " "))
	}
	return append(out, string(rest))
}

func TestColumns(t *testing.T) {
	c := columns{"+254712000011", "+254712000001"}
	long := strings.Repeat("x", columnWidth)
	for _, v := range []struct {
		phone msisdn.Number
		line  string
		want  []string
	}{
		{c.left, "1 Deposit", []string{"1 Deposit                            |"}},
		{c.right, "1 Send", []string{"                                     | 1 Send"}},
		{c.left, "", []string{"                                     |"}},
		{c.left, long, []string{long + " |"}},
		{c.left, long + "yz", []string{long + " |", "yz                                   |"}},
		{c.left, long[1:] + " and  more", []string{long[1:] + "  |", "and  more                            |"}},
		{c.right, "é " + long, []string{"                                     | é", "                                     | " + long}},
		{"+254712000099", long + "yz", []string{long + "yz"}},
	} {
		if got := c.of(v.phone, []string{v.line}); !slices.Equal(got, v.want) {
			t.Errorf("%q:\n%s\nwant\n%s", v.line, strings.Join(got, "\n"), strings.Join(v.want, "\n"))
		}
	}
	if c.has("+254712000099") || (columns{}).has("") {
		t.Error("a phone is in a column that is not")
	}
}

// What others hang into the world is found by its name.
func TestHooks(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.jobs["sweep"] = func() string { return "2 holds\n1 code" }
	w.staff["approve"] = func(rest string) []string { return []string{"approved " + rest} }
	if got := slices.Concat(w.obey("job sweep"), w.obey("staff approve 3 by MARY")); !slices.Equal(got, []string{"2 holds", "1 code", "approved 3 by MARY"}) {
		t.Errorf("came out %q", got)
	}
}
