package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// Options are the parts a Ledger is made of. DB, Clock, IDs, Zone and Receipts are required.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	IDs      id.Source
	Zone     *time.Location // the market's, in which days and months of turnover are counted
	Receipts *ReceiptCoder

	MaxBatch int              // plans per database transaction; 0 means 500
	Queue    int              // plans that may wait; 0 means 8,192, beyond which Commit answers busy
	OnBatch  func(BatchStats) // told of every batch, on the committer's goroutine; may be nil
	Sabotage Sabotage         // for the crash test's negative control only
}

// Sabotage breaks a promise on purpose, so that a test can show that it would notice.
type Sabotage string

// What can be broken.
const (
	AckBeforeCommit Sabotage = "ack-before-commit" // answers callers before COMMIT
	NoUniqueKey     Sabotage = "no-unique-key"     // forgets spent posting IDs; the test also drops the unique index
)

// BatchStats tell what one database transaction did.
type BatchStats struct {
	Plans    int
	Took     time.Duration // from the sequencer's lock asked for to COMMIT answered
	Rejected bool          // decided ahead in vain: another process had written, or an ID was spent already
	Results  []PlanStat
	Rows     map[string]int // written, by table: inserted or replaced; without the batch's own row and the sequencer's
}

// PlanStat is one plan's part of BatchStats. Code is "accepted", or the refusal's code.
type PlanStat struct {
	Kind Kind
	Code string
}

// Ledger is the way to the books. Any number of processes may have one on the same database.
type Ledger struct {
	db       *db.DB
	clock    clock.Clock
	zone     *time.Location
	receipts *ReceiptCoder
	writer   id.ID // who we are in the sequencer row
	options  Options
	accounts *accountTable
	holds    *holdTable

	queue   chan *pending
	stop    chan struct{}
	stopped sync.WaitGroup
	closing atomic.Bool
	senders sync.RWMutex // held for reading while a plan is put into the queue, for writing by Close

	numbersMu sync.Mutex
	numbers   map[string]block
}

