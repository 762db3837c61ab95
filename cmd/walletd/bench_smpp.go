package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"senti/sms"
	smsgateway "senti/sms/gateway"
	"senti/sms/smpp"
	ussdgateway "senti/ussd/gateway"
	"senti/wallet/clock"
	"senti/wallet/id"
)

// overSMPP is the name of the SMPP link in the bench of USSD gateways.
const overSMPP = "smpp"

// smppTurns turns menu pages over the app's link to the centre, as the other gateways' sessions do.
type smppTurns struct {
	centre *benchCentre
	people []person
	next   atomic.Int64
}

// smppLine is a phone in the middle of a session.
type smppLine struct {
	session, turn int
	wait          *benchWait
	took          func() time.Duration
}

// open opens a worker's phones.
func (r *smppTurns) open(worker int, t *tally) (func() bool, error) {
	lines := make([]smppLine, linesEach)
	for i := range lines {
		lines[i].wait = newBenchWait()
	}
	return func() bool {
		for i := range lines {
			l := &lines[i]
			op, input := byte(18), ""
			if l.turn == 0 {
				l.session, op, input = int(r.next.Add(1)), 1, "*384#"
			} else {
				input = thereAndBack[l.turn-1]
			}
			l.took = stopwatch()
			if err := r.centre.tell(l.wait, uint32(l.session*sessionTurns+l.turn+1), uint16(2*l.session), r.people[l.session%len(r.people)].phone, op, input); err != nil {
				t.failed(err)
				return false
			}
			l.turn = (l.turn + 1) % sessionTurns
		}
		for i := range lines {
			page, err := lines[i].wait.page()
			t.latency.add(worker, lines[i].took())
			if err == nil && (page.op != 2 || !strings.Contains(page.text, "1 ")) {
				err = fmt.Errorf("op %d: %s", page.op, page.text)
			}
			if err != nil {
				t.failed(err)
				return false
			}
			t.done.Add(1)
		}
		return true
	}, nil
}

// allocations counts what a turn allocates, the bench's own centre included.
func (r *smppTurns) allocations() (objects, size int64, err error) {
	t := &tally{latency: newLatencies(1)}
	turn, err := r.open(0, t)
	if err != nil {
		return 0, 0, err
	}
	some := func() {
		for range countedCalls / linesEach {
			turn()
		}
	}
	some() // whatever is made once is made then
	warm := t.done.Load()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	some()
	runtime.ReadMemStats(&after)
	n := max(1, t.done.Load()-warm)
	return int64(after.Mallocs-before.Mallocs) / n, int64(after.TotalAlloc-before.TotalAlloc) / n, nil
}

// benchLinkPlan is a link to the bench's centre that carries USSD.
func benchLinkPlan(c *benchCentre) smppPlan {
	return smppPlan{link: c.link(), ussd: &ussdgateway.SMPP{}}
}

type benchSMPPCmd struct {
	Clients int    `help:"How many calls of the sender at once." default:"8"`
	Lot     int    `help:"How many messages in one call." default:"128"`
	Seconds int    `help:"How long to measure." default:"10"`
	Profile string `help:"Write a CPU profile of the measured time to this file." placeholder:"FILE"`
}

// smppResult is the JSON line of the bench.
type smppResult struct {
	Messages float64 `json:"messages_per_s"`
	CPU      float64 `json:"cpu_us"` // per message, the bench's centre included
	Errors   int64   `json:"errors"`
	Verified bool    `json:"verified"` // the centre took as many as were accepted
}

// Run hands texts to the SMPP sender as the outbox does, without the outbox.
func (b benchSMPPCmd) Run(ctx context.Context) error {
	startTerminalLog()
	centre, err := newBenchCentre()
	if err != nil {
		return err
	}
	defer centre.close()
	bound := make(chan struct{}, 1)
	link, err := smpp.New(centre.link(), smpp.Parts{Clock: clock.System{}, Log: slog.Default(), Count: func(_, what string) {
		if what == smpp.WasBound {
			bound <- struct{}{}
		}
	}})
	if err != nil {
		return err
	}
	sender, err := smsgateway.NewSMPP(smsgateway.SMPP{Link: link, From: "SENTI", Region: "KE", Clock: clock.System{}, Log: slog.Default()})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); link.Run(running, sender.Handle) }()
	defer func() { stop(); <-ended }()
	<-bound
	flags := benchFlags{Clients: b.Clients, Seconds: b.Seconds, Profile: b.Profile}
	var accepted, failed atomic.Int64
	busy := cpuTime()
	took, err := flags.crowd(ctx, func(ctx context.Context, worker int) bool {
		for _, r := range sender.Send(context.WithoutCancel(ctx), b.lot(worker)) {
			if r.Accepted {
				accepted.Add(1)
			} else if failed.Add(1) == 1 {
				fmt.Println("bench: first error:", r.Err)
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	n := accepted.Load()
	out := smppResult{Messages: float64(n) / took.Seconds(), CPU: float64((cpuTime() - busy).Microseconds()) / float64(max(1, n)), Errors: failed.Load(),
		Verified: centre.taken.Load() == n}
	line, err := json.Marshal(out)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	if !out.Verified || out.Errors > 0 {
		return errors.New("bench: the centre did not take what was accepted, or not all was accepted")
	}
	return nil
}

// lot is what the outbox gives to a sender in one call.
func (b benchSMPPCmd) lot(worker int) []sms.Message {
	messages := make([]sms.Message, b.Lot)
	for i := range messages {
		messages[i] = sms.Message{ID: id.Random{}.New(), To: benchPhone(worker*b.Lot + i),
			Text: "R7K2M9QTXB Received Ksh 500 from JANE WANJIKU 0712***002 on 3/12 14:02. Balance Ksh 1,750. Check: CHECK R7K2M9QTXB 4821"}
	}
	return messages
}
