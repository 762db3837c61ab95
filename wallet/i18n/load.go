package i18n

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed messages/*.json
var files embed.FS

// formNames are the plural forms as catalogue files write them.
var formNames = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// Load reads the built-in catalogues. Every English text must be there in every language with the same placeholders; a
// language may hold more, which With answers for.
func Load() (*Texts, error) {
	entries, err := files.ReadDir("messages")
	if err != nil {
		return nil, err
	}
	contents := make(map[string][]byte)
	for _, e := range entries {
		if contents[e.Name()], err = files.ReadFile(path.Join("messages", e.Name())); err != nil {
			return nil, err
		}
	}
	return load(contents)
}

func load(contents map[string][]byte) (*Texts, error) {
	t := &Texts{languages: make(map[string]*catalogue)}
	var problems []error
	for _, file := range sortedKeys(contents) {
		lang, _, _ := strings.Cut(file, ".")
		if err := t.catalogue(lang).read(contents[file]); err != nil {
			problems = append(problems, fmt.Errorf("messages/%s: %w", file, err))
		}
	}
	if t.languages[Source] == nil {
		problems = append(problems, errors.New("messages/"+Source+".json is missing: every text begins there"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	return t, nil
}

// With returns the catalogues with more English texts, by key: those of the dialogue tables. The error names every text that a
// language lacks, and every text a language has that English has not.
func (t *Texts) With(source map[string]string) (*Texts, error) {
	more := &Texts{languages: maps.Clone(t.languages)}
	old := t.languages[Source]
	english := &catalogue{language: Source, tag: old.tag, messages: maps.Clone(old.messages)}
	more.languages[Source] = english
	var problems []error
	for _, key := range sortedKeys(source) {
		if english.messages[key] != nil {
			problems = append(problems, fmt.Errorf("%s has an English text already: choose another key", key))
			continue
		}
		if err := english.add(key, source[key]); err != nil {
			problems = append(problems, err)
		}
	}
	problems = append(problems, more.check(), more.checkNoMore())
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return more, nil
}

// check finds what another language lacks, and placeholders that differ.
func (t *Texts) check() error {
	var problems []error
	english := t.languages[Source]
	for _, lang := range t.Languages() {
		for _, key := range sortedKeys(english.messages) {
			there := t.languages[lang].messages[key]
			if there == nil {
				problems = append(problems, fmt.Errorf("messages/%s.json: %s is missing: add it", lang, key))
				continue
			}
			want, got := english.messages[key].placeholders(), there.placeholders()
			if !slices.Equal(want, got) {
				problems = append(problems, fmt.Errorf("messages/%s.json: %s has the placeholders %v, English has %v: use the same", lang, key, got, want))
			}
		}
	}
	return errors.Join(problems...)
}

func (t *Texts) checkNoMore() error {
	var problems []error
	for _, lang := range t.Languages() {
		for _, key := range t.Keys(lang) {
			if t.languages[Source].messages[key] == nil {
				problems = append(problems, fmt.Errorf("messages/%s.json: %s has no English text: remove it or correct its key", lang, key))
			}
		}
	}
	return errors.Join(problems...)
}

func (t *Texts) catalogue(lang string) *catalogue {
	if t.languages[lang] == nil {
		t.languages[lang] = &catalogue{language: lang, tag: language.Make(lang), messages: make(map[string]*message)}
	}
	return t.languages[lang]
}

// read adds a file's texts: an object whose values are texts or plural objects. A key that stands twice is a mistake that
// JSON itself lets pass.
func (c *catalogue) read(content []byte) error {
	d := json.NewDecoder(bytes.NewReader(content))
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		return errors.New("not a JSON object: begin with {")
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		key := token.(string) // between { and } a decoder's odd tokens are strings
		if c.messages[key] != nil {
			return fmt.Errorf("%s stands twice: keep one", key)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if err := c.addRaw(key, raw); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	return nil
}

func (c *catalogue) addRaw(key string, raw json.RawMessage) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return c.add(key, text)
	}
	var forms map[string]string
	if err := json.Unmarshal(raw, &forms); err != nil {
		return fmt.Errorf("%s is neither a text nor an object of plural forms", key)
	}
	return c.addPlural(key, forms)
}

func (c *catalogue) add(key, text string) error {
	pieces, err := takeApart(text)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	m := &message{}
	m.forms[plural.Other] = pieces
	c.messages[key] = m
	return nil
}

// addPlural adds {"by": "left", "one": "1 try", "other": "{left} tries"}; the count that chooses is {n} when by is not given.
func (c *catalogue) addPlural(key string, forms map[string]string) error {
	m := &message{by: "n"}
	for name, text := range forms {
		if name == "by" {
			m.by = text
			continue
		}
		form, ok := formNames[name]
		if !ok {
			return fmt.Errorf("%s: %q is no plural form: use zero, one, two, few, many, other or by", key, name)
		}
		pieces, err := takeApart(text)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		m.forms[form] = pieces
	}
	if m.forms[plural.Other] == nil {
		return fmt.Errorf("%s: the form other is missing: add it", key)
	}
	c.messages[key] = m
	return nil
}

// takeApart splits a text at its {placeholders}.
func takeApart(text string) ([]piece, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("the text is empty")
	}
	var out []piece
	for text != "" {
		literal, rest, found := strings.Cut(text, "{")
		if strings.Contains(literal, "}") {
			return nil, errors.New("a } without its {")
		}
		if literal != "" {
			out = append(out, piece{literal: literal})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !isName(name) {
			return nil, fmt.Errorf("{%s is not a placeholder: write {name} in small letters", name)
		}
		out = append(out, piece{arg: name})
		text = after
	}
	return out, nil
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// placeholders are the arguments any form names, each once, in order of their names. The one that chooses the form is among
// them, said or not: "1 try" names it too.
func (m *message) placeholders() []string {
	all := make(map[string]bool)
	if m.by != "" {
		all[m.by] = true
	}
	for _, form := range m.forms {
		for _, p := range form {
			if p.arg != "" {
				all[p.arg] = true
			}
		}
	}
	return sortedKeys(all)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
