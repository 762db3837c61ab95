package webhook

import (
	"encoding/json"
	"unicode/utf8"
)

// walk goes through one JSON object that encoding/json has found valid, field by field, so that no two readers of it can
// differ: that a field stands there once is not encoding/json's to say. It is many times faster than its tokens.
type walk struct {
	text []byte
	at   int
	flat bool // nothing may stand within a field
}

// walkJSON returns a walk that stands behind the opening brace.
func walkJSON(body []byte) (*walk, *Malformed) {
	switch {
	case !utf8.Valid(body): // a decoder would silently replace what is not
		return nil, Wrong("body", "not UTF-8")
	case !json.Valid(body):
		return nil, Wrong("body", "not one JSON object")
	}
	w := &walk{text: body}
	if w.next() != '{' {
		return nil, Wrong("body", "not a JSON object")
	}
	return w, nil
}

// next passes white space, and returns and passes the byte after it.
func (w *walk) next() byte {
	for {
		b := w.text[w.at]
		w.at++
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b
		}
	}
}

// object goes to the closing brace and gives every field with its value's text; one that is an object has none, and its fields
// follow with its path before their names.
func (w *walk) object(path string, depth int, give func(path, name, text string) *Malformed) *Malformed {
	if depth > flatDepth {
		return Wrong("body", "nested too deep")
	}
	for {
		switch w.next() {
		case '}':
			return nil
		case ',':
			continue
		}
		name := w.string()
		w.next() // the colon
		var wrong *Malformed
		switch first := w.next(); {
		case first == '"':
			wrong = give(path, name, w.string())
		case w.flat && (first == '{' || first == '['):
			wrong = Wrong(safeName(name), "must be a text or a number")
		case first == '{':
			if wrong = give(path, name, ""); wrong == nil {
				wrong = w.object(path+name+".", depth+1, give)
			}
		case first == '[':
			if wrong = give(path, name, ""); wrong == nil {
				wrong = w.passList()
			}
		default:
			wrong = give(path, name, w.literal())
		}
		if wrong != nil {
			return wrong
		}
	}
}

// string reads a string whose opening quotation mark was passed.
func (w *walk) string() string {
	begin, plain := w.at, true
	for ; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			plain = false
			w.at++
		}
	}
	w.at++
	if plain {
		return string(w.text[begin : w.at-1])
	}
	var out string
	_ = json.Unmarshal(w.text[begin-1:w.at], &out) // it is valid
	return out
}

// literal reads a number, true or false as it was written, and null as nothing; its first byte was passed.
func (w *walk) literal() string {
	begin := w.at - 1
	for b := w.text[w.at]; b != ',' && b != '}' && b != ' ' && b != '\t' && b != '\r' && b != '\n'; b = w.text[w.at] {
		w.at++
	}
	if w.text[begin] == 'n' {
		return ""
	}
	return string(w.text[begin:w.at])
}

// passList goes to the end of a list whose opening bracket was passed.
func (w *walk) passList() *Malformed {
	for depth := 1; depth > 0; {
		switch w.next() {
		case '"':
			w.string()
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth > flatDepth {
			return Wrong("body", "nested too deep")
		}
	}
	return nil
}
