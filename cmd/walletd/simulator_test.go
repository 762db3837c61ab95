package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"senti/ussd/simulator/driver"
)

// The whole demo as a person meets it, in a real browser: a customer registers, another sends to her, both read their SMS,
// and after a screen that was lost the next dial tells that the money has moved.
func TestDemoInABrowser(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	path := "sqlite:" + filepath.Join(t.TempDir(), "demo.db")
	a, address, err := demoCmd{Listen: "127.0.0.1:0", DB: path}.start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.wait(ctx) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the demo stopped with %v", err)
		}
	}()
	b, closeBrowser, err := driver.Open(context.Background(), "http://"+address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer closeBrowser()

	const john, faith = "+254712000001", string(demoStranger)
	talk := func(phone string, steps ...string) {
		t.Helper()
		for i := 0; i < len(steps); i += 2 {
			screen, err := b.Reply(phone, steps[i])
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(screen, steps[i+1]) {
				t.Fatalf("%s typed %s and sees\n%s\nwant %q", phone, steps[i], screen, steps[i+1])
			}
		}
	}
	sms := func(phone, part string) {
		t.Helper()
		if _, err := b.Message(phone, part); err != nil {
			t.Fatal(err)
		}
	}
	talk(faith,
		"*384#", "Karibu",
		"2", "Open a Senti wallet",
		"1", "name",
		"Faith Njeri", "ID number",
		"12345678", "Choose a PIN",
		"2749", "again",
		"2749", "Welcome FAITH NJERI")
	sms(faith, "Welcome to Senti")
	talk(john,
		"*384#", "1 Send money",
		"1", "phone",
		"0712000099", "amount",
		"500", "FAITH NJERI",
		"4826", "SENT Ksh 500")
	sms(john, "Ksh 500 SENT to FAITH NJERI")
	sms(faith, "Ksh 500 RECEIVED")

	// The PIN arrives, the screen that answers it does not: the SMS tells, and so does the next dial.
	talk(john, "*384*1*0712000099*200#", "FAITH NJERI")
	if err := b.Click(john, ".lose"); err != nil {
		t.Fatal(err)
	}
	talk(john, "4826", "Connection lost.")
	sms(john, "Ksh 200 SENT")
	talk(john, "*384#", "DONE")

	if problems := b.Problems(); len(problems) > 0 {
		t.Errorf("the console of the page shows %q", problems)
	}
	picture := filepath.Join(os.TempDir(), "senti-demo.png")
	if err := b.Screenshot(picture); err != nil {
		t.Fatal(err)
	}
	t.Log(picture)
}
