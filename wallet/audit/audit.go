// Package audit keeps the record of what staff, operators and jobs did, as a chain in which no entry can be altered, dropped or
// put in between without breaking every hash after it.
//
// An entry commits with the act it tells of: there is no act without its entry and no entry without its act. Entries stand in the
// ledger's own order, whatever process wrote them. A refused attempt is an entry too, with the code of its refusal. Verify
// proves the chain from the tables alone; a tail that was cut off is found out by a head that was kept elsewhere.
//
// The package does not decide who may do what, and it keeps no secrets: what must not be read by every auditor must not be
// put into an Act.
package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Act is what somebody did, as an entry will tell it.
type Act struct {
	Actor  string // "staff:NAME", "operator:NUMBER", "job:NAME" or System; ASCII, at most 60 characters
	Act    string // what, such as "agent.create"; ASCII, at most 40 characters
	Object string // to what, such as "agent:1004"; ASCII, at most 80 characters
	Detail string // JSON without secrets (see Detail), or ""; at most 2,000 characters
}

// System is the actor of what walletd does by itself.
const System = "system"

// Staff is the actor of that name.
func Staff(name string) string { return "staff:" + name }

// Operator is the actor of that operator's number.
func Operator(number int64) string { return fmt.Sprintf("operator:%d", number) }

// Job is the actor of that job.
func Job(name string) string { return "job:" + name }

// Detail writes what an act was about as JSON.
func Detail(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("audit: a detail that is no JSON: " + err.Error()) // numbers, times and texts always are
	}
	return string(b)
}

// Lengths of the columns; SQLite does not enforce them.
const (
	maxActor  = 60
	maxAct    = 40
	maxObject = 80
	maxDetail = 2000
)

// valid refuses what the columns cannot keep: a bug of the caller.
func (a Act) valid() error {
	for _, c := range []struct {
		name, text string
		most       int
	}{{"actor", a.Actor, maxActor}, {"act", a.Act, maxAct}, {"object", a.Object, maxObject}} {
		if len(c.text) > c.most || !ascii(c.text) {
			return fmt.Errorf("audit: the %s is not ASCII of at most %d characters", c.name, c.most)
		}
	}
	switch {
	case a.Actor == "" || a.Act == "":
		return errors.New("audit: an entry without an actor or an act")
	case !utf8.ValidString(a.Detail) || utf8.RuneCountInString(a.Detail) > maxDetail:
		return fmt.Errorf("audit: the detail of %s is not a text of at most %d characters", a.Act, maxDetail)
	case a.Detail != "" && !json.Valid([]byte(a.Detail)):
		return fmt.Errorf("audit: the detail of %s is no JSON", a.Act)
	}
	return nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Entry is one link of the chain.
type Entry struct {
	N       int64 // its place, from 1, without gaps
	At      time.Time
	Act     Act
	Refusal string   // "" when the act was done, otherwise the code of the fault
	Posting id.ID    // the posting that it committed with; zero for none
	Hash    [32]byte // over the hash before it and all of the above
}

// Head is where the chain ends, or a place in it that was seen earlier.
type Head struct {
	N    int64
	Hash [32]byte
}

// Add returns the companions that record the act when their plan commits: done, or refused with the plan's refusal. They must
// stand in the plan together and in this order, and belong to that one plan; several acts may be recorded by one plan.
func (s *Store) Add(a Act) []ledger.Companion {
	shared := &link{act: a, invalid: a.valid()}
	return []ledger.Companion{advance{shared}, addition{shared}}
}
