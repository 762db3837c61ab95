package menu

import (
	"context"

	"senti/wallet/fault"
)

// Turn is one step of a dialogue being taken: what With, Take and Do are given.
type Turn[E any] struct {
	Ctx context.Context
	Env E

	engine *Engine[E]
	page   Page
	place  Place
	args   []fault.Arg
	lines  []string
	next   Mark   // where to go instead of the next row; Flow "" for none
	again  string // the step that asks again instead of this one
	above  string // the line above the question
	notice string // the line above a page, if there is room
	led    bool   // a fault has led to a flow of its own
	chose  Mark   // the page whose option led to another flow in this turn; Flow "" for none

	failing string // the flow that came to a fault
}

// Lang returns the language the person is spoken to in.
func (t *Turn[E]) Lang() string { return t.place.Lang }

// Speak changes the language from here on.
func (t *Turn[E]) Speak(lang string) { t.place.Lang = lang }

// Say fills {name} of this turn's screens. Value is a string, a count (int64) or an amount (fault.Minor).
func (t *Turn[E]) Say(name string, value any) {
	for i := range t.args {
		if t.args[i].Name == name {
			t.args[i].Value = value
			return
		}
	}
	t.args = append(t.args, fault.Arg{Name: name, Value: value})
}

// Text returns one of the flow's Texts, filled with what was said.
func (t *Turn[E]) Text(name string) string {
	return t.engine.say(t.place.Lang, t.place.Flow+"."+name, t.args)
}

// Notice puts a line above the page at hand, if there is room for it and nothing else to say there. It is said already.
func (t *Turn[E]) Notice(line string) { t.notice = line }

// Line adds one of the flow's Texts to a List.
func (t *Turn[E]) Line(name string) { t.lines = append(t.lines, t.Text(name)) }

// Keep keeps an answer for later turns. Never a PIN, never a full ID number.
func (t *Turn[E]) Keep(name, value string) {
	if t.place.Answers == nil {
		t.place.Answers = make(map[string]string, 4)
	}
	t.place.Answers[name] = value
}

// Kept returns an answer, or "".
func (t *Turn[E]) Kept(name string) string { return t.place.Answers[name] }

// KeepNumber keeps a number for later turns.
func (t *Turn[E]) KeepNumber(name string, value int64) {
	if t.place.Numbers == nil {
		t.place.Numbers = make(map[string]int64, 4)
	}
	t.place.Numbers[name] = value
}

// KeptNumber returns a number, or 0.
func (t *Turn[E]) KeptNumber(name string) int64 { return t.place.Numbers[name] }

// Go moves on to another step of this flow instead of the next row.
func (t *Turn[E]) Go(step string) { t.next = Mark{t.place.Flow, step} }

// Start moves on to the first step of another flow.
func (t *Turn[E]) Start(flow string) { t.next = Mark{Flow: flow} }

// StartAt moves on to a step of another flow.
func (t *Turn[E]) StartAt(flow, step string) { t.next = Mark{flow, step} }

// AskAgain returns err, for Take or With to return, and makes step ask instead of the one at hand, if err is among the
// faults of step's Take.
func (t *Turn[E]) AskAgain(step string, err error) error {
	t.again = step
	return err
}
