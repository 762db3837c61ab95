package webhook

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
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

// add takes a field's text; name is the last of the path. A field that was there before is an attack or a bug: two readers
// could take different ones.
func (f Flat) add(path, name, text string) *Malformed {
	key := strings.ToLower(path + name)
	if _, twice := f[key]; twice {
		return Wrong(safeName(name), "given twice")
	}
	if len(f) == flatFields {
		return Wrong("body", "too many fields")
	}
	f[key] = text
	return nil
}

// FlatForm reads a form, or a query, in which every field stands once.
func FlatForm(body []byte) (Flat, *Malformed) {
	out := make(Flat, 16)
	if wrong := eachField(string(body), func(name, value string) *Malformed { return out.add("", name, value) }); wrong != nil {
		return nil, wrong
	}
	return out, nil
}

// FlatJSON reads one object with whatever objects are in it. Lists are passed over.
func FlatJSON(body []byte) (Flat, *Malformed) {
	w, wrong := walkJSON(body)
	if wrong != nil {
		return nil, wrong
	}
	out := make(Flat, 16)
	if wrong := w.object("", 1, out.add); wrong != nil {
		return nil, wrong
	}
	return out, nil
}

// FlatXML reads a document with that root element; names are taken without their name space, and an attribute's name follows
// its element's after a dot. A document type is refused: it is what entity bombs and foreign files are made of.
func FlatXML(body []byte, root string) (Flat, *Malformed) {
	d := xml.NewDecoder(bytes.NewReader(body))
	out := Flat{}
	var path, prefixes []string // of an element: its name, and what stands before the names in it
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
			prefix := ""
			if len(path) > 0 {
				prefix = prefixes[len(path)-1] + t.Name.Local + "."
			}
			path, prefixes, texts = append(path, t.Name.Local), append(prefixes, prefix), append(texts, &strings.Builder{})
			if wrong := out.attributes(prefix, t.Attr); wrong != nil {
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
				if wrong := out.add(prefixes[last-1], path[last], texts[last].String()); wrong != nil {
					return nil, wrong
				}
			}
			path, prefixes, texts, ended = path[:last], prefixes[:last], texts[:last], last == 0
		}
	}
	if !ended {
		return nil, Wrong("body", "not one whole "+root+" element")
	}
	return out, nil
}

func (f Flat) attributes(prefix string, attributes []xml.Attr) *Malformed {
	for _, a := range attributes {
		if a.Name.Local == "xmlns" || a.Name.Space == "xmlns" {
			continue
		}
		if wrong := f.add(prefix, a.Name.Local, a.Value); wrong != nil {
			return wrong
		}
	}
	return nil
}
