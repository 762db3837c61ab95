package gateway

import (
	"net/http"
	"strings"

	"senti/wallet/webhook"
)

// What a person reads, if the gateway shows it. It says first that nothing was done.
const (
	strangerText = "This caller is not known here."
	sorryText    = "Sorry, that did not reach us well. Nothing was done. Please dial again."
)

// refusal is the text of a refused call: m is nil when the caller did not prove who it is.
func refusal(m *webhook.Malformed) string {
	if m == nil {
		return strangerText
	}
	return sorryText + "\n(" + m.Field + ": " + m.Problem + ")"
}

// refuseText is for gateways whose answers are a text.
func refuseText(status int, m *webhook.Malformed) webhook.Answer {
	return webhook.TextAnswer(status, refusal(m))
}

// refuseCONEND is for gateways whose answers begin with a word; it ends the session.
func refuseCONEND(status int, m *webhook.Malformed) webhook.Answer {
	return webhook.TextAnswer(status, "END "+refusal(m))
}

type jsonError struct {
	Error   string `json:"error"`
	Field   string `json:"field,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// refuseJSON is for gateways whose answers are JSON.
func refuseJSON(status int, m *webhook.Malformed) webhook.Answer {
	if m == nil {
		return webhook.JSONAnswer(status, jsonError{Error: "unauthorised"})
	}
	return webhook.JSONAnswer(status, jsonError{"malformed", m.Field, m.Problem})
}

// xmlAnswer is an answer of XML: the format with each %s replaced by a value, quoted.
func xmlAnswer(media, format string, values ...string) webhook.Answer {
	var b strings.Builder
	b.Grow(len(format) + 300)
	b.WriteString(xmlHead)
	for _, value := range values {
		before, after, _ := strings.Cut(format, "%s")
		b.WriteString(before)
		quoteXML.write(&b, value)
		format = after
	}
	b.WriteString(format)
	return webhook.Answer{Status: http.StatusOK, Media: media, Body: b.String()}
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
