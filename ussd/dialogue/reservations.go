package dialogue

import (
	"senti/agents"
	"senti/agents/offer"
	"senti/wallet/fault"
	"senti/wallet/voucher"
)

// reservations are the cash that the operator's till has promised to customers who are on the way. It is paid on the customer's code.
var reservations = flow{ID: "reservations", Steps: []step{
	{ID: "one", Choose: "Keep {amount} for {name} until {time}.\nShow code {secret}", With: oneReservation, Options: []option{
		{Key: "1", Text: "Pay it", Go: "code"},
		{Key: "2", Text: "I cannot pay", Go: "sure"},
		{Key: "3", Text: "Next", If: moreReservations, Do: nextReservation, Go: "one"},
		{Key: "4", Text: "Menu", Start: "counter"},
	}},
	{ID: "none", End: "Nobody has reserved cash here.", With: keepEnd("none")},
	{ID: "code", Secret: "Look at the ID. Type the customer's code", With: oneReservation, Take: payReserved, Moves: true},
	{ID: "sure", Confirm: "{name} will not get {amount} from you? It is noted.", With: oneReservation, Options: []option{
		{Key: "1", Text: "I cannot pay", Do: breakPromise, Go: "over"},
		{Key: "0", Text: "Back", Go: "one"},
	}},
	{ID: "over", End: "{end}"}, // message reserve.paid or reserve.broken, as the intent keeps it
}}

var payReserved = take{Do: movePayReserved, Faults: []fault.Code{fault.BadCode, fault.WrongCode}}

// keptNext is which of the reservations is shown, keptMore how many there are.
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
	if len(asked) > 0 && asked[0].Kind == offer.Cash {
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
	t.KeepNumber(keptMore, int64(len(all)))
	sayOffer(t, all[int(t.KeptNumber(keptNext))%len(all)])
	return nil
}

func moreReservations(t *turn) bool { return t.KeptNumber(keptMore) > 1 }

func nextReservation(t *turn) error {
	t.KeepNumber(keptNext, (t.KeptNumber(keptNext)+1)%t.KeptNumber(keptMore))
	return nil
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
