package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	ussdgateway "senti/ussd/gateway"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/intent"
)

// gatewayOvers are the calls that tell of a session that somebody ended, of the types that tell: method, path after the gateway's own, and what
// it carries, with {session} and {phone}.
var gatewayOvers = map[string]struct{ method, path, media, text string }{
	"senti":          {http.MethodPost, "/events", mediaJSON, `{"session":"{session}","phone":"+{phone}","result":"dropped"}`},
	"africastalking": {http.MethodPost, "/events", mediaForm, `sessionId={session}&phoneNumber=%2B{phone}&serviceCode=*384%23&status=Incomplete&input=1`},
	"hubtel":         {http.MethodPost, "", mediaJSON, `{"SessionId":"{session}","ServiceCode":"384","Type":"Timeout","Message":"","Operator":"mtn","Platform":"USSD","Mobile":"{phone}","ClientState":"","Sequence":9}`},
	"infobip":        {http.MethodPut, "/session/{session}/end", mediaJSON, `{"reason":"user abort","exitCode":1}`},
	"beem":           {http.MethodPost, "", mediaJSON, `{"command":"terminate","msisdn":"{phone}","operator":"vodacom","session_id":"{session}","payload":{"request_id":9,"response":"1"}}`},
	"madapi":         {http.MethodPost, "", mediaJSON, `{"sessionId":"{session}","messageType":"4","msisdn":"{phone}","serviceCode":"*384#","ussdString":""}`},
	"comviva-get":    {http.MethodGet, "", "", `SessionID={session}&msisdn={phone}&clean=clean-session&error=522`},
	"comviva-xml":    {http.MethodPost, "", mediaXML, `<request type="cleanup"><sessionId>{session}</sessionId><msisdn>{phone}</msisdn><newRequest>0</newRequest></request>`},
	"truroute":       {http.MethodPost, "", mediaXML, `<ussd><msisdn>{phone}</msisdn><sessionid>{session}</sessionid><type>3</type><msg></msg></ussd>`},
	"restcomm":       {http.MethodPost, "", mediaXML, `<dialog type="Abort" localId="{session}" mapMessagesSize="0" mapUserAbortChoice="isUserSpecificReason" userObject="0 {phone}"/>`},
	"junebug":        {http.MethodPost, "", mediaJSON, `{"to":"*384#","from":"+{phone}","message_id":"{session}-over","content":null,"channel_data":{"session_event":"close"}}`},
	"hollatags":      {http.MethodGet, "", "", `session_msisdn={phone}&session_operation=end&session_msg=&session_id={session}&session_from=384&session_type=4&session_mno=MTN`},
	"cellulant":      {http.MethodGet, "", "", `opCode=ABO&MSISDN={phone}&sessionID={session}&INPUT=&ABORT=1`},
}

// dropDesk is the HTTP side of every gateway, and where the replies come that are not the answer to a call.
type dropDesk struct {
	server, replies *httptest.Server
	client          *http.Client
	mu              sync.Mutex
	waiting         map[string]chan string // by the call that is answered
}

func (d *dropDesk) take(w http.ResponseWriter, r *http.Request) {
	var reply struct {
		To      string `json:"reply_to"`
		Content string `json:"content"`
	}
	_ = json.NewDecoder(r.Body).Decode(&reply)
	d.mu.Lock()
	page := d.waiting[reply.To]
	d.mu.Unlock()
	if page != nil {
		select {
		case page <- reply.Content:
		default: // the same reply once more
		}
	}
	w.WriteHeader(http.StatusCreated)
}

// Thousands of sessions are dropped at a random place in a random way on every HTTP gateway. Money moves where a PIN was typed, and only once;
// whoever it concerns is told by texts of the same commit; and who was left on a PIN page is told that nothing has moved. SENTI_DROPS=long makes
// it ten thousand on each.
func TestDroppedSessionsOnEveryGateway(t *testing.T) {
	types := ussdgateway.Types()
	sessions, payers, workers := 2_500, 500, 32
	if os.Getenv("SENTI_DROPS") == "long" {
		sessions = 10_000 * len(types)
	}
	desk := &dropDesk{waiting: map[string]chan string{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}, Timeout: time.Minute}}
	desk.replies = httptest.NewServer(http.HandlerFunc(desk.take))
	defer desk.replies.Close()
	s := newSite(t, sqliteFile(t))
	s.seed(t, payers)
	before := sendsAndMessages(t, s)
	a := s.open(t, everyGatewayOf(s, desk.replies.URL), "session_count: 200000")
	desk.server = httptest.NewServer(a.routes())

	var next, pins, paid atomic.Int64
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			random := rand.New(rand.NewSource(int64(worker)))
			for n := int(next.Add(1)) - 1; n < sessions && !t.Failed(); n = int(next.Add(1)) - 1 {
				// A payer's next session is by another gateway.
				d := &dropCall{desk: desk, gateway: types[(n+n/payers)%len(types)], payer: n % payers, payers: payers, n: n}
				d.run(t, random)
				if d.pinTyped {
					pins.Add(1)
				}
				if strings.Contains(d.screen, "SENT") {
					paid.Add(1)
				}
			}
		})
	}
	all.Wait()
	desk.server.Close() // waits for the calls that nobody waited for
	everybody := intent.Stretch{After: time.Unix(0, 0), Until: clock.System{}.Now(), Others: true}
	told, err := a.wallet.TellAbandoned(t.Context(), everybody)
	if err != nil {
		t.Error(err)
	}
	if again, err := a.wallet.TellAbandoned(t.Context(), everybody); err != nil || again != 0 {
		t.Errorf("%d were told again, %v", again, err)
	}
	if err := a.stop(); err != nil { // finishes what is under way
		t.Error(err)
	}
	after := sendsAndMessages(t, s)
	sends, messages, undone := after[0]-before[0], after[1]-before[1], undoneTexts(t, s)
	t.Logf("%d sessions: %d PINs were typed, %d receipts seen, %d payments, %d texts, of which %d say that nothing has moved", sessions, pins.Load(), paid.Load(), sends,
		messages, undone)
	if sends != pins.Load() || paid.Load() > sends || messages-undone != 2*sends || sends < int64(sessions)/12 || int64(told) > undone || undone < int64(payers)/10 {
		t.Errorf("%d payments for %d PINs, %d texts, %d told", sends, pins.Load(), messages, told)
	}
}

