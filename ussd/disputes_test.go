package ussd_test

import (
	"context"
	"strings"

	"senti/agents/deal"
)

// decide is what two people of the staff do about the oldest case of a shop: "decide 0712000011 customer", or "… shop".
func (w *world) decide(rest string) []string {
	w.t.Helper()
	ctx := context.Background()
	phone, whom, _ := strings.Cut(rest, " ")
	post, err := w.agents.Places().ByPhone(ctx, w.number(phone))
	w.must(err)
	open, err := w.agents.OpenCases(ctx, 100)
	w.must(err)
	for _, c := range open {
		if c.Till != post.Till.ID {
			continue
		}
		if c.Kind == deal.NotPaid {
			_, err = w.agents.DecideNotPaid(ctx, "staff:ann", c.ID, whom == "customer")
		} else {
			_, err = w.agents.DecideWrongDeposit(ctx, "staff:ann", c.ID, whom == "customer")
		}
		w.must(err)
		return []string{"decided for the " + whom + " about " + w.wallet.Market().Style.Format(c.Amount)}
	}
	w.t.Fatalf("%s has no open case", phone)
	return nil
}
