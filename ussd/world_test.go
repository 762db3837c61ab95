package ussd_test

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"senti/agents"
	"senti/sms"
	"senti/sms/command"
	"senti/sms/intake"
	"senti/sms/route"
	"senti/ussd"
	"senti/ussd/dialogue"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
)

// limit is the longest screen of the gateway that the tests play: Africa's Talking.
const limit = 156

// person is a customer whom every transcript knows.
type person struct {
	phone msisdn.Number
	name  string
	pin   string
	tier  int16
	float int64 // minor units
}

// people are described at the top of testdata/README.md: by market, those of the lowest tier registered themselves.
var people = map[string][]person{
	"ke": {
		{"+254712000001", "JOHN KAMAU", "4826", 2, 5_000_00},
		{"+254712000002", "JANE WANJIKU", "9173", 2, 1_200_00},
		{"+254712000003", "AMINA HASSAN", "7351", 2, 0},
		{"+254712000004", "PETER OTIENO", "6035", 1, 40_000_00},
		{"+254712000006", "GRACE ACHIENG", "5297", 2, 400_000_00},
	},
	"ug": {
		{"+256772000001", "MOSES OKELLO", "4826", 2, 50_000},
		{"+256772000002", "SARAH NAKATO", "9173", 2, 12_000},
	},
	"sn": {
		{"+221771000001", "MOUSSA DIOP", "4826", 2, 25_000},
		{"+221771000002", "AWA NDIAYE", "9173", 2, 6_000},
		{"+221771000003", "FATOU SOW", "7351", 2, 0},
	},
}

// idNumbers are the ID numbers of those people whose transcripts need one.
var idNumbers = map[msisdn.Number]string{
	"+254712000001": "28445190", "+254712000011": "30117745", "+254712000012": "27664018",
	"+221771000001": "1751199400123",
}

// world is a Senti with its customers, on a real database, with a clock that stands at 14:02 on 3 December 2026 in Nairobi
// until it is moved, and the phones of everyone.
type world struct {
	t        testing.TB
	db       *db.DB
	lang     string
	market   string // "ke", "sn" or "ug"
	vouchers bool   // whatever the market's pack says
	surveys  bool   // every customer is asked
	tight    bool   // a till's day is soon full
	clock    *clock.Fake
	ids      id.Source
	log      *strings.Builder // everything that was logged, at every level
	ledger   *ledger.Ledger
	wallet   *wallet.Wallet
	agents   *agents.Agents
	intake   *intake.Intake
	service  *ussd.Service
	stop     func()
	worker   *outbox.Worker
	sent     *phones
	budget   time.Duration // 0 for the usual
	trap     *trapClock    // the wallet's clock
	desk     *deskClock    // the service's clock
	mu       sync.Mutex
	counted  map[string]int
	account  map[msisdn.Number]int64
	balance  map[msisdn.Number]int64

	shops  []shop // once they are open
	floats map[msisdn.Number]int64

	calls int // how many sessions there have been
	call  call
	left  map[msisdn.Number]call   // of each phone, the call that the other phones have taken over from
	codes map[msisdn.Number]string // the last code that each phone was shown or sent
	drawn []string                 // every code that any phone was shown or sent
	pair  columns                  // the phones that are shown side by side
	sims  map[msisdn.Number]string // what telcos tell of phones' SIMs
	texts []sms.Inbound            // what phones wrote to us
	sms   []string                 // what phones have got, for tests that look more than once

	jobs  map[string]func() string              // job NAME: what is done on schedule, and what it says came of it
	staff map[string]func(rest string) []string // staff WORD …: what staff do, by its first word
}

// call is a session as the phone and its telco see it.
type call struct {
	from  msisdn.Number
	id    string
	typed []string // all that was dialled and typed
}

func newWorld(t testing.TB, d *db.DB, lang string) *world {
	t.Helper()
	return newWorldIn(t, d, lang, "ke")
}

