package jobs_test

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/jobs"
	"senti/sms/command"
	"senti/sms/intake"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/staff"
)

var (
	bg = context.Background()
)

// lots are drawn by a counter that is mixed well, so that a month is the same month every time.
type lots uint64

// upTo draws a number from 0 to most-1.
func (l *lots) upTo(most int64) int64 {
	*l += 0x9e3779b97f4a7c15
	z := uint64(*l)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int64((z ^ z>>31) % uint64(most))
}

// ids are made by the town's clock and a counter that is mixed like the lots.
type ids struct {
	mu    sync.Mutex
	clock clock.Clock
	made  uint64
}

// New returns an ID as id.Random would, of the town's time.
func (s *ids) New() id.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	l := lots(s.made)
	out := id.Before(s.clock.Now())
	binary.BigEndian.PutUint16(out[6:], uint16(0x7000|s.made>>16&0xfff))
	binary.BigEndian.PutUint16(out[8:], uint16(0x8000|s.made>>2&0x3fff))
	binary.BigEndian.PutUint16(out[10:], uint16(s.made))
	binary.BigEndian.PutUint32(out[12:], uint32(l.upTo(1<<32)))
	return out
}

// shop is a till with the person at it. Cash is what lies in the drawer, by the town's own count; minor units as everything.
type shop struct {
	name    string
	head    int // whose it is, by its place among the agents
	till    network.Till
	phone   msisdn.Number
	pin     pin.PIN
	cash    int64
	brought int64 // into the drawer since it was counted, but not by customers
	removed int64
	open    bool // for the day
	stopped bool // its agent is suspended, which people do not know
	gone    bool // does not trade any more
}

// trades reports whether people go there.
func (s *shop) trades() bool { return s.open || s.stopped }

// person is a customer.
type person struct {
	phone   msisdn.Number
	pin     pin.PIN
	id      int64
	account int64
}

// later is something that somebody will do.
type later struct {
	at time.Time
	do func()
}

// town is all there is.
type town struct {
	t      *testing.T
	db     *db.DB
	clock  *clock.Fake
	lots   lots
	market *market.Market

	ledger *ledger.Ledger
	wallet *wallet.Wallet
	agents *agents.Agents
	office *wallet.Office
	runner *jobs.Runner

	alice, bob staff.Staff     // one asks, the other approves
	agentsOf   []network.Agent // the agents, and last the bank
	shops      []*shop         // without the bank
	bank       *shop
	people     []*person
	newcomers  int

	book    map[int64]int64 // what each wallet and float should hold, as its owner would write it down
	counts  map[string]int
	coming  []later
	turns   int
	lines   int      // of the bank's statement
	payouts []payout // that the bank's statement does not tell of yet
	dispute dispute
	vouched []vouched

	mu   sync.Mutex
	runs map[string]map[string][]jobs.Run // by job and tick
}

// newTown opens a town on a new database, on the evening before its month.
func newTown(t *testing.T, d *db.DB) *town {
	t.Helper()
	m, err := market.Load("ke")
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, db: d, lots: 1, market: m.WithVouchers(), book: map[int64]int64{}, counts: map[string]int{},
		runs: map[string]map[string][]jobs.Run{}}
	w.clock = clock.NewFake(w.market.Begins(firstDay).Add(-3 * time.Hour))
	made := &ids{clock: w.clock}
	texts, err := i18n.Load()
	w.must(err)
	receipts, err := key.Demo().Derive(key.Receipt, "codes")
	w.must(err)
	w.ledger, err = ledger.Open(bg, ledger.Options{DB: d, Clock: w.clock, IDs: made, Zone: m.Zone, Receipts: ledger.NewReceiptCoder([32]byte(receipts))})
	w.must(err)
	t.Cleanup(w.ledger.Close)
	w.wallet = wallet.New(wallet.Parts{DB: d, Ledger: w.ledger, Market: w.market, Texts: texts, Keys: key.Demo(), Clock: w.clock, IDs: made})
	w.agents = agents.New(w.wallet, d)
	w.office = wallet.NewOffice(w.wallet, d, w.agents.Approvables()...)
	w.must(w.wallet.EnsureSystemAccounts(bg))
	texted := command.New(command.Parts{DB: d, Wallet: w.wallet, Agents: w.agents})
	in := intake.New(intake.Parts{DB: d, Ledger: w.ledger, Messages: w.wallet.Messages(), IDs: made, Keys: key.Demo(),
		Handler: texted.Handle})
	w.runner, err = jobs.New(jobs.Options{DB: d, Clock: w.clock, IDs: made, Zone: m.Zone, Observe: w.observe, Jobs: jobs.All(jobs.Parts{
		DB: d, Clock: w.clock, Zone: m.Zone, Ledger: w.ledger, Wallet: w.wallet, Office: w.office, Agents: w.agents,
		Intents: w.wallet.Intents(), Messages: w.wallet.Messages(), Intake: in, Asked: texted.Forget, Keep: m.Retention})})
	w.must(err)
	w.hireStaff()
	w.openTown()
	w.runJobs() // the jobs are seen for the first time
	w.wind(w.market.Begins(firstDay))
	return w
}

