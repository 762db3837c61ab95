package gateway

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"senti/ussd"
	"senti/wallet/i18n"
	"senti/wallet/webhook"
)

// A session that we begin at RestComm goes on in our calls: each brings a page, and its answer, which comes when the person has typed, is what
// was typed. All of them carry the cookie that the first one was given.
//
//	POST /restcomm HTTP/1.1
//	Content-Type: text/xml; charset=utf-8
//
//	<dialog mapMessagesSize="1"><unstructuredSSRequest_Request dataCodingScheme="15" string="… Type PIN for yes">
//	<msisdn nai="international_number" npi="ISDN" number="254712000001"/></unstructuredSSRequest_Request></dialog>
//
//	HTTP/1.1 200 OK
//	Set-Cookie: JSESSIONID=1379BF8A; Path=/restcomm
//
//	<dialog type="Continue" localId="12" mapMessagesSize="1"><unstructuredSSRequest_Response invokeId="0" dataCodingScheme="15"
//	string="1"/></dialog>
//
// The last page is one that is only shown, and when it was, an empty dialog ends the session:
//
//	<dialog mapMessagesSize="1"><unstructuredSSNotify_Request dataCodingScheme="15" string="Done"/></dialog>
//
//	<dialog mapMessagesSize="0" prearrangedEnd="false"></dialog>
//
// Quirks: whether the phone takes the page shows only when it does not (errComponents, mapRefuseReason and so on, within seconds), or when the
// person has answered; the gateway holds a call for three minutes at most.
var restCommPush = &pushing{token: bearer("Bearer"), talk: talkRestComm}

// What stands in the dialogs. The first page takes alphabet, screen and number, the others alphabet and screen.
const (
	restCommBegins = `<dialog mapMessagesSize="1"><unstructuredSSRequest_Request dataCodingScheme="%s" string="%s">` +
		`<msisdn nai="international_number" npi="ISDN" number="%s"/></unstructuredSSRequest_Request></dialog>`
	restCommAsks    = `<dialog mapMessagesSize="1"><unstructuredSSRequest_Request dataCodingScheme="%s" string="%s"/></dialog>`
	restCommShows   = `<dialog mapMessagesSize="1"><unstructuredSSNotify_Request dataCodingScheme="%s" string="%s"/></dialog>`
	restCommRelease = `<dialog mapMessagesSize="0" prearrangedEnd="false"></dialog>`
)

// restCommHolds is longer than the gateway holds a call.
const restCommHolds = 3*time.Minute + 10*time.Second

// restCommTalk is a session that goes on in our calls.
type restCommTalk struct {
	*ringer
	cookie string
}

func talkRestComm(ctx context.Context, r *ringer, p ussd.Page, first func(error)) {
	t := &restCommTalk{ringer: r}
	typed, err := t.say(ctx, xmlAnswer(restCommMedia, restCommBegins, restCommAlphabet(p.Text), p.Text, strings.TrimPrefix(string(p.Phone), "+")))
	first(err)
	if err != nil {
		return
	}
	for {
		turn := ussd.Request{Gateway: r.name, Session: p.Session, Caller: p.Phone, ServiceCode: p.ServiceCode, Text: typed, Later: true,
			Limit: r.limit, Deadline: r.answerBy}
		reply, outcome := r.screen(ctx, turn)
		if reply.End {
			_, err := t.say(ctx, xmlAnswer(restCommMedia, restCommShows, restCommAlphabet(reply.Text), reply.Text))
			r.written(ctx, turn, reply, outcome, err)
			if err == nil {
				_, _ = t.bring(ctx, xmlAnswer(restCommMedia, restCommRelease), t.cookie) // if it does not hear this the network ends it
			}
			return
		}
		r.count(r.name, outcome)
		if typed, err = t.say(ctx, xmlAnswer(restCommMedia, restCommAsks, restCommAlphabet(reply.Text), reply.Text)); err != nil {
			r.dialler.Ended(context.WithoutCancel(ctx), ussd.EndNotice{Gateway: r.name, Session: p.Session, Caller: p.Phone, Failed: true,
				Reason: "ended by the person or the network"})
			r.count(r.name, OutcomeNotice)
			return
		}
	}
}

// errRestCommAnswer says that the gateway answered with what is no dialog.
var errRestCommAnswer = errors.New("ussd gateway: the answer to a push is no dialog")

// say brings a page and returns what was typed on it, nothing for one that is only shown. The error is ussd.ErrNotTaken when the session is
// over.
func (t *restCommTalk) say(ctx context.Context, page webhook.Answer) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, restCommHolds)
	defer cancel()
	answer, err := t.bring(ctx, page, t.cookie)
	if err != nil {
		return "", err
	}
	if answer.cookie != "" {
		t.cookie = answer.cookie
	}
	if answer.status != http.StatusOK {
		return "", notTakenWith(answer.status)
	}
	f, wrong := webhook.FlatXML(answer.body, "dialog")
	if wrong != nil {
		return "", errRestCommAnswer
	}
	if restCommOver(f) != "" {
		return "", ussd.ErrNotTaken
	}
	typed, wrong := webhook.Typed("string", f.Get("unstructuredSSRequest_Response.string"), maxInput)
	if wrong != nil {
		return "", errRestCommAnswer
	}
	return typed, nil
}

const restCommMedia = "text/xml; charset=utf-8"

// restCommAlphabet is the dataCodingScheme of a text.
func restCommAlphabet(text string) string {
	if _, gsm := i18n.Septets(text); !gsm {
		return restCommUCS2
	}
	return restCommGSM7
}
