package ledger

import (
	"context"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// Plan is what a use case asks the committer to commit: a value, built by pure code, that says nothing about rows or locks.
//
// A plan with an ID becomes a posting and spends that ID, accepted or refused. A plan without an ID posts nothing; it only
// commits its companions and account changes (an intent opened, a language changed), and may then not have legs or holds.
// Once given to Commit a plan must not be altered: the committer may still read it after the caller gave up.
type Plan struct {
	ID       id.ID        // the posting ID, made by the caller before the person is asked
	Request  [32]byte     // hash of the request; the same ID with another hash is a conflict
	Kind     Kind         // what kind of act this is
	Void     bool         // spends the ID without legs: a companion refuses it, and what was posted before comes back
	Stopped  *fault.Error // nil, or why it may not begin: it is refused with that before anything is looked at, but not what was posted before
	Corrects id.ID        // the posting that this one corrects; zero for none
	Rules    string       // versions of the tariff, tax and limits it was priced with, ASCII, at most 80 characters
	Legs     []Leg        // signed amounts, which sum to zero per currency; one leg per account
	Holds    []HoldAct    // holds taken, captured, released or expired
	Open     []NewAccount
	Change   []AccountChange

	Companions []Companion // rows of other packages that commit with this plan
}

// Leg is one account's part of a plan.
type Leg struct {
	Account int64
	Amount  int64 // minor units; positive adds to what Senti owes the holder
	// Counted is added to the account's turnover, minor units: to what went out when Amount < 0, else to what came in. Below zero, in a
	// plan that undoes what it corrects, it is taken off the other of the two, where the corrected posting had added it: of the day and
	// of the month as far as they are still those of that posting.
	Counted int64
	Rule    Rule // nil, or what else must hold for this account

	Beside []int64 // other accounts of the same holder, of which the Rule sees what is on them together: Account.Beside
}

// Rule refuses a leg or a hold by returning a fault. It sees the account as it would be after it, turnover included, and must
// be a pure function of it.
type Rule func(after Account) *fault.Error

// HoldVerb says what a HoldAct does.
type HoldVerb uint8

// What can be done to a hold.
const (
	TakeHold    HoldVerb = iota + 1 // set Amount aside on Account until ExpiresAt
	CaptureHold                     // give Amount back to the balance, for the legs of this same plan to spend
	ReleaseHold                     // give back all that is left
	ExpireHold                      // the same, at or after ExpiresAt only
)

// HoldAct takes a hold or ends (a part of) one.
type HoldAct struct {
	Verb      HoldVerb
	Hold      id.ID
	Account   int64     // the holder's
	Amount    int64     // TakeHold and CaptureHold, minor units, above zero
	ExpiresAt time.Time // TakeHold only
	Final     bool      // CaptureHold only: release what is left after the capture
	Rule      Rule      // TakeHold only: nil, or what must hold for the account, as it is with the hold and on the commit's day

	// Stopped is for TakeHold: also if nothing else may leave the account, as two people have ordered it.
	Stopped bool
	// Freeze and Like are for TakeHold. Freeze takes of Amount as much as is there, though nothing else may leave the account; and
	// there is no hold when nothing is. Outcome.Taken tells how much it was.
	Freeze bool
	Like   id.ID // with Freeze: no more than this plan has taken for that hold; zero for none
}

// NewAccount opens an account in the same commit. Its number comes from Ledger.Numbers.
type NewAccount struct {
	ID       int64
	Type     AccountType
	Currency string
	Class    int16 // whatever the limit rules tell tiers apart by; 0 for none
}

// AccountChange alters what limits an account. The balance is not among it: only legs move money.
type AccountChange struct {
	Account int64
	Class   *int16
	Flags   *Flags // nil, or all the flags it is to have
	Raise   Flags  // flags it is to have besides those it has at the commit
	Lower   Flags  // flags it is no longer to have; the others stay as they are
	Unmoved *int64 // nil, or the last posting on it that the caller knows of: after another the plan is refused with conflict
	Empty   bool   // after the legs, and only if they leave nothing on it, available or held: else account_not_empty (left)
}

// Table is one table of another package whose rows commit with plans. A row image is an immutable value: Companions return
// new ones and never alter what they were given, because the next batch may already be reading it.
//
// Only the committer may write a table that has a Load; its rows are cached between batches on that promise.
type Table interface {
	Name() string
	// Load reads the rows with these keys; a row that does not exist is absent from the map.
	Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error)
	// Write renders statements that insert the rows or replace them by key. It is pure and may be called early.
	Write(d *db.Dialect, rows []any) []db.Stmt
}

// Companion is one row that commits with a plan. The committer calls Check for all companions of a plan in their order,
// then decides legs, holds and turnover, then calls Finish for all of them with the outcome.
type Companion interface {
	Table() Table
	// Key names the row to lock and read; the zero ID means a new row that nothing else can name (a message).
	Key() id.ID
	// Check sees the row (nil when absent) and may refuse the plan. A row returned in keep is written in any case, also
	// when the plan is refused by this or a later check: a counted PIN try must not be undone.
	Check(row any, at time.Time) (keep any, refusal *fault.Error)
	// Finish sees the row as Check left it and the outcome, and returns the row to write, or nil to leave it.
	Finish(row any, o *Outcome) any
}

// Newcomer is implemented by a Companion whose row only its own plan can bring into being, under the plan's ID. As an ID is
// spent once, a row that a new plan is about to write cannot be there yet, and the database is not asked for it; from then on
// it is a row like any other. Where the Key is not the plan's ID it says nothing. The Table should insert such a row in a way
// that fails when the key is taken.
type Newcomer interface{ BornWithPlan() }

// Outcome is what became of a plan. For a posting it never changes: the same ID with the same request gets it again.
type Outcome struct {
	ID        id.ID
	Kind      Kind
	Seq       int64 // position in the ledger's one order; 0 for a plan without an ID
	Accepted  bool
	Refusal   *fault.Error // nil when accepted
	ReceiptNo int64        // 0 unless the posting moved money
	Receipt   string       // the 10-character code of ReceiptNo, or ""
	At        time.Time    // the commit's time, UTC
	Legs      []PostedLeg
	Replayed  bool // this outcome was already on record before the call

	acts []actRow // what it did to holds; shared with the books
}

// PostedLeg is a leg as the ledger keeps it.
type PostedLeg struct {
	Account int64
	Amount  int64
	Balance int64 // after the posting
	Held    int64 // after the posting
	Counted int64
}

// Taken returns how much the posting set aside for that hold: 0 when it took no such hold.
func (o *Outcome) Taken(hold id.ID) int64 {
	for _, a := range o.acts {
		if a.verb == TakeHold && a.hold == hold {
			return a.amount
		}
	}
	return 0
}

// Amount returns what the posting moved on one of its accounts, minor units, and whether the account was part of it.
func (o *Outcome) Amount(account int64) (int64, bool) {
	for _, l := range o.Legs {
		if l.Account == account {
			return l.Amount, true
		}
	}
	return 0, false
}

// Balance returns the balance after the posting of one of its accounts, and whether the account was part of it.
func (o *Outcome) Balance(account int64) (int64, bool) {
	for _, l := range o.Legs {
		if l.Account == account {
			return l.Balance, true
		}
	}
	return 0, false
}
