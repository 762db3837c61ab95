package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"senti/ussd"
	"senti/wallet/i18n"
	"senti/wallet/msisdn"
	"senti/wallet/webhook"
)

// Push says where a gateway takes pages that begin a session. Without a URL it is asked to begin none.
type Push struct {
	URL    string
	Token  string   // shown in the way of its type
	Login  string   // USER:PASSWORD, Authorization: Basic …
	Phones []string // the numbers that are with its network whether they have dialled by it or not, by how they begin: "+25470"
}

var phonesShape = regexp.MustCompile(`^\+[0-9]{1,14}$`)

func (p Push) check(a adapter) error {
	if p.URL == "" {
		return checkPhones(p.Phones)
	}
	u, err := url.Parse(p.URL)
	switch {
	case a.push == nil:
		return errors.New("its type cannot begin a session: leave push out")
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return errors.New("push is the URL that takes pages which begin a session")
	}
	return checkPhones(p.Phones)
}

func checkPhones(phones []string) error {
	for _, begin := range phones {
		if !phonesShape.MatchString(begin) {
			return fmt.Errorf("phones are how numbers begin, such as +25470: not %q", begin)
		}
	}
	return nil
}

func serves(phones []string, phone msisdn.Number) bool {
	for _, begin := range phones {
		if strings.HasPrefix(string(phone), begin) {
			return true
		}
	}
	return false
}

// pushing is how a type of gateway begins a session, by a call of ours.
type pushing struct {
	answers ussd.Shape
	token   func(header http.Header, token string)                    // shows it
	page    func(ussd.Page) webhook.Answer                            // what the call brings
	taken   func(status int, body []byte) (session string, err error) // what it hears; session is what the network calls it, "" for as we do

	// talk is for a type whose session goes on in our calls, as the answers to them. It says at first once it knows whether the first page was
	// taken, and goes on until the session is over.
	talk func(ctx context.Context, r *ringer, p ussd.Page, first func(error))
}

// bearer shows a token as Authorization: Bearer TOKEN, or with another word.
func bearer(word string) func(http.Header, string) {
	return func(h http.Header, token string) { h.Set("Authorization", word+" "+token) }
}

// ringer begins sessions at a gateway.
type ringer struct {
	*endpoint
	to     Push
	client *http.Client

	under sync.WaitGroup
	talks context.Context //nolint:containedctx // of the sessions that go on in our calls; they end with the gateway
	hush  context.CancelFunc
}

func newRinger(e *endpoint, to Push) *ringer {
	r := &ringer{endpoint: e, to: to, client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: repliesMost, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a page is for who was named
	}}
	r.talks, r.hush = context.WithCancel(context.Background())
	return r
}

// Name is the gateway's.
func (r *ringer) Name() string { return r.name }

// Limit is the gateway's longest screen.
func (r *ringer) Limit() int { return r.limit }

// Answers is how what is answered comes.
func (r *ringer) Answers() ussd.Shape { return r.push.answers }

// Serves goes by the beginnings of numbers that are configured.
func (r *ringer) Serves(phone msisdn.Number) bool { return serves(r.to.Phones, phone) }

// Push brings a page to the gateway.
func (r *ringer) Push(ctx context.Context, p ussd.Page) error {
	if r.gsm7 {
		p.Text = i18n.FoldText(p.Text)
	}
	if r.push.talk != nil {
		return r.begin(ctx, p)
	}
	answer, err := r.bring(ctx, r.push.page(p), "")
	if err != nil {
		return err
	}
	network, err := r.push.taken(answer.status, answer.body)
	if err == nil && network != "" && network != p.Session {
		r.names.note(network, p.Session)
	}
	return err
}

// refusalWait is how long a network is given to say that it does not show a page, where otherwise it says nothing until the person has
// answered.
const refusalWait = 2 * time.Second

// begin starts a session that goes on in our calls.
func (r *ringer) begin(ctx context.Context, p ussd.Page) error {
	first := make(chan error, 1)
	r.under.Go(func() { r.push.talk(r.talks, r, p, func(err error) { first <- err }) })
	patience := time.NewTimer(refusalWait)
	defer patience.Stop()
	select {
	case err := <-first:
		return err
	case <-patience.C:
		return nil // the phone shows it, for all we know
	case <-ctx.Done():
		return ctx.Err()
	}
}

// brought is what the gateway answers to a call of ours.
type brought struct {
	status int
	body   []byte
	cookie string // that it set: "JSESSIONID=…"
}

// bring makes one call. Its errors quote neither the page nor the number.
func (r *ringer) bring(ctx context.Context, page webhook.Answer, cookie string) (brought, error) {
	call, err := http.NewRequestWithContext(ctx, http.MethodPost, r.to.URL, strings.NewReader(page.Body))
	if err != nil {
		return brought{}, errors.New("ussd gateway: the URL for pushes is none")
	}
	call.Header.Set("Content-Type", page.Media)
	call.Header.Set("Accept", page.Media)
	if r.to.Token != "" {
		r.push.token(call.Header, r.to.Token)
	}
	if user, password, ok := strings.Cut(r.to.Login, ":"); ok {
		call.SetBasicAuth(user, password)
	}
	if cookie != "" {
		call.Header.Set("Cookie", cookie)
	}
	answer, err := r.client.Do(call)
	if err != nil {
		if ctx.Err() != nil {
			return brought{}, ctx.Err()
		}
		return brought{}, errors.New("ussd gateway: no answer to a push")
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxCall))
	if err != nil {
		return brought{}, errors.New("ussd gateway: the answer to a push broke off")
	}
	b := brought{status: answer.StatusCode, body: body}
	for _, c := range answer.Cookies() {
		b.cookie = c.Name + "=" + c.Value
	}
	return b, nil
}

// notTakenWith is the error for a status that says neither that a page was taken nor, on purpose, that it was not.
func notTakenWith(status int) error {
	return fmt.Errorf("ussd gateway: a push was answered with %d", status)
}

// stop ends the sessions that go on in our calls.
func (r *ringer) stop(ctx context.Context) error {
	r.hush()
	done := make(chan struct{})
	go func() { r.under.Wait(); close(done) }()
	select {
	case <-done:
		r.client.CloseIdleConnections()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
