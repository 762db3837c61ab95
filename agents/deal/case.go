package deal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Case is a disagreement about a deal, with what speaks for it and how it was settled.
type Case struct {
	ID         id.ID
	Kind       CaseKind
	Deal       id.ID
	Customer   int64
	Till       int64
	Amount     int64  // what it is about
	Held       int64  // what of that was set aside
	FloatHold  id.ID  // the hold on the till's float, zero for none
	WalletHold id.ID  // the hold on the customer's wallet, zero for none
	Evidence   string // what was noticed, which the agent may read; at most EvidenceMax characters
	State      CaseState
	Note       string // who settled it and why; at most NoteMax characters
	OpenedAt   time.Time
	ClosedAt   time.Time // zero while it is open
}

// How long the texts of a case may be, in characters.
const (
	EvidenceMax = 1000
	NoteMax     = 400
)

// CaseKind is what a case is about. Numbers are stored: never reuse one.
type CaseKind int16

// The kinds of case.
const (
	NotPaid       CaseKind = 1 // a customer did not get the cash
	WrongDeposit  CaseKind = 2 // an operator paid in to a wrong number
	SplitDeposits CaseKind = 3 // deposits split to earn more
	Overcharged   CaseKind = 4 // a customer says that the agent took more than the fee
)

var caseKinds = map[CaseKind]string{NotPaid: "not paid", WrongDeposit: "wrong deposit", SplitDeposits: "split deposits", Overcharged: "overcharged"}

// String returns what a case is about, as people read it.
func (k CaseKind) String() string {
	if name, ok := caseKinds[k]; ok {
		return name
	}
	return "unknown"
}

// CaseState is how a case stands. Numbers are stored: never reuse one.
type CaseState int16

// The states of a case.
const (
	CaseOpen    CaseState = 1
	CaseGranted CaseState = 2 // whoever opened it was right
	CaseDenied  CaseState = 3 // was not
	CaseDropped CaseState = 4 // took it back, or both agreed
)

var caseStates = map[CaseState]string{CaseOpen: "open", CaseGranted: "granted", CaseDenied: "denied", CaseDropped: "dropped"}

// String returns how a case stands, as people read it.
func (s CaseState) String() string {
	if name, ok := caseStates[s]; ok {
		return name
	}
	return "unknown"
}

// CaseOf is the ID of the case of a kind about a deal: there can be one.
func CaseOf(deal id.ID, kind CaseKind) id.ID { return id.Derive(deal, fmt.Sprintf("case.%d", kind)) }

// OpenCase returns the companion that opens a case when its plan is accepted, under CaseOf unless the ID is given. Of the holds it
// names, the case keeps those that the plan took; Held is then what was taken of the wallet, or of the float if the wallet has no
// part in it. It refuses with case_closed when there is or was that case already.
func (s *Store) OpenCase(c Case) ledger.Companion {
	if c.ID.IsZero() {
		c.ID = CaseOf(c.Deal, c.Kind)
	}
	c.Evidence, c.Note = cut(c.Evidence, EvidenceMax), cut(c.Note, NoteMax)
	return opening{s, c}
}

// cut shortens a text to what its column holds.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}

type opening struct {
	store *Store
	open  Case
}

// Table is the cases' table.
func (o opening) Table() ledger.Table { return o.store.cases }

// Key is the case.
func (o opening) Key() id.ID { return o.open.ID }

// Check refuses a second case.
func (opening) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if row != nil {
		return nil, fault.New(fault.CaseClosed)
	}
	return nil, nil
}

// Finish opens the case if the plan was accepted.
func (o opening) Finish(_ any, outcome *ledger.Outcome) any {
	if !outcome.Accepted {
		return nil
	}
	next := o.open
	next.State, next.OpenedAt, next.ClosedAt = CaseOpen, outcome.At, time.Time{}
	next.hold(outcome)
	return &next
}

// hold keeps of the holds what there is of them.
func (c *Case) hold(o *ledger.Outcome) {
	wanted := c.WalletHold
	if wanted.IsZero() {
		wanted = c.FloatHold
	}
	if wanted.IsZero() {
		return
	}
	c.Held = o.Taken(wanted)
	for _, h := range []*id.ID{&c.WalletHold, &c.FloatHold} {
		if o.Taken(*h) == 0 {
			*h = id.ID{}
		}
	}
}

// ChangeCase returns the companion that alters an open case: change gets a copy of the row as it is at the commit and the
// commit's time, alters it, or refuses. It must be pure. A closed case is not altered: case_closed; case_not_found when
// there is none.
func (s *Store) ChangeCase(which id.ID, change func(c *Case, at time.Time) *fault.Error) ledger.Companion {
	return settling{s, which, change}
}

type settling struct {
	store  *Store
	which  id.ID
	change func(*Case, time.Time) *fault.Error
}

// Table is the cases' table.
func (c settling) Table() ledger.Table { return c.store.cases }

// Key is the case.
func (c settling) Key() id.ID { return c.which }

// Check asks whether the change may be made.
func (c settling) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	was, ok := row.(*Case)
	if !ok {
		return nil, fault.New(fault.CaseNotFound)
	}
	if was.State != CaseOpen {
		return nil, fault.New(fault.CaseClosed)
	}
	next := *was
	return nil, c.change(&next, at)
}

// Finish makes the change if the plan was accepted.
func (c settling) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := *row.(*Case)
	_ = c.change(&next, o.At) // Check has asked it already, of this same row
	next.Evidence, next.Note = cut(next.Evidence, EvidenceMax), cut(next.Note, NoteMax)
	if next.State != CaseOpen {
		next.ClosedAt = o.At
	}
	return &next
}

