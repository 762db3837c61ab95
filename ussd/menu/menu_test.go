package menu_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"senti/ussd/menu"
	"senti/wallet/fault"
)

// shop is the environment of the test dialogues: what they did, in order.
type shop struct{ did []string }

type turn = menu.Turn[*shop]
type step = menu.Step[*shop]
type option = menu.Option[*shop]

var number = menu.Take[*shop]{Do: takeNumber, Faults: []fault.Code{fault.BadAmount}}
var pin = menu.Take[*shop]{Do: takePIN, Faults: []fault.Code{fault.WrongPIN}}

var home = menu.Flow[*shop]{ID: "home", Steps: []step{
	{ID: "menu", Choose: "Shop", Options: []option{
		{Key: "1", Text: "Buy", Start: "buy"},
		{Key: "2", Text: "Hidden", Start: "buy", If: func(*turn) bool { return false }},
		{Key: "3", Text: "Prices", Start: "prices"},
		{Key: "4", Text: "Broken", Do: func(*turn) error { return errors.New("the shelf fell") }},
	}},
}}

var buy = menu.Flow[*shop]{ID: "buy", Steps: []step{
	{ID: "count", Ask: "How many?", Take: number},
	{ID: "sure", Confirm: "More than 10?", With: many, Options: []option{{Key: "1", Text: "Yes"}, {Key: "2", Text: "Other", Go: "count"}}},
	{ID: "pin", Secret: "Buy {count}\nEnter PIN", With: price, Take: pin, Moves: true},
	{ID: "again", Secret: "Enter PIN again", Take: pin, Moves: true, Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "done", End: "Bought {count}"},
	{ID: "stopped", End: "Nothing was bought"},
}}

var prices = menu.Flow[*shop]{ID: "prices", Texts: map[string]string{"line": "Fruit {n} costs {n}"}, Steps: []step{
	{ID: "list", List: "Prices", With: fruit, PerPage: 5},
}}

// shut is where a closed shop leads, and closed one that is closed itself.
var shut = menu.Flow[*shop]{ID: "shut", For: fault.ShopClosed, Steps: []step{
	{ID: "top", Choose: "Closed", Options: []option{{Key: "1", Text: "Ring", Start: "closed"}, {Key: "2", Text: "Prices", Start: "prices"}}},
}}

var closed = menu.Flow[*shop]{ID: "closed", For: fault.BadWard, Steps: []step{
	{ID: "top", Choose: "Nobody comes", With: func(*turn) error { return fault.New(fault.BadWard) }, Options: []option{{Key: "1", Text: "Ring", Go: "top"}}},
}}

func takeNumber(t *turn, input string) error {
	var n int64
	if _, err := fmt.Sscan(input, &n); err != nil {
		return fault.New(fault.BadAmount)
	}
	t.KeepNumber("count", n)
	return nil
}

func many(t *turn) error {
	if t.KeptNumber("count") <= 10 {
		return menu.ErrSkip
	}
	return nil
}

func price(t *turn) error {
	t.Say("count", t.KeptNumber("count"))
	return nil
}

func takePIN(t *turn, input string) error {
	switch input {
	case "1234":
		t.Env.did = append(t.Env.did, "paid")
		t.Say("count", t.KeptNumber("count"))
		t.Go("done")
		return nil
	case "5555":
		return errors.New("the line went dead")
	case "7777":
		return fault.New(fault.ShopClosed)
	}
	return t.AskAgain("again", fault.New(fault.WrongPIN, "left", 2))
}

func fruit(t *turn) error {
	for n := range int64(12) {
		t.Say("n", n+1)
		t.Line("line")
	}
	return nil
}

// say is a catalogue of one language: the tables' own texts, and the code for a fault.
func say(texts map[string]string) menu.Say {
	return func(_, key string, args []fault.Arg) string {
		text, ok := texts[key]
		if !ok {
			text = "<" + key + ">"
		}
		for _, a := range args {
			text = strings.ReplaceAll(text, "{"+a.Name+"}", fmt.Sprint(a.Value))
		}
		return text
	}
}

