package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/sms"
	"senti/sms/peers"
	"senti/sms/smpp"
	"senti/wallet/clock"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

const john msisdn.Number = "+254712000001"

// telco is an SMPP gateway with a centre of node-smpp, and what comes of it.
type telco struct {
	*SMPPGateway
	t      *testing.T
	centre *peers.SMSC
	texts  chan sms.Inbound
	told   chan sms.Report
	ids    *id.Sequence

	mu     sync.Mutex
	refuse error // what the receiver and the reports say
	bound  chan struct{}
	log    strings.Builder
	counts map[string]int
}

func (d *telco) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.Write(p)
}

func (d *telco) says(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refuse = err
}

// Receive is the Receiver.
func (d *telco) Receive(_ context.Context, m sms.Inbound) (bool, error) {
	d.texts <- m
	d.mu.Lock()
	defer d.mu.Unlock()
	return true, d.refuse
}

func (d *telco) report(_ context.Context, reports []sms.Report) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuse != nil {
		return d.refuse
	}
	for _, r := range reports {
		d.told <- r
	}
	return nil
}

// next returns the next thing that happens.
func next[T any](t *testing.T, from <-chan T) (got T) {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	select {
	case got = <-from:
	case <-late.C:
		t.Fatal("nothing happens")
	}
	return got
}

// newTelco binds a gateway with those settings to a centre.
func newTelco(t *testing.T, like peers.SMSCSettings, c SMPP) *telco {
	t.Helper()
	like.SystemID, like.Password = "senti", "s3cret!"
	d := &telco{t: t, centre: peers.StartSMSC(t, like), texts: make(chan sms.Inbound, 100), told: make(chan sms.Report, 10_000), ids: &id.Sequence{},
		bound: make(chan struct{}, 100), counts: map[string]int{}}
	log := slog.New(slog.NewTextHandler(d, nil))
	var err error
	c.Link, err = smpp.New(smpp.Settings{Name: "telco", Address: d.centre.Address, SystemID: "senti", Password: "s3cret!", Again: 20 * time.Millisecond},
		smpp.Parts{Clock: clock.System{}, Log: log, Count: func(_, what string) {
			if what == smpp.WasBound {
				d.bound <- struct{}{}
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	c.From, c.Region, c.Receiver, c.Reports, c.Clock, c.Log = "SENTI", "KE", d, d.report, clock.System{}, log
	c.Count = func(_, outcome string) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.counts[outcome]++
	}
	if d.SMPPGateway, err = NewSMPP(c); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); c.Link.Run(ctx, d.Handle) }()
	t.Cleanup(func() { cancel(); <-done })
	next(t, d.bound)
	return d
}

func (d *telco) sendTo(phone msisdn.Number, text string) sms.Result {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 30*time.Second)
	defer cancel()
	m := sms.Message{ID: d.ids.New(), To: phone, Text: text}
	r := d.Send(ctx, []sms.Message{m})[0]
	if r.ID != m.ID || r.Accepted == (r.Err != nil) {
		d.t.Fatalf("result %+v", r)
	}
	return r
}

func TestSMPPSends(t *testing.T) {
	d := newTelco(t, peers.SMSCSettings{}, SMPP{})
	r := d.sendTo(john, "Received Ksh 500 {ok}")
	e := d.centre.Await("submit")
	if !r.Accepted || r.ProviderRef != e.ID || e.To != "254712000001" || e.From != "SENTI" || e.Receipt != 1 || e.Text != "Received Ksh 500 {ok}" {
		t.Errorf("%+v: %+v", r, e)
	}
	long := strings.Repeat("Umepokea Ksh 500 kutoka kwa JANE. ", 12)
	r = d.sendTo(john, long)
	together, names := "", []string(nil)
	for n := range 3 {
		e := d.centre.Await("submit")
		together, names = together+e.Text, append(names, e.ID)
		if want := map[bool]int{true: 1, false: 2}[n == 2]; e.Receipt != want || !strings.HasSuffix(e.Header, fmt.Sprintf("03%02x", n+1)) {
			t.Errorf("part %d asks for receipt %d with header %s", n+1, e.Receipt, e.Header)
		}
	}
	if together != long || r.ProviderRef != names[2] {
		t.Errorf("%q of %q, named %s", together, names, r.ProviderRef)
	}
	// What is sent again has the same reference, so that a phone puts both tries together.
	again := sms.Message{ID: r.ID, To: john, Text: long}
	d.Send(t.Context(), []sms.Message{again})
	first := d.centre.Await("submit").Header
	d.Send(t.Context(), []sms.Message{again})
	d.centre.Await("submit")
	d.centre.Await("submit")
	if second := d.centre.Await("submit").Header; second != first {
		t.Errorf("headers %s and %s", first, second)
	}
}

