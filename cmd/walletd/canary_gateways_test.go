package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	ussdgateway "senti/ussd/gateway"
)

// replyDesk is where the replies come that are not the answer to a call.
func replyDesk(t *testing.T) (url string, replies chan string) {
	replies = make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		replies <- string(body)
		w.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/channels/c1/messages/", replies
}

// everyGatewayOf is the line of a configuration with every type of gateway but those with settings of their own.
func everyGatewayOf(s *site, replies string) string {
	var list []string
	for _, name := range ussdgateway.Types() {
		if name != "africastalking" && name != "senti" {
			list = append(list, fmt.Sprintf("{type: %s, secret: file:%s, replies: %q}", name, s.file("path"), replies))
		}
	}
	return "ussd: [" + strings.Join(list, ", ") + "]"
}

// sampled is a person at a gateway that calls as its sample does.
type sampled struct {
	c       *canary
	gateway string
	session string
	phone   int
	typed   []string
}

// send types one input, or dials, and returns the screen as the gateway gets it.
func (p *sampled) send(inputs ...string) string {
	p.c.t.Helper()
	p.typed = append(p.typed, inputs...)
	call := gatewaySamples[p.gateway].call(p.gateway, pathSecret, gatewayTurn{p.session, crashPhone(p.phone), p.typed})
	screen, err := p.c.bring(call)
	if err == nil && gatewaySamples[p.gateway].async {
		screen = <-p.c.replies
	}
	if err != nil {
		p.c.t.Errorf("%s, after %d inputs: %v", p.gateway, len(p.typed), err)
	}
	p.c.screens = append(p.c.screens, screen)
	return screen
}

// bring makes a call.
func (c *canary) bring(call gatewayCall) (string, error) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), call.method, c.node.url(call.target), strings.NewReader(call.body))
	c.must(err)
	if call.media != "" {
		request.Header.Set("Content-Type", call.media)
	}
	return c.telco.do(request)
}

// everyGateway sends money through every gateway there is, with a wrong PIN before the right one, each call twice at the end; and
// then brings it what is no good, with a PIN in it.
func (c *canary) everyGateway() {
	c.dial("africastalking", crashPhone(0), "", "Senti", "2") // from what became of the last payment to the menu
	for i, gateway := range ussdgateway.Types() {
		if gateway == "africastalking" || gateway == "senti" {
			continue // theirs is all the rest
		}
		amount := fmt.Sprint(301 + i)
		p := &sampled{c: c, gateway: gateway, session: fmt.Sprintf("every-%d", i), phone: 0}
		p.send()
		for _, input := range []string{"1", "0791000003", amount} {
			p.send(input)
		}
		if screen := p.send(wrongPIN); !strings.Contains(screen, "tries left") {
			c.t.Errorf("%s, a wrong PIN: %s", gateway, screen)
		}
		sent := p.send(ownerPIN)
		if again := p.send(); again != sent || !strings.Contains(sent, "SENT Ksh "+amount) {
			c.t.Errorf("%s, the PIN: %s\nand once more: %s", gateway, sent, again)
		}
		if strings.Contains(sent, "98 ") {
			p.send("98") // the rest of a receipt that is longer than the screen
		}
		c.spoil(gateway, p)
	}
}

// spoil brings calls with a PIN in them that must not be taken.
func (c *canary) spoil(gateway string, p *sampled) {
	good := gatewaySamples[gateway].call(gateway, pathSecret, gatewayTurn{p.session, crashPhone(p.phone), p.typed})
	stranger, nobody, more := good, good, good
	stranger.target = strings.Replace(good.target, pathSecret, "wrong-"+pathSecret, 1)
	number := strings.TrimPrefix(string(crashPhone(p.phone)), "+")
	nobody.target, nobody.body = strings.ReplaceAll(good.target, number, ownerPIN), strings.ReplaceAll(good.body, number, ownerPIN)
	more.target += strings.Repeat(ownerPIN, 10_000)
	if good.media != "" {
		more.target, more.body = good.target, good.body+strings.Repeat(ownerPIN, 10_000)
	}
	for name, call := range map[string]gatewayCall{"a stranger": stranger, "a PIN for a number": nobody, "too much": more} {
		answer, err := c.bring(call)
		if err == nil && !strings.Contains(answer, `"responseExitCode":400`) { // Infobip is told so
			c.t.Errorf("%s takes %s: %s", gateway, name, answer)
		}
		if err != nil {
			answer = err.Error()
		}
		c.screens = append(c.screens, answer)
	}
}
