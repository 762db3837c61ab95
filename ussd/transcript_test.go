package ussd_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/i18n"
	"senti/wallet/msisdn"
)

var update = flag.Bool("update", false, "write the transcripts anew, as they come out now")

// The transcripts are in dialogue/testdata: NAME.txt in English, sw/NAME.txt the same conversation in Swahili. How they are
// written is told in dialogue/testdata/README.md.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("dialogue/testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			swahili := filepath.Join("dialogue/testdata/sw", filepath.Base(file))
			if *update {
				script := read(t, file)
				write(t, file, play(t, dbtest.SQLite(t), "en", script))
				write(t, swahili, play(t, dbtest.SQLite(t), "sw", script))
			}
			dbtest.Each(t, func(t *testing.T, d *db.DB) { compare(t, d, "en", file) })
			dbtest.Each(t, func(t *testing.T, d *db.DB) { compare(t, d, "sw", swahili) })
			if commands(read(t, file)) != commands(read(t, swahili)) {
				t.Error("the two languages are not the same conversation: run with -update")
			}
		})
	}
}

// Those in dialogue/testdata/fr happen in Senegal, in French, and have no twin in English.
func TestFrenchTranscripts(t *testing.T) {
	files, err := filepath.Glob("dialogue/testdata/fr/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			if *update {
				write(t, file, play(t, dbtest.SQLite(t), "fr", read(t, file)))
			}
			dbtest.Each(t, func(t *testing.T, d *db.DB) { compare(t, d, "fr", file) })
		})
	}
}

func compare(t *testing.T, d *db.DB, lang, file string) {
	t.Helper()
	want := read(t, file)
	got := strings.Split(play(t, d, lang, want), "\n")
	for i, line := range strings.Split(want, "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("%s:%d\ngot  %s\nwant %s", file, i+1, at(got, i), line)
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// play runs the commands of a transcript and returns it with what came out, each line of that indented by two spaces.
func play(t *testing.T, d *db.DB, lang, script string) string {
	t.Helper()
	lines := strings.Split(strings.TrimRight(script, "\n"), "\n")
	w := newWorldIn(t, d, lang, marketOf(lines))
	var out []string
	for _, line := range lines {
		if strings.HasPrefix(line, "  ") {
			continue // what came out when this was written
		}
		out = append(out, line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, came := range w.obey(line) {
			out = append(out, strings.TrimRight("  "+came, " "))
		}
	}
	w.noCodeStays()
	return strings.Join(out, "\n") + "\n"
}

// marketOf is where a transcript happens: in Kenya unless it says otherwise.
func marketOf(lines []string) string {
	for _, line := range lines {
		if code, ok := strings.CutPrefix(line, "market "); ok {
			return code
		}
	}
	return "ke"
}

// commands leaves of a transcript what was done, without what came out.
func commands(transcript string) string {
	var out []string
	for line := range strings.Lines(transcript) {
		if !strings.HasPrefix(line, "  ") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

// obey does what one line says and returns what came out.
func (w *world) obey(line string) []string {
	w.t.Helper()
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "dial": // dial *384# from 0712000001
		code, from, _ := strings.Cut(rest, " from ")
		w.dial(code, w.number(from))
		return w.shown(code, w.screen(true))
	case ">": // > 500
		if rest == "(language)" { // who has no wallet yet chooses the language of this transcript
			rest = strconv.Itoa(slices.Index(w.wallet.Market().Languages, w.lang) + 1)
		}
		w.call.typed = append(w.call.typed, w.meant(rest))
		return w.shown(rest, w.screen(true))
	case "lost>": // lost> 4826: typed, and the line went dead before the answer came
		w.call.typed = append(w.call.typed, w.meant(rest))
		w.screen(false)
		return w.shown(rest, nil)
	case "repeat": // the telco makes its last callback once more
		return w.shown("", w.screen(true))
	case "failed": // the telco's end notice: the last page did not reach the phone
		w.ended(true)
	case "on": // on 0712000011: what follows is typed on that phone, whose call goes on
		w.on(w.number(rest))
	case "text": // text 0712000001: 1 4821
		return w.text(codeMeant.ReplaceAllStringFunc(rest, w.meant))
	case "sms":
		return w.texted()
	default:
		return w.arrange(word, rest)
	}
	return nil
}

// arrange does what nobody does on a phone.
func (w *world) arrange(word, rest string) []string {
	w.t.Helper()
	switch word {
	case "wait": // wait 3m
		pause, err := time.ParseDuration(rest)
		w.must(err)
		w.clock.Advance(pause)
	case "shops": // the shops of testdata/README.md are open
		w.openShops()
	case "restart": // the process is started anew, on the same database
		w.restart()
	case "vouchers": // from here on the market lets money be sent to numbers without a wallet
		w.vouchers = true
		w.restart()
	case "surveys": // from here on every customer is asked by SMS what the agent took
		w.surveys = true
		w.restart()
	case "tight": // from here on a till takes in 8,000 a day and pays out 4,000
		w.tight = true
		w.restart()
	case "market": // market ug: where all of this happens
	case "register": // register 0712000098 Fatuma Ali 31520774: an operator does, with the ID in hand
		w.register(rest)
	case "shown": // shown 0712000001 28445190: he has shown that ID at a counter, because he forgot his PIN
		w.showsID(rest)
	case "sim": // sim 0712000001 2: from here on that phone has another SIM, as its telco tells; the first one is 1
		w.hasSIM(rest)
	case "feed": // feed swap 0712000001: the telco's list says so; or recycle: somebody else has the number
		w.feed(rest)
	case "night": // the jobs of the night run
		w.night()
	case "block": // block 0712000002
		w.block(w.number(rest))
	case "nosms": // from here on no phone gets its SMS, and the provider says so for good
		w.sent.refuse = true
	case "money":
		return w.moved()
	case "beside": // beside 0712000011 0712000001: from here on these two phones are shown side by side
		left, right, _ := strings.Cut(rest, " ")
		w.pair = columns{w.number(left), w.number(right)}
		return w.pair.head(w.owner)
	case "apart": // and from here on no more
		w.pair = columns{}
	case "job": // job NAME: what is done on schedule is done now
		if run := w.jobs[rest]; run != nil {
			return strings.Split(run(), "\n")
		}
		w.t.Fatalf("there is no job %q", rest)
	case "staff": // staff WORD …
		word, more, _ := strings.Cut(rest, " ")
		if act := w.staff[word]; act != nil {
			return act(more)
		}
		w.t.Fatalf("staff cannot %q", word)
	default:
		w.t.Fatalf("what is %q?", word+" "+rest)
	}
	return nil
}

// screen makes the callback and returns the page, which must be one that the gateway can show.
func (w *world) screen(arrives bool) []string {
	w.t.Helper()
	if w.call.id == "" {
		w.t.Fatalf("%s has no session: let it dial", w.call.from)
	}
	reply := w.answer(arrives)
	if n, gsm := i18n.Septets(reply.Text); !gsm || n > limit {
		w.t.Errorf("a page of %d characters (GSM-7: %t):\n%s", n, gsm, reply.Text)
	}
	if strings.ContainsAny(reply.Text, "{}") {
		w.t.Errorf("a page with a value that nobody filled in:\n%s", reply.Text)
	}
	lines := strings.Split(w.noteCode(w.call.from, reply.Text), "\n")
	if reply.End {
		lines = append(lines, "(end)")
	}
	return lines
}

func (w *world) number(text string) msisdn.Number {
	w.t.Helper()
	n, err := w.wallet.ParsePhone(text)
	w.must(err)
	return n
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
