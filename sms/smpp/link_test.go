package smpp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/sms/peers"
	"senti/wallet/clock"
)

const patience = 30 * time.Second

// bound is a link that runs, and what happens on it.
type bound struct {
	*Link
	t      *testing.T
	events chan string
	stop   func()

	mu     sync.Mutex
	counts map[string]int
	log    strings.Builder
}

func (b *bound) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.Write(p)
}

func (b *bound) logged() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.String()
}

func (b *bound) count(_, what string) {
	b.mu.Lock()
	b.counts[what]++
	b.mu.Unlock()
	select {
	case b.events <- what:
	default:
	}
}

func (b *bound) counted(what string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.counts[what]
}

// await waits until something has happened.
func (b *bound) await(what string) {
	b.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case got := <-b.events:
			if got == what {
				return
			}
		case <-late.C:
			b.t.Fatalf("nothing is %s; log: %s", what, b.logged())
		}
	}
}

const password = "s3cret!"

// quick are settings for tests, in which nothing takes long.
func quick(address string) Settings {
	return Settings{Name: "test", Address: address, SystemID: "senti", Password: password, Window: 10, Again: 20 * time.Millisecond,
		Answer: 5 * time.Second, Drain: 5 * time.Second}
}

// run starts a link; handle may be nil.
func run(t *testing.T, s Settings, handle Handler) *bound {
	t.Helper()
	b := &bound{t: t, events: make(chan string, 100_000), counts: map[string]int{}}
	if handle == nil {
		handle = func(_ context.Context, d *Delivery) { d.Answer(OK) }
	}
	var err error
	b.Link, err = New(s, Parts{Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(b, nil)), Count: b.count})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); b.Run(ctx, handle) }()
	b.stop = func() {
		cancel()
		select {
		case <-done:
		case <-time.After(patience):
			t.Error("the link does not stop")
		}
	}
	t.Cleanup(b.stop)
	return b
}

func centre(t *testing.T, s peers.SMSCSettings) *peers.SMSC {
	t.Helper()
	s.SystemID, s.Password = "senti", password
	return peers.StartSMSC(t, s)
}

func saying(said string) *Message {
	octets, coding := GSM.Encode(said)
	return &Message{From: Sender("SENTI"), To: Phone("+254712000001"), Coding: coding, Text: octets, Receipt: 1}
}

func (b *bound) submit(m *Message) (string, error) {
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	return b.Submit(ctx, m)
}

// A message reaches node-smpp as it was meant.
func TestSubmit(t *testing.T) {
	c := centre(t, peers.SMSCSettings{})
	b := run(t, quick(c.Address), nil)
	if e := c.Await("bind"); e.Kind != "transceiver" || e.SystemID != "senti" || e.Version != 0x34 || e.Status != 0 {
		t.Errorf("bound as %+v", e)
	}
	b.await(WasBound)
	if r := b.Report(); !r.Bound || r.Why != "" {
		t.Errorf("%+v", r)
	}
	name, err := b.submit(saying("Habari @ 5€"))
	if err != nil {
		t.Fatal(err)
	}
	e := c.Await("submit")
	if e.ID != name || e.From != "SENTI" || e.FromTON != 5 || e.To != "254712000001" || e.ToTON != 1 || e.ToNPI != 1 || e.Text != "Habari @ 5€" || e.Coding != 0 || e.Receipt != 1 {
		t.Errorf("submitted as %s: %+v", name, e)
	}
	if _, err := b.submit(saying("Merçi")); err != nil {
		t.Fatal(err)
	}
	if e := c.Await("submit"); e.Text != "Merçi" || e.Coding != 8 {
		t.Errorf("in UCS-2: %+v", e)
	}
	b.stop()
	c.Await("unbind")
	if r := b.Report(); r.Bound || r.Why == "" {
		t.Errorf("stopped: %+v", r)
	}
	if _, err := b.submit(saying("x")); !errors.Is(err, ErrDown) {
		t.Errorf("after the end: %v", err)
	}
}

