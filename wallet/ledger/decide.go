package ledger

import (
	"cmp"
	"math"
	"slices"

	"senti/wallet/fault"
	"senti/wallet/id"
)

// plannedRows are the rows one plan would change. They become the batch's only when the plan is decided; one value is
// reused for all plans of a batch.
type plannedRows struct {
	e        *evaluation
	plan     *Plan // that is being applied
	rows     []plannedRow
	appended []plannedRow
	accounts []*Account // copies of the accounts touched by money
	acts     []actRow
	legs     []PostedLeg

	corrected *record // the posting that the plan corrects, if it gives back what that has counted
}

type plannedRow struct {
	table Table
	key   id.ID
	row   any
	kept  bool // survives a refusal
}

func (w *plannedRows) reset(e *evaluation) {
	w.e = e
	w.rows, w.appended, w.accounts = w.rows[:0], w.appended[:0], w.accounts[:0]
	w.corrected = nil
	w.acts, w.legs = nil, nil // these outlive the plan, inside its record
}

// row returns the image that the plan sees so far.
func (w *plannedRows) row(t Table, key id.ID) any {
	for i := range w.rows {
		if w.rows[i].key == key && w.rows[i].table == t {
			return w.rows[i].row
		}
	}
	return w.e.rows[t][key]
}

func (w *plannedRows) set(t Table, key id.ID, row any, kept bool) {
	for i := range w.rows {
		if w.rows[i].key == key && w.rows[i].table == t {
			w.rows[i].row, w.rows[i].kept = row, w.rows[i].kept || kept
			return
		}
	}
	w.rows = append(w.rows, plannedRow{t, key, row, kept})
}

// check asks the companions; the first refusal counts.
func (w *plannedRows) check(companions []Companion) *fault.Error {
	at := fromMicros(w.e.head.at)
	for _, c := range companions {
		var row any
		if !c.Key().IsZero() {
			row = w.row(c.Table(), c.Key())
		}
		keep, refusal := c.Check(row, at)
		if keep != nil {
			w.set(c.Table(), c.Key(), keep, true)
		}
		if refusal != nil {
			return refusal
		}
	}
	return nil
}

// finish lets the companions write what depends on the outcome.
func (w *plannedRows) finish(companions []Companion, o *Outcome) {
	for _, c := range companions {
		if c.Key().IsZero() {
			if next := c.Finish(nil, o); next != nil {
				w.appended = append(w.appended, plannedRow{table: c.Table(), row: next})
			}
			continue
		}
		if next := c.Finish(w.row(c.Table(), c.Key()), o); next != nil {
			w.set(c.Table(), c.Key(), next, true)
		}
	}
}

// dropMoney undoes everything but the rows that survive a refusal.
func (w *plannedRows) dropMoney() {
	w.rows = slices.DeleteFunc(w.rows, func(r plannedRow) bool { return !r.kept })
	w.acts, w.legs = nil, nil
}

// keepRows makes the plan's rows those of the batch.
func (w *plannedRows) keepRows(rec *record) {
	e := w.e
	for _, r := range w.rows {
		e.rows[r.table][r.key] = r.row
		if e.dirty[r.table] == nil {
			e.dirty[r.table] = map[id.ID]struct{}{}
		}
		e.dirty[r.table][r.key] = struct{}{}
	}
	for _, r := range w.appended {
		e.appended[r.table] = append(e.appended[r.table], r.row)
	}
	if rec == nil {
		return
	}
	e.head.seq = rec.seq
	e.head.receipt = max(e.head.receipt, rec.receiptNo)
	e.records = append(e.records, rec)
	e.known[rec.id] = rec
}

// record builds the posting's rows.
func (w *plannedRows) record(p *Plan, refusal *fault.Error) *record {
	r := &record{seq: w.e.head.seq + 1, id: p.ID, kind: p.Kind, request: p.Request, corrects: p.Corrects,
		rules: p.Rules, at: w.e.head.at, legs: w.legs, acts: w.acts}
	if refusal != nil {
		r.refusal = refusal.Encode()
	} else if spec, _ := p.Kind.Spec(); spec.Money {
		r.receiptNo = w.e.head.receipt + 1
	}
	return r
}

