package proof

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	jane = Subject{Customer, 1001}
)

const codeLife = 15 * time.Minute

// desk is a store with a ledger to commit through and a clock that a test winds on.
type desk struct {
	*Store
	t      *testing.T
	clock  *clock.Fake
	ledger *ledger.Ledger
	code   Code // the last that was sent
}

func eachDesk(t *testing.T, fn func(t *testing.T, d *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		l, err := ledger.Open(ctx, ledger.Options{
			DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1}),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		fn(t, &desk{Store: NewStore(d, key.Demo()), t: t, clock: c, ledger: l})
	})
}

// put commits a companion and returns what is heard: "ok" or the fault.
func (d *desk) put(c ledger.Companion) string {
	d.t.Helper()
	_, err := d.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{c}})
	switch {
	case err == nil:
		return "ok"
	case fault.As(err) == nil:
		d.t.Fatal(err)
	}
	return err.Error()
}

func (d *desk) begin(s Subject, w Way) string {
	d.t.Helper()
	code := NewCode()
	c, err := d.Begin(s, w, code, codeLife)
	if err != nil {
		d.t.Fatal(err)
	}
	heard := d.put(c)
	if heard == "ok" {
		d.code = code
	}
	return heard
}

// wrongCode is never the one that was sent.
func (d *desk) wrongCode() Code {
	if d.code.digits == "271828" {
		return Code{"314159"}
	}
	return Code{"271828"}
}

// act does what one word of a script says.
func (d *desk) act(word string) string {
	d.t.Helper()
	switch word {
	case "id":
		return d.put(d.Compared(jane, true))
	case "id!":
		return d.put(d.Compared(jane, false))
	case "send":
		return d.begin(jane, OwnPhone)
	case "shown":
		return d.begin(jane, Shown)
	case "office":
		return d.begin(jane, Office)
	case "open":
		return d.begin(jane, Opening)
	case "code":
		return d.put(d.Typed(jane, d.code))
	case "code!":
		return d.put(d.Typed(jane, d.wrongCode()))
	case "end":
		return d.put(d.Ended(jane, true))
	case "end!":
		return d.put(d.Ended(jane, false))
	case "own", "counter", "opened", "seen":
		return d.put(d.Use(jane, map[string]Way{"own": OwnPhone, "counter": Shown, "opened": Opening, "seen": Office}[word], 0))
	}
	pause, err := time.ParseDuration(word)
	if err != nil {
		d.t.Fatalf("what is %q?", word)
	}
	d.clock.Advance(pause)
	return "-"
}

