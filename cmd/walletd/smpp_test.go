package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"senti/sms/peers"
	"senti/sms/smpp"
	"senti/wallet/msisdn"
)

const smppPassword = "smpp-pw1"

// smppTelco is a telco whose message centre, made of node-smpp, carries both USSD and texts.
type smppTelco struct {
	*peers.SMSC
	t       *testing.T
	session int
}

func newSMPPTelco(t *testing.T) *smppTelco {
	t.Helper()
	return &smppTelco{SMSC: peers.StartSMSC(t, peers.SMSCSettings{SystemID: "senti", Password: smppPassword}), t: t}
}

// link are the settings of a walletd that is bound to it.
func (c *smppTelco) link(s *site, more string) string {
	s.write(c.t, "smpp", smppPassword+"\n")
	return fmt.Sprintf("smpp: [{name: telco, role: both, address: %q, system_id: senti, password: %q%s}]", c.Address, "file:"+s.file("smpp"), more)
}

// call is one phone's session with the centre.
type smppCall struct {
	telco  *smppTelco
	from   msisdn.Number
	number string
	screen string
	ended  bool
}

// dial begins a session with what is dialled after the service code.
func (c *smppTelco) dial(from msisdn.Number, dialled string) *smppCall {
	c.t.Helper()
	c.session += 2
	call := &smppCall{telco: c, from: from, number: fmt.Sprintf("%04x", c.session)}
	code := "*384#"
	if dialled != "" {
		code = "*384*" + dialled + "#"
	}
	call.turn(1, code)
	return call
}

// typed sends what is typed.
func (s *smppCall) typed(inputs ...string) *smppCall {
	s.telco.t.Helper()
	for _, in := range inputs {
		s.turn(18, in)
	}
	return s
}

// turn sends one turn and waits for the page that answers it.
func (s *smppCall) turn(op int, text string) {
	s.telco.t.Helper()
	token := fmt.Sprintf("%s-%d", s.number, op)
	fields := map[string]any{"source_addr": strings.TrimPrefix(string(s.from), "+"), "destination_addr": "384", "dest_addr_ton": 0, "dest_addr_npi": 0,
		"service_type": "USSD", "ussd_service_op": op, "its_session_info": s.number, "short_message": text}
	if e := s.telco.Deliver(token, fields); e.Status != 0 {
		s.telco.t.Errorf("a turn is answered with %#x", e.Status)
	}
	page := s.telco.AwaitThat("submit", func(e peers.Event) bool {
		return e.Options["ussd_service_op"] != nil && "+"+e.To == string(s.from)
	})
	s.screen, s.ended = page.Text, string(page.Options["ussd_service_op"]) == "17"
}

func (s *smppCall) wants(say string, ended bool) {
	s.telco.t.Helper()
	if !strings.Contains(s.screen, say) || s.ended != ended {
		s.telco.t.Errorf("the screen is %q, ended %t, want %q, %t", s.screen, s.ended, say, ended)
	}
}

// text waits for a text to a phone that says something.
func (c *smppTelco) text(to msisdn.Number, say string) {
	c.t.Helper()
	c.AwaitThat("submit", func(e peers.Event) bool {
		return e.Options["ussd_service_op"] == nil && "+"+e.To == string(to) && strings.Contains(e.Text, say)
	})
}

// said sends a text of a phone and returns how it is answered.
func (c *smppTelco) said(from msisdn.Number, text string) int {
	c.t.Helper()
	return c.Deliver("text", map[string]any{"source_addr": strings.TrimPrefix(string(from), "+"), "destination_addr": "20384", "short_message": text}).Status
}

// A telco that has nothing but a message centre: its people dial, send money, get their receipts and write texts over one link.
func TestAMessageCentreAlone(t *testing.T) {
	c := newSMPPTelco(t)
	s := newSite(t, sqliteFile(t))
	s.seed(t, 4)
	n := s.node(t, c.link(s, ""), "sms: telco")
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	c.Await("bind")
	john, jane := crashPhone(0), crashPhone(1)

	c.Receipts(map[string]any{})
	call := c.dial(john, "")
	call.wants("Send", false)
	call.typed("1", jane.Plain(), "150").wants("Enter PIN", false)
	call.typed(crashPIN).wants("SENT Ksh 150", true)
	c.text(john, "150")
	c.text(jane, "150")
	c.dial(john, "1*"+jane.Plain()+"*160").wants("Enter PIN", false)

	if status := c.said(john, "what is this?"); status != 0 {
		t.Errorf("a text is answered with %#x", status)
	}
	c.text(john, "did not understand")

	// The connection ends in the middle of a session, which goes on over the next one.
	call = c.dial(john, "1*"+jane.Plain()+"*170")
	c.Tell(map[string]any{"do": "drop"})
	c.Await("bind")
	call.typed(crashPIN).wants("SENT Ksh 170", true)

	// The process ends between the PIN page and the PIN. Nothing was paid, and that is said.
	call = c.dial(john, "1*"+jane.Plain()+"*180")
	if err := n.kill(); err != nil {
		t.Fatal(err)
	}
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	c.Await("bind")
	call.typed(crashPIN).wants("NOT DONE", false)

	n.awaitMetrics(t, `senti_smpp_bound{link="telco"} 1`, `senti_smpp_total{link="telco",what="taken"}`, `senti_callbacks_total{gateway="telco",outcome="continue"}`)
	if err := n.stop(time.Minute); err != nil {
		t.Error(err)
	}
	c.Await("unbind")
}

