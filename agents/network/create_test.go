package network

import (
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

func TestCreateRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		store := Store{ID: 5001, Agent: njeri, Name: "Shop", Ward: "KWG"}
		till := Till{ID: 5001, Store: kawa, Agent: njeri, Code: CodeOf(5001), Float: 5002}
		for _, c := range []struct {
			name string
			code fault.Code
			plan []ledger.Companion
		}{
			{"an agent under an agent", fault.OtherAgent, n.CreateAgent(Agent{ID: 5001, Parent: njeri, Kind: Head, Name: "Sub"})},
			{"a super-agent under a super-agent", fault.OtherAgent, n.CreateAgent(Agent{ID: 5001, Parent: bank, Kind: Super, Name: "Sub"})},
			{"an agent under nobody there", fault.AgentNotFound, n.CreateAgent(Agent{ID: 5001, Parent: 77, Kind: Head, Name: "Sub"})},
			{"an agent without a name", fault.BadName, n.CreateAgent(Agent{ID: 5001, Kind: Head, Name: " "})},
			{"a number that is taken", fault.Conflict, n.CreateAgent(Agent{ID: njeri, Kind: Head, Name: "Again"})},
			{"a store of nobody", fault.AgentNotFound, n.CreateStore(Store{ID: 5001, Agent: 77, Name: "Shop", Ward: "KWG"})},
			{"a store without a name", fault.BadStoreName, n.CreateStore(Store{ID: 5001, Agent: njeri, Ward: "KWG"})},
			{"a store without a ward", fault.BadWard, n.CreateStore(Store{ID: 5001, Agent: njeri, Name: "Shop"})},
			{"a till of no store", fault.StoreNotFound, n.CreateTill(Till{ID: 5001, Store: 77, Agent: njeri, Code: CodeOf(5001), Float: 5002})},
			{"a till in another agent's store", fault.OtherAgent, n.CreateTill(Till{ID: 5001, Store: omondis, Agent: njeri, Code: CodeOf(5001), Float: 5002})},
			{"a till whose code has a wrong check digit", fault.BadShopCode, n.CreateTill(Till{ID: 5001, Store: kawa, Agent: njeri, Code: "110202", Float: 5002})},
			{"a till without a code", fault.BadShopCode, n.CreateTill(Till{ID: 5001, Store: kawa, Agent: njeri, Float: 5002})},
			{"a code that is painted elsewhere", fault.ShopCodeTaken, n.CreateTill(Till{ID: 5001, Store: kawa, Agent: njeri, Code: CodeOf(omondi1), Float: 5002})},
			{"an operator of no till", fault.TillNotFound, n.CreateOperator(worker(5001, 77, njeri, noones))},
			{"an operator of another agent's till", fault.OtherAgent, n.CreateOperator(worker(5001, omondi1, njeri, noones))},
			{"a phone that works elsewhere", fault.OperatorTaken, n.CreateOperator(worker(5001, omondi1, omondi, aminas))},
			{"a store and its till in one plan", fault.StoreNotFound, append(n.CreateStore(store), n.CreateTill(Till{ID: 5001, Store: 5001, Agent: njeri, Code: CodeOf(5001), Float: 5002})...)},
		} {
			if got := n.commit(c.plan...); got != c.code {
				t.Errorf("%s: heard %q, want %q", c.name, got, c.code)
			}
		}
		n.must(n.CreateStore(store)) // nothing of the refused plans is left
		n.must(n.CreateTill(till))
		n.must(n.CreateOperator(worker(5001, 5001, njeri, noones)))
	})
}
