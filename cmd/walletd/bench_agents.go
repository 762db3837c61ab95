package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

type benchAgentsCmd struct {
	benchFlags
	Tills int  `help:"How many tills there are." default:"1000"`
	Whole bool `help:"Measure the quotes too, as somebody who types does them."`
}

// Run measures a mixed day: of a hundred acts 40 are cash-ins, 35 cash-outs and 25 sends, of amounts from 50 to 20,000. Intents are
// opened beforehand as in bench ledger, unless quotes are to be measured too. A cash-in that must wait for its customer is complete
// when the customer has said yes.
func (b benchAgentsCmd) Run(ctx context.Context) error {
	a, people, err := b.start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = a.stop() }() // what was measured is printed
	town, err := b.town(ctx, a)
	if err != nil {
		return err
	}
	run := &agentsRun{tally: newTally(b.benchFlags), app: a, people: people, tills: town, whole: make([][]benchAct, b.Clients)}
	if !b.Whole {
		if err := run.prepare(ctx, min(b.Seconds*preparedDeals, b.Seconds*b.Clients*2_000)); err != nil {
			return err
		}
	}
	if run.before, err = run.look(ctx); err != nil {
		return err
	}
	if err := b.measure(ctx, a, run.tally, run.one, run.verify); err != nil {
		return err
	}
	return run.rowsByAct(ctx)
}

// preparedDeals is how many intents are opened for each second of measuring.
const preparedDeals = 14_000

// benchTill is a till of the bench and who works there.
type benchTill struct {
	operator msisdn.Number
	pin      pin.PIN
	code     network.ShopCode
}

// town makes sure that there are enough tills: a hundred agents under ten super-agents.
func (b benchAgentsCmd) town(ctx context.Context, a *app) ([]benchTill, error) {
	tills := make([]benchTill, b.Tills)
	if post, err := a.agents.Places().ByPhone(ctx, benchOperator(b.Tills-1)); err == nil && post.Operator.ID > 0 {
		return tills, inParallel(len(tills), func(i int) error { return tills[i].read(ctx, a, i) })
	}
	fmt.Printf("bench: opening %d tills\n", b.Tills)
	class := slices.MaxFunc(a.market.At(clock.System{}.Now()).Agents.Classes, func(x, y market.AgentClass) int {
		return int(x.Number) - int(y.Number)
	}).Number
	heads := make([]network.Agent, max(1, b.Tills/10))
	var super network.Agent
	for i := range heads {
		var err error
		if i%10 == 0 {
			if super, err = a.agents.AddAgent(ctx, "system", network.Agent{Kind: network.Super, Name: fmt.Sprintf("BENCH BANK %d", i), Class: class}); err != nil {
				return nil, err
			}
		}
		if heads[i], err = a.agents.AddAgent(ctx, "system", network.Agent{Kind: network.Head, Parent: super.ID, Name: fmt.Sprintf("BENCH AGENT %d", i), Class: class}); err != nil {
			return nil, err
		}
	}
	return tills, inParallel(len(tills), func(i int) error {
		if err := b.openTill(ctx, a, heads[i%len(heads)], i); err != nil {
			return err
		}
		return tills[i].read(ctx, a, i)
	})
}

func (b benchAgentsCmd) openTill(ctx context.Context, a *app, head network.Agent, i int) error {
	store, err := a.agents.AddStore(ctx, "system", network.Store{Agent: head.ID, Name: fmt.Sprintf("BENCH SHOP %d", i), Ward: a.market.Wards[i%len(a.market.Wards)].Code})
	if err != nil {
		return err
	}
	till, err := a.agents.AddTill(ctx, "system", network.Till{Store: store.ID, Label: "till 1"})
	if err != nil {
		return err
	}
	p, err := operatorPIN(i)
	if err != nil {
		return err
	}
	_, err = a.agents.Hire(ctx, "system", agents.Hiring{PIN: &p, Operator: network.Operator{Till: till.ID, Phone: benchOperator(i),
		Name: fmt.Sprintf("OPERATOR %d", i), Language: a.market.Languages[0], Role: network.Cashier}})
	if err != nil {
		return err
	}
	_, err = a.wallet.Issue(ctx, till.Float, 1_000_000_000*a.market.Currency.MinorPerUnit(), "bench float "+string(till.Code))
	return err
}

func (t *benchTill) read(ctx context.Context, a *app, i int) error {
	post, err := a.agents.Places().ByPhone(ctx, benchOperator(i))
	if err != nil {
		return err
	}
	t.operator, t.code = post.Operator.Phone, post.Till.Code
	t.pin, err = operatorPIN(i)
	return err
}

// operatorPIN is the first of the benches' PINs from i on that is not too easy to guess.
func operatorPIN(i int) (pin.PIN, error) {
	p, err := pin.Parse(benchPIN(i))
	if err == nil && p.Weak(string(benchOperator(i))) {
		return operatorPIN(i + 1)
	}
	return p, err
}

// benchOperator numbers the operators in a range of their own.
func benchOperator(i int) msisdn.Number { return msisdn.Number(fmt.Sprintf("+254791%06d", i)) }

