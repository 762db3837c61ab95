package menu

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"senti/wallet/fault"
)

// The keys that belong to the engine on every page that does not ask in the person's own words. Back works on those too,
// because 0 is no amount, no phone number and no PIN.
const (
	keyBack = "0"
	keyHome = "00"
	keyMore = "98"
)

// Say returns the text with that message key in that language, its {names} filled. It must be pure.
type Say func(lang, key string, args []fault.Arg) string

// Page is what limits a turn's screen.
type Page struct {
	Limit int    // longest screen: septets, or UTF-16 units for a text outside GSM-7
	Ref   string // what a person reads out to the help desk when something broke: {ref} of fault texts
}

// Reply is the screen that answers.
type Reply struct {
	Text  string
	End   bool  // the last screen of the session
	Fault error // what ended the dialogue, for the log; nil when nothing went wrong
}

// Engine runs flows. It is immutable and safe for concurrent use.
type Engine[E any] struct {
	say   Say
	flows map[string]*Flow[E]
	order []*Flow[E]
	leads map[fault.Code]string // the flow that a fault leads to
}

// New checks the flows and returns an engine that runs them: IDs are unique, every jump leads somewhere, every step is of
// one kind.
func New[E any](say Say, flows ...*Flow[E]) (*Engine[E], error) {
	e := &Engine[E]{say: say, flows: map[string]*Flow[E]{}, order: flows, leads: map[fault.Code]string{}}
	for _, f := range flows {
		if e.flows[f.ID] != nil || f.ID == "" || len(f.Steps) == 0 {
			return nil, fmt.Errorf("menu: flow %q is there twice or empty", f.ID)
		}
		e.flows[f.ID] = f
		if f.For == "" {
			continue
		}
		if e.leads[f.For] != "" {
			return nil, fmt.Errorf("menu: %q leads to two flows", f.For)
		}
		e.leads[f.For] = f.ID
	}
	for _, f := range flows {
		for i := range f.Steps {
			if err := e.check(f, &f.Steps[i]); err != nil {
				return nil, fmt.Errorf("menu: %s.%s: %w", f.ID, f.Steps[i].ID, err)
			}
		}
	}
	return e, nil
}

func (e *Engine[E]) check(f *Flow[E], s *Step[E]) error {
	k, _ := s.kind()
	found, _ := e.find(Mark{f.ID, s.ID})
	switch {
	case s.ID == "" || found != s:
		return errors.New("its ID is empty or there twice")
	case k == 0:
		return errors.New("it must have exactly one text")
	case k.hasOptions() != (len(s.Options) > 0) && !k.asks():
		return errors.New("only and all choices have options")
	case k.asks() != (s.Take.Do != nil):
		return errors.New("only and all questions take a reply")
	}
	for _, o := range s.Options {
		to := Mark{f.ID, o.Go}
		if o.Start != "" {
			to.Flow = o.Start
		}
		if step, _ := e.find(to); o.Key == "" || step == nil {
			return fmt.Errorf("option %q has no key, or leads to %s.%s, which is not there", o.Key, to.Flow, to.Step)
		}
	}
	return nil
}

// find returns the step and its row; the first row when the mark names only a flow.
func (e *Engine[E]) find(m Mark) (*Step[E], int) {
	f := e.flows[m.Flow]
	if f == nil {
		return nil, 0
	}
	for i := range f.Steps {
		if f.Steps[i].ID == m.Step || m.Step == "" {
			return &f.Steps[i], i
		}
	}
	return nil, 0
}

// Start begins a dialogue: at says the flow, its step if that is not the first, the language, what is already known and what is behind.
func (e *Engine[E]) Start(ctx context.Context, env E, at Place, page Page) (Place, Reply) {
	if at.Home == "" {
		at.Home = at.Flow
	}
	t := e.turn(ctx, env, at, page)
	t.place.Step = ""
	return t.enter(at.mark())
}

// Dial begins a dialogue with input that was dialled in advance (*384*1*0712000002*100#), fed one after another. It stops
// at a fault, and at the first secret or confirm step, which dialled input never answers. What is left over there is refused
// with fault.PINInDial, because a PIN would stay in the phone's call log; passed over is only a confirm's own answer, and what was
// dialled before a confirm that comes first of all, such as the choice of a language.
func (e *Engine[E]) Dial(ctx context.Context, env E, at Place, page Page, inputs []string) (Place, Reply) {
	place, reply := e.Start(ctx, env, at, page)
	for i, input := range inputs {
		if reply.End {
			break
		}
		step, _ := e.find(place.mark())
		k, _ := step.kind()
		if k == secret || k == confirm && i > 0 && (i < len(inputs)-1 || step.option(input) == nil) {
			t := e.turn(ctx, env, place, page)
			return t.fail(fault.New(fault.PINInDial))
		}
		if k == confirm {
			break
		}
		before := place.mark()
		place, reply = e.Next(ctx, env, place, input, page)
		if place.mark() == before {
			break // asked again: the rest was meant for other questions
		}
	}
	return place, reply
}

