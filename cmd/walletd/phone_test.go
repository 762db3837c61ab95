package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"senti/wallet/msisdn"
)

// telco is the other end of the Africa's Talking gateway: it brings what phones type to a node and the screen back.
type telco struct{ client *http.Client }

func newTelco(phones int) *telco {
	return &telco{&http.Client{
		// Longer than a page may take, so that it is walletd that gives up first.
		Timeout:   8 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 2 * phones, DisableCompression: true},
	}}
}

// call sends one callback, with all that was typed in this session so far, and returns the screen.
func (c *telco) call(ctx context.Context, n *node, from msisdn.Number, session, text string) (string, error) {
	form := url.Values{"sessionId": {session}, "phoneNumber": {string(from)}, "networkCode": {"63902"},
		"serviceCode": {"*384#"}, "text": {text}}
	return c.post(ctx, n, "/ussd/africastalking/"+pathSecret, form)
}

func (c *telco) post(ctx context.Context, n *node, path string, form url.Values) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.url(path), strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(request)
}

func (c *telco) do(request *http.Request) (string, error) {
	response, err := c.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err // a screen that was cut is no screen
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", response.Status, body)
	}
	return string(body), nil
}

// The events of the journal. What a screen says of a payment is one of them too.
const (
	attempted = "attempt" // the PIN is about to be sent
	acked     = "acked"   // the last page, with a receipt
	refused   = "refused" // the last page, or another that says that no money has moved
	unknown   = "unknown" // no answer, or one that leaves it open
	done      = "done"    // asked again: done
	undone    = "undone"  // asked again: not done
)

var receiptOnScreen = regexp.MustCompile(`Code ([0-9A-Z]{10})\.`)

// read tells what a screen says of a payment, with the receipt if it names one.
func read(screen string, err error) (event, receipt string) {
	if err != nil {
		return unknown, ""
	}
	if m := receiptOnScreen.FindStringSubmatch(screen); m != nil && strings.HasPrefix(screen, "END SENT ") {
		return acked, m[1]
	}
	for _, says := range []struct{ text, event string }{
		{": NOT DONE. No money has moved.", undone},
		{": NOT CERTAIN YET.", unknown},
		{": DONE. Do not send again.", done},
		{"We do not know yet", unknown},
		{"We cannot see your wallet now", unknown},
		{"something went wrong on our side", unknown},
		{"No money has moved", refused},
		{"This was not done", refused},
		{"Nothing was sent", refused},
	} {
		if strings.Contains(screen, says.text) {
			return says.event, ""
		}
	}
	return "other", ""
}