func TestSMPPRefusals(t *testing.T) {
	d := newTelco(t, peers.SMSCSettings{Quiet: true}, SMPP{})
	for _, c := range []struct {
		status                      smpp.Status
		code                        string
		retryable, account, waiting bool
	}{
		{0x0b, "ESME_RINVDSTADR", false, false, false},
		{0x45, "ESME_RSUBMITFAIL", false, false, false},
		{0x0a, "ESME_RINVSRCADR", false, true, false},
		{0x08, "ESME_RSYSERR", true, false, false},
		{0x64, "ESME_RX_T_APPN", true, false, false},
		{0x1234, "0x1234", false, false, false},
		{0x58, "ESME_RTHROTTLED", true, false, true},
		{0x14, "ESME_RMSGQFUL", true, false, true},
	} {
		d.centre.Plan(peers.Answer{Status: int(c.status), Times: 1})
		e := d.sendTo(john, "x").Err
		if e == nil || e.Code != c.code || e.Status != int(c.status) || e.Retryable != c.retryable || e.Account != c.account || e.Unclear || (e.RetryAfter > 0) != c.waiting || e.Sender != "telco" {
			t.Errorf("%s: %+v", c.code, e)
		}
	}
}

// No connection is no message; an answer that never came may be one.
func TestSMPPUnclear(t *testing.T) {
	d := newTelco(t, peers.SMSCSettings{Quiet: true}, SMPP{})
	d.centre.Plan(peers.Answer{Drop: true, Times: 1})
	if e := d.sendTo(john, "x").Err; e == nil || !e.Retryable || !e.Unclear || e.Code != sms.CodeNoAnswer {
		t.Errorf("a connection that ended: %+v", e)
	}
	if e := d.refusal(smpp.ErrDown); !e.Retryable || e.Unclear || e.Code != sms.CodeNoAnswer {
		t.Errorf("no connection: %+v", e)
	}
	if e := d.refusal(smpp.ErrNoTime); !e.Retryable || e.Unclear || e.Code != sms.CodeTimeout {
		t.Errorf("no time: %+v", e)
	}
	if e := d.refusal(smpp.ErrTooLong); e.Retryable || e.Unclear {
		t.Errorf("too long: %+v", e)
	}
}

