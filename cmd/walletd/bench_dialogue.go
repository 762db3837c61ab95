package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"senti/wallet/clock"
)

type benchDialogueCmd struct{ benchFlags }

// Run holds conversations of five callbacks each: dial, "1", number, amount, PIN. Every one is with another customer, on an
// own phone and session, through the real HTTP server on loopback; the outbox worker sends through the log gateway meanwhile.
func (b benchDialogueCmd) Run(ctx context.Context) error {
	a, people, err := b.start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = a.stop() }() // what was measured is printed
	address, err := a.listen("127.0.0.1:0", a.routes())
	if err != nil {
		return err
	}
	run := newDialogueRun(b, a, people, address)
	if run.before, err = countPostings(ctx, a); err != nil {
		return err
	}
	run.next.Store(run.before) // go on where the last run ended: the same again within two minutes would be asked about
	return b.measure(ctx, a, run.tally, run.one, run.verify)
}

type dialogueRun struct {
	*tally
	app    *app
	people []person
	client *fasthttp.HostClient
	url    string
	name   string // of this run, so that no session is known from an earlier one
	next   atomic.Int64
	codes  [][]string // receipts seen, per worker
	before int64      // sends in the tables
}

func newDialogueRun(b benchDialogueCmd, a *app, people []person, address net.Addr) *dialogueRun {
	return &dialogueRun{
		tally: newTally(b.benchFlags), app: a, people: people, url: "http://" + address.String() + "/ussd/africastalking",
		client: &fasthttp.HostClient{Addr: address.String(), MaxConns: b.Clients + 1, ReadTimeout: 10 * time.Second},
		name:   fmt.Sprintf("bench%d", clock.System{}.Now().UnixMicro()),
		codes:  make([][]string, b.Clients),
	}
}

var receiptInText = regexp.MustCompile(`\b[2-9B-DF-HJ-NP-TV-Z]{10}\b`)

// one holds one conversation.
func (r *dialogueRun) one(_ context.Context, worker int) bool {
	i := int(r.next.Add(1) - 1)
	from, to := r.people[i%len(r.people)], r.people[(i*31+17)%len(r.people)]
	if from.phone == to.phone {
		return true
	}
	typed := []string{"", "1", to.phone.Plain(), fmt.Sprint(101 + i%390), benchPIN(i % len(r.people))}
	last, err := r.talk(worker, from, fmt.Sprintf("%s-%d", r.name, i), typed)
	code := receiptInText.FindString(last)
	if err == nil && (!strings.HasPrefix(last, "END ") || code == "") {
		err = errors.New("the conversation ended with: " + last)
	}
	if err != nil {
		r.failed(err)
		return true
	}
	r.codes[worker] = append(r.codes[worker], code)
	r.done.Add(1)
	return true
}

// talk sends the callbacks one after another and returns the last screen.
func (r *dialogueRun) talk(worker int, from person, session string, typed []string) (screen string, err error) {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.Header.SetMethod(fasthttp.MethodPost)
	request.Header.SetContentType("application/x-www-form-urlencoded")
	request.SetRequestURI(r.url)
	var text string
	for i, t := range typed {
		if i > 0 {
			text = strings.TrimPrefix(text+"*"+t, "*")
		}
		form := url.Values{"sessionId": {session}, "phoneNumber": {string(from.phone)}, "networkCode": {"63902"},
			"serviceCode": {r.app.market.ServiceCode}, "text": {text}}
		request.SetBodyString(form.Encode())
		took := stopwatch()
		if err := r.client.Do(request, response); err != nil {
			return "", err
		}
		r.latency.add(worker, took())
		screen = string(response.Body())
		if i < len(typed)-1 && !strings.HasPrefix(screen, "CON ") {
			return "", fmt.Errorf("callback %d was answered with: %s", i+1, screen)
		}
	}
	return screen, nil
}

// verify looks every receipt up that a phone saw, and proves the books.
func (r *dialogueRun) verify(ctx context.Context) (bool, error) {
	after, err := countPostings(ctx, r.app)
	if err != nil {
		return false, err
	}
	if after-r.before != r.done.Load() {
		fmt.Printf("bench: %d conversations ended with a receipt, %d sends are in the tables\n", r.done.Load(), after-r.before)
		return false, nil
	}
	seen := map[string]bool{}
	for _, codes := range r.codes {
		for _, code := range codes {
			o, found, err := r.app.ledger.ByReceipt(ctx, code)
			if err != nil {
				return false, err
			}
			if !found || !o.Accepted || seen[code] {
				fmt.Printf("bench: receipt %s is in the tables %v, seen before %v\n", code, found, seen[code])
				return false, nil
			}
			seen[code] = true
		}
	}
	return booksRight(ctx, r.app)
}
