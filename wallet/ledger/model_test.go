package ledger_test

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// model is the ledger as one would explain it: maps, and no batch, guess, cache or database. The random run compares every
// outcome with it.
type model struct {
	zone     *time.Location
	now      time.Time // never goes backwards
	seq      int64
	receipt  int64
	accounts map[int64]ledger.Account
	holds    map[id.ID]modelHold
	spent    map[id.ID]modelPosting
}

type modelHold struct {
	account, left int64
	until         time.Time
}

type modelPosting struct {
	plan    *ledger.Plan
	at      time.Time
	seq     int64
	receipt int64
	refusal string
	legs    []ledger.PostedLeg
}

func newModel(zone *time.Location) *model {
	return &model{zone: zone, accounts: map[int64]ledger.Account{}, holds: map[id.ID]modelHold{}, spent: map[id.ID]modelPosting{}}
}

// commit returns the posting that is on record afterwards, or false for a conflict.
func (m *model) commit(p *ledger.Plan, clock time.Time) (modelPosting, bool) {
	m.tick(clock)
	if first, ok := m.spent[p.ID]; ok {
		return first, first.plan.Request == p.Request && first.plan.Kind == p.Kind
	}
	m.seq++
	posting := modelPosting{plan: p, at: m.now, seq: m.seq}
	accounts, holds := maps.Clone(m.accounts), maps.Clone(m.holds)
	touched, refusal := m.apply(p)
	if refusal != nil {
		m.accounts, m.holds = accounts, holds
		posting.refusal = refusal.Encode()
	} else {
		if spec, _ := p.Kind.Spec(); spec.Money {
			m.receipt++
			posting.receipt = m.receipt
		}
		posting.legs = m.legs(p, touched)
	}
	m.spent[p.ID] = posting
	return posting, true
}

// tick moves the books' time on with a clock; every batch does, also one that posts nothing.
func (m *model) tick(clock time.Time) {
	if clock.After(m.now) {
		m.now = clock
	}
}

// apply changes accounts and holds, and returns which accounts.
func (m *model) apply(p *ledger.Plan) (touched []int64, refusal *fault.Error) {
	for _, n := range p.Open {
		if _, ok := m.accounts[n.ID]; ok {
			return nil, fault.New(fault.AccountExists)
		}
		m.accounts[n.ID] = ledger.Account{ID: n.ID, Type: n.Type, Currency: n.Currency, Class: n.Class, OpenedAt: m.now}
	}
	for _, h := range p.Holds {
		if refusal := m.hold(h); refusal != nil {
			return nil, refusal
		}
		touched = append(touched, h.Account)
	}
	sums := map[string]int64{}
	for _, leg := range p.Legs {
		if refusal := m.leg(p, leg); refusal != nil {
			return nil, refusal
		}
		sums[m.accounts[leg.Account].Currency] += leg.Amount
		touched = append(touched, leg.Account)
	}
	for _, sum := range sums {
		if sum != 0 {
			return nil, fault.New(fault.CurrencyMixed)
		}
	}
	return touched, nil
}

func (m *model) hold(h ledger.HoldAct) *fault.Error {
	a, ok := m.accounts[h.Account]
	if !ok {
		return fault.New(fault.AccountNotFound)
	}
	held, known := m.holds[h.Hold]
	free := held.left
	switch {
	case h.Verb == ledger.TakeHold:
		switch {
		case known:
			return fault.New(fault.HoldClosed)
		case a.Flags&(ledger.DebitBlocked|ledger.Closed) != 0:
			return fault.New(fault.SenderBlocked)
		case a.Flags&ledger.Unproven != 0:
			return fault.New(fault.SIMChanged)
		case a.Balance-a.Held < h.Amount:
			return fault.New(fault.Insufficient, "available", fault.Minor(a.Balance-a.Held), "needed", fault.Minor(h.Amount))
		}
		held, free = modelHold{h.Account, h.Amount, h.ExpiresAt}, -h.Amount
	case !known || held.account != h.Account:
		return fault.New(fault.HoldNotFound)
	case held.left == 0:
		return fault.New(fault.HoldClosed)
	case h.Verb == ledger.ExpireHold && m.now.Before(held.until):
		return fault.New(fault.HoldNotExpired)
	case h.Verb == ledger.CaptureHold && !m.now.Before(held.until):
		return fault.New(fault.HoldExpired)
	case h.Verb == ledger.CaptureHold && h.Amount > held.left:
		return fault.New(fault.HoldExceeded, "left", fault.Minor(held.left))
	case h.Verb == ledger.CaptureHold && !h.Final:
		free = h.Amount
	}
	if h.Verb != ledger.TakeHold {
		held.left -= free
	}
	a.Held -= free
	m.accounts[a.ID], m.holds[h.Hold] = a, held
	return nil
}

