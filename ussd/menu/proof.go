package menu

import (
	"fmt"
	"strings"

	"senti/wallet/fault"
)

// Source returns the English texts of flows by message key, the engine's own included: what a catalogue translates.
func Source[E any](flows ...*Flow[E]) map[string]string {
	out := make(map[string]string)
	for key, text := range ownTexts {
		out[key] = text
	}
	for _, f := range flows {
		for name, text := range f.Texts {
			out[f.ID+"."+name] = text
		}
		for i := range f.Steps {
			s := &f.Steps[i]
			_, text := s.kind()
			out[f.ID+"."+s.ID] = text
			for _, o := range s.Options {
				out[f.ID+"."+s.ID+"."+o.Key] = o.Text
			}
		}
	}
	return out
}

// Overflow is a screen that a phone could not show.
type Overflow struct {
	Lang, Flow, Step string
	Fault            fault.Code // the line above the question; "" for none
	Width, Limit     int
	Text             string
}

// String names the screen and shows it.
func (o Overflow) String() string {
	return fmt.Sprintf("%s %s.%s %s: %d of %d\n%s", o.Lang, o.Flow, o.Step, o.Fault, o.Width, o.Limit, o.Text)
}

// Proof renders every screen of every flow in the given languages with the widest values there can be, each question also
// under every fault its Take asks again for, and returns those longer than the limit. An empty answer is the proof that
// each screen fits: whole if it asks, in parts otherwise, with no word too long for a part.
func (e *Engine[E]) Proof(langs []string, limit int, worst []fault.Arg) []Overflow {
	var out []Overflow
	for _, lang := range langs {
		for _, f := range e.order {
			for i := range f.Steps {
				out = append(out, e.proveStep(lang, f, &f.Steps[i], limit, worst)...)
			}
		}
	}
	return out
}

func (e *Engine[E]) proveStep(lang string, f *Flow[E], s *Step[E], limit int, worst []fault.Arg) []Overflow {
	k, _ := s.kind()
	above := []fault.Code{""}
	if k.hasOptions() {
		above = append(above, fault.BadChoice)
	}
	above = append(above, s.Take.Faults...)
	var out []Overflow
	for _, code := range above {
		for _, text := range e.widest(lang, f, s, code, limit, worst) {
			if width, most := measure(text, limit); width > most {
				out = append(out, Overflow{lang, f.ID, s.ID, code, width, most, text})
			}
		}
	}
	return out
}

// widest renders a step with every option, a way back, and each text of the flow as a line of its lists.
func (e *Engine[E]) widest(lang string, f *Flow[E], s *Step[E], above fault.Code, limit int, worst []fault.Arg) []string {
	all := *s
	all.Options = append([]Option[E](nil), s.Options...)
	for i := range all.Options {
		all.Options[i].If = nil
	}
	t := &Turn[E]{engine: e, page: Page{Limit: limit}, args: worst}
	t.place = Place{Flow: f.ID, Step: s.ID, Lang: lang, Trail: []Mark{{f.ID, s.ID}}}
	for name := range f.Texts {
		t.Line(name)
	}
	if above != "" {
		t.above = e.say(lang, above.KeyIn(f.Says), worst)
	}
	place, reply := t.show(&all)
	if len(place.Pages) > 0 {
		return place.Pages
	}
	return []string{strings.TrimSpace(reply.Text)}
}
