package webhook

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"
)

// Nested reads one JSON object with lists and objects in it, from a caller that adds fields as it pleases: what is not known is passed
// over. A field that stands twice in one object is refused, as two readers could take different ones; so is what is nested too deep.
func Nested(body []byte, into any) *Malformed {
	if !utf8.Valid(body) { // the decoder would silently replace what is not
		return Wrong("body", "not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	t, err := d.Token()
	if err != nil || t != json.Delim('{') {
		return Wrong("body", "not a JSON object")
	}
	if wrong := once(d, 1); wrong != nil {
		return wrong
	}
	if _, err := d.Token(); err != io.EOF {
		return Wrong("body", "more than one JSON object")
	}
	if json.Unmarshal(body, into) != nil {
		return Wrong("body", "a field is of another type")
	}
	return nil
}

// once reads the object whose opening brace was read, and all in it, and finds a field that stands twice.
func once(d *json.Decoder, depth int) *Malformed {
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		field, ok := name.(string)
		if err != nil || !ok {
			return Wrong("body", "not JSON")
		}
		key := strings.ToLower(field) // the decoder takes "ID" for "id"
		if seen[key] {
			return Wrong(safeName(field), "given twice")
		}
		seen[key] = true
		if wrong := value(d, depth); wrong != nil {
			return wrong
		}
	}
	if _, err := d.Token(); err != nil {
		return Wrong("body", "not JSON")
	}
	return nil
}

func value(d *json.Decoder, depth int) *Malformed {
	t, err := d.Token()
	switch {
	case err != nil:
		return Wrong("body", "not JSON")
	case depth == flatDepth && (t == json.Delim('{') || t == json.Delim('[')):
		return Wrong("body", "nested too deep")
	case t == json.Delim('{'):
		return once(d, depth+1)
	case t != json.Delim('['):
		return nil
	}
	for d.More() {
		if wrong := value(d, depth+1); wrong != nil {
			return wrong
		}
	}
	if _, err := d.Token(); err != nil {
		return Wrong("body", "not JSON")
	}
	return nil
}
