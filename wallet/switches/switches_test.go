package switches

import (
	"context"
	"strings"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

const (
	john = msisdn.Number("+254712000001")
	jane = msisdn.Number("+254733000002")
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

func TestCheck(t *testing.T) {
	right := Switch{Scope: Service, Name: Send, State: Off, Why: "a drill"}
	if err := right.Check(); err != nil {
		t.Error(err)
	}
	for want, spoil := range map[string]func(*Switch){
		"there is no scope":          func(s *Switch) { s.Scope = "phone" },
		"there is no service":        func(s *Switch) { s.Name = "sending" },
		"not the name of a gateway":  func(s *Switch) { s.Scope, s.Name = Gateway, "a b" },
		"not the name of a route":    func(s *Switch) { s.Scope, s.Name = Route, "" },
		"not the number of a tier":   func(s *Switch) { s.Scope, s.Name = Tier, "01" },
		"not how numbers begin":      func(s *Switch) { s.Scope, s.Name = Numbers, "0712" },
		"must be on, pilot or off":   func(s *Switch) { s.State = 0 },
		"say why":                    func(s *Switch) { s.Why = "" },
		"needs the phones":           func(s *Switch) { s.State = Pilot },
		"only a pilot has":           func(s *Switch) { s.Pilot = []msisdn.Number{john} },
		"at most 500":                func(s *Switch) { s.State, s.Pilot = Pilot, make([]msisdn.Number, 501) },
		"over before it begins":      func(s *Switch) { s.From, s.Until = noon, noon },
		"(it has 86)":                func(s *Switch) { s.Words = map[string]string{"en": strings.Repeat("x", 86)} },
		"every phone can show":       func(s *Switch) { s.Words = map[string]string{"sw": "Ĥ"} },
		"without quotes":             func(s *Switch) { s.Words = map[string]string{"sw": `"no"`} },
		"words in en must be":        func(s *Switch) { s.Words = map[string]string{"en": "two\nlines"} },
		"without quotes or braces":   func(s *Switch) { s.Words = map[string]string{"en": "{line}"} },
		"the words in fr must be on": func(s *Switch) { s.Words = map[string]string{"fr": ""} },
	} {
		s := right
		spoil(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

func TestStops(t *testing.T) {
	for name, c := range map[string]struct {
		s    Switch
		want string // of John and Jane, one minute before noon, at noon, one minute later
	}{
		"on":          {Switch{State: On}, "------"},
		"off":         {Switch{State: Off}, "xxxxxx"},
		"pilot":       {Switch{State: Pilot, Pilot: []msisdn.Number{john}}, "---xxx"},
		"off later":   {Switch{State: Off, From: noon}, "-xx-xx"},
		"off so long": {Switch{State: Off, Until: noon}, "x--x--"},
		"for a while": {Switch{State: Off, From: noon, Until: noon.Add(time.Minute)}, "-x--x-"},
	} {
		got := ""
		for _, phone := range []msisdn.Number{john, jane} {
			for minute := -1; minute <= 1; minute++ {
				mark := "-"
				if c.s.Stops(phone, noon.Add(time.Duration(minute)*time.Minute)) {
					mark = "x"
				}
				got += mark
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// desk is a ledger that sets switches.
type desk struct {
	*Store
	t      *testing.T
	ledger *ledger.Ledger
}

func newDesk(t *testing.T, d *db.DB, c clock.Clock) *desk {
	t.Helper()
	l, err := ledger.Open(ctx, ledger.Options{DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &desk{NewStore(d), t, l}
}

func (d *desk) set(s Switch) {
	d.t.Helper()
	s.Why = "a drill"
	s = s.Tidied()
	if err := s.Check(); err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{d.Set(s)}}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) load(b *Board) {
	d.t.Helper()
	if err := b.Load(ctx); err != nil {
		d.t.Fatal(err)
	}
}

// What one process sets, the board of another shows when it has read it, and no sooner.
func TestBoardOfAnotherProcess(t *testing.T) {
	dbtest.EachPair(t, func(t *testing.T, a, b *db.DB) {
		c := clock.NewFake(noon)
		d, board := newDesk(t, a, c), NewBoard(NewStore(b), c)
		d.load(board)
		d.set(Switch{Scope: Service, Name: Send, State: Off, Words: map[string]string{"en": "Back at 6."}, By: "alice"})
		d.set(Switch{Scope: Gateway, Name: "hubtel", State: Pilot, Pilot: []msisdn.Number{jane, john, jane}, By: "alice"})
		d.set(Switch{Scope: Numbers, Name: "+25473", State: Off, Until: noon.Add(time.Hour), By: "bob"})
		d.set(Switch{Scope: Tier, Name: "1", State: Off, From: noon.Add(time.Hour), By: "bob"})
		if board.Stops(Service, Send, john) != nil || board.Any(Service) {
			t.Error("known before it was read")
		}
		c.Advance(7 * time.Second)
		if board.Age() != 7*time.Second {
			t.Errorf("read %s ago", board.Age())
		}
		d.load(board)
		if s := board.Stops(Service, Send, john); s == nil || s.Words["en"] != "Back at 6." || s.By != "alice" || !s.At.Equal(noon) || s.Object() != "service:send" {
			t.Errorf("sending: %+v", s)
		}
		if board.Stops(Service, Voucher, john) != nil || board.Stops(Gateway, Send, john) != nil || board.Age() != 0 {
			t.Error("something else is stopped")
		}
		if board.Stops(Gateway, "hubtel", john) != nil || board.Stops(Gateway, "hubtel", "+254700000000") == nil {
			t.Error("the pilot's list")
		}
		if board.StopsNumber(john) != nil || board.StopsNumber(jane) == nil || board.StopsTier(1, john) != nil || len(board.InForce()) != 3 {
			t.Errorf("in force: %+v", board.InForce())
		}
		c.Advance(time.Hour)
		if board.StopsNumber(jane) != nil || board.StopsTier(1, john) == nil || board.StopsTier(2, john) != nil {
			t.Error("what begins and what is over, without being read again")
		}
		d.set(Switch{Scope: Service, Name: Send, State: On, By: "bob"})
		d.load(board)
		if board.Any(Service) {
			t.Error("still stopped")
		}
		if all, err := d.List(ctx); err != nil || len(all) != 4 || all[2].State != On || all[2].Words != nil || len(all[0].Pilot) != 2 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// A board that cannot be read stays as it was, and says how old it is.
func TestBoardOutlivesItsDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		desk, board := newDesk(t, d, c), NewBoard(NewStore(d), c)
		desk.set(Switch{Scope: Service, Name: Send, State: Off})
		desk.load(board)
		if _, err := d.Exec(ctx, `DROP TABLE switches`); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Minute)
		if err := board.Load(ctx); err == nil {
			t.Fatal("read what is not there")
		}
		if board.Stops(Service, Send, john) == nil || board.Age() != time.Minute {
			t.Error("the last known set is gone")
		}
	})
}

// Routes are closed to everybody, or open to a list.
func TestCloses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		desk, board := newDesk(t, d, c), NewBoard(NewStore(d), c)
		desk.set(Switch{Scope: Route, Name: "dear", State: Off})
		desk.set(Switch{Scope: Route, Name: "new", State: Pilot, Pilot: []msisdn.Number{john}})
		desk.set(Switch{Scope: Route, Name: "late", State: Off, From: noon.Add(time.Hour)})
		desk.load(board)
		if closed, but := board.Closes("dear"); !closed || but != nil {
			t.Error("the closed one")
		}
		if closed, but := board.Closes("new"); !closed || but == nil || !but(john) || but(jane) {
			t.Error("the pilot")
		}
		for _, name := range []string{"late", "other"} {
			if closed, _ := board.Closes(name); closed {
				t.Error(name)
			}
		}
	})
}

// The board is read again by itself.
func TestWatch(t *testing.T) {
	d := dbtest.SQLite(t)
	desk, board := newDesk(t, d, clock.System{}), NewBoard(NewStore(d), clock.System{})
	watching, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	go func() { defer close(done); board.Watch(watching) }()
	desk.set(Switch{Scope: Service, Name: Send, State: Off})
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for board.Stops(Service, Send, john) == nil {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatal("not read within a minute")
		}
	}
	stop()
	<-done
	for range 1000 {
		if d := jittered(readEvery); d < 4*time.Second || d > 6*time.Second {
			t.Fatalf("it waits %s", d)
		}
	}
}