// newWorldIn is a world in another market.
func newWorldIn(t testing.TB, d *db.DB, lang, market string) *world {
	t.Helper()
	w := &world{
		t: t, db: d, lang: lang, market: market, ids: &drawn{}, log: &strings.Builder{},
		clock: clock.NewFake(time.Date(2026, 12, 3, 11, 2, 0, 0, time.UTC)),
		sent:  &phones{}, trap: &trapClock{}, desk: &deskClock{}, counted: map[string]int{}, account: map[msisdn.Number]int64{}, balance: map[msisdn.Number]int64{},
		jobs: map[string]func() string{}, staff: map[string]func(string) []string{},
	}
	w.earnJobs()
	w.trap.Fake, w.desk.Fake = w.clock, w.clock
	w.staff["decide"] = w.decide
	w.staff["reset-pin"] = w.resetsPIN
	w.staff["hire"], w.staff["unlock"], w.staff["suspend"] = w.hire, w.unlock, w.suspend
	w.staff["resume"], w.staff["switch"], w.staff["claim"] = w.resume, w.switched, w.claims
	w.jobs["expire"] = w.expire
	w.jobs["abandoned"] = w.tells
	w.start()
	t.Cleanup(func() { w.stop() })
	ctx := context.Background()
	w.must(w.wallet.EnsureSystemAccounts(ctx))
	for _, p := range people[market] {
		secret, err := pin.Parse(p.pin)
		w.must(err)
		c, err := w.wallet.OpenWallet(ctx, wallet.NewWallet{
			Phone: p.phone, Name: p.name, Language: lang, Tier: p.tier, Verified: p.tier > 1, PIN: secret, Float: p.float, IDNumber: idNumbers[p.phone],
		})
		w.must(err)
		w.account[p.phone], w.balance[p.phone] = c.Account, p.float
	}
	return w
}

// drawn are IDs that look random and are the same in every run: lots are drawn from them, and what comes of a lot is in the
// transcripts.
type drawn struct {
	mu   sync.Mutex
	last uint32
}

// New returns the next ID, ascending as those of a process are.
func (s *drawn) New() id.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	out := id.Derive(id.ID{}, fmt.Sprint("drawn ", s.last))
	out[0], out[1] = 0x01, 0x9a
	binary.BigEndian.PutUint32(out[2:6], s.last)
	out[6] = 0x70 | out[6]&0x0f
	return out
}

// another is a second process of the same Senti, on a handle of its own.
func (w *world) another(d *db.DB) *world {
	other := &world{
		t: w.t, db: d, lang: w.lang, market: w.market, ids: w.ids, log: &strings.Builder{}, clock: w.clock, trap: &trapClock{Fake: w.clock}, desk: &deskClock{Fake: w.clock},
		sent: &phones{}, counted: map[string]int{}, account: w.account, balance: w.balance,
	}
	other.start()
	w.t.Cleanup(func() { other.stop() })
	return other
}

// start starts the process: all of it but the database.
func (w *world) start() {
	ctx, cancel := context.WithCancel(context.Background())
	m, err := market.Load(w.market)
	w.must(err)
	if w.vouchers {
		m = m.WithVouchers()
	}
	if w.surveys {
		m = asksAll(m)
	}
	if w.tight {
		m = tightTills(m)
	}
	texts, err := i18n.Load()
	w.must(err)
	receipts, err := key.Demo().Derive(key.Receipt, "codes")
	w.must(err)
	w.ledger, err = ledger.Open(ctx, ledger.Options{
		DB: w.db, Clock: w.clock, IDs: w.ids, Zone: m.Zone, Receipts: ledger.NewReceiptCoder([32]byte(receipts)),
	})
	w.must(err)
	w.wallet = wallet.New(wallet.Parts{
		DB: w.db, Ledger: w.ledger, Market: m, Texts: texts, Keys: key.Demo(), Clock: w.trap, IDs: w.ids,
	})
	w.serve()
	w.worker = outbox.NewWorker(w.wallet.Messages(), route.Only(w.sent), w.ids, nil)
	var running sync.WaitGroup
	running.Go(func() { w.wallet.Run(ctx) })
	w.stop = func() {
		cancel()
		running.Wait()
		w.ledger.Close()
	}
}

// serve starts the part that answers callbacks: it knows no session yet.
func (w *world) serve() {
	w.agents = agents.New(w.wallet, w.db)
	w.intake = intake.New(intake.Parts{DB: w.db, Ledger: w.ledger, Messages: w.wallet.Messages(), IDs: w.ids, Keys: key.Demo(),
		Handler: command.New(command.Parts{DB: w.db, Wallet: w.wallet, Agents: w.agents, Survey: w.agents.AnswerSurvey}).Handle})
	dialogues, err := dialogue.New(w.wallet, w.agents)
	w.must(err)
	w.service, err = ussd.New(ussd.Options{
		Dialogues: dialogues, Keys: key.Demo(), Clock: w.desk,
		Log:    slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Count:  w.count,
		Budget: w.budget,
	})
	w.must(err)
}

func (w *world) count(outcome string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counted[outcome]++
}

// deskClock counts how often the service has asked it, which it does for every callback that arrives.
type deskClock struct {
	*clock.Fake
	asked atomic.Int64
}

