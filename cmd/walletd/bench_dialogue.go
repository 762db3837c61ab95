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
	"senti/wallet/msisdn"
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
	crowdOfPhones
	app    *app
	people []person
	name   string // of this run, so that no session is known from an earlier one
	next   atomic.Int64
	codes  [][]string // receipts seen, per worker
	before int64      // sends in the tables
}

// crowdOfPhones is all phones of a bench, as Africa's Talking would bring them to walletd.
type crowdOfPhones struct {
	*tally
	client      *fasthttp.HostClient
	url         string
	serviceCode string
}

func newPhones(b benchFlags, address, serviceCode string) crowdOfPhones {
	return crowdOfPhones{newTally(b), &fasthttp.HostClient{Addr: address, MaxConns: b.Clients + 1, ReadTimeout: 10 * time.Second},
		"http://" + address + "/ussd/africastalking", serviceCode}
}

func newDialogueRun(b benchDialogueCmd, a *app, people []person, address net.Addr) *dialogueRun {
	return &dialogueRun{
		crowdOfPhones: newPhones(b.benchFlags, address.String(), a.market.ServiceCode), app: a, people: people,
		name:  fmt.Sprintf("bench%d", clock.System{}.Now().UnixMicro()),
		codes: make([][]string, b.Clients),
	}
}

var receiptInText = regexp.MustCompile(`\b[2-9B-DF-HJ-NP-TV-Z]{10}\b`)

// one holds one conversation.
func (r *dialogueRun) one(_ context.Context, worker int) bool {
	i := int(r.next.Add(1) - 1)
	if code := r.sendMoney(worker, len(r.people), i, r.name); code != "" {
		r.codes[worker] = append(r.codes[worker], code)
	}
	return true
}

// sendMoney holds the i-th conversation among so many people and returns its receipt, or "" when it went wrong or the two who are to
// talk are one.
func (r crowdOfPhones) sendMoney(worker, people, i int, run string) (receipt string) {
	from, to := benchPhone(i%people), benchPhone((i*31+17)%people)
	if from == to {
		return ""
	}
	typed := []string{"", "1", to.Plain(), fmt.Sprint(101 + i%390), benchPIN(i % people)}
	last, err := r.talk(worker, from, fmt.Sprintf("%s-%d", run, i), typed)
	receipt = strings.Clone(receiptInText.FindString(last)) // not the whole screen with it
	if err == nil && (!strings.HasPrefix(last, "END ") || receipt == "") {
		err = errors.New("the conversation ended with: " + last)
	}
	if err != nil {
		r.failed(err)
		return ""
	}
	r.done.Add(1)
	return receipt
}

// talk sends the callbacks one after another and returns the last screen.
func (r crowdOfPhones) talk(worker int, from msisdn.Number, session string, typed []string) (screen string, err error) {
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
		form := url.Values{"sessionId": {session}, "phoneNumber": {string(from)}, "networkCode": {"63902"},
			"serviceCode": {r.serviceCode}, "text": {text}}
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