func TestWays(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		for i, c := range []struct{ name, does, hears string }{
			{"a forgotten PIN", "id send code own", "ok ok ok ok"},
			{"used once", "id send code own own", "ok ok ok ok sms_code_expired"},
			{"a code is typed once", "send code code", "ok ok sms_code_expired"},
			{"three answers in all, whatever they were about", "id! send code! id! id send code",
				"wrong_id_number left=2,ok,wrong_sms_code left=1,proof_locked,proof_locked,proof_locked,proof_locked"},
			{"locked for a day, the right code too", "send id! code! code! code 23h59m id 2m id send code own",
				"ok,wrong_id_number left=2,wrong_sms_code left=1,proof_locked,proof_locked,-,proof_locked,-,ok,ok,ok,ok"},
			{"the count begins anew a day after the first", "id! 12h id! 12h id! id! id!",
				"wrong_id_number left=2,-,wrong_id_number left=1,-,wrong_id_number left=2,wrong_id_number left=1,proof_locked"},
			{"a new code sets no count back", "id! id! send send code!",
				"wrong_id_number left=2,wrong_id_number left=1,ok,ok,proof_locked"},
			{"a proof sets it back", "id! id! send code own id!",
				"wrong_id_number left=2,wrong_id_number left=1,ok,ok,ok,wrong_id_number left=2"},
			{"three codes a day", "send send send send 24h send", "ok ok ok sms_codes_spent - ok"},
			{"after three codes of one's own a counter sends one", "send send send send shown code end counter",
				"ok ok ok sms_codes_spent ok ok ok ok"},
			{"three from counters a day", "shown shown shown shown 24h shown", "ok ok ok counter_codes_spent - ok"},
			{"after three from counters one's own way is open", "shown shown shown shown send code own", "ok ok ok counter_codes_spent ok ok ok"},
			{"staff always send one", "send send send shown shown shown office office office office code end seen",
				"ok ok ok ok ok ok ok ok ok ok ok ok ok"},
			{"to staff: the code, then the end of the ID number", "office code seen end counter seen", "ok ok sms_code_expired ok sms_code_expired ok"},
			{"after a lock staff help", "id! id! id! office code end seen",
				"wrong_id_number left=2,wrong_id_number left=1,proof_locked,ok,ok,ok,ok"},
			{"a newer code replaces the one before", "send shown code counter", "ok ok ok sms_code_expired"},
			{"too late for the code", "send 15m code", "ok - sms_code_expired"},
			{"too late for the PIN", "send code 10m own", "ok ok - sms_code_expired"},
			{"just in time", "send 14m59s code 9m59s own", "ok - ok - ok"},
			{"at a counter: the code, then the end of the ID number", "shown code counter end counter", "ok ok sms_code_expired ok ok"},
			{"the end before the code", "shown end code", "ok sms_code_expired ok"},
			{"a wrong end", "shown code end! end", "ok ok wrong_id_end left=2 ok"},
			{"after a lock the counter helps", "id! id! id! shown code end counter",
				"wrong_id_number left=2,wrong_id_number left=1,proof_locked,ok,ok,ok,ok"},
			{"a wallet opened at a counter", "open code end opened", "ok ok ok ok"},
			{"its proof does not set another PIN", "open code end own counter", "ok ok ok sms_code_expired sms_code_expired"},
			{"locked, a further code of one's own does not help", "open code! code! code! open",
				"ok,wrong_sms_code left=2,wrong_sms_code left=1,proof_locked,proof_locked"},
			{"nothing was sent", "code end own", "sms_code_expired sms_code_expired sms_code_expired"},
		} {
			jane = Subject{Customer, int64(2000 + i)}
			var heard []string
			for word := range strings.FieldsSeq(c.does) {
				heard = append(heard, d.act(word))
			}
			separator := " "
			if strings.Contains(c.hears, ",") {
				separator = ","
			}
			if got := strings.Join(heard, separator); got != c.hears {
				t.Errorf("%s: %s\nheard %s\nwant  %s", c.name, c.does, got, c.hears)
			}
		}
	})
}

// A hundred guesses at once are three.
func TestGuessesAtOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := Subject{Customer, 1003}
		d.begin(s, OwnPhone)
		wrong, right := d.wrongCode(), d.code
		var mu sync.Mutex
		heard := map[string]int{}
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				answer := d.put(d.Typed(s, wrong))
				mu.Lock()
				defer mu.Unlock()
				heard[answer]++
			})
		}
		wg.Wait()
		if heard["wrong_sms_code left=2"] != 1 || heard["wrong_sms_code left=1"] != 1 || heard["proof_locked"] != 98 {
			t.Errorf("heard %v", heard)
		}
		if got := d.put(d.Typed(s, right)); got != "proof_locked" {
			t.Errorf("the right code afterwards: %s", got)
		}
	})
}

