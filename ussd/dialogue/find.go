package dialogue

import (
	"fmt"
	"strconv"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet/fault"
)

// find tells which shops near a place are open and can do what the customer wants.
var find = flow{ID: "find", Says: fault.WithCash, Texts: map[string]string{"line": "{name} {code}", "place": "{name}, {landmark}: {code}"}, Steps: []step{
	{ID: "what", Choose: "Find an agent", Options: []option{
		{Key: "1", Text: "To take out cash", Do: findFor(agents.TakeCash), Go: "amount"},
		{Key: "2", Text: "To put in cash", Do: findFor(agents.PutInCash), Go: "amount"},
		{Key: "3", Text: "Any that is open", Do: findFor(agents.AnyShop), Go: "where"},
	}},
	{ID: "amount", Ask: "How much?", Take: findAmount, Options: []option{{Key: "0", Text: "Any amount", Do: anyAmount, Go: "where"}}},
	{ID: "where", Ask: "Ward code, or a place", Take: place, Options: []option{{Key: "1", Text: "See the wards", Start: "wards"}}},
	{ID: "list", List: "Shop and its code", With: listShops},
}}

// wards are the parts of the town, with the codes to type.
var wards = flow{ID: "wards", Says: fault.WithCash, Texts: map[string]string{"ward": "{code} {name}"}, Steps: []step{
	{ID: "list", List: "Wards. Go back and type the code", With: listWards},
}}

var (
	place      = take{Do: takePlace, Faults: []fault.Code{fault.NoShops}}
	findAmount = take{Do: takeCash, Faults: []fault.Code{fault.BadAmount}}
)

// What looking for shops keeps between turns.
const (
	keptWhere   = "where"
	keptPurpose = "purpose"
)

// foundMost is how many shops a list has at most.
const foundMost = 12

func findFor(p agents.Purpose) func(*turn) error {
	return func(t *turn) error {
		t.Keep(keptPurpose, string(p))
		return anyAmount(t)
	}
}

func anyAmount(t *turn) error {
	t.KeepNumber(keptAmount, 0)
	return nil
}

func takePlace(t *turn, typed string) error {
	t.Keep(keptWhere, typed)
	return nil
}

func listShops(t *turn) error {
	found, err := t.Env.agents.FindShops(t.Ctx, agents.FindRequest{
		Where: t.Kept(keptWhere), Purpose: agents.Purpose(t.Kept(keptPurpose)), Amount: t.KeptNumber(keptAmount),
	}, foundMost)
	if err != nil {
		return t.AskAgain("where", err)
	}
	for _, f := range found {
		t.Say("name", f.Name)
		t.Say("landmark", f.Landmark)
		t.Say("code", f.Code)
		line := "place"
		if f.Landmark == "" {
			line = "line"
		}
		t.Line(line)
	}
	return nil
}

func listWards(t *turn) error {
	for _, w := range t.Env.agents.Wards() {
		t.Say("code", w.Code)
		t.Say("name", w.Name)
		t.Line("ward")
	}
	return nil
}

// picks are the numbers of a page that offers shops to choose from: as many as the market's rules can have.
func picks(next string) []option {
	names := []string{"{one}", "{two}", "{three}"}
	out := make([]option, len(names))
	for i, name := range names {
		out[i] = option{Key: strconv.Itoa(i + 1), Text: name, If: picked(i), Do: pick(i), Go: next}
	}
	return out
}

// pickKey names the shop code of a choice.
func pickKey(i int) string { return "pick" + strconv.Itoa(i) }

// sayPicks keeps and names the shops to choose from.
func sayPicks(t *turn, found []agents.Found) {
	for i, name := range []string{"one", "two", "three"} {
		t.Keep(pickKey(i), "")
		t.Say(name, "")
		if i < len(found) {
			t.Keep(pickKey(i), found[i].Code)
			t.Say(name, asFound(found[i]))
		}
	}
}

// asFound is how a customer finds a shop: what it is called, where it stands, and how much of what was asked of it it has kept, if anything
// ever was.
func asFound(f agents.Found) string {
	said := f.Shop
	if f.Landmark != "" {
		said = f.Name + ", " + f.Landmark
	}
	if f.Rated > 0 {
		said += fmt.Sprintf(" %d%%", f.Rate/10)
	}
	return said
}

// otherPicks are the shops that were not chosen, in their order.
func otherPicks(t *turn) []network.ShopCode {
	var out []network.ShopCode
	for i := range picks("") {
		if code := t.Kept(pickKey(i)); code != "" && code != t.Kept(keptCode) {
			out = append(out, network.ShopCode(code))
		}
	}
	return out
}

func picked(i int) func(*turn) bool {
	return func(t *turn) bool { return t.Kept(pickKey(i)) != "" }
}

func pick(i int) func(*turn) error {
	return func(t *turn) error {
		t.Keep(keptCode, t.Kept(pickKey(i)))
		return nil
	}
}
