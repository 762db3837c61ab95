package command

import (
	"context"

	"senti/agents"
	"senti/agents/network"
	"senti/sms/intake"
	"senti/wallet/fault"
	"senti/wallet/i18n"
)

// cash tells which shops can pay that much now: at the place that was named, or near the shop where the writer was last. Nothing is kept for
// anybody by it.
func (c *Commands) cash(ctx context.Context, w writer, x Cash) (intake.Answer, error) {
	var last network.ShopCode
	if x.Where == "" {
		var err error
		if last, err = c.lastShop(ctx, w); err != nil {
			return intake.Answer{}, err
		}
		if last == "" {
			return c.lacks(w, "CASH"), nil
		}
	}
	found, err := c.agents.CashNear(ctx, x.Where, last, x.Amount)
	if fault.HasCode(err, fault.NoShops) {
		return c.say(w, "sms.cash.none", c.wallet.Money("amount", x.Amount), i18n.Text("example", c.example(w, "CASH"))), nil
	}
	if err != nil {
		return intake.Answer{}, err
	}
	answer, list := intake.Answer{}, ""
	for i, f := range found {
		if i > 0 {
			list += "; "
		}
		list += shopLine(f)
		longer := c.say(w, "sms.cash", c.wallet.Money("amount", x.Amount), i18n.Text("list", list))
		if n, _ := i18n.Septets(longer.Text); n > segment && i > 0 {
			break
		}
		answer = longer
	}
	return answer, nil
}

// shopLine is how a shop is found: "MAMA NJERI, Total petrol station 110106".
func shopLine(f agents.Found) string {
	if f.Landmark == "" {
		return f.Name + " " + f.Code
	}
	return f.Name + ", " + f.Landmark + " " + f.Code
}

// lastShop is where the writer took out or put in cash last, as far as the last payments tell; "" for nowhere.
func (c *Commands) lastShop(ctx context.Context, w writer) (network.ShopCode, error) {
	page, err := c.wallet.StatementMore(ctx, w.phone, 0)
	if err != nil {
		return "", err
	}
	for _, l := range page.Lines {
		if code, err := network.ParseCode(l.Other); err == nil {
			return code, nil
		}
	}
	return "", nil
}
