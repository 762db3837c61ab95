// Package dialogue holds the conversations a phone user can have with Senti: one file each, one table each.
//
// A table reads top to bottom as the phone shows it; the English text in it is the source that the catalogues translate, and
// testdata/*.txt are whole conversations, which are both the tests and the manual. A dialogue calls the wallet's use cases
// and moves no money itself. It knows no gateway and no session store; package ussd brings it requests.
package dialogue

import (
	"context"
	"fmt"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/ussd/menu"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/market"
	"senti/wallet/msisdn"
)

// flows lists every dialogue.
var flows = []*flow{
	&first,
	&mainMenu,
	&counter,
	&send,
	&cash,
	&cashOut,
	&asked,
	&cashIn,
	&recent,
	&more,
	&float,
	&earnings,
	&agentCommission,
	&dayEnd,
	&warnings,
	&floatNow,
	&floatSell,
	&floatAsk,
	&floatYes,
	&floatSwap,
	&swapYes,
	&tillAsked,
	&reservations,
	&tillDay,
	&find,
	&wards,
	&reserve,
	&newCustomer,
	&resetCustomer,
	&sendCode,
	&myCodes,
	&payCode,
	&cashCode,
	&depositCode,
	&withdraw,
	&returning,
	&claiming,
	&notPaid,
	&givingBack,
	&account,
	&balance,
	&statement,
	&changePIN,
	&language,
	&checking,
	&fees,
	&limits,
	&forgot,
	&locked,
	&opening,
	&asleep,
	&simChanged,
	&takeUp,
	&counterPIN,
	&counterChange,
	&counterForgot,
	&counterLocked,
	&counterHelp,
	&counterSwapped,
	&simCheck,
	&simConfirm,
	&redial,
	&details,
	&texted,
	&replyCode,
}

// The types of the tables, in this package's environment.
type (
	flow   = menu.Flow[*env]
	step   = menu.Step[*env]
	option = menu.Option[*env]
	take   = menu.Take[*env]
	turn   = menu.Turn[*env]
)

// Dialogues runs the conversations on a wallet. It is safe for concurrent use.
type Dialogues struct {
	wallet *wallet.Wallet
	agents *agents.Agents
	market *market.Market
	texts  *i18n.Texts
	engine *menu.Engine[*env]
}

// New returns the dialogues of a wallet and its agents in the languages of its market. It fails when a language lacks a text.
func New(w *wallet.Wallet, a *agents.Agents) (*Dialogues, error) {
	texts, err := w.Texts().With(menu.Source(flows...))
	if err != nil {
		return nil, fmt.Errorf("dialogue: %w", err)
	}
	d := &Dialogues{wallet: w, agents: a, market: w.Market(), texts: texts}
	d.engine, err = menu.New(d.say, flows...)
	return d, err
}

// Caller is who is on the phone, and how much of a screen it has.
type Caller struct {
	Phone  msisdn.Number
	Origin wallet.Origin // gateway, session and turn
	Page   menu.Page
	SIM    wallet.SIM // of Dialogues.SIM: what the gateway told of the phone's SIM with this call; mostly nothing
}

// SIM is what stands for the SIM of a phone whose number (IMSI) and last move a gateway has told, as Caller has it.
func (d *Dialogues) SIM(imsi string, moved time.Time) wallet.SIM { return d.wallet.SIMOf(imsi, moved) }

// seen notes the SIM that the caller has, if that was told. Until it is written down that it is another one, nothing else is done.
func (d *Dialogues) seen(ctx context.Context, c Caller) error {
	if c.SIM.IsZero() {
		return nil
	}
	return d.agents.SeenSIM(ctx, c.Phone, c.SIM)
}

// Answer is what a turn led to.
type Answer struct {
	Place  menu.Place
	Reply  menu.Reply
	Intent id.ID // the intent that the page is about, or that the session opened last; zero for none
}

// env is what the tables' functions work with.
type env struct {
	*Dialogues
	caller Caller
	intent id.ID                // what this turn's last page is about
	lines  []wallet.Line        // what the statement read behind the PIN
	earned agents.Earnings      // what the operator read behind the PIN
	warned []agents.Warned      // likewise
	mended map[id.ID]deal.State // and what became of those lines over a counter
	last   *wallet.Last         // the caller's last payment, settled, once it was asked for
	sleeps bool                 // the caller's own wallet was not used for long
	swaps  bool                 // another SIM has its number
	post   *network.Post        // where the caller works, once it was asked for; of operator 0 when nowhere
}

