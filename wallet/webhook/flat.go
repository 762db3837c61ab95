package webhook

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"
)

// Flat is what a body holds, for callers that add fields as they please: the text of each field by its name in lower case.
// A field within another is found by both names with a dot between. Numbers and booleans stand as they were written; null
// and an empty field are an empty text.
type Flat map[string]string

// Get returns a field's text, or nothing. Names are compared without case.
func (f Flat) Get(name string) string { return f[strings.ToLower(name)] }

// The bounds of a flat body. The largest known has some 20 fields, three deep.
const (
	flatDepth  = 6
	flatFields = 100
)

// add takes a field's text. A field that was there before is an attack or a bug: two readers could take different ones.
func (f Flat) add(path []string, text string) *Malformed {
	name := strings.ToLower(strings.Join(path, "."))
	if _, twice := f[name]; twice {
		return Wrong(safeName(path[len(path)-1]), "given twice")
	}
	if len(f) == flatFields {
		return Wrong("body", "too many fields")
	}
	f[name] = text
	return nil
}

// FlatForm reads a form, or a query, in which every field stands once.
func FlatForm(body []byte) (Flat, *Malformed) {
	form, wrong := Form(body)
	if wrong != nil {
		return nil, wrong
	}
	out := make(Flat, len(form))
	for field, values := range form {
		if wrong := out.add([]string{field}, values[0]); wrong != nil {
			return nil, wrong
		}
	}
	return out, nil
}

// FlatJSON reads one object with whatever objects are in it. Lists are passed over.
func FlatJSON(body []byte) (Flat, *Malformed) {
	if !utf8.Valid(body) { // the decoder would silently replace what is not
		return nil, Wrong("body", "not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, Wrong("body", "not a JSON object")
	}
	out := Flat{}
	if wrong := out.object(d, nil); wrong != nil {
		return nil, wrong
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, Wrong("body", "more than one JSON object")
	}
	return out, nil
}

// object reads what follows an opening brace, to the closing one.
func (f Flat) object(d *json.Decoder, path []string) *Malformed {
	if len(path) == flatDepth {
		return Wrong("body", "nested too deep")
	}
	for d.More() {
		name, err := d.Token()
		field, ok := name.(string)
		if err != nil || !ok {
			return Wrong("body", "not JSON")
		}
		value, err := d.Token()
		if err != nil {
			return Wrong("body", "not JSON")
		}
		if wrong := f.value(d, append(path, field), value); wrong != nil {
			return wrong
		}
	}
	if _, err := d.Token(); err != nil {
		return Wrong("body", "not JSON")
	}
	return nil
}

func (f Flat) value(d *json.Decoder, path []string, value json.Token) *Malformed {
	text := ""
	switch v := value.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case bool:
		text = "false"
		if v {
			text = "true"
		}
	}
	if wrong := f.add(path, text); wrong != nil {
		return wrong
	}
	switch value {
	case json.Delim('{'):
		return f.object(d, path)
	case json.Delim('['):
		return passList(d)
	}
	return nil
}

// passList reads to the end of a list whose opening bracket was read.
func passList(d *json.Decoder) *Malformed {
	for depth := 1; depth > 0; {
		t, err := d.Token()
		switch {
		case err != nil:
			return Wrong("body", "not JSON")
		case t == json.Delim('['), t == json.Delim('{'):
			depth++
		case t == json.Delim(']'), t == json.Delim('}'):
			depth--
		}
		if depth > flatDepth {
			return Wrong("body", "nested too deep")
		}
	}
	return nil
}

// FlatXML reads a document with that root element; names are taken without their name space, and an attribute's name follows
// its element's after a dot. A document type is refused: it is what entity bombs and foreign files are made of.
func FlatXML(body []byte, root string) (Flat, *Malformed) {
	d := xml.NewDecoder(bytes.NewReader(body))
	out := Flat{}
	var path []string
	var texts []*strings.Builder
	ended := false
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, Wrong("body", "not XML in UTF-8")
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, Wrong("body", "has a document type")
		case xml.StartElement:
			if ended || len(path) > flatDepth || len(path) == 0 && t.Name.Local != root {
				return nil, Wrong("body", "not one "+root+" element, or nested too deep")
			}
			path, texts = append(path, t.Name.Local), append(texts, &strings.Builder{})
			if wrong := out.attributes(path[1:], t.Attr); wrong != nil {
				return nil, wrong
			}
		case xml.CharData:
			if len(path) == 0 && len(bytes.TrimSpace(t)) > 0 {
				return nil, Wrong("body", "text outside the element")
			}
			if len(path) > 0 {
				texts[len(texts)-1].Write(t)
			}
		case xml.EndElement:
			last := len(path) - 1
			if last < 0 || path[last] != t.Name.Local {
				return nil, Wrong("body", "not XML in UTF-8")
			}
			if last > 0 {
				if wrong := out.add(path[1:], texts[last].String()); wrong != nil {
					return nil, wrong
				}
			}
			path, texts, ended = path[:last], texts[:last], last == 0
		}
	}
	if !ended {
		return nil, Wrong("body", "not one whole "+root+" element")
	}
	return out, nil
}

func (f Flat) attributes(path []string, attributes []xml.Attr) *Malformed {
	for _, a := range attributes {
		if a.Name.Local == "xmlns" || a.Name.Space == "xmlns" {
			continue
		}
		if wrong := f.add(append(path[:len(path):len(path)], a.Name.Local), a.Value); wrong != nil {
			return wrong
		}
	}
	return nil
}