// Case returns a case, or case_not_found.
func (s *Store) Case(ctx context.Context, which id.ID) (Case, error) {
	all, err := s.readCases(ctx, ` WHERE id = ?`, which)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.CaseNotFound)
	}
	if err != nil {
		return Case{}, err
	}
	return all[0], nil
}

// Cases returns cases in a state, the oldest first.
func (s *Store) Cases(ctx context.Context, state CaseState, limit int) ([]Case, error) {
	return s.readCases(ctx, ` WHERE state = ? ORDER BY opened_at, id LIMIT ?`, int64(state), int64(limit))
}

// ShortCases returns open cases of a kind for which less is held than they are about, the oldest first: those that follow one of them, or
// the first ones after the zero case.
func (s *Store) ShortCases(ctx context.Context, kind CaseKind, after Case, limit int) ([]Case, error) {
	at := after.OpenedAt.UnixMicro()
	return s.readCases(ctx, ` WHERE state = ? AND kind = ? AND held < amount AND (opened_at > ? OR opened_at = ? AND id > ?)
		 ORDER BY opened_at, id LIMIT ?`, int64(CaseOpen), int64(kind), at, at, after.ID, int64(limit))
}

// CasesOfTill returns the newest cases about a till that were opened at or after since, newest first.
func (s *Store) CasesOfTill(ctx context.Context, till int64, since time.Time, limit int) ([]Case, error) {
	return s.readCases(ctx, ` WHERE till = ? AND opened_at >= ? ORDER BY opened_at DESC, id DESC LIMIT ?`,
		till, since.UnixMicro(), int64(limit))
}

// Complained returns those of the tills against which a customer's complaint that cash was not paid is open, if it was made at or
// after since.
func (s *Store) Complained(ctx context.Context, tills []int64, since time.Time) (map[int64]bool, error) {
	args := make([]any, len(tills))
	for i, till := range tills {
		args[i] = till
	}
	out := map[int64]bool{}
	query := fmt.Sprintf(`SELECT till FROM counter_cases WHERE kind = %d AND state = %d AND opened_at >= %d AND till IN`, NotPaid, CaseOpen, since.UnixMicro())
	err := s.db.EachIn(ctx, query, args, func(rows *sql.Rows) error {
		var till int64
		err := rows.Scan(&till)
		out[till] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("deal: look for complaints: %w", err)
	}
	return out, nil
}

// OpenCasesAt returns how many cases of those kinds about tills nobody has settled.
func (s *Store) OpenCasesAt(ctx context.Context, tills []int64, kinds ...CaseKind) (n int64, err error) {
	values := make([]any, len(tills))
	for i, t := range tills {
		values[i] = t
	}
	err = s.db.EachIn(ctx, `SELECT kind FROM counter_cases WHERE state = 1 AND till IN`, values, func(rows *sql.Rows) error {
		var kind CaseKind
		err := rows.Scan(&kind)
		if slices.Contains(kinds, kind) {
			n++
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("deal: count cases: %w", err)
	}
	return n, nil
}

func (s *Store) readCases(ctx context.Context, where string, args ...any) ([]Case, error) {
	var all []Case
	err := s.db.Each(ctx, selectCase+where, args, func(rows *sql.Rows) error {
		c, err := scanCase(rows)
		all = append(all, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("deal: read cases: %w", err)
	}
	return all, nil
}

// caseTable is the cases as the ledger commits them.
type caseTable struct{ _ byte } // as dealTable

// Name is the table's name.
func (*caseTable) Name() string { return "counter_cases" }

const selectCase = `
	SELECT id, kind, deal, customer, till, amount, held, float_hold, wallet_hold, evidence, state, note, opened_at, closed_at
	  FROM counter_cases`

func scanCase(rows *sql.Rows) (c Case, err error) {
	var key, deal, floatHold, walletHold []byte
	var opened int64
	var closed sql.NullInt64
	err = rows.Scan(&key, &c.Kind, &deal, &c.Customer, &c.Till, &c.Amount, &c.Held, &floatHold, &walletHold, &c.Evidence,
		&c.State, &c.Note, &opened, &closed)
	c.OpenedAt, c.ClosedAt = time.UnixMicro(opened).UTC(), orZero(closed)
	return c, errors.Join(err, scanIDs(idColumn{key, &c.ID}, idColumn{deal, &c.Deal}, idColumn{floatHold, &c.FloatHold},
		idColumn{walletHold, &c.WalletHold}))
}

// Load reads cases.
func (*caseTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectCase+` WHERE id IN`, idArgs(keys), func(rows *sql.Rows) error {
		c, err := scanCase(rows)
		found[c.ID] = &c
		return err
	})
	return found, err
}

var (
	caseKey = []string{"id"}
	caseSet = []string{"amount", "held", "float_hold", "wallet_hold", "evidence", "state", "note", "closed_at"}
)

// Write inserts or replaces cases.
func (*caseTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 14
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		c := r.(*Case)
		args = append(args, c.ID, int64(c.Kind), orNull(c.Deal), c.Customer, c.Till, c.Amount, c.Held, orNull(c.FloatHold),
			orNull(c.WalletHold), c.Evidence, int64(c.State), c.Note, c.OpenedAt.UnixMicro(), microsOrNull(c.ClosedAt))
	}
	return db.InsertMany(`
		INSERT INTO counter_cases (id, kind, deal, customer, till, amount, held, float_hold, wallet_hold, evidence, state, note,
		                           opened_at, closed_at) VALUES `, columns, args, d.Upsert(caseKey, caseSet))
}