// Next takes one input. A place whose step a new release has removed leads home.
func (e *Engine[E]) Next(ctx context.Context, env E, at Place, input string, page Page) (Place, Reply) {
	t := e.turn(ctx, env, at.clone(), page)
	step, _ := e.find(at.mark())
	if step == nil {
		return t.home()
	}
	input = strings.TrimSpace(input)
	k, _ := step.kind()
	if t.turnPage(input) || at.Over {
		return t.part()
	}
	if o := step.option(input); o != nil && (o.If == nil || o.If(t)) {
		return t.take(o)
	}
	switch {
	case input == keyBack && len(t.place.Trail) > 0:
		return t.back()
	case k.asks():
		return t.answer(step, input)
	case input == keyHome:
		return t.home()
	case k.hasOptions():
		return t.askAgain(at.mark(), fault.New(fault.BadChoice))
	}
	return t.part() // a list knows no other number: the same again
}

// Fail is the last page for an error outside a turn, or for a turn that was lost half-way: at says in which language, and
// whether money may have moved.
func (e *Engine[E]) Fail(at Place, page Page, err error) (Place, Reply) {
	var nobody E
	return e.turn(context.Background(), nobody, at.clone(), page).fail(err)
}

// Last is a last page with a text that was written before, for one that must be shown again as it was.
func (e *Engine[E]) Last(at Place, page Page, text string) (Place, Reply) {
	var nobody E
	return e.turn(context.Background(), nobody, at.clone(), page).showEnd(text)
}

// moves reports whether the step at that place may be moving money.
func (e *Engine[E]) moves(at Place) bool {
	step, _ := e.find(at.mark())
	return step != nil && step.Moves
}

func (e *Engine[E]) turn(ctx context.Context, env E, at Place, page Page) *Turn[E] {
	return &Turn[E]{Ctx: ctx, Env: env, engine: e, page: page, place: at, args: make([]fault.Arg, 0, 8)}
}

// take follows an option.
func (t *Turn[E]) take(o *Option[E]) (Place, Reply) {
	from := t.place.mark()
	if o.Do != nil {
		if err := o.Do(t); err != nil {
			return t.failed(from.Flow, err)
		}
	}
	switch {
	case t.next.Flow != "":
	case o.Start != "":
		t.next = Mark{o.Start, o.Go}
	case o.Go != "":
		t.Go(o.Go)
	}
	if o.Start != "" {
		t.chose = from
	}
	return t.follow(from)
}

// answer takes a reply in the person's own words.
func (t *Turn[E]) answer(step *Step[E], input string) (Place, Reply) {
	from := t.place.mark()
	t.again = step.ID
	if err := step.Take.Do(t, input); err != nil {
		return t.failed(from.Flow, err)
	}
	t.again = notAgain
	return t.follow(from)
}

// follow goes where the turn was sent, or to the row after from.
func (t *Turn[E]) follow(from Mark) (Place, Reply) {
	to := t.next
	if to.Flow == "" {
		var ok bool
		if to, ok = t.engine.after(from); !ok {
			return t.fail(fmt.Errorf("menu: no row follows %s.%s", from.Flow, from.Step))
		}
	}
	return t.enter(to)
}

func (e *Engine[E]) after(m Mark) (Mark, bool) {
	_, row := e.find(m)
	steps := e.flows[m.Flow].Steps
	if row+1 >= len(steps) {
		return Mark{}, false
	}
	return Mark{m.Flow, steps[row+1].ID}, true
}

// hopsMax bounds how often a turn may be sent on before it shows a page; more is a loop in a table.
const hopsMax = 32

// enter shows the page at to, or the one that its With leads to.
func (t *Turn[E]) enter(to Mark) (Place, Reply) {
	from := t.place.mark()
	for range hopsMax {
		step, row := t.engine.find(to)
		if step == nil {
			return t.fail(fmt.Errorf("menu: there is no step %s.%s", to.Flow, to.Step))
		}
		to.Step = t.engine.flows[to.Flow].Steps[row].ID
		t.place.Flow, t.place.Step, t.next = to.Flow, to.Step, Mark{}
		t.place.Pages, t.place.Page = nil, 0
		t.place.Over, t.notice = false, ""
		err := t.prepare(step)
		switch {
		case errors.Is(err, ErrSkip):
			next, ok := t.engine.after(to)
			if !ok {
				return t.fail(fmt.Errorf("menu: no row follows %s.%s, which was left out", to.Flow, to.Step))
			}
			to = next
		case err != nil:
			t.place.Flow, t.place.Step = from.Flow, from.Step
			return t.failed(to.Flow, err)
		case t.next.Flow != "":
			to = t.next
		default:
			t.leaveTrail(from, to, step)
			return t.show(step)
		}
	}
	return t.fail(fmt.Errorf("menu: %s.%s leads round in a circle", to.Flow, to.Step))
}

