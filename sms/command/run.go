package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/sms"
	"senti/sms/intake"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// Commands does what texts ask for. It is safe for concurrent use.
type Commands struct {
	parts     Parts
	wallet    *wallet.Wallet
	agents    *agents.Agents
	grammar   Grammar
	questions *questions
}

// Parts are what Commands are made of.
type Parts struct {
	DB     *db.DB
	Wallet *wallet.Wallet
	Agents *agents.Agents
	// Ring has the page of what waits for a phone's PIN shown there, where a gateway can; it must not wait. nil: no gateway can.
	Ring func(phone msisdn.Number, act id.ID)
	// Survey takes a phone's answer to a question and reports whether that question was open. The code is "" when the person
	// left it out; the same answer may come twice. nil: nobody is asked anything.
	Survey func(ctx context.Context, from msisdn.Number, code string, yes bool) (taken bool, err error)
}

// New puts Commands together.
func New(p Parts) *Commands {
	m := p.Wallet.Market()
	languages := map[string]string{}
	for _, code := range m.Languages {
		languages[code] = code
		languages[plain(m.NativeName(code))] = code
		for _, word := range languageWords[code] {
			languages[word] = code
		}
	}
	if p.Ring == nil {
		p.Ring = func(msisdn.Number, id.ID) {}
	}
	return &Commands{p, p.Wallet, p.Agents, Grammar{Region: m.Region, Style: m.Style, Languages: languages}, &questions{p.DB}}
}

// writer is who wrote a text, as far as Senti knows.
type writer struct {
	phone    msisdn.Number
	language string            // the market's first when nobody is known
	holder   customer.Customer // of ID 0: the phone has no wallet
	post     network.Post      // of operator 0: who works at no till
}

func (w writer) hasWallet() bool { return w.holder.ID != 0 }
func (w writer) works() bool     { return w.post.Operator.ID != 0 }

// How often somebody is answered who asks for nothing that we know. Any other answer is worth its SMS: it was asked for.
var (
	toStrangers = intake.Seldom{Sort: "stranger", Most: 1, Within: 24 * time.Hour}
	toUnknown   = intake.Seldom{Sort: "unknown", Most: 3, Within: 12 * time.Hour}
	ofSecrets   = intake.Seldom{Sort: "secret", Most: 1, Within: 24 * time.Hour}
)

// Handle is the intake.Handler of people's texts. Who has no wallet and works at no till hears from us once a day, whatever the text.
func (c *Commands) Handle(ctx context.Context, m sms.Inbound) (intake.Answer, error) {
	w, err := c.who(ctx, m.From)
	if err != nil {
		return intake.Answer{}, err
	}
	asked := c.grammar.Parse(m.Text)
	answer, err := intake.Answer{}, c.stopped(w, asked)
	if err == nil {
		answer, err = c.do(ctx, w, asked)
	}
	switch refusal := fault.As(err); {
	case err == nil:
	case refusal == nil || refusal.Code == fault.Internal || refusal.Code.Spec().Retryable:
		return intake.Answer{}, fmt.Errorf("command: %w", err)
	default:
		answer = intake.Answer{Text: strings.ReplaceAll(c.wallet.Explain(w.language, refusal), "\n", " ")}
	}
	if _, checks := asked.(Check); !checks && !w.hasWallet() && !w.works() { // a receipt anybody may check, so often
		answer.Seldom = toStrangers
	}
	return answer, nil
}

// who finds out whose phone it is.
func (c *Commands) who(ctx context.Context, phone msisdn.Number) (writer, error) {
	w := writer{phone: phone, language: c.wallet.Market().Languages[0]}
	post, err := c.agents.Post(ctx, phone)
	if err == nil {
		w.post, w.language = post, post.Operator.Language
	} else if !fault.HasCode(err, fault.NotOperator) {
		return w, fmt.Errorf("command: who works with that phone: %w", err)
	}
	holder, err := c.wallet.Customer(ctx, phone)
	if err == nil {
		w.holder, w.language = holder, holder.Language
	} else if !fault.HasCode(err, fault.NotRegistered) {
		return w, fmt.Errorf("command: whose phone is it: %w", err)
	}
	return w, nil
}

