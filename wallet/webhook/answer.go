package webhook

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// Answer is an HTTP answer.
type Answer struct {
	Status int
	Media  string
	Body   string
	Header [][2]string // further headers: name and value
}

// JSONAnswer is an answer whose body is the JSON of v.
func JSONAnswer(status int, v any) Answer {
	body, err := json.Marshal(v)
	if err != nil { // cannot be: only strings and numbers are in it
		return Answer{Status: http.StatusInternalServerError, Media: "application/json", Body: `{"error":"internal"}`}
	}
	return Answer{Status: status, Media: "application/json", Body: string(body)}
}

// TextAnswer is an answer that is only a text.
func TextAnswer(status int, text string) Answer {
	return Answer{Status: status, Media: "text/plain; charset=utf-8", Body: text}
}

// Values of fields that are the same in every answer. Nobody may change them.
var noStore, noSniff = []string{"no-store"}, []string{"nosniff"}

// Write sends an answer and makes sure, as far as TCP tells, that it left: a write alone only fills a buffer. Whether the
// caller has hung up is asked before: afterwards it may have closed because it has read everything.
func (a Answer) Write(w http.ResponseWriter, r *http.Request) error {
	gone := r.Context().Err()
	header := w.Header()
	values := [...]string{a.Media, strconv.Itoa(len(a.Body))}
	header["Content-Type"], header["Content-Length"] = values[0:1:1], values[1:2:2]
	header["Cache-Control"], header["X-Content-Type-Options"] = noStore, noSniff
	for _, h := range a.Header {
		header[h[0]] = []string{h[1]} // as it is spelled: some gateways look for exactly that
	}
	w.WriteHeader(a.Status)
	if _, err := io.WriteString(w, a.Body); err != nil {
		return err
	}
	if err := http.NewResponseController(w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return gone
}
