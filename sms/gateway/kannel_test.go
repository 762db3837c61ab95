package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/labstack/echo/v4"

	"senti/sms"
	"senti/sms/peers"
	"senti/wallet/webhook"
)

// town is a recorder that tells of everything at once.
type town struct {
	recorder
	texts chan sms.Inbound
	fates chan sms.Report
}

func (r *town) Receive(ctx context.Context, m sms.Inbound) (bool, error) {
	fresh, err := r.recorder.Receive(ctx, m)
	if fresh {
		r.texts <- m
	}
	return fresh, err
}

func (r *town) report(_ context.Context, reports []sms.Report) error {
	for _, one := range reports {
		r.fates <- one
	}
	return nil
}

// await takes the next of what comes.
func await[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	select {
	case one := <-from:
		return one
	case <-late.C:
		t.Fatalf("no %s came", what)
	}
	panic("unreachable")
}

// kannelDoor serves where a Kannel brings texts and reports, and returns its address and what tells of them.
func kannelDoor(t *testing.T) (door string, r *town) {
	t.Helper()
	r = &town{texts: make(chan sms.Inbound, 10), fates: make(chan sms.Report, 10)}
	routes, err := Inbound(r, InboundConfig{Region: "KE", Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Reports: r.report,
		On: []Instance{{Type: "kannel", Guard: webhook.Guard{Secrets: []string{testSecret}}}}})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	for _, route := range routes {
		e.Add(route.Method, route.Path, route.Handler)
	}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return server.URL + "/sms/kannel/" + testSecret, r
}

const kannelQuery = "?id=%I&from=%p&to=%P&text=%b&charset=%C&coding=%c&at=%T" // as kannel_inbound.go has it

// A real Kannel brings what phones write, in every alphabet and in parts, takes what we send, and tells what became of it.
func TestKannelItself(t *testing.T) {
	door, r := kannelDoor(t)
	k := peers.StartKannel(t, door+kannelQuery)

	for _, c := range []struct{ name, wrote, text string }{
		{"plain", "+254712000001 20384 text SEND  500 0712000002", "SEND  500 0712000002"},
		{"marks", "+254712000001 20384 text 1*2#=@", "1*2#=@"},
	} {
		disconnect := k.Connect(c.wrote)
		m := await(t, "text", r.texts)
		disconnect()
		if m.From != "+254712000001" || m.To != "20384" || m.Text != c.text || m.At.IsZero() {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
	first := k.Connect("+254712000001 20384 udh %05%00%03%2A%02%01 SEND%20500%20")
	first()
	k.Connect("+254712000001 20384 udh %05%00%03%2A%02%02 0712000002") // and stays to hear what is sent
	if m := await(t, "text in two parts", r.texts); m.Text != "SEND 500 0712000002" {
		t.Errorf("in parts: %q", m.Text)
	}
	kannelSends(t, r, k, door)
}

// kannelSends sends through it, as GSM-7, as UCS-2 and in parts, to phones that are connected.
func kannelSends(t *testing.T, r *town, k *peers.Kannel, door string) {
	t.Helper()
	sender, err := NewKannel(Kannel{BaseURL: k.URL, Username: peers.KannelUser, Password: peers.KannelPassword, From: "20384", Reports: door + reportsSuffix})
	if err != nil {
		t.Fatal(err)
	}
	batch := messages("Ksh 500 SENT. {é} €", "漢字", strings.Repeat("a", 170))
	for i, result := range sender.Send(t.Context(), batch) {
		if !result.Accepted {
			t.Fatalf("message %d: %v", i, result.Err)
		}
	}
	var heard []string
	for range 4 {
		heard = append(heard, await(t, "message at the phone", k.Heard))
	}
	for _, want := range []string{"20384 +254712000001 text Ksh 500 SENT. {é} €", "20384 +254712000002 ucs-2 o", "20384 +254712000003 udh %05%00%03"} {
		if !slices.ContainsFunc(heard, func(h string) bool { return strings.Contains(h, want) }) {
			t.Errorf("no phone heard %q: %q", want, heard)
		}
	}
	delivered := map[string]bool{}
	for len(delivered) < len(batch) {
		f := await(t, "report", r.fates)
		if f.Gateway != "kannel" || f.Fate == sms.Undelivered {
			t.Errorf("report %+v", f)
		}
		if f.Fate == sms.Delivered {
			delivered[f.Message.String()] = true
		}
	}
	for _, m := range batch {
		if !delivered[m.ID.String()] {
			t.Errorf("message %s is not said to be delivered", m.ID)
		}
	}
	wrong, err := NewKannel(Kannel{BaseURL: k.URL, Username: peers.KannelUser, Password: "not it", From: "20384"})
	if err != nil {
		t.Fatal(err)
	}
	if result := wrong.Send(t.Context(), messages("x"))[0]; result.Err == nil || !result.Err.Account {
		t.Errorf("with a wrong password: %+v", result)
	}
}

// A real Kannel stands before a real message centre: what phones write in UCS-2, also in parts that cut a character in two, comes whole.
func TestKannelOverSMPP(t *testing.T) {
	door, r := kannelDoor(t)
	settings := peers.SMSCSettings{SystemID: "kannel", Password: "secret"}
	centre := peers.StartSMSC(t, settings)
	k := peers.StartKannelOver(t, door+kannelQuery, centre, settings)

	writes := func(text string, fields map[string]any) {
		t.Helper()
		fields["source_addr"], fields["destination_addr"] = "254712000001", "20384"
		if e := centre.Deliver(text, fields); e.Status != 0 {
			t.Fatalf("%q: answered %d", text, e.Status)
		}
	}
	for _, text := range []string{"TUMA 500 ñ 漢字", "SEND  500", "500 \U0001f600 0712000002"} {
		writes(text, map[string]any{"data_coding": 8, "hex": ucs2Hex(text)})
		if m := await(t, "text", r.texts); m.Text != text || m.From != "+254712000001" || m.To != "20384" {
			t.Errorf("%q came as %+v", text, m)
		}
	}
	const long = "Habari \U0001f600 " // the cut is between the halves of its one pair
	whole := ucs2Hex(long)
	cut := 4 * 8
	writes("first", map[string]any{"data_coding": 8, "esm_class": 0x40, "udh": "0500032a0201", "hex": whole[:cut]})
	writes("second", map[string]any{"data_coding": 8, "esm_class": 0x40, "udh": "0500032a0202", "hex": whole[cut:]})
	if m := await(t, "text in two parts", r.texts); m.Text != long {
		t.Errorf("in parts: %q", m.Text)
	}

	centre.Receipts(map[string]any{"stat": "DELIVRD"})
	sender, err := NewKannel(Kannel{BaseURL: k.URL, Username: peers.KannelUser, Password: peers.KannelPassword, From: "20384", Reports: door + reportsSuffix})
	if err != nil {
		t.Fatal(err)
	}
	m := messages("漢字 \U0001f600")
	if result := sender.Send(t.Context(), m)[0]; !result.Accepted {
		t.Fatal(result.Err)
	}
	if e := centre.Await("submit"); e.Coding != 8 || e.Text != "漢字 \U0001f600" {
		t.Errorf("the centre heard %+v", e)
	}
	for {
		f := await(t, "report", r.fates)
		if f.Fate == sms.Delivered {
			if f.Message != m[0].ID {
				t.Errorf("report %+v", f)
			}
			return
		}
	}
}

// ucs2Hex is a text as UCS-2 travels.
func ucs2Hex(text string) string {
	var out strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&out, "%04x", unit)
	}
	return out.String()
}
