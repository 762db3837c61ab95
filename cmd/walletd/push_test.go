package main

import (
	"strings"
	"testing"

	"senti/sms/peers"
	"senti/wallet"
)

// What a person asks for by SMS is confirmed on a page that the message centre is asked to show: to a phone that has never dialled, by its
// number, and the session goes on as any other.
func TestAPagePushedOverSMPP(t *testing.T) {
	c := newSMPPTelco(t)
	s := newSite(t, sqliteFile(t))
	s.seed(t, 2)
	john, jane := crashPhone(0), crashPhone(1)
	a := s.open(t, c.link(s, `, push: true, phones: ["`+string(john[:6])+`"]`), "sms: telco")
	c.Await("bind")
	q, err := a.wallet.QuoteSend(t.Context(), wallet.SendRequest{From: john, To: jane, Amount: 150_00, Origin: wallet.Origin{Gateway: wallet.ByText}})
	if err != nil {
		t.Fatal(err)
	}
	a.pushes.RingIntent(john, q.Intent)
	page := c.AwaitThat("submit", func(e peers.Event) bool { return string(e.Options["ussd_service_op"]) == "2" })
	if "+"+page.To != string(john) || !strings.Contains(page.Text, "Enter PIN") || !strings.Contains(page.Text, "150") {
		t.Fatalf("pushed %+v", page)
	}
	call := &smppCall{telco: c, from: john, number: strings.Trim(string(page.Options["its_session_info"]), `"`)}
	call.typed("1111").wants("tries left", false)
	call.typed(crashPIN).wants("SENT Ksh 150", true)
	c.text(jane, "150")
	if last, err := a.wallet.Outcome(t.Context(), q.Intent); err != nil || last.State == wallet.Done {
		t.Errorf("the intent that a wrong PIN spent: %+v, %v", last, err)
	}
	if err := a.stop(); err != nil {
		t.Error(err)
	}
}