func (m *model) leg(p *ledger.Plan, leg ledger.Leg) *fault.Error {
	a, ok := m.accounts[leg.Account]
	if !ok {
		return fault.New(fault.AccountNotFound)
	}
	available, undoes := a.Balance-a.Held, p.Kind.Undoes()
	switch {
	case leg.Amount < 0 && (a.Flags&ledger.Closed != 0 || a.Flags&ledger.DebitBlocked != 0 && !undoes):
		return fault.New(fault.SenderBlocked)
	case leg.Amount < 0 && a.Flags&ledger.Unproven != 0 && !undoes:
		return fault.New(fault.SIMChanged)
	case leg.Amount > 0 && (a.Flags&ledger.Closed != 0 || a.Flags&ledger.CreditBlocked != 0 && !undoes):
		return fault.New(fault.CannotReceive)
	case leg.Amount < 0 && a.Type != ledger.Trust && available < -leg.Amount:
		return fault.New(fault.Insufficient, "available", fault.Minor(available), "needed", fault.Minor(-leg.Amount))
	case leg.Amount > 0 && a.Type == ledger.Trust && a.Balance+leg.Amount > 0:
		return fault.New(fault.Insufficient, "available", fault.Minor(-available), "needed", fault.Minor(leg.Amount))
	}
	a.Balance += leg.Amount
	local, t := m.now.In(m.zone), &a.Turnover
	if month := int32(local.Year()*100 + int(local.Month())); month > t.Month {
		t.Month, t.OutMonth, t.InMonth = month, 0, 0
	}
	if day := int32(local.Year()*10_000 + int(local.Month())*100 + local.Day()); day > t.Day {
		t.Day, t.OutDay, t.InDay = day, 0, 0
	}
	switch {
	case leg.Counted < 0:
		m.giveBack(t, leg, m.spent[p.Corrects])
	case leg.Amount < 0:
		t.OutDay, t.OutMonth = t.OutDay+leg.Counted, t.OutMonth+leg.Counted
	default:
		t.InDay, t.InMonth = t.InDay+leg.Counted, t.InMonth+leg.Counted
	}
	m.accounts[a.ID] = a
	return nil
}

// giveBack takes off a turnover what another posting had counted, where that is still in it.
func (m *model) giveBack(t *ledger.Turnover, leg ledger.Leg, undone modelPosting) {
	day, month := &t.OutDay, &t.OutMonth
	if leg.Amount < 0 {
		day, month = &t.InDay, &t.InMonth
	}
	switch then := undone.at.In(m.zone); {
	case int32(then.Year()*10_000+int(then.Month())*100+then.Day()) == t.Day:
		*day = max(0, *day+leg.Counted)
		fallthrough
	case int32(then.Year()*100+int(then.Month())) == t.Month:
		*month = max(0, *month+leg.Counted)
	}
}

// legs are what the posting shows, one for each account touched, by account.
func (m *model) legs(p *ledger.Plan, touched []int64) (legs []ledger.PostedLeg) {
	slices.Sort(touched)
	for _, number := range slices.Compact(touched) {
		a := m.accounts[number]
		a.Seq = m.seq
		m.accounts[number] = a
		posted := ledger.PostedLeg{Account: number, Balance: a.Balance, Held: a.Held}
		for _, leg := range p.Legs {
			if leg.Account == number {
				posted.Amount, posted.Counted = leg.Amount, leg.Counted
			}
		}
		legs = append(legs, posted)
	}
	return legs
}

// due are the holds that a sweep would find, oldest first, and so many of them.
func (m *model) due(at time.Time, limit int) int {
	var due []modelHold
	for _, h := range m.holds {
		if h.left > 0 && !at.Before(h.until) {
			due = append(due, h)
		}
	}
	slices.SortFunc(due, func(a, b modelHold) int { return cmp.Compare(a.until.UnixMicro(), b.until.UnixMicro()) })
	return min(len(due), limit)
}
