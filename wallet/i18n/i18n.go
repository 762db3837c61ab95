// Package i18n finds the words: a text by language and key, with its values filled in, in the alphabet phones have.
//
// Catalogues are the files messages/LANGUAGE.json and messages/LANGUAGE.PART.json. English texts of dialogues stand in the
// dialogue tables and join through With; everything else English is in messages/en.json. Texts are taken apart once, when they
// are loaded; saying one is joining strings. The package knows no market and no amount: values come already written.
package i18n

import (
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"senti/wallet/fault"
	"senti/wallet/money"
)

// Source is the language that texts are written in first; it stands in for a language nobody has.
const Source = "en"

// Texts are the catalogues of all languages. They are immutable and safe for concurrent use.
type Texts struct {
	languages map[string]*catalogue
}

type catalogue struct {
	language string
	tag      language.Tag
	messages map[string]*message
}

// message is a text taken apart, in one form or in several that a count chooses from.
type message struct {
	by    string // the argument that chooses the form; "" when there is one form
	forms [plural.Many + 1][]piece
}

// piece is a literal, or the place of an argument.
type piece struct {
	literal string
	arg     string
}

// Arg is one value of a text, already written as the reader shall see it.
type Arg struct{ Name, Value string }

// Text is an argument that is words: a name, a number, an amount as the market writes it.
func Text(name, value string) Arg { return Arg{name, value} }

// Count is an argument that is a count; it may choose between singular and plural.
func Count(name string, n int64) Arg { return Arg{name, strconv.FormatInt(n, 10)} }

// Say returns the text in that language with the arguments in their places. A language or key that is not there is said in
// English, and what is not there either is said as its key: no page stays empty, and the tests see to it that it never happens.
// An argument the text does not name is passed over; one that is not given leaves its {name} standing.
func (t *Texts) Say(lang, key string, args ...Arg) string {
	c, m := t.find(lang, key)
	if m == nil {
		return key
	}
	form := m.forms[plural.Other]
	if m.by != "" {
		if chosen := m.forms[c.form(value(args, m.by))]; chosen != nil {
			form = chosen
		}
	}
	return join(form, args)
}

// FaultText returns a fault's text for the person it happened to, in those words; amounts are written in the market's style.
func (t *Texts) FaultText(lang string, style money.Style, in fault.Words, e *fault.Error) string {
	args := make([]Arg, 0, len(e.Args))
	for _, a := range e.Args {
		switch v := a.Value.(type) {
		case fault.Minor:
			args = append(args, Arg{a.Name, style.Format(int64(v))})
		case int64:
			args = append(args, Count(a.Name, v))
		case string:
			args = append(args, Arg{a.Name, v})
		}
	}
	return t.Say(lang, e.Code.KeyIn(in), args...)
}

// Has reports whether the language itself has that key.
func (t *Texts) Has(lang, key string) bool {
	c := t.languages[lang]
	return c != nil && c.messages[key] != nil
}

// Languages lists the languages there are catalogues for, in the order of their codes.
func (t *Texts) Languages() []string { return sortedKeys(t.languages) }

// Keys lists the keys of a language, in order.
func (t *Texts) Keys(lang string) []string {
	if c := t.languages[lang]; c != nil {
		return sortedKeys(c.messages)
	}
	return nil
}

// find returns the text of a key; of a fault in somebody's words the nearest there is, as fault.Words has it.
func (t *Texts) find(lang, key string) (*catalogue, *message) {
	for {
		for _, c := range []*catalogue{t.languages[lang], t.languages[Source]} {
			if c != nil && c.messages[key] != nil {
				return c, c.messages[key]
			}
		}
		last := strings.LastIndexByte(key, '.')
		if !strings.HasPrefix(key, "fault.") || last < len("fault.") {
			return nil, nil
		}
		key = key[:last]
	}
}

// form returns the plural form a written count has in the language.
func (c *catalogue) form(count string) plural.Form {
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		return plural.Other
	}
	if n < 0 {
		n = -n
	}
	return plural.Cardinal.MatchPlural(c.tag, int(n%10_000_000), 0, 0, 0, 0) // the rules look at the last digits only
}

func value(args []Arg, name string) string {
	for i := range args {
		if args[i].Name == name {
			return args[i].Value
		}
	}
	return ""
}

func join(form []piece, args []Arg) string {
	size := 0
	for i := range form {
		size += len(form[i].literal) + 16
	}
	var b strings.Builder
	b.Grow(size)
	for i := range form {
		p := &form[i]
		if p.arg == "" {
			b.WriteString(p.literal)
			continue
		}
		writeArg(&b, p.arg, args)
	}
	return b.String()
}

func writeArg(b *strings.Builder, name string, args []Arg) {
	for i := range args {
		if args[i].Name == name {
			b.WriteString(args[i].Value)
			return
		}
	}
	b.WriteString("{" + name + "}")
}