// Open starts the committer. Close stops it.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	if o.MaxBatch <= 0 {
		o.MaxBatch = 500
	}
	if o.Queue <= 0 {
		o.Queue = 8192
	}
	l := &Ledger{
		db: o.DB, clock: o.Clock, zone: o.Zone, receipts: o.Receipts, writer: o.IDs.New(), options: o,
		accounts: &accountTable{}, holds: &holdTable{},
		queue: make(chan *pending, o.Queue), stop: make(chan struct{}), numbers: map[string]block{},
	}
	if err := l.ensureSequencer(ctx); err != nil {
		return nil, err
	}
	if err := l.startCommitter(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// ensureSequencer creates the sequencer row on an empty database; another process may do so at the same time.
func (l *Ledger) ensureSequencer(ctx context.Context) error {
	var batch int64
	err := l.db.QueryRow(ctx, `SELECT batch FROM sequencer WHERE id = 1`).Scan(&batch)
	if err == nil {
		return nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("ledger: read the sequencer: %w", err)
	}
	zero := make([]byte, 32)
	_, err = l.db.Exec(ctx, `INSERT INTO sequencer (id, batch, writer, seq, receipt, chain, at) VALUES (1, 0, ?, 0, 0, ?, 0)`,
		l.writer[:], zero)
	if err != nil && !l.db.Dialect().IsDuplicate(err) {
		return fmt.Errorf("ledger: create the sequencer: %w", err)
	}
	return nil
}

// Close takes no more plans, commits those that wait, and stops. It is safe to call twice.
func (l *Ledger) Close() {
	if l.closing.Swap(true) {
		l.stopped.Wait()
		return
	}
	l.senders.Lock() // whoever was about to enqueue has done so
	close(l.stop)
	l.senders.Unlock()
	l.stopped.Wait()
}

// pending is a plan on its way. Exactly one of drain and cancel wins.
type pending struct {
	plan  *Plan
	taken atomic.Bool
	done  chan result
}

// take claims the plan for whoever calls first: the committer, or a caller who gave up.
func (p *pending) take() bool { return !p.taken.Swap(true) }

// Commit commits a plan and returns what became of it, once that is durable.
//
// A refused plan gives its Outcome and, as the error, its refusal. Other errors: busy (nothing was done), conflict (the ID
// was used for another request), outcome_unknown (the plan was on its way when ctx ended or the database was lost; ask again
// with the same ID), internal (nothing was done).
func (l *Ledger) Commit(ctx context.Context, p *Plan) (*Outcome, error) {
	if err := p.valid(); err != nil {
		return nil, fault.Wrap(err, fault.Internal)
	}
	if err := ctx.Err(); err != nil {
		return nil, fault.Wrap(err, fault.Busy)
	}
	pd := &pending{plan: p, done: make(chan result, 1)}
	if !l.enqueue(pd) {
		return nil, fault.New(fault.Busy)
	}
	select {
	case r := <-pd.done:
		return r.outcome, r.err
	case <-ctx.Done():
		if pd.take() {
			return nil, fault.Wrap(ctx.Err(), fault.Busy)
		}
		return nil, fault.Wrap(ctx.Err(), fault.OutcomeUnknown)
	}
}

func (l *Ledger) enqueue(pd *pending) bool {
	l.senders.RLock()
	defer l.senders.RUnlock()
	if l.closing.Load() {
		return false
	}
	select {
	case l.queue <- pd:
		return true
	default:
		return false
	}
}

// Waiting returns how many plans wait for the committer.
func (l *Ledger) Waiting() int { return len(l.queue) }

// valid refuses plans that no data could make right: a bug of the caller.
func (p *Plan) valid() error {
	posts := len(p.Legs)+len(p.Holds) > 0
	if p.ID.IsZero() && (posts || len(p.Open) > 0) {
		return errors.New("ledger: a plan that moves money, holds it or opens accounts needs an ID")
	}
	spec, ok := p.Kind.Spec()
	if (!ok || p.Kind == Enquiry) && !p.ID.IsZero() {
		return fmt.Errorf("ledger: kind %d is not one of postings", p.Kind)
	}
	if p.Void && (posts || p.ID.IsZero() || len(p.Companions) == 0) {
		return errors.New("ledger: a void plan spends an ID, moves nothing, and has a companion that refuses it")
	}
	if spec.Money && len(p.Legs) == 0 && !p.ID.IsZero() && !p.Void {
		return fmt.Errorf("ledger: a %s without legs", spec.Name)
	}
	if len(p.Rules) > maxRules || !ascii(p.Rules) {
		return errors.New("ledger: rules longer than 80 characters, or not ASCII")
	}
	for _, n := range p.Open {
		if len(n.Currency) == 0 || len(n.Currency) > maxCurrency || !ascii(n.Currency) {
			return errors.New("ledger: a currency is 1 to 12 ASCII characters")
		}
	}
	if p.givesBack() && (p.Corrects.IsZero() || !p.Kind.Undoes()) {
		return errors.New("ledger: counted below zero, and undoes nothing")
	}
	return errors.Join(validLegs(p.Legs), validHolds(p.Holds))
}

// Lengths of columns; SQLite does not enforce them.
const (
	maxRules    = 80
	maxCurrency = 12
)

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func validLegs(legs []Leg) error {
	var sum int64
	for i, leg := range legs {
		if leg.Amount == 0 {
			return errors.New("ledger: a leg of zero")
		}
		for _, other := range legs[:i] {
			if other.Account == leg.Account {
				return errors.New("ledger: two legs on one account")
			}
		}
		if overflows(sum, leg.Amount) {
			return errors.New("ledger: the legs overflow")
		}
		sum += leg.Amount
	}
	if sum != 0 {
		return errors.New("ledger: the legs do not sum to zero")
	}
	return nil
}

func validHolds(acts []HoldAct) error {
	for _, h := range acts {
		if h.Verb < TakeHold || h.Verb > ExpireHold || h.Hold.IsZero() {
			return errors.New("ledger: a hold act without verb or hold")
		}
		if (h.Verb == TakeHold || h.Verb == CaptureHold) && h.Amount <= 0 {
			return errors.New("ledger: a hold of nothing")
		}
		if (h.Freeze || !h.Like.IsZero()) && h.Verb != TakeHold {
			return errors.New("ledger: a freeze that takes no hold")
		}
		if h.Rule != nil && h.Verb != TakeHold {
			return errors.New("ledger: a rule of what takes no hold")
		}
		if h.Verb == TakeHold && h.ExpiresAt.IsZero() {
			return errors.New("ledger: a hold that never expires")
		}
	}
	return nil
}

// day returns the market's date of a moment as yyyymmdd.
func (l *Ledger) day(us int64) int32 {
	y, m, d := fromMicros(us).In(l.zone).Date()
	return int32(y*10_000 + int(m)*100 + d)
}
