package gateway

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf16"

	"senti/sms"
	"senti/wallet/i18n"
)

// Jasmin sends through a Jasmin of one's own, which speaks to the networks: one message a request, form POST.
//
//	POST /send HTTP/1.1
//	Host: 127.0.0.1:1401
//	Content-Type: application/x-www-form-urlencoded
//
//	username=senti&password=…&to=254712000001&from=SENTI&coding=0&hex-content=48656c6c6f&dlr=yes&dlr-level=3&dlr-method=POST
//	&dlr-url=http%3A%2F%2F127.0.0.1%3A8080%2Fsms%2Fjasmin%2F9f3c…%2Freports
//
//	HTTP/1.1 200 OK
//
//	Success "07033084-5cfd-4812-90a4-e4d24ffb6e3d"
//
//	HTTP/1.1 403 Forbidden
//
//	Error "Authentication failure for username:senti"
//
// Quirks: content is taken for bytes of the coding that is named, so the bytes are sent, in hexadecimal: GSM-7 with a septet in
// each octet (coding 0), or UCS-2 (coding 8); its user has a balance and a rate of its own; 412 says that no route fits.
type Jasmin struct {
	BaseURL  string // of the HTTP API, "http://127.0.0.1:1401"
	Username string
	Password string // never logged
	From     string
	Reports  string // the whole URL that it reports to; empty: it reports nothing
	Timeout  time.Duration
	Parallel int
}

// NewJasmin returns a sender, or an error that names the setting to mend.
func NewJasmin(c Jasmin) (sms.Sender, error) {
	if c.Username == "" || c.Password == "" {
		return nil, errors.New("sms: jasmin needs a user name and password")
	}
	base, err := baseURL(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("sms: jasmin: %w", err)
	}
	where := base.JoinPath("send").String()
	s := newSingle("jasmin", c.Timeout, c.Parallel)
	s.request = func(ctx context.Context, m sms.Message) (*http.Request, error) {
		coding, content := jasminContent(m.Text)
		form := url.Values{"username": {c.Username}, "password": {c.Password}, "to": {digits(m.To)}, "coding": {coding},
			"hex-content": {hex.EncodeToString(content)}}
		if c.From != "" {
			form.Set("from", c.From)
		}
		if c.Reports != "" {
			form.Set("dlr", "yes")
			form.Set("dlr-level", "3")
			form.Set("dlr-method", "POST")
			form.Set("dlr-url", c.Reports)
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, where, strings.NewReader(form.Encode()))
		if err == nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return r, err
	}
	s.read = readJasmin
	return s, nil
}

// gsm reports whether the text can be written in GSM-7.
func gsm(text string) bool {
	_, ok := i18n.Septets(text)
	return ok
}

// jasminContent is the text's bytes and their SMPP data coding.
func jasminContent(text string) (coding string, content []byte) {
	if septets, ok := i18n.EncodeGSM(text); ok {
		return "0", septets
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		content = append(content, byte(unit>>8), byte(unit))
	}
	return "8", content
}

var jasminSuccess = regexp.MustCompile(`^Success "([A-Za-z0-9-]{1,64})"`)

func readJasmin(status int, header http.Header, body []byte) (ref string, failed *sms.SendError) {
	if status == http.StatusOK {
		if found := jasminSuccess.FindSubmatch(body); found != nil {
			return string(found[1]), nil
		}
		return "", badAnswer("jasmin", status)
	}
	failed = refusedWith("jasmin", status, header)
	answer := string(body)
	switch {
	case strings.Contains(answer, "throughput exceeded"):
		failed.Code, failed.Retryable, failed.Account, failed.Unclear = sms.CodeThrottled, true, false, false
	case status == http.StatusPreconditionFailed, strings.Contains(answer, "No route found"):
		failed.Code, failed.Account = "no_route_found", true
	case strings.Contains(answer, "balance"):
		failed.Code, failed.Account = "balance", true
	}
	return "", failed
}
