package menu

import (
	"slices"
	"strings"

	"senti/wallet/i18n"
)

// The engine's own texts, by message key.
var ownTexts = map[string]string{
	"nav.back": "Back",
	"nav.more": "More",
	"nav.home": "Menu",
}

// ucs2Max is the longest screen, in UTF-16 units, of a text that GSM-7 cannot write.
const ucs2Max = 70

// fits reports whether a text is within the limit.
func fits(text string, limit int) bool {
	width, most := measure(text, limit)
	return width <= most
}

// measure returns a text's length and what it may be, in the units its alphabet is counted in.
func measure(text string, limit int) (width, most int) {
	width, gsm := i18n.Septets(text)
	if gsm {
		return width, limit
	}
	return i18n.Units(text), min(limit, ucs2Max)
}

// show renders the step that the place stands at. A list is kept as it was shown, whole or cut: what its With read is shown
// again and not read again.
func (t *Turn[E]) show(step *Step[E]) (Place, Reply) {
	k, _ := step.kind()
	text := t.engine.say(t.place.Lang, t.place.Flow+"."+step.ID, t.args)
	if k == end {
		return t.showEnd(text)
	}
	if t.above != "" {
		text = t.above + "\n" + text
	}
	head, nav := strings.Split(text, "\n"), t.nav(step)
	var lines []string
	switch {
	case k == list:
		lines = t.lines
	case k.hasOptions():
		lines = t.options(step)
	default:
		nav = append(t.options(step), nav...)
	}
	whole := strings.Join(slices.Concat(head, lines, nav), "\n")
	if noticed := t.notice + "\n" + whole; t.notice != "" && t.above == "" && k == choose && fits(noticed, t.page.Limit) {
		return t.place, Reply{Text: noticed}
	}
	if t.above != "" && k.hasOptions() && !fits(whole, t.page.Limit) {
		head = strings.Split(t.above, "\n") // what they choose about was on the page before; the choices must be on this one
		whole = strings.Join(slices.Concat(head, lines, nav), "\n")
	}
	short := fits(whole, t.page.Limit) && (step.PerPage == 0 || len(lines) <= step.PerPage)
	switch {
	case k.asks(), short && k != list:
		return t.place, Reply{Text: whole}
	case short:
		t.place.Pages = []string{whole}
	default:
		t.place.Pages = t.paginate(head, lines, nav, step.PerPage)
	}
	return t.part()
}

// options renders the numbers that are there.
func (t *Turn[E]) options(step *Step[E]) []string {
	var out []string
	for i := range step.Options {
		o := &step.Options[i]
		if o.If != nil && !o.If(t) {
			continue
		}
		text := t.engine.say(t.place.Lang, t.place.Flow+"."+step.ID+"."+o.Key, t.args)
		out = append(out, o.Key+" "+text)
	}
	return out
}

// nav renders the way back, unless the step gives 0 a meaning of its own.
func (t *Turn[E]) nav(step *Step[E]) []string {
	if len(t.place.Trail) == 0 || step.option(keyBack) != nil {
		return nil
	}
	return []string{t.key(keyBack, "nav.back")}
}

func (t *Turn[E]) key(key, text string) string {
	return key + " " + t.engine.say(t.place.Lang, text, nil)
}

// homeText is the name of the Text by which a flow says what 00 leads to when it is the home, if that is not a menu.
const homeText = "home"

// wayHome renders the way home.
func (t *Turn[E]) wayHome() string {
	if home := t.engine.flows[t.place.Home]; home != nil && home.Texts[homeText] != "" {
		return t.key(keyHome, home.ID+"."+homeText)
	}
	return t.key(keyHome, "nav.home")
}

// showEnd shows a last page, in parts if it is longer than the gateway's limit.
func (t *Turn[E]) showEnd(text string) (Place, Reply) {
	t.place.Pages, t.place.Page, t.place.Over = nil, 0, true
	if fits(text, t.page.Limit) {
		t.place.Pages = []string{text}
		return t.part()
	}
	t.place.Pages = t.paginate(strings.Split(text, "\n"), nil, nil, 0)
	return t.part()
}

// turnPage turns the pages of a long screen and reports whether it did.
func (t *Turn[E]) turnPage(input string) bool {
	switch {
	case input == keyMore && t.place.Page+1 < len(t.place.Pages):
		t.place.Page++
	case input == keyBack && t.place.Page > 0:
		t.place.Page--
	default:
		return false
	}
	return true
}

// part shows one part of a long screen. The last part of a last page ends the session.
func (t *Turn[E]) part() (Place, Reply) {
	last := t.place.Page == len(t.place.Pages)-1
	return t.place, Reply{Text: t.place.Pages[t.place.Page], End: last && t.place.Over}
}

// paginate cuts a page at its line ends, or between words where one line alone is too long. Each part but the last says
// how to see more, each but the first how to go back, and a long list also how to go home.
func (t *Turn[E]) paginate(head, lines, nav []string, perPage int) []string {
	more, back := t.key(keyMore, "nav.more"), t.key(keyBack, "nav.back")
	first, later, last := append([]string{more}, nav...), []string{more, back}, []string{back}
	if !t.place.Over {
		later, last = append(later, t.wayHome()), append(last, t.wayHome())
	}
	_, limit := measure(strings.Join(slices.Concat(head, lines, nav), "\n"), t.page.Limit)
	taken, _ := measure(strings.Join(later, "\n"), limit)
	parts := split(head, lines, limit-taken-1, perPage)
	pages := make([]string, len(parts))
	for i, part := range parts {
		keys := later
		switch {
		case len(parts) == 1:
			keys = nav
		case i == 0:
			keys = first
		case i == len(parts)-1 && t.place.Over:
			keys = nil
		case i == len(parts)-1:
			keys = last
		}
		pages[i] = strings.Join(slices.Concat(part, keys), "\n")
	}
	return pages
}

// split puts lines into parts of at most limit characters, and of at most perPage lines after the head (0 for any number).
func split(head, lines []string, limit, perPage int) (parts [][]string) {
	var part []string
	counted := 0
	add := func(line string) {
		for _, piece := range wrap(line, limit) {
			if len(part) > 0 && !fits(strings.Join(append(slices.Clone(part), piece), "\n"), limit) {
				parts, part, counted = append(parts, part), nil, 0
			}
			part = append(part, piece)
		}
	}
	for _, line := range head {
		add(line)
	}
	for _, line := range lines {
		if perPage > 0 && counted == perPage {
			parts, part, counted = append(parts, part), nil, 0
		}
		add(line)
		counted++
	}
	return append(parts, part)
}

// wrap breaks a line between words so that no piece is longer than the limit.
func wrap(line string, limit int) []string {
	if fits(line, limit) {
		return []string{line}
	}
	var out []string
	rest := ""
	for word := range strings.FieldsSeq(line) {
		switch longer := rest + " " + word; {
		case rest == "":
			rest = word
		case fits(longer, limit):
			rest = longer
		default:
			out, rest = append(out, rest), word
		}
	}
	return append(out, rest)
}
