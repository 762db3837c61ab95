package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Read reads a call's body: of that content type, in UTF-8 or its subset, and no longer than limit bytes. Ask the Guard first:
// nothing is read from a stranger.
func Read(w http.ResponseWriter, r *http.Request, media string, limit int64) ([]byte, *Malformed) {
	return ReadAny(w, r, []string{media}, limit)
}

// ReadAny is Read for a caller that may use any of some content types.
func ReadAny(w http.ResponseWriter, r *http.Request, medias []string, limit int64) ([]byte, *Malformed) {
	if wrong := mediaType(r.Header.Get("Content-Type"), medias); wrong != nil {
		return nil, wrong
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, Wrong("body", readProblem(err))
	}
	return body, nil
}

// mediaType refuses another content type, and any character set but UTF-8 and its subset.
func mediaType(header string, want []string) *Malformed {
	if slices.Contains(want, header) { // as most callers write it
		return nil
	}
	media, parameters, err := mime.ParseMediaType(header)
	if err != nil || !slices.Contains(want, media) {
		return Wrong("Content-Type", "must be "+strings.Join(want, " or "))
	}
	switch strings.ToLower(parameters["charset"]) {
	case "", "utf-8", "utf8", "us-ascii":
		return nil
	}
	return Wrong("Content-Type", "charset must be utf-8")
}

func readProblem(err error) string {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return "too long"
	}
	return "broken off"
}

// Form reads a form in which every field stands once. A second value for a field is an attack or a bug: two readers could
// take different ones.
func Form(body []byte) (url.Values, *Malformed) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, Wrong("body", "not a form")
	}
	for field, values := range form {
		if len(values) > 1 {
			return nil, Wrong(safeName(field), "given twice")
		}
	}
	return form, nil
}

// Fields are those of a form in which every field stands once, in their order.
type Fields []field

type field struct{ name, value string }

// Get returns a field's text, or nothing.
func (f Fields) Get(name string) string {
	for i := range f {
		if f[i].name == name {
			return f[i].value
		}
	}
	return ""
}

// FormFields is Form for who looks at a few fields of each.
func FormFields(body []byte) (Fields, *Malformed) {
	out := make(Fields, 0, 12)
	wrong := eachField(string(body), func(name, value string) *Malformed {
		for i := range out {
			if out[i].name == name {
				return Wrong(safeName(name), "given twice")
			}
		}
		if len(out) == flatFields {
			return Wrong("body", "too many fields")
		}
		out = append(out, field{name, value})
		return nil
	})
	if wrong != nil {
		return nil, wrong
	}
	return out, nil
}

// eachField gives the fields of a form, read as url.ParseQuery does.
func eachField(form string, give func(name, value string) *Malformed) *Malformed {
	for form != "" {
		var pair string
		if pair, form, _ = strings.Cut(form, "&"); pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, wrongName := url.QueryUnescape(name)
		value, wrongValue := url.QueryUnescape(value)
		if wrongName != nil || wrongValue != nil || strings.Contains(pair, ";") {
			return Wrong("body", "not a form")
		}
		if wrong := give(name, value); wrong != nil {
			return wrong
		}
	}
	return nil
}

// JSON reads one flat object and refuses fields it does not know, so that a misspelt one shows at once, and fields given
// twice, which two readers could take differently.
func JSON(body []byte, into any) *Malformed {
	w, wrong := walkJSON(body)
	if wrong != nil {
		return wrong
	}
	w.flat = true
	seen := make(Flat, 16)
	if wrong := w.object("", 1, seen.add); wrong != nil {
		return wrong
	}
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(into); err != nil {
		return Wrong("body", "a field is unknown or of another type")
	}
	return nil
}
