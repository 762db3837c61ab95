package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"senti/sms"
)

// Kannel sends through a Kannel of one's own (smsbox), which speaks to the networks: one message a request.
//
//	POST /cgi-bin/sendsms HTTP/1.1
//	Host: 127.0.0.1:13013
//	Content-Type: text/plain; charset=UTF-8
//	X-Kannel-Username: senti
//	X-Kannel-Password: …
//	X-Kannel-From: 20384
//	X-Kannel-To: +254712000001
//	X-Kannel-DLR-Mask: 31
//	X-Kannel-DLR-Url: http://127.0.0.1:8080/sms/kannel/9f3c…/reports?id=0190f3…&type=%d&reply=%A
//
//	Hello
//
//	HTTP/1.1 202 Accepted
//
//	0: Accepted for delivery
//
// Quirks: the same can be asked for by GET, where the password would stand in the address; 202 with "3: Queued for later delivery" is
// taken on too; it has no name for the message before the network has taken it, so ours is in the address that it reports to; the
// alphabet is ours to choose (coding 2 is UCS-2): left to itself it takes every text for GSM-7; it cuts long texts into parts itself.
type Kannel struct {
	BaseURL  string // of the smsbox, "http://127.0.0.1:13013"
	Username string
	Password string // never logged
	From     string
	Reports  string // the whole URL that it reports to; empty: it reports nothing
	Timeout  time.Duration
	Parallel int
}

// kannelReports are the reports asked for: delivered 1, failed 2, buffered 4, taken by the network 8, refused by it 16.
const kannelReports = "31"

// NewKannel returns a sender, or an error that names the setting to mend.
func NewKannel(c Kannel) (sms.Sender, error) {
	if c.Username == "" || c.Password == "" {
		return nil, errors.New("sms: kannel needs the user name and password of a sendsms-user")
	}
	base, err := baseURL(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("sms: kannel: %w", err)
	}
	where := base.JoinPath("cgi-bin/sendsms").String()
	s := newSingle("kannel", c.Timeout, c.Parallel)
	s.request = func(ctx context.Context, m sms.Message) (*http.Request, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, where, strings.NewReader(m.Text))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "text/plain; charset=UTF-8")
		for name, value := range map[string]string{"Username": c.Username, "Password": c.Password, "From": c.From, "To": string(m.To),
			"Coding": kannelCoding(m.Text)} {
			r.Header.Set("X-Kannel-"+name, value)
		}
		if c.Reports != "" {
			r.Header.Set("X-Kannel-DLR-Mask", kannelReports)
			r.Header.Set("X-Kannel-DLR-Url", withQuery(c.Reports, "id="+url.QueryEscape(m.ID.String())+"&type=%d&reply=%A"))
		}
		return r, nil
	}
	s.read = readKannel
	return s, nil
}

// kannelCoding is how Kannel is to write the text: 0 GSM-7, 2 UCS-2.
func kannelCoding(text string) string {
	if gsm(text) {
		return "0"
	}
	return "2"
}

// withQuery adds fields to an address that may have some.
func withQuery(address, query string) string {
	if strings.Contains(address, "?") {
		return address + "&" + query
	}
	return address + "?" + query
}

func readKannel(status int, header http.Header, body []byte) (ref string, failed *sms.SendError) {
	answer := string(body)
	switch {
	case status == http.StatusAccepted && (strings.HasPrefix(answer, "0:") || strings.HasPrefix(answer, "3:")):
		return "", nil
	case status == http.StatusAccepted:
		return "", badAnswer("kannel", status)
	}
	failed = refusedWith("kannel", status, header)
	switch {
	case strings.Contains(answer, "Authorization failed"):
		failed.Code, failed.Retryable, failed.Account, failed.Unclear = "authorization", false, true, false
	case status == http.StatusServiceUnavailable && strings.Contains(answer, "Temporal failure"):
		failed.Code, failed.Unclear = "temporal_failure", false // it says so before it queues anything
	}
	return "", failed
}
