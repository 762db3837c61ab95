package gateway

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// What every adapter must refuse, whatever its format.
func TestHostileCallbacks(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, c := range append(b.hostile(), b.bad...) {
			b.outcomes = nil
			status, answer := b.call(c.req)
			if status != cmp.Or(b.refused, http.StatusBadRequest) || !slices.Equal(b.outcomes, []string{OutcomeMalformed}) {
				t.Errorf("%s: status %d, outcomes %v, answer %q", c.name, status, b.outcomes, answer)
			}
			if !strings.Contains(strings.ToLower(answer), strings.ToLower(c.field)) {
				t.Errorf("%s: the answer does not name %q: %q", c.name, c.field, answer)
			}
			if !utf8.ValidString(answer) || len(answer) > 400 || strings.Contains(answer, markedPIN) {
				t.Errorf("%s: answer %q", c.name, answer)
			}
		}
		for _, method := range []string{http.MethodDelete, http.MethodPatch, http.MethodGet, http.MethodPut} {
			r := b.write(usual())
			if r.method == method {
				continue
			}
			r.method = method
			if status, _ := b.call(r); status != http.StatusMethodNotAllowed {
				t.Errorf("%s: status %d", method, status)
			}
		}
		if len(b.requests) != 0 {
			t.Errorf("reached the service: %+v", b.requests)
		}
	})
}

// hostile lists what no adapter may take for a turn.
func (b *bench) hostile() (cases []badCase) {
	name := func(field string) string { return cmp.Or(b.names[field], field) }
	add := func(what, field string, change func(*fields)) {
		f := usual()
		change(&f)
		cases = append(cases, badCase{what, b.write(f), name(field)})
	}
	add("no phone", "phone", func(f *fields) { f.phone = "" })
	add("not a number", "phone", func(f *fields) { f.phone = "Jane" })
	add("a landline", "phone", func(f *fields) { f.phone = "+254202222222" })
	add("another country", "phone", func(f *fields) { f.phone = "+15005550006" })
	add("number too long", "phone", func(f *fields) { f.phone = "+2547120000011111111111" })
	add("Arabic digits and a mark", "phone", func(f *fields) { f.phone = "\u202e+٢٥٤" })
	if !strings.Contains(b.lacks, "session") {
		add("no session", "session", func(f *fields) { f.session = "" })
		add("session too long", "session", func(f *fields) { f.session = strings.Repeat("s", 101) })
		add("session of two lines", "session", func(f *fields) { f.session = "a\nb" })
		add("session with a tilde on", "session", func(f *fields) { f.session = "a\u0303" })
	}
	if !strings.Contains(b.lacks, "code") {
		add("code too long", "code", func(f *fields) { f.code = strings.Repeat("*", 41) })
		add("code with letters", "code", func(f *fields) { f.code = "<script>" })
	}
	add("text too long", "", func(f *fields) { f.text = strings.Repeat("1", 1501) })
	add("text with a NUL", "", func(f *fields) { f.text = "1*\x00" })
	add("text with an escape", "", func(f *fields) { f.text = "\x1b[2J" })
	add("text not UTF-8", "", func(f *fields) { f.text = "caf\xe9" })
	add("oversize", "body", func(f *fields) { f.text = strings.Repeat("1", 100_000) })
	usually := b.write(usual())
	empty, other, none, charset := usually, usually, usually, usually
	empty.body, empty.query = "", ""
	cases = append(cases, badCase{"empty", empty, ""})
	if medias := b.door().medias; len(medias) > 0 {
		other.media, none.media, charset.media = "text/csv", ";", medias[0]+"; charset=utf-16"
		cases = append(cases, badCase{"other content type", other, "Content-Type"}, badCase{"no content type", none, "Content-Type"},
			badCase{"other charset", charset, "Content-Type"})
		cases = append(cases, b.spoilt(usually)...)
	}
	return cases
}

// spoilt are bodies that are wrong in the way of their format.
func (b *bench) spoilt(usually req) (cases []badCase) {
	add := func(what, body string) {
		r := usually
		r.body = body
		cases = append(cases, badCase{what, r, ""})
	}
	body := usually.body
	switch {
	case strings.HasPrefix(body, "{"):
		add("cut", body[:len(body)-1])
		add("two objects", body+body)
		add("a list", "["+body+"]")
		add("nested without an end", `{"a":`+strings.Repeat(`{"a":`, 5000))
		add("lists without an end", `{"a":`+strings.Repeat(`[`, 5000))
		first, _, _ := strings.Cut(body[1:], ",")
		add("field twice", "{"+first+","+body[1:])
		add("field twice, other case", "{"+strings.ToUpper(first)+","+body[1:])
		add("a half of a character", strings.Replace(body, ":\"", ":\"\xc3", 1))
	case strings.HasPrefix(body, "<"):
		add("cut", body[:len(body)-1])
		root := body[strings.LastIndex(body, "<")+2 : len(body)-1]
		add("two documents", body+body)
		add("entity bomb", `<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>`+body)
		add("a foreign file", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>`+body)
		add("unknown entity", strings.Replace(body, "><", ">&x;<", 1))
		add("nested without an end", strings.Repeat("<"+root+">", 5000))
		add("another root", "<x>"+body+"</x>")
		add("Latin-1", `<?xml version="1.0" encoding="ISO-8859-1"?>`+body)
		add("text after it", body+"x")
	}
	return cases
}

func TestHostileNotices(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		if b.notice == nil {
			return
		}
		cases := b.badEnds
		if !b.adapter.silentEnds {
			cases = append(cases, badCase{"no phone", b.notice(fields{session: "S1"}), cmp.Or(b.names["phone"], "phone")})
		}
		if !strings.Contains(b.lacks, "session") {
			cases = append(cases, badCase{"no session", b.notice(fields{phone: "+254712000001"}), cmp.Or(b.names["session"], "session")})
		}
		usually := b.notice(usual())
		empty, oversize := usually, usually
		empty.body, empty.query = "", ""
		if usually.body != "" {
			oversize.body = strings.Repeat("x", 40_000)
		} else {
			oversize.query += "&x=" + strings.Repeat("x", 40_000)
		}
		cases = append(cases, badCase{"empty", empty, ""}, badCase{"oversize", oversize, ""})
		for _, c := range cases {
			status, answer := b.call(c.req)
			if status != cmp.Or(b.refused, http.StatusBadRequest) || !strings.Contains(strings.ToLower(answer), strings.ToLower(c.field)) {
				t.Errorf("%s: status %d, answer %q", c.name, status, answer)
			}
		}
		if len(b.heard) != 0 {
			t.Errorf("reached the service: %+v", b.heard)
		}
	})
}
