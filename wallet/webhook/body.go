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
	"unicode/utf8"
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

// JSON reads one flat object and refuses fields it does not know, so that a misspelt one shows at once, and fields given
// twice, which two readers could take differently.
func JSON(body []byte, into any) *Malformed {
	if !utf8.Valid(body) { // the decoder would silently replace what is not
		return Wrong("body", "not UTF-8")
	}
	walk := json.NewDecoder(bytes.NewReader(body))
	if t, err := walk.Token(); err != nil || t != json.Delim('{') {
		return Wrong("body", "not a JSON object")
	}
	seen := map[string]bool{}
	for walk.More() {
		name, err := walk.Token()
		field, ok := name.(string)
		if err != nil || !ok {
			return Wrong("body", "not JSON")
		}
		key := strings.ToLower(field) // the decoder below takes "Turn" for "turn"
		if seen[key] {
			return Wrong(safeName(field), "given twice")
		}
		seen[key] = true
		if value, err := walk.Token(); err != nil || value == json.Delim('{') || value == json.Delim('[') {
			return Wrong(safeName(field), "must be a text or a number")
		}
	}
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(into); err != nil {
		return Wrong("body", "a field is unknown or of another type")
	}
	if _, err := strict.Token(); err != io.EOF {
		return Wrong("body", "more than one JSON object")
	}
	return nil
}
