package ussd_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// shop is a till that every transcript with the line "shops" knows, and its operator.
type shop struct {
	name, ward, landmark string
	operator             person // float is the till's
	till                 network.Till
}

// shopsOf are described in testdata/README.md, by market.
var shopsOf = map[string][]shop{
	"ke": {
		{name: "MAMA NJERI", ward: "102", landmark: "Total petrol station", operator: person{"+254712000011", "NJERI WAIRIMU", "6284", 0, 50_000_00}},
		{name: "OTIENO KIOSK", ward: "101", landmark: "Kangemi market", operator: person{"+254712000012", "PAUL OTIENO", "3957", 0, 800_00}},
	},
	"sn": {
		{name: "BOUTIQUE MODOU", ward: "302", landmark: "Marché Tilène", operator: person{"+221771000011", "MODOU GUEYE", "6284", 0, 250_000}},
		{name: "KIOSQUE AMINATA", ward: "301", landmark: "Sandaga", operator: person{"+221771000012", "AMINATA BA", "3957", 0, 400_000}},
	},
}

// openShops opens the shops of the market, all of one agent under a bank, for the day.
func (w *world) openShops() {
	w.t.Helper()
	ctx := context.Background()
	classes := w.wallet.Market().At(w.clock.Now()).Agents.Classes
	bank, err := w.agents.AddAgent(ctx, "system", network.Agent{Kind: network.Super, Name: "SIMBA BANK", Class: classes[len(classes)-1].Number})
	w.must(err)
	agent, err := w.agents.AddAgent(ctx, "system", network.Agent{Kind: network.Head, Name: "NJERI TRADERS", Parent: bank.ID, Class: classes[0].Number})
	w.must(err)
	w.floats = map[msisdn.Number]int64{}
	w.jobs["offers"] = w.sweeps((*agents.Agents).ExpireOffers, "ended")
	w.jobs["alerts"] = w.sweeps((*agents.Agents).FloatAlerts, "warned")
	w.jobs["freeze"] = w.sweeps((*agents.Agents).FreezeMore, "frozen more")
	w.staff["shop"] = func(rest string) []string { // shop 0712000013 KWA AMINA, at Bus stage: one more in the ward of the first
		phone, rest, _ := strings.Cut(rest, " ")
		name, landmark, _ := strings.Cut(rest, ", at ")
		w.openShop(agent, shop{name: name, ward: shopsOf[w.market][0].ward, landmark: landmark,
			operator: person{w.number(phone), "AMINA HASSAN", "8351", 0, 50_000_00}})
		return nil
	}
	for _, s := range shopsOf[w.market] {
		w.openShop(agent, s)
	}
}

// openShop opens one of them.
func (w *world) openShop(agent network.Agent, s shop) {
	w.t.Helper()
	ctx := context.Background()
	store, err := w.agents.AddStore(ctx, "system", network.Store{Agent: agent.ID, Name: s.name, Ward: s.ward, Landmark: s.landmark})
	w.must(err)
	s.till, err = w.agents.AddTill(ctx, "system", network.Till{Store: store.ID, Label: "till 1"})
	w.must(err)
	secret, err := pin.Parse(s.operator.pin)
	w.must(err)
	hired := agents.Hiring{PIN: &secret, Operator: network.Operator{
		Till: s.till.ID, Phone: s.operator.phone, Name: s.operator.name, Language: w.lang, Role: network.Manager,
	}}
	if number := idNumbers[s.operator.phone]; number != "" {
		hired.ID = w.idDraft(s.operator.phone, number)
	}
	_, err = w.agents.Hire(ctx, "system", hired)
	w.must(err)
	_, err = w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{w.agents.Places().OpenTill(s.till.ID, true),
		w.agents.Offers().Opened(tradedBefore(s.till.ID, w.clock.Now()))}})
	w.must(err)
	_, err = w.wallet.Issue(ctx, s.till.Float, s.operator.float, "opening float of "+s.name)
	w.must(err)
	w.floats[s.operator.phone] = s.operator.float
	w.shops = append(w.shops, s)
}

// tradedBefore is the drawer of a till that was last opened long ago: to open it now is not its first time.
func tradedBefore(till int64, now time.Time) offer.Drawer {
	return offer.Drawer{Till: till, OpenedAt: now.Add(-7 * 24 * time.Hour), ClosedAt: now.Add(-7*24*time.Hour + time.Hour)}
}

// sweeps is a job that does what is due, and says how much that was.
func (w *world) sweeps(work func(*agents.Agents, context.Context, int) (int, error), done string) func() string {
	return func() string {
		w.t.Helper()
		n, err := work(w.agents, context.Background(), 100)
		w.must(err)
		return fmt.Sprintf("%d %s", n, done)
	}
}

// floatsMoved says whose float has changed since it was last asked: "MAMA NJERI has float Ksh 52,000".
func (w *world) floatsMoved() []string {
	var out []string
	for _, s := range w.shops {
		a, err := w.ledger.Account(context.Background(), s.till.Float)
		w.must(err)
		if a.Balance != w.floats[s.operator.phone] {
			w.floats[s.operator.phone] = a.Balance
			out = append(out, s.name+" has float "+w.wallet.Market().Style.Format(a.Balance))
		}
	}
	return out
}

// meant is what a person types who reads it elsewhere: "(shop 0712000011)" is the code on that operator's wall, "(code 0712000012)" the
// last code that phone was shown or sent. Codes are drawn at random, so a transcript cannot name them.
func (w *world) meant(typed string) string {
	word, of, found := strings.Cut(strings.Trim(typed, "()"), " ")
	if !found || !strings.HasPrefix(typed, "(") {
		return typed
	}
	phone := w.number(of)
	if word == "code" {
		return w.codes[phone]
	}
	for _, s := range w.shops {
		if s.operator.phone == phone {
			return string(s.till.Code)
		}
	}
	w.t.Fatalf("whose is %q?", typed)
	return ""
}

// codeShown is how every text gives a code that somebody is to type, or to compare.
var codeShown = regexp.MustCompile(`(?i)\b(code|nambari|type|andika|uandike|show|wakuonyeshe|answer|jibu)( [a-z]+){0,2}:? ([0-9]{4,6})\b`)

// noteCode remembers the code that a phone is shown, the first if there are two, and covers them as a transcript does.
func (w *world) noteCode(phone msisdn.Number, text string) string {
	var out strings.Builder
	from := 0
	for _, at := range codeShown.FindAllStringSubmatchIndex(text, -1) {
		if from == 0 {
			if w.codes == nil {
				w.codes = map[msisdn.Number]string{}
			}
			w.codes[phone] = text[at[6]:at[7]]
		}
		w.drawn = append(w.drawn, text[at[6]:at[7]])
		out.WriteString(text[from:at[6]] + strings.Repeat("#", at[7]-at[6]))
		from = at[7]
	}
	return out.String() + text[from:]
}

// leave puts the call at hand aside, for the phone it is on to go on with later.
func (w *world) leave() {
	if w.left == nil {
		w.left = map[msisdn.Number]call{}
	}
	w.left[w.call.from] = w.call
}

// on goes on with the last call of a phone.
func (w *world) on(phone msisdn.Number) {
	w.leave()
	w.call = w.left[phone]
	w.call.from = phone
}
