package gateway

import (
	"net/http"
	"strings"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// infobip is Infobip's USSD gateway: many countries.
//
// The session stands in the path, and what the call is about:
//
//	POST /ussd/infobip/c0de…/session/8841/start HTTP/1.1
//	Content-Type: application/json
//
//	{"msisdn":"254712000001","imsi":"639020000000001","shortCode":"*384#","text":"*384#","language":null,"optional":"","ussdGwId":"11"}
//
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"shouldClose":false,"ussdMenu":"Enter amount","responseExitCode":200,"responseMessage":""}
//
// and so on with /response. When the session is over without our having closed it:
//
//	PUT /ussd/infobip/c0de…/session/8841/end
//
//	{"reason":"user abort","exitCode":1}
//
//	{"responseExitCode":200,"responseMessage":""}
//
// and it may ask whether we know a session:
//
//	POST /ussd/infobip/c0de…/session/8841/status
//
//	{"sessionActive":true,"responseExitCode":200,"responseMessage":""}
//
// Who may call: it signs nothing, so a secret path, its list of addresses, or both.
//
// Quirks:
//   - a call that we cannot read is answered with HTTP 200 and the exit code 400;
//   - text is the whole dialled code at first, and then only the latest input; shortCode is sometimes absent;
//   - the end names only the session, so its caller is remembered here;
//   - the first screen is shown as a menu even if it closes.
//
// Checked against the transport of an open-source gateway that quotes its interface description.
var infobip = adapter{
	name:  "infobip",
	title: "Infobip USSD (many countries)",
	input: latest,
	tells: "end, IMSI",
	limit: 160,
	waits: 10 * time.Second,
	login: webhook.BasicLogin,
	doors: []door{
		{http.MethodPost, "/session/:session/response", []string{"application/json"}, hearInfobip},
		{http.MethodPost, "/session/:session/start", []string{"application/json"}, hearInfobipStart},
		{http.MethodPost, "/session/:session/status", []string{"application/json"}, hearInfobipStatus},
		{http.MethodPut, "/session/:session/end", []string{"application/json"}, hearInfobipEnd},
	},
	silentEnds: true,

	reply:  replyInfobip,
	noted:  noteInfobip,
	refuse: refuseInfobip,
}

type infobipPayload struct{ MSISDN, IMSI, ShortCode, Text string }

type infobipReply struct {
	ShouldClose     bool   `json:"shouldClose"`
	USSDMenu        string `json:"ussdMenu"`
	ResponseCode    int    `json:"responseExitCode"`
	ResponseMessage string `json:"responseMessage"`
}

type infobipNote struct {
	SessionActive   *bool  `json:"sessionActive,omitempty"`
	ResponseCode    int    `json:"responseExitCode"`
	ResponseMessage string `json:"responseMessage"`
}

func hearInfobipStart(c call) (heard, *webhook.Malformed) { return hearInfobipTurn(c, true) }

func hearInfobip(c call) (heard, *webhook.Malformed) { return hearInfobipTurn(c, false) }

func hearInfobipTurn(c call, first bool) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatJSON(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	p := infobipPayload{f.Get("msisdn"), f.Get("imsi"), f.Get("shortCode"), f.Get("text")}
	t := taker{call: c}
	r := ussd.Request{
		Session:     t.session("session", c.session),
		Caller:      t.phone("msisdn", p.MSISDN),
		ServiceCode: t.serviceCode("shortCode", p.ShortCode),
		Text:        t.typed("text", p.Text),
		New:         first,
		Later:       !first,
		IMSI:        imsi(p.IMSI),
	}
	if first {
		r.Text = t.dialled("text", p.Text, p.ShortCode)
	}
	return t.turn(r, nil)
}

func hearInfobipEnd(c call) (heard, *webhook.Malformed) {
	f, wrong := webhook.FlatJSON(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	t := taker{call: c}
	reason := webhook.Words(strings.TrimSpace(f.Get("reason") + " " + f.Get("exitCode")))
	return t.end(ussd.EndNotice{Session: t.session("session", c.session), Failed: true, Reason: reason}, nil)
}

func hearInfobipStatus(c call) (heard, *webhook.Malformed) {
	return heard{wire: &c.known}, nil
}

func replyInfobip(_ heard, r ussd.Reply) webhook.Answer {
	return webhook.JSONAnswer(http.StatusOK, infobipReply{r.End, r.Text, http.StatusOK, ""})
}

func noteInfobip(h heard) webhook.Answer {
	known, _ := h.wire.(*bool) // nil but for a question
	return webhook.JSONAnswer(http.StatusOK, infobipNote{known, http.StatusOK, ""})
}

func refuseInfobip(status int, m *webhook.Malformed) webhook.Answer {
	if m != nil {
		status = http.StatusOK
	}
	return webhook.JSONAnswer(status, infobipNote{nil, http.StatusBadRequest, refusal(m)})
}
