package dialogue

import (
	"slices"

	"senti/agents"
	"senti/agents/offer"
	"senti/wallet/fault"
	"senti/wallet/voucher"
)

// reservations are the cash that the operator's till has promised to customers who are on the way. It is paid on the customer's code.
var reservations = flow{ID: "reservations", Says: fault.Promised, Steps: []step{
	{ID: "one", Choose: "Keep {amount} for {name} until {time}.\nShow code {secret}", With: oneReservation, Options: []option{
		{Key: "1", Text: "Pay it", Go: "code"},
		{Key: "2", Text: "I cannot pay", Go: "sure"},
		{Key: "3", Text: "Next", If: several, Do: seeNext, Go: "one"},
		{Key: "4", Text: "Menu", Start: "counter"},
	}},
	{ID: "none", End: "Nobody has reserved cash here.", With: keepEnd("none")},
	{ID: "code", Secret: "Look at the ID. Type the customer's code", With: oneReservation, Take: payReserved, Moves: true},
	{ID: "sure", Confirm: "{name} will not get {amount} from you? It is noted.", With: oneReservation, Moves: true, Options: []option{
		{Key: "1", Text: "I cannot pay", Do: breakPromise, Go: "over"},
		{Key: "0", Text: "Back", Go: "one"},
	}},
	{ID: "over", End: "{end}"}, // message reserve.paid or reserve.broken, as the intent keeps it
}}

var payReserved = take{Do: movePayReserved, Faults: []fault.Code{fault.BadCode, fault.WrongCode}}

// keptNext is which of several the operator looks at, of those that he is asked, has reserved or swaps; keptMore how many there are.
const (
	keptNext = "next"
	keptMore = "more"
)

// oneReservation shows one of them. What customers ask and nobody has answered comes first.
func oneReservation(t *turn) error {
	asked, err := t.Env.agents.Asked(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	if len(asked) > 0 && asked[0].Kind == offer.Cash { // a customer's is the first
		t.KeepNumber(keptNext, 0)
		t.Start(tillAsked.ID)
		return nil
	}
	all, err := t.Env.agents.Reservations(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		t.Go("none")
		return nil
	}
	sayOffer(t, all[lookAt(t, len(all))])
	return nil
}

// lookAt is which of so many the operator looks at.
func lookAt(t *turn, of int) int {
	t.KeepNumber(keptMore, int64(of))
	t.KeepNumber(keptNext, t.KeptNumber(keptNext)%int64(of))
	return int(t.KeptNumber(keptNext))
}

func several(t *turn) bool { return t.KeptNumber(keptMore) > 1 }

func moreToSee(t *turn) bool { return t.KeptNumber(keptNext)+1 < t.KeptNumber(keptMore) }

func seeNext(t *turn) error {
	t.KeepNumber(keptNext, t.KeptNumber(keptNext)+1)
	return nil
}

// seeSame lets the operator look at the offer that the page before was about.
func seeSame(t *turn, all []agents.TillOffer) {
	i := slices.IndexFunc(all, func(o agents.TillOffer) bool { return o.Offer.String() == t.Kept(keptAsked) })
	t.KeepNumber(keptNext, int64(max(0, i)))
}

func breakPromise(t *turn) error { return onOffer(t, t.Env.agents.BreakPromise) }

// movePayReserved compares the code, which is never kept, and pays on it: a wrong one is counted.
func movePayReserved(t *turn, typed string) error {
	code, err := voucher.Parse(typed)
	if err != nil {
		return err
	}
	r, err := offerRequest(t)
	if err != nil {
		return err
	}
	done, err := t.Env.agents.PayReserved(t.Ctx, agents.TypeRequest{Operator: r, Code: code})
	if err != nil {
		return err
	}
	t.Env.intent = done.Intent
	t.Say("end", done.End)
	t.Go("over")
	return nil
}