// Each way of a long text is put together by node-smpp's own reading of it.
func TestLongTexts(t *testing.T) {
	c := centre(t, peers.SMSCSettings{})
	b := run(t, quick(c.Address), nil)
	b.await(WasBound)
	said := strings.Repeat("{Habari ya asubuhi} ", 20)
	for _, long := range []Long{Header8, Header16, SAR, Payload} {
		parts, coding := GSM.Parts(said, long)
		together := ""
		for i := range parts {
			m := saying("")
			m.Text, m.Coding = parts[i], coding
			if len(parts) > 1 {
				m.Mark(long, 0x12c, i+1, len(parts))
			}
			if _, err := b.submit(m); err != nil {
				t.Fatal(err)
			}
			e := c.Await("submit")
			together += e.Text
			want := map[Long]string{Header8: fmt.Sprintf("00032c%02x%02x", len(parts), i+1), Header16: fmt.Sprintf("0804012c%02x%02x", len(parts), i+1)}[long]
			if e.Header != want || e.Payload != (long == Payload) {
				t.Errorf("%s, part %d: header %s, want %s; payload %t", long, i+1, e.Header, want, e.Payload)
			}
			if long == SAR && (string(e.Options["sar_msg_ref_num"]) != "300" || string(e.Options["sar_segment_seqnum"]) != fmt.Sprint(i+1) || string(e.Options["sar_total_segments"]) != fmt.Sprint(len(parts))) {
				t.Errorf("part %d: %s", i+1, e.Options)
			}
		}
		if together != said {
			t.Errorf("%s in %d parts: %q", long, len(parts), together)
		}
	}
}

func TestDeliver(t *testing.T) {
	c := centre(t, peers.SMSCSettings{})
	type heard struct {
		text string
		from string
	}
	got := make(chan heard, 10)
	joiner := NewJoiner(clock.System{})
	b := run(t, quick(c.Address), func(_ context.Context, d *Delivery) {
		p, _ := d.Part()
		said, readable, complete := joiner.Add(d.Message, p, GSM)
		switch {
		case !complete:
			d.Answer(OK)
		case said == "no":
			d.Answer(TryAgain)
			d.Answer(OK) // too late
		case said == "forgotten":
		case said == "panic":
			panic("4826")
		default:
			got <- heard{fmt.Sprint(said, readable), d.From.Number()}
			d.Answer(OK)
		}
	})
	b.await(WasBound)
	phone := map[string]any{"source_addr": "254712000001", "destination_addr": "20880", "dest_addr_ton": 0, "dest_addr_npi": 0}
	with := func(more map[string]any) map[string]any {
		fields := map[string]any{}
		for _, m := range []map[string]any{phone, more} {
			for name, value := range m {
				fields[name] = value
			}
		}
		return fields
	}
	for _, x := range []struct {
		name   string
		fields map[string]any
		status int
		want   string // "" for nothing
	}{
		{"GSM 03.38", map[string]any{"short_message": "BAL @ 5€"}, 0, "BAL @ 5€true"},
		{"UCS-2", map[string]any{"short_message": "Merçi 😀"}, 0, "Merçi 😀true"},
		{"Latin-1", map[string]any{"data_coding": 3, "hex": "6361666540"}, 0, "cafe@true"},
		{"a payload", map[string]any{"payload": strings.Repeat("41", 400)}, 0, strings.Repeat("A", 400) + "true"},
		{"the second of two", map[string]any{"esm_class": 0x40, "udh": "05000307" + "0202", "hex": "4242"}, 0, ""},
		{"the first of two", map[string]any{"esm_class": 0x40, "udh": "05000307" + "0201", "hex": "4141"}, 0, "AABBtrue"},
		{"the first of two by options", map[string]any{"hex": "41", "sar_msg_ref_num": 9, "sar_total_segments": 2, "sar_segment_seqnum": 1}, 0, ""},
		{"the second of two by options", map[string]any{"hex": "42", "sar_msg_ref_num": 9, "sar_total_segments": 2, "sar_segment_seqnum": 2}, 0, "ABtrue"},
		{"asked again", map[string]any{"short_message": "no"}, 0x64, ""},
		{"never answered", map[string]any{"short_message": "forgotten"}, 0x64, ""},
		{"a bug", map[string]any{"short_message": "panic"}, 0x64, ""},
		{"binary", map[string]any{"data_coding": 4, "hex": "0102"}, 0, "false"},
	} {
		if e := c.Deliver(x.name, with(x.fields)); e.Status != x.status {
			t.Errorf("%s: answered %#x, want %#x", x.name, e.Status, x.status)
		}
		if x.want == "" {
			continue
		}
		if h := <-got; h.text != x.want || h.from != "+254712000001" {
			t.Errorf("%s: heard %+v, want %s", x.name, h, x.want)
		}
	}
	if log := b.logged(); strings.Contains(log, "712000001") || strings.Contains(log, "4826") || strings.Contains(log, password) {
		t.Errorf("the log holds what it must not: %s", log)
	}
}