// The shops, and what float they begin with: some with hardly any.
var places = []struct {
	name string
	head int
	ward int
	cash int64
	buys int64
}{
	{"MAMA NJERI", 0, 0, 20_000_00, 60_000_00},
	{"OTIENO KIOSK", 0, 1, 5_000_00, 6_000_00},
	{"KAMAU CHEMIST", 0, 2, 15_000_00, 40_000_00},
	{"WAFULA STORES", 1, 3, 12_000_00, 30_000_00},
	{"ACHIENG CYBER", 1, 4, 8_000_00, 5_000_00},
	{"MUTUA HARDWARE", 1, 5, 25_000_00, 80_000_00},
	{"HASSAN SHOP", 2, 6, 10_000_00, 25_000_00},
	{"CHEBET DAIRY", 2, 7, 6_000_00, 8_000_00},
}

func (w *town) openTown() {
	w.t.Helper()
	class := w.market.At(w.clock.Now()).Agents.Classes
	bank, err := w.agents.AddAgent(bg, "system", network.Agent{Kind: network.Super, Name: "SIMBA BANK", Class: class[len(class)-1].Number})
	w.must(err)
	for _, name := range []string{"NJERI TRADERS", "LAKE AGENCIES", "HASSAN BROTHERS"} {
		a, err := w.agents.AddAgent(bg, "system", network.Agent{Kind: network.Head, Name: name, Parent: bank.ID, Class: class[0].Number})
		w.must(err)
		w.agentsOf = append(w.agentsOf, a)
	}
	w.agentsOf = append(w.agentsOf, bank)
	w.bank = w.opensShop(len(w.agentsOf)-1, "SIMBA BRANCH", w.market.Wards[8].Code, 0)
	w.addTrustBank()
	w.replenishBank()
	for _, p := range places {
		s := w.opensShop(p.head, p.name, w.market.Wards[p.ward].Code, p.cash)
		w.shops = append(w.shops, s)
		w.soldByBank(s, p.buys)
	}
	for i := range w.agentsOf {
		own := slices.IndexFunc(w.shops, func(s *shop) bool { return s.head == i })
		till := w.bank.till.ID
		if own >= 0 {
			till = w.shops[own].till.ID
		}
		w.approved(agents.RequestNominate, agents.NominateArgs{Agent: w.agentsOf[i].ID, Till: till})
	}
	for i := range 60 {
		phone := msisdn.Number(fmt.Sprintf("+254712001%03d", i))
		n := wallet.NewWallet{Phone: phone, Name: fmt.Sprintf("PERSON %c%c OMONDI", 'A'+i/26, 'A'+i%26), Language: []string{"en", "sw"}[i%2],
			Tier: int16(1 + i%2), Verified: i%2 == 1, PIN: w.pinOf(i)}
		c, err := w.wallet.OpenWallet(bg, n)
		w.must(err)
		w.people = append(w.people, &person{phone: phone, pin: n.PIN, id: c.ID, account: c.Account})
	}
}

