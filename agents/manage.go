package agents

import (
	"context"

	"senti/agents/network"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// OperatorChange is what of an operator is to be another; nil leaves it. Of the limits 0 is the market's.
type OperatorChange struct {
	Name     *string       `json:"name,omitempty"`
	Language *string       `json:"language,omitempty"`
	Role     *network.Role `json:"role,omitempty"`
	DayIn    *int64        `json:"day_in,omitempty"` // minor units
	DayOut   *int64        `json:"day_out,omitempty"`
	Why      string        `json:"why,omitempty"`
}

// ChangeOperator makes an operator another in some way. Whether that takes two people is for Raises to say, and is decided again in the
// commit: with raise false the limits are not raised. Faults: not_operator, place_closed, bad_name, bad_choice (language),
// bad_request (role, limit), conflict (the limits were lowered meanwhile, and this would raise them).
func (a *Agents) ChangeOperator(ctx context.Context, by string, operator int64, c OperatorChange, raise bool, with ...ledger.Companion) error {
	plan, err := a.changePlan(ctx, by, operator, c, raise)
	return a.changed(ctx, plan, err, with)
}

// Raises reports whether the change lets the operator handle more a day. The fault is not_operator.
func (a *Agents) Raises(ctx context.Context, operator int64, c OperatorChange) (bool, error) {
	post, err := a.places.ByOperator(ctx, operator)
	return c.raises(post.Operator, a.most()), err
}

// changePlan is what the change commits.
func (a *Agents) changePlan(ctx context.Context, by string, operator int64, c OperatorChange, raise bool) (ledger.Plan, error) {
	post, err := a.places.ByOperator(ctx, operator)
	if err != nil {
		return ledger.Plan{}, err
	}
	if err := a.mayBe(c.of(post.Operator)); err != nil {
		return ledger.Plan{}, err
	}
	if c.Name != nil {
		if _, err := network.Name(*c.Name); err != nil {
			return ledger.Plan{}, err
		}
	}
	if c.DayIn != nil && *c.DayIn < 0 || c.DayOut != nil && *c.DayOut < 0 {
		return ledger.Plan{}, fault.New(fault.BadRequest, "field", "limit")
	}
	most := a.most()
	row := a.places.ChangeOperator(operator, func(o *network.Operator) *fault.Error {
		if !raise && c.raises(*o, most) {
			return fault.New(fault.Conflict)
		}
		*o = c.of(*o)
		return nil
	})
	return ledger.Plan{Companions: append([]ledger.Companion{row},
		a.audit.Add(act(by, "operator.change", "operator", operator, c))...)}, nil
}

// most is what the market lets an operator without own limits handle a day.
func (a *Agents) most() network.Most {
	rules := a.rules()
	return network.Most{In: rules.OperatorDayIn, Out: rules.OperatorDayOut}
}

// of is the operator after the change.
func (c OperatorChange) of(o network.Operator) network.Operator {
	set(&o.Name, c.Name)
	set(&o.Language, c.Language)
	set(&o.Role, c.Role)
	set(&o.DayIn, c.DayIn)
	set(&o.DayOut, c.DayOut)
	return o
}

func set[T any](field *T, to *T) {
	if to != nil {
		*field = *to
	}
}

// raises reports whether it lets the operator handle more a day.
func (c OperatorChange) raises(o network.Operator, most network.Most) bool {
	next := c.of(o)
	return own(next.DayIn, most.In) > own(o.DayIn, most.In) || own(next.DayOut, most.Out) > own(o.DayOut, most.Out)
}

// own is an operator's limit: his own, or the market's.
func own(limit, market int64) int64 {
	if limit == 0 {
		return market
	}
	return limit
}

// Nominate has an agent's commission released to the float of one of its own tills. Faults: agent_not_found, till_not_found,
// other_agent, place_closed.
func (a *Agents) Nominate(ctx context.Context, by string, agent, till int64, with ...ledger.Companion) error {
	return a.changed(ctx, a.nominatePlan(by, agent, till), nil, with)
}

func (a *Agents) nominatePlan(by string, agent, till int64) ledger.Plan {
	return ledger.Plan{Companions: append(a.places.Nominate(agent, till),
		a.audit.Add(act(by, "agent.nominate", "agent", agent, struct {
			Till int64 `json:"till"`
		}{till}))...)}
}

// Pardon lets an operator ask customers again whom their refusals had stopped. The fault is not_operator.
func (a *Agents) Pardon(ctx context.Context, by string, operator int64, why string, with ...ledger.Companion) error {
	if _, err := a.places.ByOperator(ctx, operator); err != nil {
		return err
	}
	return a.changed(ctx, ledger.Plan{Companions: append([]ledger.Companion{a.places.Pardon(operator)},
		a.audit.Add(act(by, "operator.pardon", "operator", operator, reason{why}))...)}, nil, with)
}
