package gateway

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// ownXML is a gateway of one's own: XML, numbered turns that carry names, and ends at a path of their own.
const ownXML = `
name: own
method: POST
format: xml
root: ussd
session: head.session
phone: head.phone
code: head.code
network: head.network
imsi: head.imsi
turn: head.turn
id: head.id
input: text
ended: {field: why, words: {gone: lost, seen: shown}, path: /over}
screen: 140
waits: 4s
reply:
  media: text/xml
  continue: <answer to="${head.session}"><say>${text}</say></answer>
  end: <answer to="${head.session}" last="yes"><say>${text}</say></answer>
  end_header: {X-Last: "1"}
`

// A format that nothing but a table tells is answered like any other.
func TestATableOfOnesOwn(t *testing.T) {
	body := func(turn, text string) req {
		return post(`<ussd><head><session>S&amp;1</session><phone>0712000001</phone><code>*384#</code><network>MTN</network><imsi>639020000000001</imsi><turn>` +
			turn + `</turn><id>c1</id></head><text>` + text + `</text></ussd>`)
	}
	over := func(why string) req {
		return post(`<ussd><head><session>S&amp;1</session><phone>0712000001</phone></head><why>` + why + `</why></ussd>`).on("/over")
	}
	a, err := ownTable([]byte(ownXML))
	if err != nil {
		t.Fatal(err)
	}
	a.name = typeHTTP
	b := newBench(t, wire{adapter: a, table: []byte(ownXML)}, Instance{Name: "bush", Guard: webhook.Guard{Secrets: []string{testSecret}}})
	if status, got := b.call(body("2", "5*5")); status != 200 || got != `<answer to="S&amp;1"><say>Enter amount</say></answer>` {
		t.Errorf("%d %s", status, got)
	}
	want := ussd.Request{Gateway: "bush", Session: "S&1", Caller: usualCaller, ServiceCode: "*384#", Text: "5*5", Turn: 2, ID: "c1", Limit: 140,
		Deadline: 2 * time.Second, Network: "MTN", IMSI: "639020000000001"}
	if len(b.requests) != 1 || b.requests[0] != want {
		t.Errorf("requests %+v, want %+v", b.requests, want)
	}
	b.reply = ussd.Reply{Text: "<Bye>", End: true}
	_, got, header := b.send(body("3", "1").with(testSecret))
	if got != `<answer to="S&amp;1" last="yes"><say>&lt;Bye&gt;</say></answer>` || header.Get("X-Last") != "1" {
		t.Errorf("%s, %v", got, header)
	}
	b.heard = nil
	for why, want := range map[string]int{"gone": 200, "seen": 200, "maybe": 400} {
		if status, _ := b.call(over(why)); status != want {
			t.Errorf("%s: %d", why, status)
		}
	}
	if len(b.heard) != 2 || b.heard[0].Failed == b.heard[1].Failed || b.heard[0].Session != "S&1" {
		t.Errorf("notices %+v", b.heard)
	}
	if status, answer := b.call(body("two", "1")); status != 400 || !strings.Contains(answer, "turn") {
		t.Errorf("%d %s", status, answer)
	}
}