// Receipts of every kind find their message.
func TestSMPPReceipts(t *testing.T) {
	type like = map[string]any
	telcos := map[string]*telco{}
	for _, c := range []struct {
		name   string
		centre peers.SMSCSettings
		names  smpp.Names
		like   like
		fate   sms.Fate
		reason string
	}{
		{"as specified", peers.SMSCSettings{}, "", like{}, sms.Delivered, "DELIVRD"},
		{"failed", peers.SMSCSettings{}, "", like{"stat": "UNDELIV", "err": "027"}, sms.Undelivered, "UNDELIV:027"},
		{"expired", peers.SMSCSettings{}, "", like{"stat": "EXPIRED"}, sms.Undelivered, "EXPIRED"},
		{"on its way", peers.SMSCSettings{}, "", like{"stat": "ACCEPTD"}, sms.Buffered, "ACCEPTD"},
		{"unknown", peers.SMSCSettings{}, "", like{"stat": "UNKNOWN"}, sms.Buffered, "UNKNOWN"},
		{"the ID as an option", peers.SMSCSettings{}, "", like{"where": "option"}, sms.Delivered, "DELIVRD"},
		{"the ID twice", peers.SMSCSettings{}, "", like{"where": "both"}, sms.Delivered, "DELIVRD"},
		{"the state as an option", peers.SMSCSettings{}, "", like{"stat": "", "state": 5}, sms.Undelivered, "UNDELIV"},
		{"options only", peers.SMSCSettings{}, "", like{"where": "option", "stat": "", "state": 2, "order": []string{"sub"}}, sms.Delivered, "DELIVRD"},
		{"another order", peers.SMSCSettings{}, "", like{"order": []string{"err", "stat", "id"}}, sms.Delivered, "DELIVRD"},
		{"no text, no dates", peers.SMSCSettings{}, "", like{"order": []string{"id", "stat"}}, sms.Delivered, "DELIVRD"},
		{"as a payload", peers.SMSCSettings{}, "", like{"payload": true}, sms.Delivered, "DELIVRD"},
		{"in small letters", peers.SMSCSettings{}, "", like{"lower": true}, sms.Delivered, "DELIVRD"},
		{"with zeros before", peers.SMSCSettings{}, "", like{"pad": 12}, sms.Delivered, "DELIVRD"},
		{"without the answer's zeros", peers.SMSCSettings{Pad: 10}, "", like{"id": "hex"}, sms.Delivered, "DELIVRD"},
		{"in decimal, as set", peers.SMSCSettings{}, smpp.DecimalNames, like{"id": "decimal"}, sms.Delivered, "DELIVRD"},
		{"in hex, as set", peers.SMSCSettings{IDs: "decimal"}, smpp.HexNames, like{"id": "hex"}, sms.Delivered, "DELIVRD"},
		{"in decimal, not as set", peers.SMSCSettings{}, "", like{"id": "decimal"}, sms.Delivered, "DELIVRD"},
		{"in hex, not as set", peers.SMSCSettings{IDs: "decimal"}, "", like{"id": "hex"}, sms.Delivered, "DELIVRD"},
		{"before the answer", peers.SMSCSettings{}, "", like{"first": true}, sms.Delivered, "DELIVRD"},
		{"before the answer, in decimal, not as set", peers.SMSCSettings{}, "", like{"first": true, "id": "decimal"}, sms.Delivered, "DELIVRD"},
	} {
		alike := fmt.Sprint(c.centre, c.names)
		if telcos[alike] == nil {
			telcos[alike] = newTelco(t, c.centre, SMPP{Names: c.names})
		}
		d := telcos[alike]
		d.centre.Receipts(c.like)
		r := d.sendTo(john, "x")
		if e := d.centre.Await("answer"); e.Status != 0 {
			t.Errorf("%s: the receipt is answered with %#x", c.name, e.Status)
		}
		want := sms.Report{Gateway: "telco", ProviderRef: r.ProviderRef, Fate: c.fate, Reason: c.reason}
		if got := next(t, d.told); got != want || !r.Accepted {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
	}
}

// A text in parts is delivered when its last part is, and lost when any part is.
func TestSMPPReceiptsOfParts(t *testing.T) {
	d := newTelco(t, peers.SMSCSettings{}, SMPP{})
	long := strings.Repeat("x", 400)
	d.centre.Receipts(map[string]any{})
	r := d.sendTo(john, long)
	for range 3 {
		d.centre.Await("answer")
	}
	if got := next(t, d.told); got.ProviderRef != r.ProviderRef || got.Fate != sms.Delivered || len(d.told) != 0 {
		t.Errorf("%+v, and %d more", got, len(d.told))
	}
	d.centre.Receipts(map[string]any{"stat": "UNDELIV"})
	r = d.sendTo(john, long)
	for range 3 {
		d.centre.Await("answer")
		if got := next(t, d.told); got.ProviderRef != r.ProviderRef || got.Fate != sms.Undelivered {
			t.Errorf("%+v", got)
		}
	}
}

// A receipt is answered with OK once it is durable, and is asked for again until then.
func TestSMPPReceiptsThatCannotBeStored(t *testing.T) {
	d := newTelco(t, peers.SMSCSettings{}, SMPP{})
	receipt := map[string]any{"source_addr": "254712000001", "esm_class": 4, "short_message": "id:M1 stat:DELIVRD"}
	d.says(errors.New("the database is away"))
	if e := d.centre.Deliver("1", receipt); e.Status != int(smpp.TryAgain) {
		t.Errorf("answered %#x", e.Status)
	}
	d.says(nil)
	if e := d.centre.Deliver("2", receipt); e.Status != 0 || (next(t, d.told)).ProviderRef != "M1" {
		t.Errorf("answered %#x", e.Status)
	}
	if e := d.centre.Deliver("3", map[string]any{"source_addr": "254712000001", "esm_class": 4, "short_message": "stat:DELIVRD"}); e.Status != 0 || len(d.told) != 0 {
		t.Errorf("of no message: answered %#x", e.Status)
	}
}

func TestSMPPTexts(t *testing.T) {
	d := newTelco(t, peers.SMSCSettings{}, SMPP{})
	from := func(number, text string) map[string]any {
		return map[string]any{"source_addr": number, "destination_addr": "20880", "short_message": text}
	}
	for _, c := range []struct {
		name   string
		fields map[string]any
		want   string // "" for nothing
	}{
		{"a command", from("254712000001", "SEND 500 0712000002"), "SEND 500 0712000002"},
		{"UCS-2", from("254712000001", "Salio ç"), "Salio ç"},
		{"two lines", from("254712000001", "BAL\nJohn"), "BAL\nJohn"},
		{"from a short code", from("20880", "hello"), ""},
		{"from another country", from("33612345678", "hello"), ""},
		{"from a name", map[string]any{"source_addr": "BANK", "source_addr_ton": 5, "short_message": "hello"}, ""},
		{"binary", map[string]any{"source_addr": "254712000001", "data_coding": 4, "hex": "0102"}, ""},
		{"for an application", map[string]any{"source_addr": "254712000001", "esm_class": 0x40, "udh": "06050400500050", "hex": "41"}, ""},
		{"too long", map[string]any{"source_addr": "254712000001", "payload": strings.Repeat("41", maxText+1)}, ""},
	} {
		if e := d.centre.Deliver(c.name, c.fields); e.Status != 0 {
			t.Errorf("%s: answered %#x", c.name, e.Status)
		}
		if c.want == "" {
			if len(d.texts) != 0 {
				t.Errorf("%s: taken in", c.name)
			}
			continue
		}
		if m := next(t, d.texts); m.Text != c.want || m.From != john || m.To != "20880" || m.Gateway != "telco" || m.ProviderID == "" {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
	if d.mu.Lock(); strings.Contains(d.log.String(), "712000001") || strings.Contains(d.log.String(), "hello") {
		t.Errorf("log: %s", d.log.String())
	}
	d.mu.Unlock()
}

// A text that comes again because our answer may not have arrived is the same message; one that the person wrote again is another.
func TestSMPPRepeats(t *testing.T) {
	d := newTelco(t, peers.SMSCSettings{}, SMPP{})
	bal := map[string]any{"source_addr": "254712000001", "destination_addr": "20880", "short_message": "BAL"}
	deliver := func(status int) string {
		t.Helper()
		if e := d.centre.Deliver("x", bal); e.Status != status {
			t.Errorf("answered %#x, want %#x", e.Status, status)
		}
		return (next(t, d.texts)).ProviderID
	}
	d.says(errors.New("the database is away"))
	first := deliver(0x64)
	if again := deliver(0x64); again != first {
		t.Errorf("not taken in, and brought again as %s, was %s", again, first)
	}
	d.says(nil)
	if again := deliver(0); again != first {
		t.Errorf("brought again as %s, was %s", again, first)
	}
	second := deliver(0)
	if second == first {
		t.Error("the person wrote the same again, and it is taken for a repeat")
	}
	d.centre.Tell(map[string]any{"do": "drop"})
	next(t, d.bound)
	if again := deliver(0); again != second {
		t.Errorf("after a connection that ended it is %s, was %s", again, second)
	}
	if third := deliver(0); third == second {
		t.Error("written once more, it is taken for a repeat")
	}
}

func TestSMPPTextsInParts(t *testing.T) {
	d := newTelco(t, peers.SMSCSettings{}, SMPP{})
	part := func(number int, hex string) map[string]any {
		return map[string]any{"source_addr": "254712000001", "destination_addr": "20880", "esm_class": 0x40, "udh": fmt.Sprintf("0500030702%02x", number), "hex": hex}
	}
	if e := d.centre.Deliver("2", part(2, "42")); e.Status != 0 {
		t.Errorf("answered %#x", e.Status)
	}
	d.says(errors.New("the database is away"))
	if e := d.centre.Deliver("1", part(1, "41")); e.Status != int(smpp.TryAgain) || (next(t, d.texts)).Text != "AB" {
		t.Errorf("answered %#x", e.Status)
	}
	d.says(nil)
	if e := d.centre.Deliver("1 again", part(1, "41")); e.Status != 0 || (next(t, d.texts)).Text != "AB" || d.joiner.Len() != 0 {
		t.Errorf("answered %#x; %d texts are kept", e.Status, d.joiner.Len())
	}
}

// Reports that come while others are being stored go together.
func TestReportQueue(t *testing.T) {
	entered, leave := make(chan int), make(chan error)
	q := &reportQueue{hand: func(_ context.Context, reports []sms.Report) error { entered <- len(reports); return <-leave }}
	errs := make(chan error, 2000)
	add := func(n int) {
		go func() { errs <- q.add(t.Context(), sms.Report{ProviderRef: fmt.Sprint(n)}) }()
	}
	add(0)
	sizes := []int{<-entered}
	for n := range 1200 {
		add(n + 1)
	}
	for queued := 0; queued < 1200; {
		q.mu.Lock()
		queued = len(q.waiting)
		q.mu.Unlock()
	}
	leave <- nil
	sizes = append(sizes, <-entered)
	leave <- errors.New("away")
	sizes = append(sizes, <-entered)
	leave <- nil
	sizes = append(sizes, <-entered)
	leave <- nil
	failed := 0
	for range 1201 {
		if <-errs != nil {
			failed++
		}
	}
	if !slices.Equal(sizes, []int{1, 500, 500, 200}) || failed != 500 {
		t.Errorf("in calls of %v, of which %d failed", sizes, failed)
	}
	q.hand = func(context.Context, []sms.Report) error { panic("broken") }
	if err := q.add(t.Context(), sms.Report{}); err == nil {
		t.Error("a panic is an error")
	}
}

func TestSMPPSettings(t *testing.T) {
	link, err := smpp.New(smpp.Settings{Name: "telco", Address: "127.0.0.1:2775", SystemID: "senti"}, smpp.Parts{Clock: clock.System{}, Log: slog.Default()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		spoil SMPP
		want  string
	}{
		{SMPP{Alphabet: "utf8"}, "utf8"}, {SMPP{Long: "long"}, "long"}, {SMPP{Names: "octal"}, "octal"}, {SMPP{From: "TWELVE CHARS"}, "TWELVE CHARS"},
	} {
		c.spoil.Link, c.spoil.Log, c.spoil.Clock = link, slog.Default(), clock.System{}
		if _, err := NewSMPP(c.spoil); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "telco") {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
