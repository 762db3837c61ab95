package gateway

import (
	"net/http"
	"time"

	"senti/sms"
	"senti/wallet/id"
	"senti/wallet/webhook"
)

// infobipInbound is how Infobip brings the texts that phones send to our number, several at once, and reports.
//
//	POST /sms/infobip/9f3c… HTTP/1.1
//	Content-Type: application/json
//
//	{"results":[{"messageId":"817790313235066447","from":"254712000001","to":"20384","text":"YES 4821","cleanText":"4821",
//	  "keyword":"YES","receivedAt":"2026-03-05T06:04:45.000+0000","smsCount":1}],"messageCount":1,"pendingMessageCount":0}
//
//	HTTP/1.1 200 OK
//
// and what became of messages of ours, to the same path with /reports:
//
//	{"results":[{"bulkId":"b1","messageId":"0190f3…","to":"254712000001","sentAt":"…","doneAt":"2026-03-05T06:04:51.000+0000",
//	  "status":{"groupId":3,"groupName":"DELIVERED","id":5,"name":"DELIVERED_TO_HANDSET"},"error":{"name":"NO_ERROR"}}]}
//
// Who may call: it signs nothing that it promises, so a secret path, its list of addresses, or both.
//
// Quirks: its times have no colon in the zone; the message's ID in a report is the one that we gave it; what it can say of a number
// that is not a phone of this country is passed over, since one such among many would have all of them brought again.
//
// Checked against its documentation in 2026-11.
var infobipInbound = inbound{
	name:  "infobip",
	title: "Infobip",
	proof: webhook.SecretInPath,
	doors: []door{
		{http.MethodPost, "", jsonBody, hearInfobip},
		{http.MethodPost, reportsSuffix, jsonBody, hearInfobipReports},
	},
	answer: answerStatus,
	refuse: refuseText,
}

// infobipMost is how many results one call may bring: 100 unless the account is set otherwise.
const infobipMost = 1000

// infobipTime is how it writes times: not RFC 3339, for want of a colon in the zone.
const infobipTime = "2006-01-02T15:04:05.000-0700"

type infobipTexts struct {
	Results []struct {
		MessageID  string `json:"messageId"`
		From       string `json:"from"`
		To         string `json:"to"`
		Text       string `json:"text"`
		ReceivedAt string `json:"receivedAt"`
	} `json:"results"`
}

type infobipReports struct {
	Results []struct {
		MessageID string        `json:"messageId"`
		DoneAt    string        `json:"doneAt"`
		Status    infobipStatus `json:"status"`
		Error     struct {
			Name string `json:"name"`
		} `json:"error"`
	} `json:"results"`
}

// unpack reads a body of results.
func unpack[T any](body []byte, count func(*T) int) (*T, *webhook.Malformed) {
	var p T
	if wrong := webhook.Nested(body, &p); wrong != nil {
		return nil, wrong
	}
	if n := count(&p); n == 0 || n > infobipMost {
		return nil, webhook.Wrong("results", "none, or too many")
	}
	return &p, nil
}

func hearInfobip(c call) (h heard, wrong *webhook.Malformed) {
	p, wrong := unpack(c.carried, func(p *infobipTexts) int { return len(p.Results) })
	if wrong != nil {
		return heard{}, wrong
	}
	for _, r := range p.Results {
		m, bad := c.read(field{"messageId", r.MessageID}, field{"from", r.From}, field{"to", r.To}, field{"text", r.Text})
		if bad != nil {
			wrong = bad
			continue
		}
		if at, err := time.Parse(infobipTime, r.ReceivedAt); err == nil {
			m.At = at.UTC()
		}
		h.messages = append(h.messages, m)
	}
	if len(h.messages) == 0 {
		return heard{}, wrong
	}
	return h, nil
}

func hearInfobipReports(c call) (h heard, wrong *webhook.Malformed) {
	p, wrong := unpack(c.carried, func(p *infobipReports) int { return len(p.Results) })
	if wrong != nil {
		return heard{}, wrong
	}
	for _, r := range p.Results {
		message, err := id.Parse(r.MessageID)
		fate, ok := infobipFates[r.Status.GroupName]
		switch {
		case err != nil: // sent by somebody else with the same account
			continue
		case !ok:
			return heard{}, webhook.Wrong("groupName", "unknown word "+webhook.Words(r.Status.GroupName))
		}
		report := sms.Report{Message: message, ProviderRef: r.MessageID, Fate: fate, Reason: word(r.Status.Name)}
		if fate == sms.Undelivered && r.Error.Name != "" {
			report.Reason = word(r.Error.Name)
		}
		if at, err := time.Parse(infobipTime, r.DoneAt); err == nil {
			report.At = at.UTC()
		}
		h.reports = append(h.reports, report)
	}
	return h, nil
}

// infobipFates lists the groups of its statuses.
var infobipFates = map[string]sms.Fate{
	"PENDING":       sms.Buffered,
	"DELIVERED":     sms.Delivered,
	"UNDELIVERABLE": sms.Undelivered,
	"EXPIRED":       sms.Undelivered,
	"REJECTED":      sms.Undelivered,
}
