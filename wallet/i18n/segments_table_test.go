package i18n

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/segments.txt anew, as the messages are now")

const segmentsFile = "testdata/segments.txt"

// Every SMS in every language, with the widest values of the market where it is longest: how many segments it takes, and how long it
// is. The table is kept so that a change of a text shows what it costs; read the difference after -update.
func TestSegmentsOfEveryMessage(t *testing.T) {
	got := segmentTable(mustLoad(t))
	if *update {
		if err := os.WriteFile(segmentsFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(segmentsFile)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(kept) {
		return
	}
	lines := strings.Split(string(kept), "\n")
	for line := range strings.SplitSeq(got, "\n") {
		if !slices.Contains(lines, line) {
			t.Errorf("%s has not %q", segmentsFile, line)
		}
	}
	t.Error("run go test ./wallet/i18n -run Segments -update, and read the difference")
}

// A receipt is one segment in every language of every market: it is sent with every payment, twice.
func TestReceiptsAreOneSegment(t *testing.T) {
	texts := mustLoad(t)
	seen := 0
	for _, key := range texts.Keys(Source) {
		if !strings.HasPrefix(key, "sms.") || !slices.Contains(texts.languages[Source].messages[key].placeholders(), "receipt") {
			continue
		}
		seen++
		for _, lang := range texts.Languages() {
			if w := widestOf(texts, lang, key); w.segments != 1 {
				t.Errorf("%s %s takes %d segments in %s: %d long", lang, key, w.segments, w.market, w.length)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d receipts were looked at", seen)
	}
}

// everywhere is what the widest values look like in every market. The first of a name stands, so that Senegal's go before those that
// it shares with Kenya.
func everywhere() map[string][]Arg {
	all := maps.Clone(widest)
	all["Senegal"] = slices.Concat([]Arg{
		Text("amount", "1 000 000 F"), Text("fee", "10 000"), Text("tax", "1 453"), Text("balance", "2 000 000 F"),
		Text("name", "NDIAYEDIAGNENDIAYEDIAG"), Text("phone", "771234567"), Text("service", "*338#"), Text("from", "771***567"),
		Text("available", "2 000 000 F"), Text("needed", "1 010 000 F"), Text("min", "50 F"), Text("max", "10 000 000 F"),
		Text("left", "10 000 000 F"), Text("shop", "NDIAYEDIAGNENDIAYEDI, Guediawaye"), Text("to", "agent 2010457"),
		Text("earned", "1 200 F"), Text("back", "1 010 000 F"), Text("held", "1 000 000 F"), Text("total", "1 010 000 F"),
		Text("single", "10 000 000 F"), Text("day", "10 000 000 F"), Text("float", "2 000 000 F"), Text("cash", "1 000 000 F"),
		Text("in", "10 000 000"), Text("out", "10 000 000"), Text("counted", "10 000 000"), Text("expected", "10 000 000"),
		Text("difference", "inafaa kuwa 10 000 000, imepungua 1 000 000 F"), // in Swahili, which is the longest
		Text("byhand", "10 000 000 F zimeongezwa"), Text("low", "1 000 000"), Text("high", "250 000 000"), Text("near", "NDIAYEDIAGNENDIAYEDI"),
		Text("operator", "NDIAYEDIAGNENDIAYEDIAG"), Text("reply", "+221771234567"),
	}, widest["Kenya"])
	return all
}

// segmentTable has a line for each message, and of each language the segments and the length: "1/147", in UTF-16 units "2/90u".
func segmentTable(texts *Texts) string {
	var b strings.Builder
	langs := texts.Languages()
	fmt.Fprintf(&b, "# segments/length of every SMS with the widest values there can be; a u behind it: UTF-16 units\n%-34s", "message")
	for _, lang := range langs {
		fmt.Fprintf(&b, "%8s", lang)
	}
	most := map[string]int{}
	for _, key := range texts.Keys(Source) {
		if !strings.HasPrefix(key, "sms.") {
			continue
		}
		fmt.Fprintf(&b, "\n%-34s", key)
		for _, lang := range langs {
			w := widestOf(texts, lang, key)
			fmt.Fprintf(&b, "%8s", w)
			most[lang] = max(most[lang], w.segments)
		}
	}
	fmt.Fprintf(&b, "\n%-34s", "at most")
	for _, lang := range langs {
		fmt.Fprintf(&b, "%8d", most[lang])
	}
	return b.String() + "\n"
}

// wide is how long a message can become.
type wide struct {
	market           string
	segments, length int
	unit             string
}

func (w wide) String() string { return fmt.Sprintf("%d/%d%s", w.segments, w.length, w.unit) }

// widestOf looks for the market where a message is longest.
func widestOf(texts *Texts, lang, key string) (out wide) {
	all := everywhere()
	for _, market := range sortedKeys(all) {
		text := say(texts, lang, key, all[market])
		w := wide{market: market, segments: Segments(text), unit: "u", length: Units(text)}
		if n, gsm := Septets(text); gsm {
			w.length, w.unit = n, ""
		}
		if w.segments > out.segments || w.segments == out.segments && w.length > out.length {
			out = w
		}
	}
	return out
}