// apply decides accounts opened and changed, holds, legs and their rules.
func (w *plannedRows) apply(p *Plan) *fault.Error {
	if p.Void { // its companion should have refused it
		return fault.New(fault.Internal)
	}
	w.plan = p
	for _, n := range p.Open {
		if w.row(w.e.l.accounts, accountKey(n.ID)) != nil {
			return fault.New(fault.AccountExists)
		}
		w.set(w.e.l.accounts, accountKey(n.ID), &Account{ID: n.ID, Type: n.Type, Currency: n.Currency, Class: n.Class,
			OpenedAt: fromMicros(w.e.head.at)}, false)
	}
	for _, c := range p.Change {
		a, refusal := w.account(c.Account)
		if refusal != nil {
			return refusal
		}
		if c.Unmoved != nil && a.Seq > *c.Unmoved {
			return fault.New(fault.Conflict)
		}
		if !c.Empty {
			a.change(c)
		}
	}
	for _, h := range p.Holds {
		if refusal := w.act(h); refusal != nil {
			return refusal
		}
	}
	if p.givesBack() {
		w.corrected = w.e.known[p.Corrects]
	}
	for _, leg := range p.Legs {
		if refusal := w.leg(leg, p.Kind); refusal != nil {
			return refusal
		}
	}
	for _, c := range p.Change {
		if !c.Empty {
			continue
		}
		a, _ := w.account(c.Account)
		if a.Balance != 0 || a.Held != 0 {
			return fault.New(fault.AccountNotEmpty, "left", fault.Minor(a.Balance))
		}
		a.change(c)
	}
	return w.settle(p)
}

func (a *Account) change(c AccountChange) {
	if c.Class != nil {
		a.Class = *c.Class
	}
	if c.Flags != nil {
		a.Flags = *c.Flags
	}
	a.Flags = a.Flags&^c.Lower | c.Raise
}

// account returns the plan's own copy of an account.
func (w *plannedRows) account(number int64) (*Account, *fault.Error) {
	for _, a := range w.accounts {
		if a.ID == number {
			return a, nil
		}
	}
	row, _ := w.row(w.e.l.accounts, accountKey(number)).(*Account)
	if row == nil {
		return nil, fault.New(fault.AccountNotFound)
	}
	a := *row
	w.accounts = append(w.accounts, &a)
	return &a, nil
}

// act takes a hold or ends (a part of) one.
func (w *plannedRows) act(h HoldAct) *fault.Error {
	a, refusal := w.account(h.Account)
	if refusal != nil {
		return refusal
	}
	row, _ := w.row(w.e.l.holds, h.Hold).(*hold)
	now := w.e.head.at
	if h.Verb == TakeHold {
		return w.take(a, row, h)
	}
	if row == nil || row.account != h.Account {
		return fault.New(fault.HoldNotFound)
	}
	if row.state != holdOpen {
		return fault.New(fault.HoldClosed)
	}
	next := *row
	freed := next.remaining
	switch h.Verb {
	case CaptureHold:
		if now >= row.expiresAt {
			return fault.New(fault.HoldExpired)
		}
		if h.Amount > row.remaining {
			return fault.New(fault.HoldExceeded, "left", fault.Minor(row.remaining))
		}
		next.state = holdCaptured
		if !h.Final && h.Amount < row.remaining {
			freed, next.state = h.Amount, holdOpen
		}
	case ReleaseHold:
		next.state = holdReleased
	case ExpireHold:
		if now < row.expiresAt {
			return fault.New(fault.HoldNotExpired)
		}
		next.state = holdExpired
	}
	next.remaining -= freed
	a.Held -= freed
	w.set(w.e.l.holds, h.Hold, &next, false)
	w.acts = append(w.acts, actRow{h.Hold, h.Verb, h.Account, freed, row.expiresAt})
	return nil
}

