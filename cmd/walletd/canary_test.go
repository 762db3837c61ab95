package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/msisdn"
)

// The canaries: PINs and ID numbers that nothing else in these tests looks like. Every one is really typed, and none may be
// found afterwards, anywhere.
const (
	ownerPIN   = "8064"
	newPIN     = "5937"
	wrongPIN   = "6183"
	dialledPIN = "9406"
	firstID    = "31847265"
	secondID   = "27518346"
)

// canary is a walletd at its most talkative, and everything that was shown on its phones.
type canary struct {
	t      *testing.T
	server *dbtest.Server // nil on SQLite
	site   *site
	node   *node
	telco  *telco

	replies chan string // those that are not the answer to a call

	mu      sync.Mutex
	screens []string
}

// TestNoSecretIsFoundAnywhere goes through every dialogue and every mistake, over two gateways, and a payment over every other, and then searches what a
// walletd leaves behind for the PINs and ID numbers that were typed.
func TestNoSecretIsFoundAnywhere(t *testing.T) {
	t.Run("mysql", func(t *testing.T) {
		server, dsn := ownDatabase(t)
		canaryRun(t, server, dsn)
	})
	t.Run("sqlite", func(t *testing.T) {
		canaryRun(t, nil, sqliteFile(t))
	})
}

func canaryRun(t *testing.T, server *dbtest.Server, dsn string) {
	c := &canary{t: t, server: server, site: newSite(t, dsn), telco: newTelco(1)}
	c.site.seed(t, 4)
	replies, came := replyDesk(t)
	c.replies = came
	centre := newSMPPTelco(t)
	c.node = c.site.node(t, "log_level: debug", everyGatewayOf(c.site, replies), centre.link(c.site, ""), "sms: telco",
		"numbers: [{name: telco, token: file:"+c.site.file("bearer")+"}]")
	c.must(c.node.start())
	for i, gateway := range []string{"africastalking", "senti"} {
		c.flows(gateway, i)
	}
	c.everyGateway()
	c.overSMPP(centre)
	c.hostile()
	c.restarted()
	if server != nil {
		c.brokenDown()
	}
	metrics := c.get("/metrics")
	c.must(c.node.stop(time.Minute))
	c.search(metrics)
}

func (c *canary) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// phone is one session at one gateway.
type phone struct {
	c       *canary
	gateway string
	from    msisdn.Number
	session string
	text    string
	turn    int
	screen  string
}

// dial begins a session with what is dialled after the service code, types the inputs one after another, and wants the last
// screen to say something.
func (c *canary) dial(gateway string, from msisdn.Number, dialled string, want string, inputs ...string) *phone {
	c.t.Helper()
	p := &phone{c: c, gateway: gateway, from: from, session: fmt.Sprintf("canary-%d", len(c.screens))}
	p.send(dialled)
	for _, in := range inputs {
		p.send(in)
	}
	if !strings.Contains(p.screen, want) {
		c.t.Errorf("%s %q %q ended with %q, want %q", gateway, dialled, inputs, p.screen, want)
	}
	return p
}

// send brings one input, in the way of the gateway.
func (p *phone) send(input string) {
	p.c.t.Helper()
	p.turn++
	var err error
	if p.gateway == "africastalking" {
		if p.turn == 1 || p.text == "" {
			p.text = input
		} else {
			p.text += "*" + input
		}
		p.screen, err = p.c.telco.call(p.c.t.Context(), p.c.node, p.from, p.session, p.text)
	} else {
		p.screen, err = p.c.sentiCall(map[string]any{"session": p.session, "turn": p.turn, "phone": string(p.from), "input": input})
	}
	if err != nil {
		p.c.t.Error(err)
	}
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	p.c.screens = append(p.c.screens, p.screen)
}

// sentiPost brings an object in Senti's own way.
func (c *canary) sentiPost(path string, fields map[string]any) (string, error) {
	body, err := json.Marshal(fields)
	c.must(err)
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.node.url(path), bytes.NewReader(body))
	c.must(err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+bearerToken)
	return c.telco.do(request)
}

func (c *canary) sentiCall(fields map[string]any) (string, error) {
	answer, err := c.sentiPost("/ussd/senti", fields)
	if err != nil {
		return "", err
	}
	var reply struct{ Text string }
	return reply.Text, json.Unmarshal([]byte(answer), &reply)
}