// A text is answered with OK once it is dealt with, and asked for again until then.
func TestTextsOverSMPPAreDurable(t *testing.T) {
	server, dsn := ownDatabase(t)
	c := newSMPPTelco(t)
	s := newSite(t, dsn)
	s.seed(t, 2)
	n := s.node(t, c.link(s, ""), "sms: telco")
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	c.Await("bind")
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if status := c.said(crashPhone(0), "hello"); status != int(smpp.TryAgain) {
		t.Errorf("without a database a text is answered with %#x", status)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if err := n.await(30 * time.Second); err != nil {
		t.Fatal(err)
	}
	late := time.NewTimer(time.Minute) // a message that was claimed before the database went away is free after half of it
	defer late.Stop()
	for status := -1; status != 0; {
		select {
		case <-late.C:
			t.Fatalf("it is answered with %#x", status)
		default:
			status = c.said(crashPhone(0), "hello")
		}
	}
	c.text(crashPhone(0), "did not understand")
}

// overSMPP pays over a message centre and sends it all that is no good, with a PIN in it.
func (c *canary) overSMPP(centre *smppTelco) {
	centre.Await("bind")
	payer, payee := crashPhone(0), crashPhone(2)
	call := centre.dial(payer, "1*"+payee.Plain()+"*155")
	call.typed(wrongPIN, ownerPIN).wants("SENT Ksh 155", true)
	c.screens = append(c.screens, call.screen)
	call = centre.dial(payer, "1*"+payee.Plain()+"*156*"+dialledPIN)
	call.wants("Do not dial your PIN", true)
	c.screens = append(c.screens, call.screen)
	for _, text := range []string{"PIN " + ownerPIN, "SEND 500 0791000003 " + ownerPIN} {
		if status := centre.said(payer, text); status != 0 {
			c.t.Errorf("a text is answered with %#x", status)
		}
	}
	from := strings.TrimPrefix(string(payer), "+")
	for _, fields := range []map[string]any{
		{"source_addr": from, "ussd_service_op": 77, "its_session_info": "0200", "short_message": ownerPIN},
		{"source_addr": from, "ussd_service_op": 18, "its_session_info": "02", "short_message": ownerPIN},
		{"source_addr": ownerPIN, "ussd_service_op": 18, "its_session_info": "0200", "short_message": ownerPIN},
		{"source_addr": from, "ussd_service_op": 129, "its_session_info": "0200", "short_message": ownerPIN},
		{"source_addr": from, "ussd_service_op": 18, "its_session_info": "fe00", "short_message": ownerPIN},
		{"source_addr": ownerPIN, "short_message": ownerPIN},
		{"source_addr": from, "data_coding": 4, "hex": fmt.Sprintf("%x", ownerPIN)},
		{"source_addr": from, "esm_class": 0x40, "udh": "0500030702" + "01", "hex": fmt.Sprintf("%x", ownerPIN)},
		{"source_addr": from, "payload": fmt.Sprintf("%x", strings.Repeat(ownerPIN+" ", 2000))},
		{"source_addr": from, "esm_class": 4, "short_message": "id:M1 stat:" + ownerPIN + " err:" + ownerPIN + " text:" + ownerPIN},
		{"source_addr": from, "esm_class": 4, "short_message": "stat:" + ownerPIN},
	} {
		centre.Deliver("hostile", fields)
	}
}

// awaitMetrics waits until the metrics say all that: a callback is counted after it was answered.
func (n *node) awaitMetrics(t *testing.T, wants ...string) {
	t.Helper()
	look, late := time.NewTicker(20*time.Millisecond), time.NewTimer(20*time.Second)
	defer look.Stop()
	defer late.Stop()
	for {
		metrics := (&canary{t: t, node: n, telco: newTelco(1)}).get("/metrics")
		missing := slices.DeleteFunc(slices.Clone(wants), func(want string) bool { return strings.Contains(metrics, want) })
		if len(missing) == 0 {
			return
		}
		select {
		case <-look.C:
		case <-late.C:
			t.Fatalf("the metrics do not say %q", missing)
		}
	}
}
