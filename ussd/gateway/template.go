package gateway

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"senti/wallet/webhook"
)

type tableReply struct {
	Media          string            `yaml:"media"`
	Continue       string            `yaml:"continue"`
	End            string            `yaml:"end"`
	ContinueHeader map[string]string `yaml:"continue_header"`
	EndHeader      map[string]string `yaml:"end_header"`
	Without        string            `yaml:"without"`
}

// template is what a screen is written as, taken apart.
type template struct {
	media   string
	pieces  []piece
	quote   quote
	header  [][2]string
	without *strings.Replacer
}

// piece is text as it stands, and then a field; the last piece has none.
type piece struct{ text, field string }

// quote is how a value is written between the text of a template.
type quote int

const (
	quoteNothing quote = iota
	quoteJSON
	quoteXML
)

// screenField is the field of a template that is the screen, and not one of the call.
const screenField = "text"

// templates takes the two of a table apart and tries them.
func (t Table) templates() (goesOn, ends template, err error) {
	if goesOn, err = t.template(t.Reply.Continue, t.Reply.ContinueHeader); err != nil {
		return goesOn, ends, fmt.Errorf("reply, continue: %w", err)
	}
	if ends, err = t.template(t.Reply.End, t.Reply.EndHeader); err != nil {
		return goesOn, ends, fmt.Errorf("reply, end: %w", err)
	}
	return goesOn, ends, nil
}

func (t Table) template(text string, header map[string]string) (template, error) {
	out := template{media: t.Reply.Media}
	switch media, _, _ := strings.Cut(out.media, ";"); media {
	case "application/json":
		out.quote = quoteJSON
	case "text/xml", "application/xml":
		out.quote = quoteXML
	case "text/plain":
	default:
		return out, fmt.Errorf("media is %q: write text/plain, application/json, text/xml or application/xml", out.media)
	}
	screens := 0
	for {
		before, rest, found := strings.Cut(text, "${")
		field, after, closed := strings.Cut(rest, "}")
		if found && (!closed || field == "") {
			return out, errors.New("a ${ without its name and }")
		}
		if strings.EqualFold(field, t.Input) && field != screenField {
			return out, errors.New("what was typed does not go back: it may be a PIN")
		}
		if field == screenField {
			screens++
		}
		out.pieces = append(out.pieces, piece{before, field})
		if !found {
			break
		}
		text = after
	}
	if screens != 1 {
		return out, errors.New("${text} must stand in it once")
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if http.CanonicalHeaderKey(name) == "" || strings.ContainsAny(name+header[name], "\r\n: ") {
			return out, fmt.Errorf("header %q cannot be sent", name)
		}
		out.header = append(out.header, [2]string{name, header[name]})
	}
	if t.Reply.Without != "" {
		var pairs []string
		for _, r := range t.Reply.Without {
			pairs = append(pairs, string(r), " ")
		}
		out.without = strings.NewReplacer(pairs...)
	}
	return out, out.try()
}

// try writes a screen and reads it again.
func (t template) try() error {
	body := t.answer(webhook.Flat{}, `a "b" <c> & d`).Body
	switch t.quote {
	case quoteJSON:
		if !json.Valid([]byte(body)) || !strings.HasPrefix(strings.TrimSpace(body), "{") {
			return errors.New("does not become a JSON object; ${text} brings its own quotation marks")
		}
	case quoteXML:
		for d := xml.NewDecoder(strings.NewReader(body)); ; {
			if _, err := d.Token(); err == io.EOF {
				return nil
			} else if err != nil {
				return errors.New("does not become XML")
			}
		}
	}
	return nil
}

// answer writes a screen.
func (t template) answer(f webhook.Flat, screen string) webhook.Answer {
	if t.without != nil {
		screen = t.without.Replace(screen)
	}
	var b strings.Builder
	for _, p := range t.pieces {
		b.WriteString(p.text)
		switch p.field {
		case "":
		case screenField:
			t.quote.write(&b, screen)
		default:
			t.quote.write(&b, f.Get(p.field))
		}
	}
	return webhook.Answer{Status: http.StatusOK, Media: t.media, Body: b.String(), Header: t.header}
}

func (q quote) write(b *strings.Builder, value string) {
	switch q {
	case quoteNothing:
		b.WriteString(value)
	case quoteJSON:
		text, _ := json.Marshal(value) // a text always can be
		b.Write(text)
	case quoteXML:
		_ = xml.EscapeText(b, []byte(value)) // a builder takes everything
	}
}