func TestStateAndSmall(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := Subject{Customer, 1004}
		if state, err := d.State(ctx, s); err != nil || state != (State{}) {
			t.Errorf("of nobody: %+v, %v", state, err)
		}
		d.begin(s, OwnPhone)
		if state, _ := d.State(ctx, s); state.Way != OwnPhone || state.At(noon) != CodeSent || state.At(noon.Add(codeLife)) != Nothing {
			t.Errorf("%+v", state)
		}
		d.put(d.Typed(s, d.code))
		if state, _ := d.State(ctx, s); state.At(noon) != Proven {
			t.Errorf("%+v", state)
		}
		d.put(d.Use(s, OwnPhone, 24*time.Hour))
		over := noon.Add(24 * time.Hour)
		if state, _ := d.State(ctx, s); state.At(noon) != Nothing || !state.SmallUntil.Equal(over) {
			t.Errorf("%+v", state)
		}
		if due, err := d.SmallOver(ctx, over.Add(-1), Small{}, 10); err != nil || len(due) != 0 {
			t.Errorf("too early: %v, %v", due, err)
		}
		due, err := d.SmallOver(ctx, over, Small{}, 10)
		if err != nil || len(due) != 1 || due[0] != (Small{s, over}) {
			t.Fatalf("%v, %v", due, err)
		}
		if got := d.put(d.Lift(due[0])); got != "conflict" {
			t.Errorf("lifted before its end: %s", got)
		}
		d.clock.Advance(24 * time.Hour)
		if got := d.put(d.Lift(due[0])); got != "ok" {
			t.Errorf("lifted: %s", got)
		}
		if got := d.put(d.Lift(due[0])); got != "conflict" {
			t.Errorf("lifted twice: %s", got)
		}
		if due, err := d.SmallOver(ctx, over, Small{}, 10); err != nil || len(due) != 0 {
			t.Errorf("still due: %v, %v", due, err)
		}
	})
}

// What is refused for another reason leaves the code as it was.
func TestARefusedPlanSpendsNoCode(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := Subject{Customer, 1005}
		d.begin(s, OwnPhone)
		_, err := d.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{d.Typed(s, d.code), d.Compared(Subject{AtCounters, 1005}, false)}})
		if !fault.HasCode(err, fault.WrongIDNumber) {
			t.Fatal(err)
		}
		if got := d.put(d.Typed(s, d.code)); got != "ok" {
			t.Errorf("the code afterwards: %s", got)
		}
		if got := d.put(d.Compared(s, false)); got != "wrong_id_number left=2" {
			t.Errorf("his own tries are not those made at counters: %s", got)
		}
	})
}

// A code stands nowhere but in its message.
func TestACodeIsNotStored(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		for n := range int64(5) {
			d.begin(Subject{Customer, 3000 + n}, OwnPhone)
			found, err := d.table.Load(ctx, d.db, []id.ID{Subject{Customer, 3000 + n}.key()})
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			for _, r := range found {
				if r := r.(*row); strings.Contains(string(r.mac)+string(r.salt)+r.keyID, d.code.digits) {
					t.Error("the row shows the code")
				}
			}
		}
	})
	c := NewCode()
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "code", c)
	text, _ := c.MarshalText()
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v %s %q %d", c, c, c, c, c, c), log.String(), string(text), c.String()} {
		if strings.Contains(shown, c.digits) {
			t.Errorf("printed: %s", shown)
		}
	}
}

func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		c := NewCode()
		if back, err := ParseCode(c.Tell()); err != nil || back != c {
			t.Fatalf("%s: %v", c.digits, err)
		}
		seen[c.digits[:1]] = true
	}
	if len(seen) != 10 {
		t.Errorf("first digits seen: %v", seen)
	}
	for text, want := range map[string]string{" 123 456 ": "123456", "000000": "000000", "12345": "", "1234567": "", "12345a": "", "": ""} {
		c, err := ParseCode(text)
		if (err == nil) != (want != "") || c.digits != want {
			t.Errorf("ParseCode(%q) = %q, %v", text, c.digits, err)
		}
	}
}

// An operator asks a manager for help, not an agent, and is told so.
func TestOperatorsHearWordsOfTheirOwn(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		otieno := Subject{Operator, 1002}
		var heard []string
		for range 3 {
			heard = append(heard, d.put(d.Compared(otieno, false)))
		}
		heard = append(heard, d.begin(otieno, OwnPhone))
		for range 4 {
			heard = append(heard, d.begin(otieno, Shown))
		}
		got := strings.Join(heard, ", ")
		if want := "wrong_id_number left=2, wrong_id_number left=1, operator_proof_locked, operator_proof_locked, ok, ok, ok, operator_codes_spent"; got != want {
			t.Errorf("hears\n%s\nwant\n%s", got, want)
		}
	})
}