// benchAct is one act of the mixed day: what was quoted, and who confirms it.
type benchAct struct {
	kind     ledger.Kind
	intent   id.ID
	pin      pin.PIN
	customer msisdn.Number // of a cash-in, who says yes
	waits    bool
	posting  id.ID  // of its money; zero while nothing was acknowledged
	code     string // what was acknowledged; "" where the answer names no receipt
}

type agentsRun struct {
	*tally
	app    *app
	people []person
	tills  []benchTill
	acts   []benchAct // prepared, or nil
	next   atomic.Int64
	whole  [][]benchAct // by worker: what was quoted and acknowledged while it was measured
	lots   atomic.Uint64
	before int64 // acts in the tables
}

// lot draws one of n: the same acts in every run, spread as chance would. It is Steele and Vigna's SplitMix64.
func (r *agentsRun) lot(n int) int {
	z := r.lots.Add(0x9e3779b97f4a7c15)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// prepare opens intents. It is not part of what is measured.
func (r *agentsRun) prepare(ctx context.Context, n int) error {
	fmt.Printf("bench: opening %d intents\n", n)
	r.acts = make([]benchAct, n)
	return inParallel(n, func(i int) (err error) {
		r.acts[i], err = r.quote(ctx)
		return err
	})
}

// quote opens the intent of a random act.
func (r *agentsRun) quote(ctx context.Context) (benchAct, error) {
	who, till := r.people[r.lot(len(r.people))], r.tills[r.lot(len(r.tills))]
	amount := int64(50+r.lot(19_951)) * r.app.market.Currency.MinorPerUnit()
	switch lot := r.lot(100); {
	case lot < 40:
		q, err := r.app.agents.QuoteCashIn(ctx, agents.CashInRequest{Operator: till.operator, To: who.phone, Amount: amount})
		return benchAct{kind: ledger.CashIn, intent: q.Intent, pin: till.pin, customer: who.phone, waits: q.Waits}, err
	case lot < 75:
		q, err := r.app.agents.QuoteCashOut(ctx, agents.CashOutRequest{From: who.phone, Shop: till.code, Amount: amount})
		return benchAct{kind: ledger.CashOut, intent: q.Intent, pin: who.pin}, err
	}
	to := r.people[r.lot(len(r.people))]
	if to.phone == who.phone {
		return r.quote(ctx)
	}
	q, err := r.app.wallet.QuoteSend(ctx, wallet.SendRequest{From: who.phone, To: to.phone, Amount: amount})
	return benchAct{kind: ledger.Send, intent: q.Intent, pin: who.pin}, err
}

// one does one act; false when there is nothing left to do.
func (r *agentsRun) one(ctx context.Context, worker int) bool {
	ctx = context.WithoutCancel(ctx)
	took := stopwatch()
	var quoted benchAct
	act := &quoted
	if r.acts != nil {
		i := r.next.Add(1) - 1
		if i >= int64(len(r.acts)) {
			return false
		}
		act = &r.acts[i]
	} else {
		var err error
		if quoted, err = r.quote(ctx); err != nil {
			r.failed(err)
			return true
		}
	}
	if err := r.confirm(ctx, act); err != nil {
		r.failed(err)
		return true
	}
	r.latency.add(worker, took())
	r.done.Add(1)
	if r.acts == nil {
		r.whole[worker] = append(r.whole[worker], quoted)
	}
	return true
}

func (r *agentsRun) confirm(ctx context.Context, act *benchAct) error {
	switch act.kind {
	case ledger.CashIn:
		done, err := r.app.agents.CashIn(ctx, act.intent, act.pin)
		if err != nil || !act.waits {
			act.acknowledged(done.Intent, done.Code, err)
			return err
		}
		said, err := r.app.agents.Answer(ctx, agents.AnswerRequest{Customer: act.customer, Deal: act.intent, Yes: true})
		act.acknowledged(said.Intent, "", err)
		return err
	case ledger.CashOut:
		done, err := r.app.agents.CashOut(ctx, act.intent, act.pin)
		act.acknowledged(done.Intent, done.Code, err)
		return err
	}
	done, err := r.app.wallet.Send(ctx, act.intent, act.pin)
	act.acknowledged(done.Intent, done.Code, err)
	return err
}

func (a *benchAct) acknowledged(posting id.ID, code string, err error) {
	if err == nil {
		a.posting, a.code = posting, code
	}
}

// withoutCounterCeilings lifts what a till, an operator and a customer may do at counters in a day, so that 1,000 tills can do in a
// minute what they do in a year. The limits are still looked up and compared.
func withoutCounterCeilings(m *market.Market) {
	rules := slices.Clone(m.Agents)
	for i := range rules {
		const most = math.MaxInt64 / 4
		r := &rules[i]
		r.OperatorDayIn, r.OperatorDayOut, r.TillDayIn, r.TillDayOut, r.LoopsPaid = most, most, most, most, math.MaxInt32
		r.SplitGain = most
		r.Classes = slices.Clone(r.Classes)
		for j := range r.Classes {
			r.Classes[j].FloatMax, r.Classes[j].FloatHigh = most, most
		}
	}
	m.Agents = rules
}
