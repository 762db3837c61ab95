package ledger_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// TestScripts runs testdata/*.txt, which a bank clerk can read, on both databases. testdata/README.md is the grammar.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts found", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dbtest.Each(t, func(t *testing.T, d *db.DB) { newScript(t, d).run(file, string(text)) })
		})
	}
}

// script is one run of a file.
type script struct {
	t        *testing.T
	db       *db.DB
	clock    *clock.Fake
	l        *ledger.Ledger
	accounts map[string]int64           // by the script's name
	holders  map[string]int64           // the account that a hold is on, by the hold's name
	plans    map[string]*ledger.Plan    // the first plan under each posting's name
	firsts   map[string]*ledger.Outcome // what became of it
}

func newScript(t *testing.T, d *db.DB) *script {
	c := clock.NewFake(noon)
	return &script{t: t, db: d, clock: c, l: open(t, d, c),
		accounts: map[string]int64{}, holders: map[string]int64{},
		plans: map[string]*ledger.Plan{}, firsts: map[string]*ledger.Outcome{}}
}

func (s *script) run(file, text string) {
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		act, want, _ := strings.Cut(line, " : ")
		got, err := s.act(strings.TrimSpace(act), strings.TrimSpace(want))
		if err != nil {
			s.t.Fatalf("%s:%d: %s\n%v", file, i+1, line, err)
		}
		if got != "" {
			s.t.Errorf("%s:%d: %s\ngot %s", file, i+1, line, got)
		}
	}
	wantBooksRight(s.t, s.db)
}

// act carries out one line and returns what came instead of what was wanted, or "". An error is a mistake in the script.
func (s *script) act(text, want string) (got string, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("cannot read it: %v", v)
		}
	}()
	words := &words{left: strings.Fields(text)}
	verb := words.next()
	if answer, ok := questions[verb]; ok {
		if got = answer(s, words); got == want {
			got = ""
		}
		return got, words.end()
	}
	build, ok := acts[verb]
	if !ok {
		return "", fmt.Errorf("unknown verb %q; there are %v and %v", verb,
			slices.Sorted(maps.Keys(acts)), slices.Sorted(maps.Keys(questions)))
	}
	name, plan := s.plan(build, words)
	if err := words.end(); err != nil {
		return "", err
	}
	if plan.Request == [32]byte{} {
		plan.Request = sha256.Sum256([]byte(text))
	}
	return s.compare(s.commit(name, plan), want), nil
}

// plan builds the plan of a line, or finds the one that is sent again.
func (s *script) plan(build func(*script, *words) (string, *ledger.Plan), w *words) (string, *ledger.Plan) {
	if len(w.left) == 2 && w.left[1] == "again" {
		name := w.next()
		w.next()
		first := *s.plans[name]
		return name, &first
	}
	name, plan := build(s, w)
	if name != "" {
		plan.ID = postingID(name)
	}
	return name, plan
}

// commit returns the result in words: accepted, same, conflict, or the refusal with its arguments.
func (s *script) commit(name string, p *ledger.Plan) string {
	o, err := s.l.Commit(bg, p)
	if name == "" || o == nil {
		return faultText(err)
	}
	if first := s.firsts[name]; first != nil {
		again := *o
		again.Replayed = false
		if !o.Replayed || !reflect.DeepEqual(normal(first), normal(&again)) {
			return fmt.Sprintf("another outcome: %+v, at first %+v", again, *first)
		}
		return "same"
	}
	s.plans[name], s.firsts[name] = p, o
	if problem := s.checkOutcome(o, err, p); problem != "" {
		return problem
	}
	return faultText(err)
}

