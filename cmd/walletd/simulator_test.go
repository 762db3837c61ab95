package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"senti/ussd/simulator/driver"
)

// The whole demo as a person meets it, in a real browser: a customer registers, another sends to her, both read their SMS,
// and after a screen that was lost the next dial tells that the money has moved. She writes to us, too.
func TestDemoInABrowser(t *testing.T) {
	b := openPhones(t)
	const john, faith = "+254712000001", string(demoStranger)
	b.talk(faith,
		"*384#", "Karibu",
		"2", "Open a Senti wallet",
		"1", "name",
		"Faith Njeri", "ID number",
		"12345678", "Choose a PIN",
		"2749", "again",
		"2749", "Welcome FAITH NJERI")
	b.sms(faith, "Welcome to Senti")
	b.talk(john,
		"*384#", "1 Send money",
		"1", "phone",
		"0712000099", "amount",
		"500", "FAITH NJERI",
		"4826", "SENT Ksh 500")
	b.sms(john, "Ksh 500 SENT to FAITH NJERI")
	b.sms(faith, "Ksh 500 RECEIVED")

	// The PIN arrives, the screen that answers it does not: the SMS tells, and so does the next dial.
	b.talk(john, "*384*1*0712000099*200#", "FAITH NJERI")
	if err := b.Click(john, ".lose"); err != nil {
		t.Fatal(err)
	}
	b.talk(john, "4826", "Connection lost.")
	b.sms(john, "Ksh 200 SENT")
	b.talk(john, "*384#", "DONE")

	// By SMS it goes as well: the phone, once it is free, rings with the page for the PIN.
	if err := b.Click(faith, ".end"); err != nil {
		t.Fatal(err)
	}
	if err := b.Write(faith, "habari"); err != nil {
		t.Fatal(err)
	}
	b.sms(faith, "We did not understand your SMS")
	if err := b.Write(faith, "TUMA 100 0712000001"); err != nil {
		t.Fatal(err)
	}
	b.sms(faith, "Send Ksh 100 to JOHN KAMAU")
	if page, err := b.Rung(faith, "Enter PIN to send"); err != nil {
		t.Fatalf("%v; the page says %q", err, page)
	}
	b.talk(faith, "2749", "SENT Ksh 100")
	b.sms(john, "Ksh 100 RECEIVED from FAITH NJERI")

	if problems := b.Problems(); len(problems) > 0 {
		t.Errorf("the console of the page shows %q", problems)
	}
	picture := filepath.Join(os.TempDir(), "senti-demo.png")
	if err := b.Screenshot(picture); err != nil {
		t.Fatal(err)
	}
	t.Log(picture)
}

// A cash-in and a cash-out as both sides of the counter meet them: what one does, the other sees on a phone of one's own.
func TestACounterInABrowser(t *testing.T) {
	b := openPhones(t)
	const john, njeri = "+254712000001", "+254712000011"
	if err := b.Beside(njeri, john); err != nil {
		t.Fatal(err)
	}

	// So much cash passes only if its owner says yes; no PIN is asked of him.
	b.talk(njeri,
		"*384#", "MAMA NJERI",
		"1", "Customer's code or phone",
		"0712000001", "How much cash?",
		"6000", "JOHN K",
		"6284", "WAITING")
	b.sms(john, "says you gave Ksh 6,000")
	if page, err := b.Rung(john, "MAMA NJERI, Kawangware says you gave Ksh 6,000"); err != nil { // the phone rings with the question
		t.Fatalf("%q: %v", page, err)
	}
	b.talk(john, "1", "Balance Ksh 11,000")
	b.sms(njeri, "Ksh 6,000 DEPOSITED to JOHN K")
	b.sms(john, "Ksh 6,000 PUT IN")

	// He takes some out again; she pays when her own list shows it.
	note, err := b.Text(njeri, ".note")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`shop ([0-9]+)`).FindStringSubmatch(note)
	if code == nil {
		t.Fatalf("no shop code on the wall: %q", note)
	}
	b.talk(john,
		"*384#", "Withdraw",
		"2", "Withdraw at an agent",
		"1", "shop code",
		code[1], "amount",
		"500", "MAMA NJERI")
	b.talk(njeri, "*384*4#", "IN Ksh 6,000 JOHN K")
	b.talk(john, "4826", "TAKEN OUT Ksh 500")
	if err := b.Click(njeri, ".end"); err != nil {
		t.Fatal(err)
	}
	b.talk(njeri, "*384*4#", "OUT Ksh 500 JOHN K")
	b.sms(john, "Ksh 500 TAKEN OUT")

	if problems := b.Problems(); len(problems) > 0 {
		t.Errorf("the console of the page shows %q", problems)
	}
	for name, width := range map[string]int64{"counter": 1280, "counter-phone": 390} {
		picture := filepath.Join(os.TempDir(), "senti-"+name+".png")
		if err := errors.Join(b.Size(width, 844, width < 600), b.Screenshot(picture)); err != nil {
			t.Fatal(err)
		}
		t.Log(picture)
	}
}

// phones is the demo's page in a browser.
type phones struct {
	*driver.Browser
	t *testing.T
}

// openPhones starts the demo on a database of its own and opens its page.
func openPhones(t *testing.T) phones {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	path := "sqlite:" + filepath.Join(t.TempDir(), "demo.db")
	a, address, err := demoCmd{Listen: "127.0.0.1:0", DB: path}.start(ctx)
	if err != nil {
		stop()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := a.wait(ctx); err != nil {
			t.Errorf("the demo stopped with %v", err)
		}
	})
	b, closeBrowser, err := driver.Open(context.Background(), "http://"+address.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeBrowser)
	return phones{b, t}
}

// talk types on a phone and reads its screen, in turns; each screen must hold the words given for it.
func (p phones) talk(phone string, steps ...string) {
	p.t.Helper()
	for i := 0; i < len(steps); i += 2 {
		screen, err := p.Reply(phone, steps[i])
		if err != nil {
			p.t.Fatal(err)
		}
		if !strings.Contains(screen, steps[i+1]) {
			p.t.Fatalf("%s typed %s and sees\n%s\nwant %q", phone, steps[i], screen, steps[i+1])
		}
	}
}

// sms waits for a message that holds the words.
func (p phones) sms(phone, part string) {
	p.t.Helper()
	if _, err := p.Message(phone, part); err != nil {
		p.t.Fatal(err)
	}
}