func engine(t *testing.T) *menu.Engine[*shop] {
	t.Helper()
	flows := []*menu.Flow[*shop]{&home, &buy, &prices, &shut, &closed}
	e, err := menu.New(say(menu.Source(flows...)), flows...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// A conversation is written as what is typed and, after it, the screen that must come, its lines joined by "|".
func TestConversations(t *testing.T) {
	const top = "Shop|1 Buy|3 Prices|4 Broken"
	for name, c := range map[string][]string{
		"a hidden option keeps the other numbers and cannot be chosen": {
			"2", "<fault.bad_choice>|" + top},
		"back on the first page is no choice": {
			"0", "<fault.bad_choice>|" + top},
		"straight through": {
			"1", "How many?|0 Back", "3", "Buy 3|Enter PIN|0 Back", "1234", "END Bought 3"},
		"spaces around an input do not matter": {
			" 1 ", "How many?|0 Back"},
		"a mistake is asked again with one line above, and back still leads out": {
			"1", "How many?|0 Back", "x", "<fault.bad_amount>|How many?|0 Back", "0", top},
		"on a page that asks, 98 and 00 are answers": {
			"1", "How many?|0 Back", "98", "More than 10?|1 Yes|2 Other|0 Back", "2", "How many?|0 Back", "00", "Buy 0|Enter PIN|0 Back"},
		"a row that does not apply is left out, also on the way back": {
			"1", "How many?|0 Back", "4", "Buy 4|Enter PIN|0 Back", "0", "How many?|0 Back", "0", top},
		"back from a secret leads to the page before": {
			"1", "How many?|0 Back", "11", "More than 10?|1 Yes|2 Other|0 Back", "1", "Buy 11|Enter PIN|0 Back", "0", "More than 10?|1 Yes|2 Other|0 Back", "0", "How many?|0 Back"},
		"an exit of a question is not an answer": {
			"1", "How many?|0 Back", "3", "Buy 3|Enter PIN|0 Back", "9", "<fault.wrong_pin>|Enter PIN again|0 Stop", "8", "<fault.wrong_pin>|Enter PIN again|0 Stop", "0", "END Nothing was bought"},
		"an unclear failure of a money step says that it is not certain": {
			"1", "How many?|0 Back", "3", "Buy 3|Enter PIN|0 Back", "5555", "END <fault.outcome_unknown>"},
		"a fault leads to the flow that is for it, and a secret is not on the way back": {
			"1", "How many?|0 Back", "3", "Buy 3|Enter PIN|0 Back", "7777", "Closed|1 Ring|2 Prices|0 Back", "0", "How many?|0 Back"},
		"a flow that comes to its own fault ends": {
			"1", "How many?|0 Back", "3", "Buy 3|Enter PIN|0 Back", "7777", "Closed|1 Ring|2 Prices|0 Back", "1", "END <fault.bad_ward>"},
		"any other failure ends politely": {
			"4", "END <fault.internal>"},
		"a long list pages, and 98 is there only while there is more": {
			"3", "Prices|Fruit 1 costs 1|Fruit 2 costs 2|Fruit 3 costs 3|Fruit 4 costs 4|Fruit 5 costs 5|98 More|0 Back",
			"98", "Fruit 6 costs 6|Fruit 7 costs 7|Fruit 8 costs 8|Fruit 9 costs 9|Fruit 10 costs 10|98 More|0 Back|00 Menu",
			"98", "Fruit 11 costs 11|Fruit 12 costs 12|0 Back|00 Menu",
			"0", "Fruit 6 costs 6|Fruit 7 costs 7|Fruit 8 costs 8|Fruit 9 costs 9|Fruit 10 costs 10|98 More|0 Back|00 Menu",
			"00", top},
	} {
		t.Run(name, func(t *testing.T) {
			e, env, page := engine(t), &shop{}, menu.Page{Limit: 156}
			place, reply := e.Start(context.Background(), env, menu.Place{Flow: "home", Lang: "en"}, page)
			if got := line(reply); got != top {
				t.Fatalf("first page: %s", got)
			}
			for i := 0; i < len(c); i += 2 {
				place, reply = e.Next(context.Background(), env, place, c[i], page)
				if got := line(reply); got != c[i+1] {
					t.Fatalf("after %q:\ngot  %s\nwant %s", c[i], got, c[i+1])
				}
			}
		})
	}
}

func line(r menu.Reply) string {
	text := strings.ReplaceAll(r.Text, "\n", "|")
	if r.End {
		return "END " + text
	}
	return text
}

func TestDialledInputStopsBeforeASecretOrAConfirmation(t *testing.T) {
	for dialled, want := range map[string]string{
		"1":           "How many?|0 Back",
		"1*3":         "Buy 3|Enter PIN|0 Back",
		"1*x*3*1234":  "<fault.bad_amount>|How many?|0 Back",
		"1*3*1234":    "END <fault.pin_in_dial>",
		"1*11":        "More than 10?|1 Yes|2 Other|0 Back",
		"1*11*1":      "More than 10?|1 Yes|2 Other|0 Back",
		"1*11*1*1234": "END <fault.pin_in_dial>",
		"1*11*1234":   "END <fault.pin_in_dial>",
		"9":           "<fault.bad_choice>|Shop|1 Buy|3 Prices|4 Broken",
	} {
		env := &shop{}
		_, reply := engine(t).Dial(context.Background(), env, menu.Place{Flow: "home", Lang: "en"}, menu.Page{Limit: 156}, strings.Split(dialled, "*"))
		if got := line(reply); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", dialled, got, want)
		}
		if len(env.did) > 0 {
			t.Errorf("%s: paid without a PIN typed in the session", dialled)
		}
	}
}

func TestATurnLeavesThePlaceItWasGivenAsItWas(t *testing.T) {
	e, env, page := engine(t), &shop{}, menu.Page{Limit: 156}
	first, _ := e.Start(context.Background(), env, menu.Place{Flow: "home", Lang: "en"}, page)
	asked, _ := e.Next(context.Background(), env, first, "1", page)
	before := fmt.Sprint(asked)
	e.Next(context.Background(), env, asked, "7", page)
	e.Next(context.Background(), env, asked, "0", page)
	if after := fmt.Sprint(asked); after != before {
		t.Fatalf("place changed:\n%s\n%s", before, after)
	}
}

func TestNoSecretStaysInThePlace(t *testing.T) {
	e, env, page := engine(t), &shop{}, menu.Page{Limit: 156}
	place, _ := e.Start(context.Background(), env, menu.Place{Flow: "home", Lang: "en"}, page)
	for _, input := range []string{"1", "3", "8642", "1234"} {
		place, _ = e.Next(context.Background(), env, place, input, page)
		if s := fmt.Sprintf("%+v", place); strings.Contains(s, "8642") || strings.Contains(s, "1234") {
			t.Fatalf("a PIN is in the place: %s", s)
		}
	}
}

func TestALongLastPageIsCutAndOnlyItsLastPartEndsTheSession(t *testing.T) {
	texts := menu.Source(&home, &buy)
	texts["buy.done"] = "You bought something very nice indeed today.\nIt will be sent to you by a man on a bicycle, please wait."
	e, err := menu.New(say(texts), &home, &buy, &prices)
	if err != nil {
		t.Fatal(err)
	}
	env, page := &shop{}, menu.Page{Limit: 80}
	place, _ := e.Start(context.Background(), env, menu.Place{Flow: "home", Lang: "en"}, page)
	for i, c := range []struct{ input, want string }{
		{"1", "How many?|0 Back"}, {"3", "Buy 3|Enter PIN|0 Back"},
		{"1234", "You bought something very nice indeed today.|98 More"},
		{"7", "You bought something very nice indeed today.|98 More"},
		{"98", "END It will be sent to you by a man on a bicycle, please wait."},
	} {
		var reply menu.Reply
		place, reply = e.Next(context.Background(), env, place, c.input, page)
		if got := line(reply); got != c.want {
			t.Fatalf("turn %d: got %s, want %s", i, got, c.want)
		}
	}
	if len(env.did) != 1 {
		t.Fatalf("paging did it again: %v", env.did)
	}
}

// A language that GSM-7 cannot write has 70 characters to a page, whatever the gateway allows others.
func TestAScriptOutsideGSM7HasShorterPages(t *testing.T) {
	texts := menu.Source(&home, &buy, &prices)
	texts["prices.line"] = "\u134d\u122c {n} \u1265\u122d" // Ge'ez
	e, err := menu.New(say(texts), &home, &buy, &prices)
	if err != nil {
		t.Fatal(err)
	}
	place, _ := e.Start(context.Background(), &shop{}, menu.Place{Flow: "home", Lang: "am"}, menu.Page{Limit: 156})
	place, reply := e.Next(context.Background(), &shop{}, place, "3", menu.Page{Limit: 156})
	for pages := 1; ; pages++ {
		if n := len([]rune(reply.Text)); n > 70 {
			t.Fatalf("%d characters:\n%s", n, reply.Text)
		}
		if !strings.Contains(reply.Text, "98 More") {
			if pages < 3 || !strings.Contains(reply.Text, "12") {
				t.Fatalf("page %d is the last:\n%s", pages, reply.Text)
			}
			return
		}
		place, reply = e.Next(context.Background(), &shop{}, place, "98", menu.Page{Limit: 156})
	}
}

func TestAPlaceFromAnOlderReleaseLeadsHome(t *testing.T) {
	_, reply := engine(t).Next(context.Background(), &shop{}, menu.Place{Flow: "gone", Step: "x", Home: "home", Lang: "en"}, "5", menu.Page{Limit: 156})
	if got := line(reply); got != "Shop|1 Buy|3 Prices|4 Broken" {
		t.Fatal(got)
	}
}

func TestABadTableIsRefused(t *testing.T) {
	for name, flow := range map[string]menu.Flow[*shop]{
		"two texts":        {ID: "f", Steps: []step{{ID: "a", Ask: "x", End: "y", Take: number}}},
		"no text":          {ID: "f", Steps: []step{{ID: "a"}}},
		"no take":          {ID: "f", Steps: []step{{ID: "a", Ask: "x"}}},
		"choice of none":   {ID: "f", Steps: []step{{ID: "a", Choose: "x"}}},
		"the same ID":      {ID: "f", Steps: []step{{ID: "a", End: "x"}, {ID: "a", End: "y"}}},
		"leads nowhere":    {ID: "f", Steps: []step{{ID: "a", Choose: "x", Options: []option{{Key: "1", Go: "z"}}}}},
		"no such flow":     {ID: "f", Steps: []step{{ID: "a", Choose: "x", Options: []option{{Key: "1", Start: "z"}}}}},
		"end takes a word": {ID: "f", Steps: []step{{ID: "a", End: "x", Take: number}}},
	} {
		if _, err := menu.New(say(nil), &flow); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	again := shut
	again.ID = "again"
	if _, err := menu.New(say(nil), &home, &buy, &prices, &closed, &shut, &again); err == nil {
		t.Error("two flows for one fault: accepted")
	}
}

func TestProofFindsWhatDoesNotFit(t *testing.T) {
	e := engine(t)
	worst := []fault.Arg{{Name: "count", Value: strings.Repeat("9", 60)}, {Name: "n", Value: "99"}}
	if bad := e.Proof([]string{"en"}, 156, worst); len(bad) != 0 {
		t.Fatalf("156: %v", bad)
	}
	bad := e.Proof([]string{"en"}, 60, worst)
	if len(bad) != 2 || bad[0].Step != "pin" || bad[0].Fault != "" || bad[1].Step != "pin" || bad[1].Fault != fault.WrongPIN {
		t.Fatalf("60: %v", bad)
	}
}