func (w *plannedRows) take(a *Account, row *hold, h HoldAct) *fault.Error {
	if row != nil {
		return fault.New(fault.HoldClosed)
	}
	if h.Freeze {
		if h.Amount = w.there(a, h); h.Amount <= 0 {
			return nil
		}
	} else if a.Flags&Closed != 0 || a.Flags&DebitBlocked != 0 && !h.Stopped {
		return fault.New(fault.SenderBlocked)
	} else if a.Flags&Unproven != 0 && !h.Stopped {
		return fault.New(fault.SIMChanged)
	}
	if h.Amount > a.Available() { // for a trust account too: it is never above zero, and bank money cannot be held
		return fault.New(fault.Insufficient, "available", fault.Minor(a.Available()), "needed", fault.Minor(h.Amount))
	}
	a.Held += h.Amount
	if h.Rule != nil {
		seen := *a
		roll(&seen.Turnover, w.e.l.day(w.e.head.at))
		if refusal := h.Rule(seen); refusal != nil {
			return refusal
		}
	}
	next := &hold{id: h.Hold, account: h.Account, amount: h.Amount, remaining: h.Amount,
		expiresAt: micros(h.ExpiresAt), state: holdOpen}
	w.set(w.e.l.holds, h.Hold, next, false)
	w.acts = append(w.acts, actRow{h.Hold, h.Verb, h.Account, h.Amount, next.expiresAt})
	return nil
}

// there is how much of a freeze's amount there is to take.
func (w *plannedRows) there(a *Account, h HoldAct) int64 {
	most := min(h.Amount, a.Available())
	if h.Like.IsZero() {
		return most
	}
	taken := int64(0)
	for _, act := range w.acts {
		if act.verb == TakeHold && act.hold == h.Like {
			taken = act.amount
		}
	}
	return min(most, taken)
}

// leg moves one account. The order of the refusals is the order in which a person should hear them.
func (w *plannedRows) leg(leg Leg, kind Kind) *fault.Error {
	a, refusal := w.account(leg.Account)
	if refusal != nil {
		return refusal
	}
	if spec, _ := kind.Spec(); !slices.Contains(spec.Accounts, a.Type) {
		return fault.New(fault.Internal, "account_type", int64(a.Type))
	}
	stopped, code := CreditBlocked, fault.CannotReceive
	if leg.Amount < 0 {
		stopped, code = DebitBlocked, fault.SenderBlocked
	}
	if kind.Undoes() || kind.Follows() {
		stopped = 0
	}
	if a.Flags&(stopped|Closed) != 0 {
		return fault.New(code)
	}
	if stopped == DebitBlocked && a.Flags&Unproven != 0 {
		return fault.New(fault.SIMChanged)
	}
	available := a.Available()
	if overflows(a.Balance, leg.Amount) {
		return fault.New(fault.Internal, "overflow", leg.Account)
	}
	a.Balance += leg.Amount
	if refusal := w.count(a, leg); refusal != nil {
		return refusal
	}
	if leg.Rule != nil {
		if refusal := leg.Rule(w.seen(a, leg)); refusal != nil {
			return refusal
		}
	}
	if leg.Amount < 0 && a.Type.Floored() && a.Available() < 0 {
		return fault.New(fault.Insufficient, "available", fault.Minor(available), "needed", fault.Minor(-leg.Amount))
	}
	if a.Type.Ceilinged() && a.Balance > 0 {
		return fault.New(fault.Insufficient, "available", fault.Minor(-available), "needed", fault.Minor(leg.Amount))
	}
	return nil
}

// seen is an account as the rule of its leg sees it: with what will be on its holder's other accounts when all legs are done, in
// whatever order they come.
func (w *plannedRows) seen(a *Account, leg Leg) Account {
	out := *a
	for _, number := range leg.Beside {
		other, _ := w.row(w.e.l.accounts, accountKey(number)).(*Account)
		if other == nil {
			continue
		}
		out.Beside += other.Balance
		for _, l := range w.plan.Legs {
			if l.Account == number {
				out.Beside += l.Amount
			}
		}
	}
	return out
}

func overflows(a, b int64) bool {
	return (b > 0 && a > math.MaxInt64-b) || (b < 0 && a < math.MinInt64-b)
}

