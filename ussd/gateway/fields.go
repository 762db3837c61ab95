package gateway

import (
	"strings"

	"senti/ussd"
	"senti/wallet/msisdn"
	"senti/wallet/webhook"
)

// The longest values taken from a gateway, in bytes.
const (
	maxSession     = 100
	maxServiceCode = 40
	maxInput       = 400  // one answer: 182 characters, of which a phone may send each as two bytes or more
	maxText        = 1500 // a whole transcript: three minutes of a fast typist are some 600
	maxNetwork     = 40
)

// taker takes the fields of one call in turn and remembers the first that is wrong.
type taker struct {
	call
	wrong *webhook.Malformed
}

func (t *taker) note(value string, wrong *webhook.Malformed) string {
	if t.wrong == nil {
		t.wrong = wrong
	}
	return value
}

func (t *taker) session(field, value string) string {
	return t.note(webhook.Name(field, value, maxSession))
}

func (t *taker) phone(field, value string) msisdn.Number {
	n, wrong := webhook.Phone(field, value, t.region)
	return msisdn.Number(t.note(string(n), wrong))
}

// serviceCode takes the code as the gateway knows it, or nothing.
func (t *taker) serviceCode(field, value string) string {
	switch {
	case len(value) > maxServiceCode:
		return t.note("", webhook.Wrong(field, "too long"))
	case strings.Trim(value, "0123456789*#") != "":
		return t.note("", webhook.Wrong(field, "must be digits, * and #"))
	}
	return value
}

// typed takes the latest input.
func (t *taker) typed(field, value string) string {
	return t.note(webhook.Typed(field, value, maxInput))
}

// transcript takes everything typed so far.
func (t *taker) transcript(field, value string) string {
	return t.note(webhook.Typed(field, value, maxText))
}

// dialled takes what was dialled, and returns what stands in it after the service code: the gateway's, or the configured one.
func (t *taker) dialled(field, value, serviceCode string) string {
	return shortCut(t.typed(field, value), serviceCode, t.code)
}

// turn is a turn of a session, unless a field was wrong; wire is kept for the answer.
func (t *taker) turn(r ussd.Request, wire any) (heard, *webhook.Malformed) {
	if t.wrong != nil {
		return heard{}, t.wrong
	}
	return heard{means: aTurn, turn: r, wire: wire}, nil
}

// end is a notice that a session is over, unless a field was wrong.
func (t *taker) end(n ussd.EndNotice, wire any) (heard, *webhook.Malformed) {
	if t.wrong != nil {
		return heard{}, t.wrong
	}
	return heard{means: anEnd, end: n, wire: wire}, nil
}

// wide are the stars and hashes of full width that some phones dial.
var wide = strings.NewReplacer("＃", "#", "＊", "*")

// shortCut returns what was dialled after the service code: "1*0712000002" of *384*1*0712000002#. Codes may be written with or
// without * and #; the longest that the dialled one begins with counts. Dialled by a code that is none of them there is nothing
// after it.
func shortCut(dialled string, codes ...string) string {
	parts := codeParts(wide.Replace(dialled))
	after := -1
	for _, code := range codes {
		own := codeParts(code)
		if n := len(own); n > 0 && n <= len(parts) && strings.Join(own, "*") == strings.Join(parts[:n], "*") {
			after = max(after, n)
		}
	}
	if after < 0 {
		return ""
	}
	return strings.Join(parts[after:], "*")
}

// afterCode takes the dialled code off a history that begins with it: *384*1#*500 and *384*1*500 are 1*500.
func afterCode(whole string, codes ...string) string {
	dialled, typed, hash := strings.Cut(whole, "#")
	short := shortCut(dialled, codes...)
	if !hash || typed == "" {
		return short
	}
	typed = strings.TrimPrefix(typed, "*")
	if short == "" {
		return typed
	}
	return short + "*" + typed
}

func codeParts(code string) []string {
	code = strings.Trim(strings.TrimSpace(code), "*#")
	if code == "" {
		return nil
	}
	return strings.Split(code, "*")
}

// network keeps a gateway's name or code for the phone's network, if it is one.
func network(value string) string {
	if name, wrong := webhook.Name("", value, maxNetwork); wrong == nil {
		return name
	}
	return ""
}

// imsi keeps the number of a SIM, if it is one.
func imsi(value string) string {
	if len(value) < 6 || len(value) > 15 || strings.Trim(value, "0123456789") != "" {
		return ""
	}
	return value
}