// checkOutcome checks what holds of every first outcome.
func (s *script) checkOutcome(o *ledger.Outcome, err error, p *ledger.Plan) string {
	kept, found, readErr := s.l.Posting(bg, p.ID)
	switch spec, _ := p.Kind.Spec(); {
	case readErr != nil || !found || !reflect.DeepEqual(normal(kept), normal(o)):
		return fmt.Sprintf("an outcome %+v of which the tables say %+v, %v, %v", *o, kept, found, readErr)
	case o.Replayed || o.Accepted != (err == nil) || o.ID != p.ID || o.Kind != p.Kind || o.Seq == 0:
		return fmt.Sprintf("an outcome that is not the plan's: %+v", *o)
	case o.Accepted && spec.Money:
		no, err := ledger.NewReceiptCoder([32]byte{1}).Decode(o.Receipt)
		if err != nil || no != o.ReceiptNo || no == 0 {
			return fmt.Sprintf("the receipt %q for %d", o.Receipt, o.ReceiptNo)
		}
	case o.Receipt != "" || o.ReceiptNo != 0:
		return "a receipt although no money moved"
	case !o.Accepted && len(o.Legs) > 0:
		return "legs although it was refused"
	}
	return ""
}

// normal makes outcomes comparable: no legs are no legs, and a refusal is its text.
func normal(o *ledger.Outcome) any {
	n := *o
	refusal := ""
	if n.Refusal != nil {
		refusal = n.Refusal.Encode()
	}
	if len(n.Legs) == 0 {
		n.Legs = nil
	}
	n.Refusal = nil
	return [2]any{n, refusal}
}

// compare checks "result, A 693 held 200, B 300" and returns what is otherwise.
func (s *script) compare(result, want string) string {
	if want == "" {
		want = "accepted"
	}
	parts := strings.Split(want, ", ")
	var wrong []string
	if result != parts[0] {
		wrong = append(wrong, result)
	}
	for _, part := range parts[1:] {
		name, _, _ := strings.Cut(part, " ")
		if state := name + " " + s.state(name); state != part {
			wrong = append(wrong, state)
		}
	}
	return strings.Join(wrong, ", ")
}

// state is an account's balance and what is held of it.
func (s *script) state(name string) string {
	a, err := s.l.Account(bg, s.account(name))
	if err != nil {
		return faultText(err)
	}
	if a.Held == 0 {
		return amountText(a.Balance)
	}
	return amountText(a.Balance) + " held " + amountText(a.Held)
}

func (s *script) account(name string) int64 {
	if n, ok := s.accounts[name]; ok {
		return n
	}
	return 999_000 + int64(len(name)) // nobody has it
}

func postingID(name string) id.ID { return id.Derive(id.ID{1}, name) }

func holdID(name string) id.ID { return id.Derive(id.ID{2}, name) }

// words are read from left to right; what cannot be read panics and becomes the line's error.
type words struct{ left []string }

func (w *words) next() string {
	if len(w.left) == 0 {
		panic("a word is missing at its end")
	}
	word := w.left[0]
	w.left = w.left[1:]
	return word
}

// has takes the next word if it is this one.
func (w *words) has(word string) bool {
	if len(w.left) > 0 && w.left[0] == word {
		w.left = w.left[1:]
		return true
	}
	return false
}

func (w *words) must(word string) {
	if !w.has(word) {
		panic(fmt.Sprintf("%q is missing before %v", word, w.left))
	}
}

func (w *words) end() error {
	if len(w.left) > 0 {
		return fmt.Errorf("does not understand %v", w.left)
	}
	return nil
}

// amount reads shillings, such as 300 or -6.09, into minor units.
func (w *words) amount() int64 {
	word := w.next()
	whole, cents, found := strings.Cut(word, ".")
	if found && len(cents) != 2 || !found && cents != "" {
		panic("not an amount: " + word)
	}
	if !found {
		cents = "00"
	}
	n, err := strconv.ParseInt(whole+cents, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// option reads "word amount" if it comes next, or gives 0.
func (w *words) option(word string) int64 {
	if w.has(word) {
		return w.amount()
	}
	return 0
}

func amountText(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	if minor%100 == 0 {
		return sign + strconv.FormatInt(minor/100, 10)
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

func faultText(err error) string {
	if err == nil {
		return "accepted"
	}
	f := fault.As(err)
	if f == nil {
		return err.Error()
	}
	text := string(f.Code)
	for _, a := range f.Args {
		if m, ok := a.Value.(fault.Minor); ok {
			text += " " + a.Name + " " + amountText(int64(m))
		} else {
			text += fmt.Sprintf(" %s %v", a.Name, a.Value)
		}
	}
	return text
}