// undoneTexts counts the texts that say that nothing has moved.
func undoneTexts(t *testing.T, s *site) (n int64) {
	t.Helper()
	d, err := db.Open(t.Context(), s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM messages WHERE body LIKE 'NOT SENT: %'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// dropCall is one session.
type dropCall struct {
	desk      *dropDesk
	gateway   string
	payer     int
	payers, n int
	dials     int
	history   []string // what was typed since the last dial
	screen    string
	pinTyped  bool
}

func (d *dropCall) run(t *testing.T, random *rand.Rand) {
	typed := []string{"", "1", crashPhone((d.payer + 1) % d.payers).Plain(), fmt.Sprint(100 + d.n/d.payers), crashPIN}
	steps, way := 1+random.Intn(len(typed)), random.Intn(dropWays)
	for i := range steps {
		d.pinTyped = d.pinTyped || i == len(typed)-1
		if i > 0 {
			d.history = append(d.history, typed[i])
		}
		if i == steps-1 && way == dropUnheard {
			d.hangUp(t)
			return
		}
		d.turn(t)
		if i == 0 && !strings.Contains(d.screen, "1 Send money") { // what became of an earlier payment of this phone, and "2 Menu"
			d.history = append(d.history, "2")
			d.turn(t)
		}
	}
	screen := d.screen
	switch way {
	case dropAborted:
		d.abort(t)
	case dropRepeated:
		d.turn(t)
	case dropRedialled:
		d.dials++
		d.history = nil
		d.turn(t)
	}
	d.screen = screen
}

func (d *dropCall) session() string { return fmt.Sprintf("drop-%d-%d", d.n, d.dials) }

// request is the call for all that was typed.
func (d *dropCall) request(ctx context.Context, t *testing.T) *http.Request {
	call := gatewaySamples[d.gateway].call(d.gateway, pathSecret, gatewayTurn{d.session(), crashPhone(d.payer), d.history})
	return d.made(ctx, t, call)
}

func (d *dropCall) made(ctx context.Context, t *testing.T, call gatewayCall) *http.Request {
	r, err := http.NewRequestWithContext(ctx, call.method, d.desk.server.URL+call.target, strings.NewReader(call.body))
	if err != nil {
		t.Error(err)
		return nil
	}
	if call.media != "" {
		r.Header.Set("Content-Type", call.media)
	}
	if d.gateway == "senti" {
		r.URL.Path = strings.Replace(r.URL.Path, "/"+pathSecret, "", 1)
		r.Header.Set("Authorization", "Bearer "+bearerToken)
	}
	return r
}

// turn makes a call and waits for its page.
func (d *dropCall) turn(t *testing.T) {
	page, reply := make(chan string, 1), fmt.Sprintf("%s-%d", d.session(), len(d.history)+1)
	async := gatewaySamples[d.gateway].async
	if async {
		d.desk.mu.Lock()
		d.desk.waiting[reply] = page
		d.desk.mu.Unlock()
	}
	answer, err := d.desk.client.Do(d.request(t.Context(), t))
	if err != nil {
		t.Error(err)
		return
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("%s answers with %d %s, %v", d.gateway, answer.StatusCode, body, err)
	}
	d.screen = string(body)
	if async {
		d.screen = <-page
		d.desk.mu.Lock()
		delete(d.desk.waiting, reply)
		d.desk.mu.Unlock()
	}
}

// hangUp makes a call and is gone as soon as it is on its way.
func (d *dropCall) hangUp(t *testing.T) {
	ctx, gone := context.WithCancel(t.Context())
	defer gone()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { gone() }})
	if answer, err := d.desk.client.Do(d.request(ctx, t)); err == nil {
		_ = answer.Body.Close() // it was faster
	}
}

// abort is the gateway telling that the session is over, if it tells such a thing.
func (d *dropCall) abort(t *testing.T) {
	over, tells := gatewayOvers[d.gateway]
	if !tells {
		return
	}
	phone := strings.TrimPrefix(string(crashPhone(d.payer)), "+")
	fill := strings.NewReplacer("{session}", d.session(), "{phone}", phone)
	call := gatewayCall{method: over.method, target: "/ussd/" + d.gateway + "/" + pathSecret + fill.Replace(over.path), media: over.media, body: fill.Replace(over.text)}
	if over.media == "" {
		call.target, call.body = call.target+"?"+call.body, ""
	}
	answer, err := d.desk.client.Do(d.made(t.Context(), t, call))
	if err != nil {
		t.Error(err)
		return
	}
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("%s answers to an end with %d %s", d.gateway, answer.StatusCode, body)
	}
}