// opensShop opens a store with a till, and somebody at it.
func (w *town) opensShop(head int, name, ward string, cash int64) *shop {
	w.t.Helper()
	n := len(w.shops) + head*10
	s := &shop{name: name, head: head, phone: msisdn.Number(fmt.Sprintf("+254712000%03d", 100+n)), pin: w.pinOf(n), cash: cash}
	store, err := w.agents.AddStore(bg, "system", network.Store{Agent: w.agentsOf[head].ID, Name: name, Ward: ward})
	w.must(err)
	s.till, err = w.agents.AddTill(bg, "system", network.Till{Store: store.ID, Label: "till 1"})
	w.must(err)
	_, err = w.agents.Hire(bg, "system", agents.Hiring{PIN: &s.pin, Operator: network.Operator{Till: s.till.ID, Phone: s.phone,
		Name: "OPERATOR " + name[:5], Language: "en", Role: network.Manager}})
	w.must(err)
	lastYear := w.clock.Now().AddDate(-1, 0, 0) // it has traded before, and need not begin with much float
	_, err = w.ledger.Commit(bg, &ledger.Plan{Companions: []ledger.Companion{
		w.agents.Offers().Opened(offer.Drawer{Till: s.till.ID, OpenedAt: lastYear, ClosedAt: lastYear})}})
	w.must(err)
	return s
}

// pinOf is one of a few PINs that are not weak.
func (w *town) pinOf(n int) pin.PIN {
	w.t.Helper()
	p, err := pin.Parse([]string{"4826", "9173", "6284", "3957", "7406", "8351", "7046"}[n%7])
	w.must(err)
	return p
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%s: %v", w.clock.Now().In(w.market.Zone).Format("2 Jan 15:04"), err)
	}
}

// refused counts what became of something, and reports whether it was refused: which may only be for one of these reasons.
func (w *town) refused(what string, err error, may ...fault.Code) bool {
	w.t.Helper()
	if err == nil {
		w.counts[what]++
		return false
	}
	code := fault.CodeOf(err)
	if !slices.Contains(may, code) {
		w.must(fmt.Errorf("%s: %w", what, err))
	}
	w.counts[what+": "+string(code)]++
	return true
}

// today is the day of the market.
func (w *town) today() int32 { return w.market.Day(w.clock.Now()) }

// clockTo winds the clock on to a time of today.
func (w *town) clockTo(hour, minute int) {
	w.wind(w.market.Begins(w.today()).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute))
}

// wind winds the clock on, and lets people do what they wanted to do meanwhile.
func (w *town) wind(to time.Time) {
	for {
		slices.SortStableFunc(w.coming, func(a, b later) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
		if len(w.coming) == 0 || w.coming[0].at.After(to) {
			break
		}
		next := w.coming[0]
		w.coming = w.coming[1:]
		if next.at.After(w.clock.Now()) {
			w.clock.Set(next.at)
		}
		next.do()
	}
	if to.After(w.clock.Now()) {
		w.clock.Set(to)
	}
}

// later has something done so many minutes later.
func (w *town) later(minutes int64, do func()) {
	w.coming = append(w.coming, later{w.clock.Now().Add(time.Duration(minutes) * time.Minute), do})
}

// runJobs lets the jobs do all that is due.
func (w *town) runJobs() {
	w.t.Helper()
	_, err := w.runner.Settle(bg)
	w.must(err)
	w.vouchersCameBack()
}

func (w *town) observe(r jobs.Run) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.runs[r.Job] == nil {
		w.runs[r.Job] = map[string][]jobs.Run{}
	}
	w.runs[r.Job][r.Tick] = append(w.runs[r.Job][r.Tick], r)
}

// somebody is any customer, and anyShop a shop where people go.
func (w *town) somebody() *person { return w.people[w.lots.upTo(int64(len(w.people)))] }

// rich is any customer who has that much.
func (w *town) rich(amount int64) *person {
	for {
		if p := w.somebody(); w.book[p.account] >= amount {
			return p
		}
	}
}

func (w *town) anyShop() *shop {
	for {
		if s := w.shops[w.lots.upTo(int64(len(w.shops)))]; s.trades() {
			return s
		}
	}
}

// texted returns the last text to a phone.
func (w *town) texted(phone msisdn.Number) string {
	w.t.Helper()
	body := ""
	w.must(w.db.Each(bg, `SELECT body FROM messages WHERE phone = ? ORDER BY created_at, id`, []any{string(phone)}, func(rows *sql.Rows) error {
		return rows.Scan(&body)
	}))
	return body
}

// moved writes down that money came to an account, or left it.
func (w *town) moved(account, amount int64) { w.book[account] += amount }

func (w *town) shillings(amount int64) string { return w.market.Style.Format(amount) }