// Open begins a session, with what was dialled after the service code if anything was.
//
// A session that this process does not know may have been begun before a restart, or on another node. Its own intent tells, if
// it has one: closed, the answer is the page that closed it, again; open, the redial page.
func (d *Dialogues) Open(ctx context.Context, c Caller, dialled []string) Answer {
	if answer, stopped := d.barred(ctx, c, menu.Place{}); stopped {
		return answer
	}
	return d.open(ctx, c, dialled, len(dialled) > 0)
}

// Resume goes on with a session that is known to have begun, and of which this process has shown no page: as Open does, and
// what was typed on a page that nobody remembers is passed over.
func (d *Dialogues) Resume(ctx context.Context, c Caller) Answer { return d.open(ctx, c, nil, true) }

// Push begins a session that the caller has not dialled, with what somebody asks of him; false when there is nothing that can be asked so. A
// cash-out is not: while it may be unknown to the caller what became of his last act, as the page would hide that from the next dial.
func (d *Dialogues) Push(ctx context.Context, c Caller) (Answer, bool) {
	if _, stopped := d.barred(ctx, c, menu.Place{}); stopped {
		return Answer{}, false
	}
	e := &env{Dialogues: d, caller: c}
	at, err := e.home(ctx)
	switch {
	case err != nil:
		return Answer{}, false
	case e.isAskedNow(ctx):
		at.Flow = asked.ID
	case e.isTillAsked(ctx):
		at.Flow = tillAsked.ID
	default:
		return Answer{}, false
	}
	answer := e.start(ctx, at, nil)
	return answer, !answer.Reply.End
}

// ServiceCode is what phones dial: "*384#".
func (d *Dialogues) ServiceCode() string { return d.market.ServiceCode }

// open begins a session, or takes up one that began elsewhere. A plain dial is told what became of the last payment.
func (d *Dialogues) open(ctx context.Context, c Caller, dialled []string, begun bool) Answer {
	nobody := menu.Place{Flow: first.ID, Lang: d.market.Languages[0]}
	e := &env{Dialogues: d, caller: c}
	if err := d.seen(ctx, c); err != nil {
		return d.Lost(c, nobody, err)
	}
	at, err := e.home(ctx)
	switch {
	case fault.HasCode(err, fault.NotRegistered):
		return e.start(ctx, nobody, dialled)
	case err != nil:
		return d.Lost(c, at, fault.Wrap(err, fault.LookAgain)) // a payment may be under way: nothing is claimed
	}
	byText := len(dialled) > 0 && dialled[0] == textedKey
	if byText {
		dialled = dialled[1:]
	}
	last, ok, err := d.last(ctx, c, begun)
	switch {
	case err != nil:
		return d.Lost(c, at, err)
	case ok && last.Session == c.Origin.Session && last.End != "":
		at.Flow = details.ID
		page, err := d.agents.Page(ctx, last)
		if err != nil {
			return d.Lost(c, at, fault.Wrap(err, fault.LookAgain))
		}
		place, reply := d.engine.Last(at, c.Page, page)
		return Answer{Place: place, Reply: reply, Intent: last.Intent}
	case ok && last.Session == c.Origin.Session:
		at.Flow, dialled = redial.ID, nil // settled there, by the redial page itself
	case e.post != nil && e.post.Operator.Status == network.Swapped:
		at.Flow, dialled = counterSwapped.ID, nil
	case !begun && e.swaps && at.Flow == mainMenu.ID: // before what was done last: the phone may be a thief's
		at.Flow = simChanged.ID
	case ok && last.WaitsByText():
		if page, ok := begunAt(at, last); ok {
			at, dialled = page, nil
		}
	case byText:
		at.Flow = texted.ID
	case ok && last.Untold() && !begun:
		at.Flow, e.last = redial.ID, &last
	case !begun && e.isAsked(ctx):
		at.Flow = asked.ID
	case !begun && e.isTillAsked(ctx):
		at.Flow = tillAsked.ID
	case !begun && e.sleeps && at.Flow == mainMenu.ID:
		at.Flow = asleep.ID
	}
	return e.start(ctx, at, dialled)
}

// home is where the caller's own menu is: an operator's, or a customer's. The fault is not_registered for a phone that is neither's;
// with any other the place still says the caller's language, if that is known.
func (e *env) home(ctx context.Context) (menu.Place, error) {
	at := menu.Place{Flow: mainMenu.ID, Home: mainMenu.ID, Lang: e.market.Languages[0]}
	holder, unknown := e.wallet.Customer(ctx, e.caller.Phone)
	if unknown == nil {
		at.Lang, e.sleeps, e.swaps = holder.Language, holder.Status == customer.Dormant, swapped(holder)
	}
	post, err := e.agents.Post(ctx, e.caller.Phone)
	switch {
	case err == nil:
		e.post = &post
		return menu.Place{Flow: counter.ID, Home: counter.ID, Lang: post.Operator.Language}, nil
	case fault.HasCode(err, fault.NotOperator):
		return at, unknown
	}
	return at, err
}

