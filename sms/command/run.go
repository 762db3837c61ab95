package command

import (
	"context"
	"fmt"

	"senti/sms"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/msisdn"
)

// Commands does what texts ask for. It is safe for concurrent use.
type Commands struct {
	parts   Parts
	grammar Grammar
}

// Parts are what Commands are made of.
type Parts struct {
	Wallet *wallet.Wallet
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
	return &Commands{p, Grammar{Region: m.Region, Style: m.Style, Languages: languages}}
}

// Handle is the sms.Handler of people's texts.
func (c *Commands) Handle(ctx context.Context, m sms.Inbound) (string, error) {
	switch asked := c.grammar.Parse(m.Text).(type) {
	case Survey:
		return c.survey(ctx, m.From, asked)
	default:
		return c.say(ctx, m.From, "sms.unknown")
	}
}

// survey thanks for an answer to an open question. Any other answer is as good as an unknown text.
func (c *Commands) survey(ctx context.Context, from msisdn.Number, s Survey) (string, error) {
	if c.parts.Survey == nil {
		return c.say(ctx, from, "sms.unknown")
	}
	taken, err := c.parts.Survey(ctx, from, s.Code, s.Yes)
	if err != nil {
		return "", fmt.Errorf("command: take an answer: %w", err)
	}
	if !taken {
		return c.say(ctx, from, "sms.unknown")
	}
	return c.say(ctx, from, "sms.survey.taken")
}

// say returns a text in the language of a phone's owner, or in the market's first for one who has no wallet.
func (c *Commands) say(ctx context.Context, to msisdn.Number, key string) (string, error) {
	w := c.parts.Wallet
	language := w.Market().Languages[0]
	owner, err := w.Customer(ctx, to)
	switch {
	case err == nil:
		language = owner.Language
	case !fault.HasCode(err, fault.NotRegistered):
		return "", fmt.Errorf("command: whose phone is it: %w", err)
	}
	return w.Texts().Say(language, key, i18n.Text("service", w.Market().ServiceCode)), nil
}