// flows goes through every dialogue at one gateway: someone new registers, someone known does the rest, a third is locked out.
func (c *canary) flows(gateway string, i int) {
	newcomer := msisdn.Number(fmt.Sprintf("+25472200015%d", i))
	idNumber := []string{firstID, secondID}[i]
	c.dial(gateway, newcomer, "", "Your wallet is open",
		"2", "1", "Canary Wanja", "31-"+wrongPIN, idNumber, "1234", ownerPIN, wrongPIN, ownerPIN, ownerPIN)
	c.dial(gateway, newcomer, "5*1", "Your balance is", wrongPIN, ownerPIN)
	c.dial(gateway, newcomer, "5*3", "Your PIN is changed", wrongPIN, ownerPIN, newPIN, wrongPIN, newPIN, newPIN)
	c.dial(gateway, newcomer, "5*2", "no payments yet", newPIN)
	c.dial(gateway, newcomer, "1*0791000003*150", "Not enough money", newPIN)

	known := crashPhone(2 * i) // with the PIN of all seeded customers, which is no canary
	c.dial(gateway, known, "5*3", "Your PIN is changed", crashPIN, ownerPIN, ownerPIN)
	c.dial(gateway, known, "", "SENT Ksh 150", "1", ownerPIN, "0791000003", "150", wrongPIN, ownerPIN)
	c.dial(gateway, known, "1*"+newcomer.Plain()+"*160", "SENT Ksh 160", ownerPIN)
	c.dial(gateway, known, "1*0791000003*170*"+dialledPIN, "Do not dial your PIN")
	c.dial(gateway, known, "5*1*"+ownerPIN, "Do not dial your PIN")
	c.dial(gateway, known, "5*2", "Last payments", ownerPIN)
	c.dial(gateway, known, "5*4", "Senti", "2")
	c.dial(gateway, known, "5*5", "up to 250,000", "98")
	c.dial(gateway, known, "5*6", "You can send")
	c.dial(gateway, known, "5*8", "NOT TRUE", ownerPIN, "PMF79GCDW3 4000")
	c.dial(gateway, known, "", "no such choice", ownerPIN)
	c.dial(gateway, known, "1", "Check it", ownerPIN)
	c.dial(gateway, known, "1*0791000003*180", "Enter PIN", "0"+ownerPIN+" ")

	c.text(gateway, known, "SEND 500 0791000003 PIN "+ownerPIN)
	c.text(gateway, newcomer, "1 "+newPIN) // as good as an answer to a question, and a PIN
	for _, text := range []string{"my PIN is " + ownerPIN, "BAL " + ownerPIN, "SEND 500 0791000003 " + ownerPIN, "WITHDRAW 2000 110106 " + ownerPIN,
		"REQ 250 0791000003 " + ownerPIN, "PAY 512345 250 " + ownerPIN, "CASH 3000 " + ownerPIN + " " + ownerPIN, ownerPIN, "HELP " + ownerPIN,
		"CHECK PMF79GCDW2 " + ownerPIN, "BILL 888880 " + ownerPIN + " 1500"} {
		c.text(gateway, known, text)
	}

	thiefs := crashPhone(2*i + 1)
	c.dial(gateway, thiefs, "1*0791000000*190", "PIN is locked", wrongPIN, dialledPIN, newPIN)
}

// text brings an SMS that a phone sent to us, twice, in the way of the gateway.
func (c *canary) text(gateway string, from msisdn.Number, text string) {
	c.t.Helper()
	name := fmt.Sprintf("text-%d", len(c.screens))
	for _, want := range []string{"taken", "repeated"} {
		var answer string
		var err error
		if gateway == "africastalking" {
			form := url.Values{"id": {name}, "from": {string(from)}, "to": {"20384"}, "text": {text}, "date": {"2026-12-03T11:02:00Z"}}
			answer, err = c.telco.post(c.t.Context(), c.node, "/sms/africastalking/"+pathSecret, form)
		} else {
			answer, err = c.sentiPost("/sms/senti", map[string]any{"id": name, "from": string(from), "text": text})
		}
		if err != nil || !strings.Contains(answer, want) {
			c.t.Errorf("%s brings a text: %q, %v, want %s", gateway, answer, err, want)
		}
		c.screens = append(c.screens, answer)
	}
}