func TestTablesThatAreRefused(t *testing.T) {
	const good = `{name: a, method: GET, phone: p, session: s, input: i, screen: 160, waits: 5s, reply: {media: text/plain, continue: "${text}", end: "${text}"}}`
	if _, err := ownTable([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		"needs a table":            {good, ""},
		"unknown field":            {"phone:", "fone:"},
		"phone and input":          {"phone: p, ", ""},
		"method must be":           {"GET", "PUT"},
		"without a session":        {"session: s, ", ""},
		"turn goes with":           {"input: i", "input: i, turn: t, history: true"},
		"dialled with a history":   {"input: i", "input: i, dialled: true"},
		"write lost or shown":      {"input: i", "input: i, ended: {field: e, words: {x: gone}}"},
		"media is":                 {"text/plain", "text/csv"},
		"may be a PIN":             {`end: "${text}"`, `end: "${text}${I}"`},
		"continue: ${text} must":   {`continue: "${text}"`, `continue: "hello"`},
		"end: ${text} must":        {`end: "${text}"`, `end: "${text}${text}"`},
		"without its name":         {`end: "${text}"`, `end: "${text}${"`},
		"does not become a JSON":   {"text/plain", "application/json"},
		"does not become XML":      {`text/plain, continue: "${text}"`, `text/xml, continue: "<a>${text}"`},
		`header "A: b" cannot`:     {`end: "${text}"`, `end: "${text}", end_header: {"A: b": c}`},
		"120 to 182 characters":    {"screen: 160", "screen: 90"},
		"a gateway waits 1s to 1m": {"waits: 5s", "waits: 5ms"},
	} {
		i := Instance{Type: typeHTTP, Table: []byte(strings.Replace(good, change[0], change[1], 1)), Guard: webhook.Guard{Secrets: []string{testSecret}}}
		_, err := All(&recorder{}, Config{Gateways: []Instance{i}, Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// What a bar would end is not told by one.
func TestAScreenWithWhatTheFormatLacks(t *testing.T) {
	b := newBench(t, cellulantWire(), Instance{Guard: webhook.Guard{Secrets: []string{testSecret}}})
	b.reply.Text = "a|b"
	if _, got := b.call(b.write(usual())); got != "1|a b|null|null|null|null" {
		t.Error(got)
	}
}

func TestShortCut(t *testing.T) {
	for _, c := range []struct {
		dialled string
		codes   []string
		want    string
	}{
		{"*384#", []string{"*384#"}, ""},
		{"*384*1#", []string{"*384#"}, "1"},
		{"384*1*2", []string{"*384#"}, "1*2"},
		{" *384*1# ", []string{"384"}, "1"},
		{"*384*77*1#", []string{"*384#", "*384*77#"}, "1"},
		{"*384*77*1#", []string{"*384*77#", "*384#"}, "1"},
		{"*3840*1#", []string{"*384#"}, ""},
		{"*38#", []string{"*384#"}, ""},
		{"＊384＊1＃", []string{"*384#"}, "1"},
		{"4826", []string{"*384#"}, ""},
		{"*384*1#", []string{""}, ""},
		{"", []string{"", "*384#"}, ""},
	} {
		if got := shortCut(c.dialled, c.codes...); got != c.want {
			t.Errorf("%q after %q: %q, want %q", c.dialled, c.codes, got, c.want)
		}
	}
}

// A reply that is brought: what is not taken for certain is brought once more, what may have been taken is not, and a last
// screen that did not arrive is told.
func TestRepliesThatAreBrought(t *testing.T) {
	for _, c := range []struct {
		name             string
		refuses, refusal int
		brought          int
		outcome          string
		failed           bool
	}{
		{"taken", 0, 0, 1, OutcomeEnd, false},
		{"not taken at first", 1, http.StatusServiceUnavailable, 2, OutcomeEnd, false},
		{"not taken at all", 5, http.StatusServiceUnavailable, 2, OutcomeUnwritten, true},
		{"refused", 5, http.StatusBadRequest, 1, OutcomeUnwritten, true},
	} {
		b := newBench(t, junebugWire(), Instance{Guard: webhook.Guard{Secrets: []string{testSecret}}})
		b.reply = ussd.Reply{Text: "Bye", End: true}
		b.refuses, b.refusal = c.refuses, c.refusal
		if status, body := b.call(b.write(usual())); status != 200 || body != "{}" {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
		if len(b.replies) != c.brought || len(b.heard) != 1 || b.heard[0].Failed != c.failed || b.outcomes[0] != c.outcome {
			t.Errorf("%s: brought %d times, notices %+v, outcomes %v", c.name, len(b.replies), b.heard, b.outcomes)
		}
	}
	b := newBench(t, junebugWire(), Instance{Guard: webhook.Guard{Secrets: []string{testSecret}}})
	b.reply = ussd.Reply{Text: "Bye", End: true}
	b.back.Close()
	b.call(b.write(usual()))
	if len(b.heard) != 1 || !b.heard[0].Failed {
		t.Errorf("nobody there: notices %+v", b.heard)
	}
	for _, url := range []string{"", "junebug/messages", "ftp://junebug/"} {
		i := Instance{Type: "junebug", Replies: Replies{URL: url}, Guard: webhook.Guard{Secrets: []string{testSecret}}}
		if _, err := All(&recorder{}, Config{Gateways: []Instance{i}, Log: slog.New(slog.DiscardHandler)}); err == nil || !strings.Contains(err.Error(), "replies") {
			t.Errorf("replies to %q: %v", url, err)
		}
	}
}

func TestTheOldestCallersAreForgotten(t *testing.T) {
	var c kept[int]
	name := func(i int) string {
		return strings.Repeat("s", i%7+1) + string(rune('a'+i%26)) + time.Duration(i).String()
	}
	for i := range keptMost + 10 {
		c.note(name(i), i)
		c.note(name(i), i)
	}
	known := func(i int) bool { n, ok := c.get(name(i)); return ok && n == i }
	if len(c.of) != keptMost || known(9) || !known(10) || !known(keptMost+9) {
		t.Errorf("%d are remembered", len(c.of))
	}
}