func (c *deskClock) Now() time.Time {
	c.asked.Add(1)
	return c.Fake.Now()
}

// trapClock is a bug waiting to happen: while it is set, whoever asks the time panics. What is to happen during the next turn
// happens when the time is asked first.
type trapClock struct {
	*clock.Fake
	set    bool
	during atomic.Pointer[func()]
}

func (c *trapClock) Now() time.Time {
	if during := c.during.Swap(nil); during != nil {
		(*during)()
	}
	if c.set {
		panic("PIN 4826 was typed by 0712000001") // a panic may say anything
	}
	return c.Fake.Now()
}

func (w *world) restart() {
	w.stop()
	w.start()
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// dial begins a session: "*384#", or with input, "*384*1*0712000002*100#". Those of other phones go on.
func (w *world) dial(code string, from msisdn.Number) {
	w.leave()
	w.calls++
	w.call = call{from: from, id: fmt.Sprintf("ATUid_%d", w.calls)}
	service := strings.TrimSuffix(w.wallet.Market().ServiceCode, "#")
	if input, ok := strings.CutPrefix(strings.TrimSuffix(code, "#"), service+"*"); ok {
		w.call.typed = strings.Split(input, "*")
	}
}

// request is the callback that the telco makes for all that was typed so far.
func (w *world) request() ussd.Request {
	text := strings.Join(w.call.typed, "*")
	return ussd.Request{
		Gateway: "africastalking", Session: w.call.id, Caller: w.call.from, ServiceCode: w.wallet.Market().ServiceCode,
		History: true, Text: text, New: text == "", Limit: limit, IMSI: w.sims[w.call.from],
	}
}

// answer makes the callback, and tells the service that its reply was written, or that it was not.
func (w *world) answer(arrives bool) ussd.Reply {
	reply := w.service.Handle(context.Background(), w.request())
	if reply.End && arrives {
		w.ended(false)
	}
	return reply
}

func (w *world) ended(failed bool) {
	w.service.Ended(context.Background(), ussd.EndNotice{Gateway: "africastalking", Session: w.call.id, Caller: w.call.from, Failed: failed})
}

// block is what staff do: the customer may neither pay nor be paid.
func (w *world) block(phone msisdn.Number) {
	w.must(w.wallet.BlockCustomer(context.Background(), phone, "staff:ann", "a transcript says so"))
}

// moved says whose money has changed since it was last asked: "0712 000 001: Ksh 4,493".
func (w *world) moved() []string {
	var out []string
	for _, p := range people[w.market] {
		a, err := w.ledger.Account(context.Background(), w.account[p.phone])
		w.must(err)
		if a.Balance != w.balance[p.phone] {
			w.balance[p.phone] = a.Balance
			out = append(out, p.phone.National()+" has "+w.wallet.Market().Style.Format(a.Balance))
		}
	}
	out = append(out, w.floatsMoved()...)
	if out == nil {
		out = []string{"no money has moved"}
	}
	return out
}

// texted sends what is due and returns what the phones got.
func (w *world) texted() []string {
	for {
		n, err := w.worker.Send(context.Background())
		w.must(err)
		if n > 0 {
			continue
		}
		var out []string
		for _, m := range w.sent.take() {
			if strings.ContainsAny(m.said, "{}") {
				w.t.Errorf("an SMS with a value that nobody filled in: %s", m.said)
			}
			out = append(out, w.got(m.to, w.noteCode(m.to, m.said))...)
		}
		if out == nil {
			out = []string{"no SMS"}
		}
		return out
	}
}

// phones is an SMS provider that delivers at once.
type phones struct {
	got    []text
	refuse bool
}

type text struct {
	to   msisdn.Number
	said string
}

func (p *phones) Name() string { return "phones" }

func (p *phones) Send(_ context.Context, messages []sms.Message) []sms.Result {
	out := make([]sms.Result, len(messages))
	for i, m := range messages {
		if p.refuse {
			out[i] = sms.Result{ID: m.ID, Err: &sms.SendError{Sender: "phones", Code: "no_such_phone"}}
			continue
		}
		p.got = append(p.got, text{m.To, m.Text})
		out[i] = sms.Result{ID: m.ID, Accepted: true}
	}
	return out
}

func (p *phones) take() []text {
	got := p.got
	p.got = nil
	slices.SortFunc(got, func(a, b text) int { // both messages of a send are due at the same moment
		return cmp.Or(cmp.Compare(a.to, b.to), cmp.Compare(a.said, b.said))
	})
	return got
}