// hostile sends what is no good, with a PIN in it: every refusal may be logged, but not what it refuses.
func (c *canary) hostile() {
	good := map[string]string{"sessionId": "hostile", "phoneNumber": "+254791000000", "serviceCode": "*384#", "text": "1*0791000003*150*" + ownerPIN}
	for name, change := range map[string]map[string]string{
		"no phone": {"phoneNumber": ""}, "bad phone": {"phoneNumber": ownerPIN}, "bad code": {"serviceCode": "code " + ownerPIN},
		"no session": {"sessionId": ""}, "control": {"text": "1*" + ownerPIN + "\x00"}, "long": {"text": strings.Repeat("1*", 5000) + ownerPIN},
	} {
		form := map[string][]string{}
		for k, v := range good {
			form[k] = []string{v}
		}
		for k, v := range change {
			form[k] = []string{v}
		}
		screen, err := c.telco.post(c.t.Context(), c.node, "/ussd/africastalking/"+pathSecret, form)
		if err == nil {
			c.t.Errorf("%s: taken with %q", name, screen)
			continue
		}
		c.screens = append(c.screens, err.Error())
	}
	for name, form := range map[string]url.Values{
		"no id": {"from": {"+254791000000"}, "text": {ownerPIN}}, "a PIN for an id": {"id": {ownerPIN + " "}, "text": {ownerPIN}},
		"a long text": {"id": {"h"}, "from": {"+254791000000"}, "text": {strings.Repeat(ownerPIN+" ", 2000)}},
	} {
		answer, err := c.telco.post(c.t.Context(), c.node, "/sms/africastalking/"+pathSecret, form)
		if err == nil {
			c.t.Errorf("%s: taken with %q", name, answer)
			continue
		}
		c.screens = append(c.screens, err.Error())
	}
	wrongSecret := map[string][]string{"text": {ownerPIN}}
	if _, err := c.telco.post(c.t.Context(), c.node, "/ussd/africastalking/wrong-"+pathSecret, wrongSecret); err == nil {
		c.t.Error("a wrong secret was let in")
	}
	for _, fields := range []map[string]any{
		{"session": "h", "turn": 1, "phone": "+254791000000", "input": ownerPIN, "pin": ownerPIN},
		{"session": "h", "turn": ownerPIN, "phone": "+254791000000", "input": ownerPIN},
		{"session": "h", "turn": 1, "phone": firstID, "input": ownerPIN},
	} {
		if _, err := c.sentiCall(fields); err == nil {
			c.t.Errorf("taken: %v", fields)
		} else {
			c.screens = append(c.screens, err.Error())
		}
	}
	c.hostileEvents()
	for _, status := range []string{"Success", "Incomplete", "Failed", ownerPIN} {
		notice := map[string][]string{"sessionId": {"canary-0"}, "phoneNumber": {"+254722000150"}, "status": {status}, "date": {ownerPIN},
			"input": {"2*1*Canary Wanja*" + firstID + "*" + ownerPIN}, "lastAppResponse": {"END " + ownerPIN}}
		if _, err := c.telco.post(c.t.Context(), c.node, "/ussd/africastalking/"+pathSecret+"/events", notice); err != nil {
			c.screens = append(c.screens, err.Error())
		}
	}
}

// hostileEvents tells of numbers what is no good, with a PIN or an ID number in it, and of one that nobody has.
func (c *canary) hostileEvents() {
	for _, fields := range []map[string]any{
		{"id": ownerPIN + " ", "event": "swap", "number": "254791000099", "at": "2026-03-05T09:14:31Z"},
		{"id": "e", "event": ownerPIN, "number": "254791000099", "at": "2026-03-05T09:14:31Z"},
		{"id": "e", "event": "swap", "number": firstID, "at": "2026-03-05T09:14:31Z"},
		{"id": "e", "event": "swap", "number": "254791000099", "at": ownerPIN},
		{"id": "e", "event": "swap", "number": "254791000099", "at": "2026-03-05T09:14:31Z", "pin": ownerPIN},
	} {
		answer, err := c.sentiPost("/numbers/telco", fields)
		if err == nil {
			c.t.Errorf("taken: %v", fields)
			continue
		}
		c.screens = append(c.screens, answer, err.Error())
	}
	good := map[string]any{"id": "e", "event": "recycle", "number": "254791000099", "at": "2026-03-05T09:14:31Z"}
	if answer, err := c.sentiPost("/numbers/telco", good); err != nil || !strings.Contains(answer, `{"taken":1}`) {
		c.t.Errorf("of nobody's number: %q, %v", answer, err)
	}
}

// restarted kills walletd between the PIN page and the PIN, so that the PIN comes to a process that has never seen the session.
func (c *canary) restarted() {
	p := c.dial("africastalking", crashPhone(0), "1*0791000003*210", "Enter PIN")
	c.must(c.node.kill())
	c.must(c.node.start())
	p.send(ownerPIN)
	if !strings.Contains(p.screen, "NOT DONE") {
		c.t.Errorf("after a restart: %q", p.screen)
	}
	p.send("1")
	p.send(ownerPIN)
	c.dial("africastalking", crashPhone(0), "", "Senti")
	c.dial("senti", crashPhone(2), "1*0791000003*220", "Enter PIN")
	c.dial("senti", crashPhone(2), "", "NOT DONE", ownerPIN)
	c.text("senti", crashPhone(2), "my PIN: "+ownerPIN)
}