func (t *Turn[E]) prepare(step *Step[E]) error {
	t.lines = t.lines[:0]
	if step.With == nil {
		return nil
	}
	return step.With(t)
}

// leaveTrail notes the way back. A secret is a door, not a place: the way back leads to before it, except from the second
// typing of a new PIN to the first.
func (t *Turn[E]) leaveTrail(from, to Mark, step *Step[E]) {
	if _, row := t.engine.find(to); row == 0 && to.Flow == t.place.Home {
		t.place.forget() // home is where everything begins
		return
	}
	t.place.keepTrail(from, to)
	if k, _ := step.kind(); k == secret {
		return
	}
	for n := len(t.place.Trail); n > 0; n-- {
		behind, _ := t.engine.find(t.place.Trail[n-1])
		if behind != nil {
			if k, _ := behind.kind(); k != secret {
				break
			}
		}
		t.place.Trail = t.place.Trail[:n-1]
	}
}

func (t *Turn[E]) back() (Place, Reply) {
	last := len(t.place.Trail) - 1
	return t.enter(t.place.Trail[last])
}

func (t *Turn[E]) home() (Place, Reply) {
	t.place.Step = ""
	return t.enter(Mark{Flow: t.place.Home})
}

// notAgain says that the turn may not ask again: it is not Take that failed, and With named no step that asks.
const notAgain = ""

// failed asks again if the person can correct the fault, goes where the fault leads, and ends the dialogue otherwise. What cannot even begin
// is said above the page on which it was chosen: something else can be chosen there. It asks again only once in a turn: a table whose question cannot even be shown must not go round for ever.
func (t *Turn[E]) failed(flow string, err error) (Place, Reply) {
	to := Mark{flow, t.again}
	step, _ := t.engine.find(to)
	f := fault.As(err)
	t.failing = flow
	if f != nil && t.again != notAgain && step != nil && t.above == "" && slices.Contains(step.Take.Faults, f.Code) {
		return t.askAgain(to, f)
	}
	if at := t.chose; at.Flow != "" && f != nil && f.Code == fault.Stopped && t.above == "" {
		return t.askAgain(at, f)
	}
	if lead := t.lead(f); lead != "" && !t.led {
		t.led = true // a flow whose own first page comes to the fault ends as any other
		return t.enter(Mark{Flow: lead})
	}
	return t.fail(err)
}

// lead is the flow that a fault leads to, or "".
func (t *Turn[E]) lead(f *fault.Error) string {
	if f == nil {
		return ""
	}
	return t.engine.leads[f.Code]
}

// askAgain shows the page at to with the fault above it.
func (t *Turn[E]) askAgain(to Mark, f *fault.Error) (Place, Reply) {
	t.above, t.again = t.textOf(f), notAgain
	return t.enter(to)
}

// fail ends the dialogue politely. What is not a fault is a bug or a broken part; if money may have moved, the page says
// that it is not certain yet. Where no money can have moved it does not say so either: an outcome that is unknown is then
// that of some preparation.
func (t *Turn[E]) fail(err error) (Place, Reply) {
	f := fault.As(err)
	moves := t.engine.moves(t.place)
	switch {
	case moves && (f == nil || f.Code == fault.Internal):
		f = fault.Wrap(err, fault.OutcomeUnknown)
	case !moves && f != nil && f.Code == fault.OutcomeUnknown:
		f = fault.Wrap(err, fault.Busy)
	case f == nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)):
		f = fault.Wrap(err, fault.Busy)
	case f == nil:
		f = fault.Wrap(err, fault.Internal)
	}
	place, reply := t.showEnd(t.textOf(f))
	reply.Fault = f
	return place, reply
}

func (t *Turn[E]) textOf(f *fault.Error) string {
	args := append([]fault.Arg{{Name: "ref", Value: t.page.Ref}}, f.Args...)
	return t.engine.say(t.place.Lang, f.Code.KeyIn(t.words()), args)
}

// words are those of the flow that failed; of the one at hand where it was none.
func (t *Turn[E]) words() fault.Words {
	in := t.failing
	if in == "" {
		in = t.place.Flow
	}
	if f := t.engine.flows[in]; f != nil {
		return f.Says
	}
	return fault.General
}