// do does what was asked. Money never moves here: who asks for that gives the PIN on the phone's own page.
func (c *Commands) do(ctx context.Context, w writer, asked Command) (intake.Answer, error) {
	switch asked := asked.(type) {
	case Secret:
		a := c.say(w, "sms.secret")
		a.Seldom = ofSecrets
		return a, nil
	case Survey:
		return c.survey(ctx, w, asked)
	case Help:
		return c.help(w, asked), nil
	case Fees:
		return c.fees(w, asked)
	case Language:
		return c.speak(w, asked), nil
	case Incomplete:
		return c.lacks(w, asked.Keyword), nil
	case Deposit:
		return c.money(ctx, w, asked, asked.Code != "") // a code is good once
	case Check:
		return c.check(ctx, w, asked)
	case Last:
		return c.last(ctx, w)
	case Float:
		return c.float(ctx, w)
	case Earnings:
		return c.earnings(ctx, w)
	case Pay:
		return c.notYet(w, "PAY"), nil
	case Bill:
		return c.notYet(w, "BILL"), nil
	case Airtime:
		return c.notYet(w, "AIRTIME"), nil
	case Request:
		return c.notYet(w, "REQ"), nil
	}
	if !w.hasWallet() {
		return c.say(w, "sms.stranger"), nil
	}
	switch asked.(type) {
	case Balance, Mini, Cash:
		if !w.holder.SIMChanged.IsZero() { // the phone may be a thief's: nothing of the wallet is told until the ID was checked
			return intake.Answer{}, fault.New(fault.SIMChanged)
		}
	}
	switch asked := asked.(type) {
	case Balance:
		return c.balance(ctx, w)
	case Mini:
		return c.mini(ctx, w)
	case Cash:
		return c.cash(ctx, w, asked)
	case Stop:
		return c.quiet(w, true), nil
	case Start:
		return c.quiet(w, false), nil
	case Confirm:
		return c.confirm(ctx, w, asked)
	case Send, Withdraw:
		return c.money(ctx, w, asked, false)
	case Unclear:
		return c.unclear(w, asked), nil
	}
	a := c.say(w, "sms.unknown", i18n.Text("example", c.example(w, "HELP")))
	a.Seldom = toUnknown
	return a, nil
}

// survey takes an answer: to what we have asked about a text of this phone, or to the question what an agent took. Any other answer is as
// good as an unknown text.
func (c *Commands) survey(ctx context.Context, w writer, s Survey) (intake.Answer, error) {
	if s.Code == "" {
		if answer, asked, err := c.answered(ctx, w, s.Yes); asked || err != nil {
			return answer, err
		}
	}
	taken := false
	if c.parts.Survey != nil {
		var err error
		if taken, err = c.parts.Survey(ctx, w.phone, s.Code, s.Yes); err != nil {
			return intake.Answer{}, fmt.Errorf("take an answer: %w", err)
		}
	}
	if !taken {
		return c.do(ctx, w, Unknown{})
	}
	return c.say(w, "sms.survey.taken"), nil
}

// say is an answer in the writer's language.
func (c *Commands) say(w writer, key string, args ...i18n.Arg) intake.Answer {
	return intake.Answer{Text: c.text(w, key, args...)}
}

func (c *Commands) text(w writer, key string, args ...i18n.Arg) string {
	return c.wallet.Texts().Say(w.language, key, append(args, i18n.Text("service", c.wallet.Market().ServiceCode))...)
}

// example is how a command is written, in the writer's language: "SEND 500 0712345678".
func (c *Commands) example(w writer, keyword string) string {
	ward := ""
	if wards := c.agents.Wards(); len(wards) > 0 {
		ward = strings.ToUpper(wards[0].Name)
	}
	return c.text(w, "example."+strings.ToLower(keyword),
		i18n.Text("phone", msisdn.Example(c.grammar.Region).Plain()), i18n.Text("ward", ward))
}
