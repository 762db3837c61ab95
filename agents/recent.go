package agents

import (
	"context"
	"slices"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// Recent is a deal as the operator's list shows it, or a request that has not become one.
type Recent struct {
	deal.Deal
	Way string        // "in" for cash taken in, "out" for cash paid out
	Ask deal.AskState // of a request; 0 for a deal
}

// Recent returns the last deals at the operator's till within a day, newest first, and the last requests to customers that were
// not approved. The operator pays on what stands here, never on an SMS. The fault is not_operator.
func (a *Agents) Recent(ctx context.Context, operator msisdn.Number, most int) ([]Recent, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return nil, err
	}
	deals, err := a.deals.OfTill(ctx, post.Till.ID, a.now().Add(-recentWithin), most)
	if err != nil {
		return nil, err
	}
	out := make([]Recent, len(deals), 2*most)
	for i, d := range deals {
		out[i] = Recent{Deal: d, Way: "out"}
		if d.Kind == ledger.CashIn {
			out[i].Way = "in"
		}
	}
	asked, err := a.recentAsks(ctx, post.Till.ID, most)
	if err != nil {
		return nil, err
	}
	out = append(out, asked...)
	slices.SortStableFunc(out, func(x, y Recent) int { return y.AskedAt.Compare(x.AskedAt) })
	return out[:min(most, len(out))], nil
}

// recentAsks are the till's last requests but for those that became deals.
func (a *Agents) recentAsks(ctx context.Context, till int64, most int) ([]Recent, error) {
	asks, err := a.deals.AsksOfTill(ctx, till, a.now().Add(-recentWithin), most)
	if err != nil {
		return nil, err
	}
	var out []Recent
	for _, ask := range asks {
		if ask.State == deal.AskApproved {
			continue
		}
		if ask.State == deal.AskOpen && !ask.Pending(a.now()) {
			ask.State = deal.AskExpired
		}
		var t CashOutTerms
		if _, err := a.wallet.Recall(ctx, ask.ID, &t, ledger.Enquiry); err != nil {
			return nil, err
		}
		out = append(out, Recent{Way: "out", Ask: ask.State, Deal: deal.Deal{
			ID: ask.ID, Kind: ledger.CashOut, Till: ask.Till, Operator: ask.Operator, Customer: ask.Customer, Phone: t.From.Phone,
			Name: shortName(t.From.Name), Amount: ask.Amount, Fee: ask.Fee, AskedAt: ask.AskedAt, ExpiresAt: ask.ExpiresAt,
		}})
	}
	return out, nil
}

// Mended returns what became of a customer's deals that did not simply stay done, by the postings that moved their money there or back,
// of those since then.
func (a *Agents) Mended(ctx context.Context, phone msisdn.Number, since time.Time) (map[id.ID]deal.State, error) {
	c, err := a.wallet.Customer(ctx, phone)
	if err != nil {
		return nil, err
	}
	deals, err := a.deals.OfCustomer(ctx, c.ID, since.Add(-a.rules().WaitFor), listMost)
	if err != nil {
		return nil, err
	}
	out := map[id.ID]deal.State{}
	for _, d := range deals {
		if d.State != deal.Done && d.State != deal.Upheld {
			out[d.ID] = d.State
			out[d.Partner] = d.State // of none when the money went neither forth nor back by another posting
		}
	}
	return out, nil
}

const recentWithin = 24 * time.Hour

// Shop returns how people know the shop with that code: its name and its ward. Faults: shop_not_found, shop_closed.
func (a *Agents) Shop(ctx context.Context, code network.ShopCode) (string, error) {
	place, err := a.shopOf(ctx, code)
	return a.shop(place), err
}
