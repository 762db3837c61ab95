package dialogue

import (
	"context"
	"strconv"

	"senti/agents"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// What the four conversations about a deal that went wrong have in common (return.go, claim.go, notpaid.go, giveback.go), and the list
// of cash codes.

// dealLines are how a deal is written where one is chosen.
var dealLines = map[string]string{"line": "{time} {amount} {whom}", "disputed": "{time} {amount} {whom} NOT PAID?"}

// choosing are the places of a list of deals, and the next ones.
var choosing = []option{
	{Key: "1", Text: "{one}", If: listed(0), Do: choose(0), Go: "pin"},
	{Key: "2", Text: "{two}", If: listed(1), Do: choose(1), Go: "pin"},
	{Key: "3", Text: "{three}", If: listed(2), Do: choose(2), Go: "pin"},
	{Key: "4", Text: "{four}", If: listed(3), Do: choose(3), Go: "pin"},
	{Key: "5", Text: "Older ones", If: moreListed, Do: nextListed, Go: "which"},
}

// places are the names of the list's lines on its page.
var places = []string{"one", "two", "three", "four"}

const (
	keptPassed = "passed" // how many deals were passed over
	keptOlder  = "older"  // 1 when there are more
)

func listed(n int) func(*turn) bool { return func(t *turn) bool { return t.Kept(placeOf(n)) != "" } }

func choose(n int) func(*turn) error {
	return func(t *turn) error {
		t.Keep(keptDeal, t.Kept(placeOf(n)))
		return nil
	}
}

func placeOf(n int) string { return keptDeal + strconv.Itoa(n) }

func moreListed(t *turn) bool { return t.KeptNumber(keptOlder) == 1 }

func nextListed(t *turn) error {
	t.KeepNumber(keptPassed, t.KeptNumber(keptPassed)+int64(len(places)))
	return nil
}

// choices lists deals of the caller to choose from, or says that there are none.
func choices(read func(*agents.Agents, context.Context, msisdn.Number) ([]agents.Mendable, error)) func(*turn) error {
	return func(t *turn) error {
		all, err := read(t.Env.agents, t.Ctx, t.Env.caller.Phone)
		if err != nil {
			return err
		}
		list(t, len(all), func(i int) (id.ID, string) { return all[i].Deal, dealLine(t, all[i]) })
		return nil
	}
}

// list shows as many lines as a page has places for, of so many that one gives, or goes on to the row that says that there are none.
func list(t *turn, lines int, one func(i int) (id.ID, string)) {
	if lines == 0 {
		t.Go("none")
		return
	}
	passed := int(t.KeptNumber(keptPassed))
	if passed >= lines { // the list has become shorter
		passed = 0
	}
	t.KeepNumber(keptPassed, int64(passed))
	t.KeepNumber(keptOlder, 0)
	if lines > passed+len(places) {
		t.KeepNumber(keptOlder, 1)
	}
	for i, name := range places {
		t.Keep(placeOf(i), "")
		if passed+i < lines {
			which, line := one(passed + i)
			t.Keep(placeOf(i), which.String())
			t.Say(name, line)
		}
	}
}

func dealLine(t *turn, m agents.Mendable) string {
	t.Say("time", t.Env.market.Hour(m.At))
	t.Say("amount", fault.Minor(m.Amount))
	t.Say("whom", m.Whom)
	if m.Disputed {
		return t.Text("disputed")
	}
	return t.Text("line")
}

// quoteMend opens the intent about the deal that was chosen.
func quoteMend(quote func(*agents.Agents, context.Context, agents.MendRequest) (agents.MendQuote, error)) func(*turn) error {
	return func(t *turn) error {
		dealID, err := id.Parse(t.Kept(keptDeal))
		if err != nil {
			return err
		}
		q, err := quote(t.Env.agents, t.Ctx, agents.MendRequest{Who: t.Env.caller.Phone, Deal: dealID, Origin: t.Env.caller.Origin})
		if err != nil {
			return err
		}
		t.Keep(keptIntent, q.Intent.String())
		t.Say("amount", fault.Minor(q.Amount))
		sayBare(t, "fee", q.Fee)
		t.Say("held", fault.Minor(q.Held))
		t.Say("shop", q.Shop)
		t.Say("name", q.Name)
		t.Say("phone", q.Phone.Masked())
		return nil
	}
}

// mend goes through with it. A wrong PIN spends the intent, so each further try is a new one with the same terms.
func mend(act func(*agents.Agents, context.Context, id.ID, pin.PIN) (agents.MendReceipt, error)) func(*turn, string) error {
	return func(t *turn, typed string) error {
		p, err := pin.Parse(typed)
		if err != nil {
			return t.AskAgain("again", err)
		}
		intent, err := id.Parse(t.Kept(keptIntent))
		if err != nil {
			return err
		}
		receipt, err := act(t.Env.agents, t.Ctx, intent, p)
		t.Env.intent = intent
		if fault.HasCode(err, fault.WrongPIN) {
			t.KeepNumber(keptWrong, 1)
			return tryIntentAgain(t, intent, err)
		}
		if err != nil {
			return err
		}
		t.Say("end", receipt.End)
		t.Go("over")
		return nil
	}
}
