// Package menu runs USSD dialogues that are written as tables.
//
// A Flow is one conversation; its Steps are the screens, top to bottom in the order a person sees them. A step shows its
// English text itself, says where its values come from (With) and what the reply must be (Take). Everything that all screens
// share belongs to the Engine: 0 goes back, 00 goes home, 98 shows the rest of a long page, an unknown choice or a
// correctable fault asks again with one line above the question, and no page is longer than the gateway can show.
//
// The engine is pure: (place, input) -> (place, reply). A Place is all that is saved between two turns, and a secret is
// never in it. The engine knows no wallet, no session and no telco; what a dialogue needs of those travels in the
// environment E.
package menu

import (
	"errors"

	"senti/wallet/fault"
)

// Flow is one conversation.
type Flow[E any] struct {
	ID    string            // stable: saved places and message keys name it
	Steps []Step[E]         // the screens, in order
	Texts map[string]string // other English texts it speaks (the lines of a list), by name; their keys are "<flow>.<name>"
	Says  fault.Words       // the words it says faults in
	For   fault.Code        // "", or the fault that leads here instead of ending a dialogue, wherever it comes up
}

// Step is one row of a flow: a screen. Exactly one of the texts is set and says what kind of step it is; {names} in it are
// filled with what With said.
type Step[E any] struct {
	ID string // stable, unique in its flow; the text's message key is "<flow>.<step>"

	Choose  string // a page of numbered Options
	Confirm string // the same, but input that was dialled in advance never answers it
	Ask     string // a question, answered in the person's own words
	Secret  string // the same for a PIN: never dialled in advance, never kept
	List    string // a heading over the lines that With gave
	End     string // the last page

	Options []Option[E] // the numbers of a Choose or Confirm; on an Ask or Secret the exits, which are not answers
	PerPage int         // List: lines on one page at most; 0 for as many as fit

	// With prepares the screen: it says the values, may move on (Go, Start) or return ErrSkip to leave this row out.
	With func(*Turn[E]) error
	// Take is what the reply must be (Ask, Secret). Afterwards the next row follows, unless Do moved elsewhere.
	Take Take[E]
	// Moves: Take may have moved money, or changed something else that matters, even if it failed. An unclear failure then
	// ends with fault.OutcomeUnknown, never with a text that says nothing happened.
	Moves bool
}

// Option is one number of a page.
type Option[E any] struct {
	Key  string // what to type: "1"; fixed for good once released
	Text string // English, without the number; its message key is "<flow>.<step>.<key>"

	If    func(*Turn[E]) bool  // nil, or whether the option is there; the others keep their numbers
	Do    func(*Turn[E]) error // nil, or what happens first
	Start string               // the flow that follows; "" for this one
	Go    string               // the step that follows; "" for the next row, or for the first one of Start
}

// Take reads a reply. Several steps may share one.
type Take[E any] struct {
	// Do checks the input and keeps what is to be kept (never a secret).
	Do func(t *Turn[E], input string) error
	// Faults are the mistakes a person can correct: the question is asked again with the fault's text above it. Any other
	// error ends the dialogue.
	Faults []fault.Code
}

// ErrSkip is what With returns when its row does not apply.
var ErrSkip = errors.New("menu: this row does not apply")

// kind tells steps apart.
type kind uint8

const (
	choose kind = iota + 1
	confirm
	ask
	secret
	list
	end
)

// kind returns which of the texts is set and that text; 0 when none or several are.
func (s *Step[E]) kind() (k kind, text string) {
	for i, candidate := range [...]string{s.Choose, s.Confirm, s.Ask, s.Secret, s.List, s.End} {
		if candidate == "" {
			continue
		}
		if k != 0 {
			return 0, ""
		}
		k, text = kind(i+1), candidate
	}
	return k, text
}

// hasOptions reports whether a number must be chosen.
func (k kind) hasOptions() bool { return k == choose || k == confirm }

// asks reports whether the reply is in the person's own words: such a page never pages, and knows neither 98 nor 00, so
// that every number can be an answer.
func (k kind) asks() bool { return k == ask || k == secret }

// option returns the step's own option with that key.
func (s *Step[E]) option(key string) *Option[E] {
	for i := range s.Options {
		if s.Options[i].Key == key {
			return &s.Options[i]
		}
	}
	return nil
}