// count adds a leg to its account's turnover, beginning a new day or month when the market's calendar has, or takes off what the
// corrected posting had added. It refuses when the month's sum would overflow, and with it open a spent limit (the day's is never
// greater), and when more is given back than was counted.
func (w *plannedRows) count(a *Account, leg Leg) *fault.Error {
	roll(&a.Turnover, w.e.l.day(w.e.head.at))
	if leg.Counted < 0 {
		if w.corrected == nil || w.corrected.countedOn(leg.Account) < -leg.Counted {
			return fault.New(fault.Internal, "given_back", leg.Account)
		}
		giveBack(&a.Turnover, leg.Amount, -leg.Counted, w.e.l.day(w.corrected.at))
		return nil
	}
	day, month := &a.Turnover.InDay, &a.Turnover.InMonth
	if leg.Amount < 0 {
		day, month = &a.Turnover.OutDay, &a.Turnover.OutMonth
	}
	if overflows(*month, leg.Counted) {
		return fault.New(fault.Internal, "overflow", leg.Account)
	}
	*day += leg.Counted
	*month += leg.Counted
	return nil
}

// giveBack takes off a turnover what a posting of that day (yyyymmdd) had counted, where it still is: a day or month that has begun since
// never counted it. amount is the undoing leg's: money that comes back had gone out. No sum falls below zero.
func giveBack(t *Turnover, amount, counted int64, day int32) {
	ofDay, ofMonth := &t.OutDay, &t.OutMonth
	if amount < 0 {
		ofDay, ofMonth = &t.InDay, &t.InMonth
	}
	if day == t.Day {
		*ofDay = max(0, *ofDay-counted)
	}
	if day/100 == t.Month {
		*ofMonth = max(0, *ofMonth-counted)
	}
}

// givesBack reports whether the plan takes off turnovers what the posting that it corrects had counted.
func (p *Plan) givesBack() bool {
	for _, leg := range p.Legs {
		if leg.Counted < 0 {
			return true
		}
	}
	return false
}

// countedOn is what the posting counted on that account.
func (r *record) countedOn(account int64) int64 {
	for _, leg := range r.legs {
		if leg.Account == account {
			return leg.Counted
		}
	}
	return 0
}

// roll moves a turnover forward to the given day (yyyymmdd), never back: a clock that was set back must not open a spent
// limit again.
func roll(t *Turnover, day int32) {
	if month := day / 100; month > t.Month {
		t.Month, t.OutMonth, t.InMonth = month, 0, 0
	}
	if day > t.Day {
		t.Day, t.OutDay, t.InDay = day, 0, 0
	}
}

// settle turns the touched accounts into rows and legs, and checks what must hold of the plan as a whole.
func (w *plannedRows) settle(p *Plan) *fault.Error {
	if len(p.Legs) > 0 && !w.balanced(p.Legs) {
		return fault.New(fault.CurrencyMixed)
	}
	slices.SortFunc(w.accounts, func(a, b *Account) int { return cmp.Compare(a.ID, b.ID) })
	w.legs = make([]PostedLeg, 0, len(w.accounts))
	for _, a := range w.accounts {
		posted := PostedLeg{Account: a.ID, Balance: a.Balance, Held: a.Held}
		for _, leg := range p.Legs {
			if leg.Account == a.ID {
				posted.Amount, posted.Counted = leg.Amount, leg.Counted
			}
		}
		if !p.ID.IsZero() {
			a.Seq = w.e.head.seq + 1
			w.legs = append(w.legs, posted)
		}
		w.set(w.e.l.accounts, accountKey(a.ID), a, false)
	}
	return nil
}

// balanced reports whether the legs sum to zero in each currency they touch. Sums that overflow do not: two currencies'
// legs could wrap around to zero and make money.
func (w *plannedRows) balanced(legs []Leg) bool {
	for _, a := range w.accounts {
		var sum int64
		for _, leg := range legs {
			if b, _ := w.account(leg.Account); b != nil && b.Currency == a.Currency {
				if overflows(sum, leg.Amount) {
					return false
				}
				sum += leg.Amount
			}
		}
		if sum != 0 {
			return false
		}
	}
	return true
}