// PDUs that cannot be are answered, and the link goes on.
func TestMalformedPDUsDoNotEndTheLink(t *testing.T) {
	c := centre(t, peers.SMSCSettings{})
	b := run(t, quick(c.Address), nil)
	b.await(WasBound)
	c.Tell(map[string]any{"do": "raw", "hex": "00000014" + "00000005" + "00000000" + "00000055" + "00010100"})
	b.await(WasMalformed)
	c.Tell(map[string]any{"do": "raw", "hex": "00000010" + "00000103" + "00000000" + "00000056"})
	if e := c.Await("nack"); e.Status != int(BadCommand) {
		t.Errorf("an unknown command is answered with %#x", e.Status)
	}
	c.Tell(map[string]any{"do": "raw", "hex": "00000010" + "80000004" + "00000000" + "00ffffff"}) // an answer to nothing
	b.await(WasLate)
	if _, err := b.submit(saying("still there")); err != nil || b.counted(WasLost) != 0 {
		t.Errorf("%v, lost %d times", err, b.counted(WasLost))
	}
	// Where the next PDU begins after an impossible length nobody knows, so this one does end it; another one follows.
	c.Tell(map[string]any{"do": "raw", "hex": "7fffffff" + "00000005" + "00000000" + "00000055"})
	b.await(WasLost)
	b.await(WasBound)
	if _, err := b.submit(saying("here again")); err != nil {
		t.Error(err)
	}
}

func TestAWrongPassword(t *testing.T) {
	c := centre(t, peers.SMSCSettings{})
	s := quick(c.Address)
	s.Password = "wrong"
	b := run(t, s, nil)
	for range 3 {
		b.await(WasRefused)
	}
	if _, err := b.submit(saying("x")); !errors.Is(err, ErrDown) {
		t.Error(err)
	}
	if r := b.Report(); r.Bound || !strings.Contains(r.Why, "ESME_RINVPASWD") {
		t.Errorf("%+v", r)
	}
	if log := b.logged(); !strings.Contains(log, "ESME_RINVPASWD") || strings.Contains(log, "wrong") {
		t.Errorf("log: %s", log)
	}
	if BadPassword.Account() != true || BadPassword.Passing() {
		t.Error("a wrong password is for a person to mend")
	}
}

func TestAPair(t *testing.T) {
	c := centre(t, peers.SMSCSettings{})
	s := quick(c.Address)
	s.Pair, s.SystemType = true, "vma"
	heard := make(chan string, 1)
	b := run(t, s, func(_ context.Context, d *Delivery) { heard <- string(d.Text); d.Answer(OK) })
	kinds := c.Await("bind").Kind + " " + c.Await("bind").Kind
	if kinds != "transmitter receiver" && kinds != "receiver transmitter" {
		t.Errorf("bound as %s", kinds)
	}
	b.await(WasBound)
	b.await(WasBound)
	if _, err := b.submit(saying("x")); err != nil || !b.Report().Bound {
		t.Errorf("%v, %+v", err, b.Report())
	}
	if e := c.Deliver("mo", map[string]any{"source_addr": "254712000001", "short_message": "BAL"}); e.Status != 0 || <-heard != "BAL" {
		t.Errorf("%+v", e)
	}
	b.stop()
	c.Await("unbind")
	c.Await("unbind")
}

func TestSettings(t *testing.T) {
	good := quick("127.0.0.1:2775")
	parts := Parts{Clock: clock.System{}, Log: slog.Default()}
	if _, err := New(good, parts); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Settings){
		"name":          func(s *Settings) { s.Name = "A b" },
		"address":       func(s *Settings) { s.Address = "example.com" },
		"no system_id":  func(s *Settings) { s.SystemID = "" },
		"system_id":     func(s *Settings) { s.SystemID = strings.Repeat("x", 16) },
		"password":      func(s *Settings) { s.Password = "123456789" },
		"system_type":   func(s *Settings) { s.SystemType = strings.Repeat("x", 13) },
		"address_range": func(s *Settings) { s.Range = strings.Repeat("x", 41) },
		"window":        func(s *Settings) { s.Window = 1001 },
		"rate":          func(s *Settings) { s.Rate = -1 },
		"a time":        func(s *Settings) { s.Answer = -1 },
	} {
		s := good
		spoil(&s)
		if _, err := New(s, parts); err == nil || strings.Contains(err.Error(), "123456789") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(good, Parts{}); err == nil {
		t.Error("a link without a clock")
	}
}