// brokenDown takes the database away under a registration and a send: their errors carry SQL, and must not carry its values.
func (c *canary) brokenDown() {
	const newcomer msisdn.Number = "+254722000159"
	opening := c.dial("africastalking", newcomer, "", "same PIN again", "2", "1", "Canary Otieno", secondID, ownerPIN)
	sending := c.dial("senti", crashPhone(0), "1*0791000003*230", "Enter PIN")
	changing := c.dial("senti", crashPhone(2), "5*3", "new PIN again", ownerPIN, newPIN)
	c.must(c.server.Kill())
	var all sync.WaitGroup // each takes as long as a page may
	for p, typed := range map[*phone]string{opening: ownerPIN, sending: ownerPIN, changing: newPIN} {
		all.Go(func() { p.send(typed) })
	}
	all.Wait()
	c.must(c.server.Restart())
	c.must(c.node.await(30 * time.Second))
	c.dial("africastalking", crashPhone(0), "5*1", "Your balance is", ownerPIN)
}

func (c *canary) get(path string) string {
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.node.url(path), nil)
	c.must(err)
	body, err := c.telco.do(request)
	c.must(err)
	return body
}

// search looks through everything. Each place is also looked at for something that must be there, since a search in an empty
// place finds nothing.
func (c *canary) search(metrics string) {
	log, err := os.ReadFile(c.node.log)
	c.must(err)
	look := canariesOf(c.t, c.site)
	places := map[string][]string{
		"screens": look.inText(strings.Join(c.screens, "\n")),
		"metrics": look.inText(metrics),
		"log":     look.inLog(c.t, log),
	}
	for table, text := range c.dump() {
		places["table "+table] = look.inRows(text)
	}
	if file, ok := strings.CutPrefix(c.site.dsn, "sqlite:"); ok {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if raw, err := os.ReadFile(file + suffix); err == nil {
				places["file"+suffix] = look.inBytes(raw)
			}
		}
	}
	for place, found := range places {
		for _, f := range found {
			c.t.Errorf("%s: %s", place, f)
		}
	}
	c.t.Logf("searched %d places, %d screens, %d bytes of log", len(places), len(c.screens), len(log))
	for what, there := range map[string]bool{
		"refusals in the log":      bytes.Contains(log, []byte("callback malformed")),
		"payments in the log":      bytes.Contains(log, []byte(`"level":"INFO"`)),
		"callbacks in the metrics": strings.Contains(metrics, `senti_callbacks_total{gateway="senti"`),
		"texts in the metrics":     strings.Contains(metrics, `senti_texts_total{gateway="senti",outcome="repeated"}`),
	} {
		if !there {
			c.t.Errorf("there are no %s: the search looked in the wrong place", what)
		}
	}
}

// dump returns every row of every table, each value apart.
func (c *canary) dump() map[string][][]byte {
	c.t.Helper()
	d, err := db.Open(c.t.Context(), c.site.dsn)
	c.must(err)
	defer func() { _ = d.Close() }()
	list := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if c.server != nil {
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()`
	}
	var tables []string
	c.must(rows(c.t.Context(), d, list, func(into func(...any) error) error {
		var name string
		err := into(&name)
		tables = append(tables, name)
		return err
	}))
	all := map[string][][]byte{}
	for _, name := range tables {
		all[name], err = dumpTable(c.t.Context(), d, name)
		c.must(err)
	}
	if !bytes.Contains(bytes.Join(all["customers"], []byte("|")), []byte("CANARY WANJA")) || len(all["intent_closings"]) == 0 {
		c.t.Error("the dump does not show what is there")
	}
	return all
}

func dumpTable(ctx context.Context, d *db.DB, name string) (values [][]byte, err error) {
	r, err := d.Query(ctx, "SELECT * FROM "+name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	columns, err := r.Columns()
	if err != nil {
		return nil, err
	}
	row, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		into[i] = &row[i]
	}
	for r.Next() {
		if err := r.Scan(into...); err != nil {
			return nil, err
		}
		for _, v := range row {
			if b, ok := v.([]byte); ok {
				values = append(values, bytes.Clone(b))
			} else if v != nil {
				values = append(values, fmt.Append(nil, v))
			}
		}
	}
	return values, r.Err()
}
