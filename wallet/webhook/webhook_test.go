package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

const secret = "9f3c51d2a07b4e86"

// from is a request as the server sees it.
func from(address, body string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.RemoteAddr = address
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// Every gateway's own tests go through the guard too, by HTTP; these are the cases that need a caller from elsewhere.
func TestAdmit(t *testing.T) {
	list := []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	proxy := []netip.Prefix{netip.MustParsePrefix("198.51.100.1/32")}
	for _, c := range []struct {
		name   string
		guard  Guard
		from   string
		secret string
		header []string
		want   int
	}{
		{"right secret", Guard{Secrets: []string{secret}}, "192.0.2.1:1", secret, nil, 0},
		{"wrong secret", Guard{Secrets: []string{secret}}, "192.0.2.1:1", secret + "x", nil, 401},
		{"none", Guard{Secrets: []string{secret}}, "192.0.2.1:1", "", nil, 401},
		{"listed", Guard{Allow: list}, "203.0.113.9:1", "", nil, 0},
		{"listed, in IPv6 clothes", Guard{Allow: list}, "[::ffff:203.0.113.9]:1", "", nil, 0},
		{"not listed", Guard{Allow: list}, "192.0.2.1:1", "", nil, 403},
		{"says it is listed", Guard{Allow: list}, "192.0.2.1:1", "", []string{"X-Forwarded-For", "203.0.113.9"}, 403},
		{"through a proxy", Guard{Allow: list, Proxies: proxy}, "198.51.100.1:1", "", []string{"X-Forwarded-For", "203.0.113.9"}, 0},
		{"no address", Guard{Allow: list}, "somewhere", "", nil, 403},
		{"open here", Guard{Open: true}, "127.0.0.1:1", "", nil, 0},
		{"open here, IPv6", Guard{Open: true}, "[::1]:1", "", nil, 0},
		{"open elsewhere", Guard{Open: true}, "192.0.2.1:1", "", nil, 403},
		{"open through a proxy", Guard{Open: true}, "127.0.0.1:1", "", []string{"X-Forwarded-For", "127.0.0.1"}, 403},
		{"open does not hide a wrong secret", Guard{Open: true}, "127.0.0.1:1", "x", nil, 401},
	} {
		if got, why := c.guard.Admit(from(c.from, "", c.header...), c.secret); got != c.want || (why == "") != (c.want == 0) {
			t.Errorf("%s: %d %q, want %d", c.name, got, why, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for name, g := range map[string]Guard{
		"short":     {Secrets: []string{"hunter2"}},
		"slash":     {Secrets: []string{secret + "/a"}},
		"everybody": {Allow: []netip.Prefix{netip.MustParsePrefix("::/0")}},
		"open":      {Open: true},
	} {
		if err := g.Check(false); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (Guard{Secrets: []string{secret}, Open: true}).Check(true); err != nil {
		t.Error(err)
	}
	if !(Guard{}).Empty() || (Guard{Open: true}).Empty() {
		t.Error("which guard is empty?")
	}
}

func TestSecretOfARequest(t *testing.T) {
	for header, want := range map[string]string{"Bearer abc": "abc", "bearer abc": "abc", "Basic abc": "", "": "", "Bearer": ""} {
		if got := BearerToken.Secret(from("192.0.2.1:1", "", "Authorization", header), "path"); got != want {
			t.Errorf("%q shows %q, want %q", header, got, want)
		}
	}
	if got := SecretInPath.Secret(from("192.0.2.1:1", "", "Authorization", "Bearer abc"), "path"); got != "path" {
		t.Errorf("the path shows %q", got)
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ media, body, problem string }{
		{"application/json", `{}`, ""},
		{"application/json; charset=UTF-8", `{}`, ""},
		{"application/json; charset=us-ascii", `{}`, ""},
		{"application/json; charset=utf-16", `{}`, "charset must be utf-8"},
		{"text/xml", `{}`, "must be application/json"},
		{"", `{}`, "must be application/json"},
		{"application/json", "12345678901", "too long"},
	} {
		body, wrong := Read(httptest.NewRecorder(), from("192.0.2.1:1", c.body, "Content-Type", c.media), "application/json", 10)
		switch {
		case c.problem == "" && (wrong != nil || string(body) != c.body):
			t.Errorf("%s: %q, %v", c.media, body, wrong)
		case c.problem != "" && (wrong == nil || wrong.Problem != c.problem || body != nil):
			t.Errorf("%s: %q, %v, want %s", c.media, body, wrong, c.problem)
		}
	}
}

func TestFields(t *testing.T) {
	type result struct {
		value string
		wrong *Malformed
	}
	of := func(value string, wrong *Malformed) result { return result{value, wrong} }
	number, wrong := Phone("phone", " 254712000001", "KE")
	for name, c := range map[string]struct {
		got           result
		want, problem string
	}{
		"name":           {of(Name("id", "a-1", 3)), "a-1", ""},
		"no name":        {of(Name("id", "", 3)), "", "missing"},
		"long name":      {of(Name("id", "abcd", 3)), "", "too long"},
		"two lines":      {of(Name("id", "a\nb", 3)), "", "must be printable ASCII without spaces"},
		"typed":          {of(Typed("text", " 1 é\n", 9)), " 1 é\n", ""},
		"typed too much": {of(Typed("text", "éé", 3)), "", "too long"},
		"typed Latin-1":  {of(Typed("text", "\xe9", 3)), "", "not UTF-8"},
		"typed NUL":      {of(Typed("text", "\x00", 3)), "", "holds control characters"},
		"phone":          {of(string(number), wrong), "+254712000001", ""},
	} {
		got := ""
		if c.got.wrong != nil {
			got = c.got.wrong.Problem
		}
		if c.got.value != c.want || got != c.problem {
			t.Errorf("%s: %q, problem %q", name, c.got.value, got)
		}
	}
	for _, bad := range []string{"", "Jane", "+254202222222", "+15005550006"} {
		if n, wrong := Phone("phone", bad, "KE"); wrong == nil || n != "" {
			t.Errorf("%q is the phone %q", bad, n)
		}
	}
	if got := Words(" no. 4826 of\nün tel " + strings.Repeat("x", 200)); !strings.HasPrefix(got, "no. #### of..n tel xxx") || len(got) != maxWords {
		t.Errorf("words %q", got)
	}
}

func TestForm(t *testing.T) {
	if form, wrong := Form([]byte("a=1&b=%2B2")); wrong != nil || form.Get("b") != "+2" {
		t.Errorf("%v, %v", form, wrong)
	}
	for body, field := range map[string]string{"a=%zz": "body", "a=1&a=2": "a", "<b>=1&<b>=2": "a field"} {
		if _, wrong := Form([]byte(body)); wrong == nil || wrong.Field != field {
			t.Errorf("%q: %v", body, wrong)
		}
	}
}

func TestJSON(t *testing.T) {
	type payload struct {
		A string `json:"a"`
		N int    `json:"n"`
	}
	var p payload
	if wrong := JSON([]byte(`{"a":"x","n":3}`), &p); wrong != nil || p != (payload{"x", 3}) {
		t.Errorf("%+v, %v", p, wrong)
	}
	for body, field := range map[string]string{
		"": "body", "[]": "body", `{"a":"x"`: "body", `{"a":"x"} {}`: "body", `{"c":"x"}`: "body", `{"n":"x"}`: "body", `{"n":1.5}`: "body",
		`{"a":"x","a":"y"}`: "a", `{"a":"x","A":"y"}`: "A", `{"a":[[`: "body", `{"a":[[]]}`: "a", `{"a":{}}`: "a", "{\"a\":\"\xe9\"}": "body",
	} {
		if wrong := JSON([]byte(body), &payload{}); wrong == nil || wrong.Field != field {
			t.Errorf("%q: %v", body, wrong)
		}
	}
}

func TestAnswer(t *testing.T) {
	w := httptest.NewRecorder()
	if err := JSONAnswer(http.StatusTeapot, map[string]int{"a": 1}).Write(w, from("192.0.2.1:1", "")); err != nil {
		t.Error(err)
	}
	if w.Code != http.StatusTeapot || w.Body.String() != `{"a":1}` || w.Header().Get("Content-Type") != "application/json" || !w.Flushed {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := TextAnswer(http.StatusOK, "END").Write(httptest.NewRecorder(), from("192.0.2.1:1", "").WithContext(gone)); err == nil {
		t.Error("a caller who had hung up got its answer")
	}
}

// What these read, they read whole or not at all, and they never panic.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{"", "a=1&b=2", `{"a":"x"}`, `{"a":1,"A":2}`, "a=%zz", "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if form, wrong := Form(body); wrong != nil && (form != nil || len(wrong.Field)+len(wrong.Problem) > 200) {
			t.Errorf("%v and %v", form, wrong)
		}
		var p struct {
			A string `json:"a"`
		}
		if wrong := JSON(body, &p); wrong != nil && len(wrong.Field)+len(wrong.Problem) > 200 {
			t.Errorf("%v", wrong)
		}
	})
}

func TestFlat(t *testing.T) {
	const whole = ` {"A" : "x" ,"b":{"c":1.5,"d":{"e":true , "f\u0041":"\"\u00e9\\"}},"n": null ,"l":[1,{"a":"]"}, [ ] ], "m":"", "o":{} } `
	want := Flat{"a": "x", "b.d.fa": `"é\`, "o": "", "b": "", "b.c": "1.5", "b.d": "", "b.d.e": "true", "n": "", "l": "", "m": ""}
	if f, wrong := FlatJSON([]byte(whole)); wrong != nil || !maps.Equal(f, want) || f.Get("B.C") != "1.5" || f.Get("none") != "" {
		t.Errorf("JSON: %v, %v", f, wrong)
	}
	const page = `<?xml version="1.0"?><!-- x --><n:a xmlns:n="urn:n" k="1"><b>x &amp; y</b><C d="2"><e><![CDATA[<3>]]></e></C></n:a>`
	want = Flat{"k": "1", "b": "x & y", "c": "", "c.d": "2", "c.e": "<3>"}
	if f, wrong := FlatXML([]byte(page), "a"); wrong != nil || !maps.Equal(f, want) {
		t.Errorf("XML: %v, %v", f, wrong)
	}
	if f, wrong := FlatForm([]byte("A=1&b=%2B2")); wrong != nil || !maps.Equal(f, Flat{"a": "1", "b": "+2"}) {
		t.Errorf("form: %v, %v", f, wrong)
	}
}

func TestFlatRefuses(t *testing.T) {
	deep := func(open, shut string, n int) string { return strings.Repeat(open, n) + strings.Repeat(shut, n) }
	many := func(field string) (out string) {
		for i := range flatFields + 1 {
			out += strings.ReplaceAll(field, "N", fmt.Sprint(i))
		}
		return out
	}
	for body, field := range map[string]string{
		"": "body", "[]": "body", "1": "body", `{"a":1`: "body", `{"a":1}{}`: "body", `{"a" 1}`: "body", `{"a":01}`: "body",
		`{"a":1,"A":2}`: "A", `{"b":{"c":1,"c":2}}`: "c", "{\"a\":\"\xe9\"}": "body",
		deep(`{"a":`, "}", 7): "body", `{"a":` + deep("[", "]", 7) + "}": "body", `{` + many(`"fN":1,`) + `"x":1}`: "body",
	} {
		if f, wrong := FlatJSON([]byte(body)); wrong == nil || wrong.Field != field || f != nil {
			t.Errorf("JSON %.60q: %v, %v, want %s", body, f, wrong, field)
		}
	}
	for body, field := range map[string]string{
		"": "body", "<a>": "body", "<a/><a/>": "body", "<b/>": "body", "x<a/>": "body", "<a/>x": "body", "<a><b></a></b>": "body",
		"<a>&x;</a>": "body", "<a>\xe9</a>": "body", `<?xml version="1.0" encoding="utf-16"?><a/>`: "body", `<a b="1" b="2"/>`: "b",
		"<a><b/><b/></a>": "b", `<!DOCTYPE a><a/>`: "body", "<a>" + deep("<b>", "</b>", 7) + "</a>": "body", "<a>" + many("<fN/>") + "</a>": "body",
		`<a b="1"><b/></a>`: "b",
	} {
		if f, wrong := FlatXML([]byte(body), "a"); wrong == nil || wrong.Field != field || f != nil {
			t.Errorf("XML %.60q: %v, %v, want %s", body, f, wrong, field)
		}
	}
	for body, field := range map[string]string{"a=1&A=2": "a", "a=1&a=2": "a", "a=%zz": "body", many("fN=1&"): "body"} {
		if f, wrong := FlatForm([]byte(body)); wrong == nil || !strings.EqualFold(wrong.Field, field) || f != nil {
			t.Errorf("form %.60q: %v, %v, want %s", body, f, wrong, field)
		}
	}
}

// What is flat was read whole or not at all, is bounded, and nothing makes the readers panic.
func FuzzFlat(f *testing.F) {
	for _, seed := range []string{"", "a=1&b=2", `{"a":{"b":[1,{"c":null}]}}`, ` {"A\u0042":"\ud83d\ude00\"" , "c" : -1.5e3,"d":[],"e":{},"f":false}`, `<a b="1"><c>x</c></a>`, "<a>&lt;</a>", "<!DOCTYPE a><a/>", "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		check := func(f Flat, wrong *Malformed) {
			if wrong != nil && (f != nil || len(wrong.Field)+len(wrong.Problem) > 200) || len(f) > flatFields {
				t.Errorf("%v and %v", f, wrong)
			}
		}
		check(FlatForm(body))
		check(FlatJSON(body))
		check(FlatXML(body, "a"))
		if f, wrong := FlatJSON(body); wrong == nil {
			d := json.NewDecoder(bytes.NewReader(body))
			d.UseNumber()
			var all map[string]any
			if err := d.Decode(&all); err != nil {
				t.Fatalf("encoding/json does not read %q: %v", body, err)
			}
			agree(t, f, "", all)
		}
	})
}

// agree compares what was read flat with what encoding/json reads.
func agree(t *testing.T, f Flat, path string, all map[string]any) {
	for name, value := range all {
		want := fmt.Sprint(value)
		switch v := value.(type) {
		case nil, []any:
			want = ""
		case map[string]any:
			want = ""
			agree(t, f, path+name+".", v)
		}
		if got, ok := f[strings.ToLower(path+name)]; !ok || got != want {
			t.Errorf("%s%s is %q, encoding/json reads %q", path, name, got, want)
		}
	}
}

func TestLocks(t *testing.T) {
	token := Lock{BearerToken, []string{secret, "next-" + secret}}
	basic, query := Lock{BasicLogin, []string{"me:passw0rd"}}, Lock{QueryLogin, []string{"me:passw0rd"}}
	request := func(target, authorization string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.Header.Set("Authorization", authorization)
		return r
	}
	for _, c := range []struct {
		name  string
		lock  Lock
		r     *http.Request
		opens bool
	}{
		{"bearer", token, request("/", "Bearer "+secret), true},
		{"token", token, request("/", "Token next-"+secret), true},
		{"wrong token", token, request("/", "Bearer x"+secret), false},
		{"no token", token, request("/", ""), false},
		{"basic", basic, request("/", "Basic bWU6cGFzc3cwcmQ="), true},
		{"not basic", basic, request("/", "Bearer me:passw0rd"), false},
		{"query", query, request("/?userid=me&password=passw0rd", ""), true},
		{"query, wrong", query, request("/?userid=me&password=password", ""), false},
		{"query, twice", query, request("/?userid=me&password=passw0rd&password=x", ""), false},
		{"query, shifted", query, request("/?userid=me:pass&password=w0rd", ""), false},
	} {
		status, why := (Guard{Locks: []Lock{c.lock}}).Admit(c.r, "")
		if c.opens != (status == 0) || c.opens != (why == "") || !c.opens && status != http.StatusUnauthorized {
			t.Errorf("%s: %d %q", c.name, status, why)
		}
	}
	both := Guard{Locks: []Lock{token}, Secrets: []string{secret}}
	if status, _ := both.Admit(request("/", "Bearer "+secret), ""); status != http.StatusUnauthorized {
		t.Errorf("a token alone opens what also needs a secret: %d", status)
	}
	for name, l := range map[string]Lock{"short token": {BearerToken, []string{"hunter2"}}, "no secret": {BearerToken, nil},
		"no user": {BasicLogin, []string{"password1"}}, "short password": {QueryLogin, []string{"me:hunter2"}}} {
		if err := (Guard{Locks: []Lock{l}}).Check(false); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSignature(t *testing.T) {
	s := Signature{"X-Signature", []string{secret, "next-" + secret}}
	mac := hmac.New(sha256.New, []byte("next-"+secret))
	mac.Write([]byte("body"))
	sum := mac.Sum(nil)
	for shown, want := range map[string]bool{
		hex.EncodeToString(sum): true, "sha256=" + hex.EncodeToString(sum): true, base64.StdEncoding.EncodeToString(sum): true,
		strings.ToUpper(hex.EncodeToString(sum)): true, "": false, "sha256=": false, hex.EncodeToString(sum[1:]): false, "?": false,
	} {
		r := from("192.0.2.1:1", "", "X-Signature", shown)
		if got := s.Signed(r, []byte("body")); got != want {
			t.Errorf("%q: %v", shown, got)
		}
		if s.Signed(r, []byte("another body")) {
			t.Errorf("%q signs another body", shown)
		}
	}
	if !(Signature{}).Signed(from("192.0.2.1:1", ""), nil) {
		t.Error("a signature is asked for that was not set")
	}
}

// Whatever a form is, its fields are those of url.ParseQuery, or it is refused.
func FuzzFormFields(f *testing.F) {
	for _, seed := range []string{"", "a=1&b=%2B2", "a", "=1", "&&a=+", "a;b=1", "a=%zz", "%61=1&a=2", "a=1=2"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		form, refused := Form(body)
		fields, wrong := FormFields(body)
		if (refused == nil) != (wrong == nil) && len(form) <= flatFields {
			t.Fatalf("%q: %v, and %v", body, refused, wrong)
		}
		if wrong != nil {
			return
		}
		if len(fields) != len(form) {
			t.Errorf("%q: %d fields, want %d", body, len(fields), len(form))
		}
		for name := range form {
			if fields.Get(name) != form.Get(name) {
				t.Errorf("%q: %s is %q, want %q", body, name, fields.Get(name), form.Get(name))
			}
		}
	})
}
