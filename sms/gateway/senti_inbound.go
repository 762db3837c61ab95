package gateway

import (
	"net/http"
	"time"

	"senti/sms"
	"senti/wallet/webhook"
)

// sentiInbound is Senti's own way to bring texts: plain JSON over HTTP, for an integrator without a format of its own, and for
// the phones of the simulator. Any country.
//
//	POST /sms/senti HTTP/1.1
//	Authorization: Bearer 2f8c1e…
//	Content-Type: application/json
//
//	{"id":"m-1","from":"+254712000001","to":"SENTI","text":"1 4821","at":"2026-03-05T06:04:45Z"}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"id":"m-1","result":"taken"}
//
//	id      1 to 100 printable ASCII characters; never used again for another message
//	from    the phone that wrote, best in the form +254712000001
//	to      the number or name that it wrote to; may be left out
//	text    at most 4000 bytes of UTF-8
//	at      RFC 3339; may be left out
//	result  "taken" (it is dealt with), "repeated" (it was before) or "failed" (with 503: it is not)
//
// A message may be sent again as often as wanted: it is done once. After 503, or no answer within 10 s, it must be. What we
// answer the phone goes out as a message of its own. Errors:
//
//	HTTP/1.1 400 Bad Request
//
//	{"error":"malformed","field":"from","problem":"missing"}
//
//	400  malformed: a field is missing, wrong, unknown or given twice; nothing was done
//	401  unauthorised: no token or a wrong one
//	403  unauthorised: the token may be right, the address is not in the list
//
// The demo lets the browsers of its own machine in without a token. A page from elsewhere cannot use that: a browser asks for leave
// before it sends JSON to another site, and gets none.
var sentiInbound = inbound{
	name:   "senti",
	title:  "Senti's own JSON",
	proof:  webhook.BearerToken,
	doors:  []door{{http.MethodPost, "", jsonBody, hearSenti}},
	answer: answerSentiInbound,
	refuse: refuseSentiInbound,
}

type sentiMessage struct {
	ID   string `json:"id"`
	From string `json:"from"`
	To   string `json:"to"`
	Text string `json:"text"`
	At   string `json:"at"`
}

type sentiResult struct {
	ID     string `json:"id"`
	Result string `json:"result"`
}

type sentiError struct {
	Error   string `json:"error"`
	Field   string `json:"field,omitempty"`
	Problem string `json:"problem,omitempty"`
}

func hearSenti(c call) (heard, *webhook.Malformed) {
	var p sentiMessage
	if wrong := webhook.JSON(c.carried, &p); wrong != nil {
		return heard{}, wrong
	}
	m, wrong := c.read(field{"id", p.ID}, field{"from", p.From}, field{"to", p.To}, field{"text", p.Text})
	if wrong != nil {
		return heard{}, wrong
	}
	if p.At != "" {
		at, err := time.Parse(time.RFC3339, p.At)
		if err != nil {
			return heard{}, webhook.Wrong("at", "not RFC 3339")
		}
		m.At = at.UTC()
	}
	return heard{messages: []sms.Inbound{m}}, nil
}

func answerSentiInbound(h heard, outcome string) webhook.Answer {
	status := http.StatusOK
	if outcome == OutcomeFailed {
		status = http.StatusServiceUnavailable
	}
	return webhook.JSONAnswer(status, sentiResult{h.messages[0].ProviderID, outcome})
}

func refuseSentiInbound(status int, m *webhook.Malformed) webhook.Answer {
	if m == nil {
		return webhook.JSONAnswer(status, sentiError{Error: "unauthorised"})
	}
	return webhook.JSONAnswer(status, sentiError{"malformed", m.Field, m.Problem})
}