// works returns where the caller works. The fault is not_operator.
func (e *env) works(t *turn) (network.Post, error) {
	if e.post == nil {
		post, err := e.agents.Post(t.Ctx, e.caller.Phone)
		if err != nil {
			return network.Post{}, err
		}
		e.post = &post
	}
	return *e.post, nil
}

// last is the caller's last payment. A plain dial will tell what became of it, so it must be settled. A session with input is
// after something else, and only asks for the last intent of its own.
func (d *Dialogues) last(ctx context.Context, c Caller, begun bool) (wallet.Last, bool, error) {
	if !begun {
		return d.agents.LastOutcome(ctx, c.Phone)
	}
	return d.wallet.SessionOutcome(ctx, c.Phone, c.Origin.Gateway, c.Origin.Session)
}

// Closed returns the intent that the last page of a session was about, for a session this process does not know.
func (d *Dialogues) Closed(ctx context.Context, c Caller) (id.ID, bool) {
	last, ok, err := d.wallet.SessionOutcome(ctx, c.Phone, c.Origin.Gateway, c.Origin.Session)
	return last.Intent, err == nil && ok && last.End != ""
}

// Next takes what was typed.
func (d *Dialogues) Next(ctx context.Context, c Caller, at menu.Place, input string) Answer {
	if answer, stopped := d.barred(ctx, c, at); stopped {
		return answer
	}
	e := &env{Dialogues: d, caller: c}
	if err := d.seen(ctx, c); err != nil {
		return d.Lost(c, at, err)
	}
	place, reply := d.engine.Next(ctx, e, at, input, c.Page)
	return e.answer(place, reply)
}

// Lost is the answer for a turn that broke half-way at that place.
func (d *Dialogues) Lost(c Caller, at menu.Place, err error) Answer {
	if at.Lang == "" { // lost before there was a place
		at.Lang = d.market.Languages[0]
	}
	place, reply := d.engine.Fail(at, c.Page, err)
	return Answer{Place: place, Reply: reply}
}

// Shown notes that the caller was shown how the intent ended; failed, that he may not have seen it. Both are cheap: they are
// written down in bulk, later.
func (d *Dialogues) Shown(intent id.ID, failed bool) {
	if failed {
		d.wallet.EndFailed(intent)
		return
	}
	d.wallet.EndShown(intent)
}

// keepEnd keeps that last page, which no use case has kept, so that its callback can be repeated to any node.
func keepEnd(step string) func(*turn) error {
	return func(t *turn) error {
		t.Env.wallet.KeepEnd(t.Ctx, t.Env.actor(t.Ctx), t.Env.caller.Origin, t.Text(step))
		return nil
	}
}

// actor is the caller as an intent names people: by the number at the till, or by that of the wallet.
func (e *env) actor(ctx context.Context) wallet.Actor {
	who := wallet.Actor{Phone: e.caller.Phone}
	if post, err := e.agents.Post(ctx, who.Phone); err == nil {
		who.Number = post.Operator.ID
	} else if c, err := e.wallet.Customer(ctx, who.Phone); err == nil {
		who.Number = c.ID
	}
	return who
}

func (e *env) start(ctx context.Context, at menu.Place, dialled []string) Answer {
	if len(dialled) == 0 {
		place, reply := e.engine.Start(ctx, e, at, e.caller.Page)
		return e.answer(place, reply)
	}
	place, reply := e.engine.Dial(ctx, e, at, e.caller.Page, dialled)
	return e.answer(place, reply)
}

func (e *env) answer(place menu.Place, reply menu.Reply) Answer {
	intent := e.intent
	if kept, err := id.Parse(place.Answers[keptIntent]); intent.IsZero() && err == nil {
		intent = kept
	}
	return Answer{Place: place, Reply: reply, Intent: intent}
}

// say finds a text and writes its amounts as the market does.
func (d *Dialogues) say(lang, key string, args []fault.Arg) string {
	out := make([]i18n.Arg, len(args))
	for i, a := range args {
		switch v := a.Value.(type) {
		case fault.Minor:
			out[i] = i18n.Text(a.Name, d.market.Style.Format(int64(v)))
		case int64:
			out[i] = i18n.Count(a.Name, v)
		case string:
			out[i] = i18n.Text(a.Name, v)
		}
	}
	return d.texts.Say(lang, key, out...)
}

// sayBare says an amount without the currency's symbol, where the line before has it.
func sayBare(t *turn, name string, minor int64) {
	t.Say(name, t.Env.market.Style.FormatBare(minor))
}
