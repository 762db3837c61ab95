package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// patience is how long callers are kept while the database is away.
const patience = 2 * time.Second

// errStale says that a guess was built on a state that is not the one in the tables.
var errStale = errors.New("ledger: the state has changed")

// write puts one job into the database and answers its callers.
func (c *committer) write(j *job) {
	start := c.clock.Now()
	guess := j.guess
	if guess != nil && j.epoch != c.epoch.Load() {
		guess = nil
	}
	if guess != nil {
		err := c.tryGuess(guess)
		if err == nil {
			c.answer(guess, start, false)
			return
		}
		c.epoch.Add(1)
		c.logFailure("guess", err)
		var lost *evaluation
		if errors.Is(err, db.ErrCommitUnknown) {
			lost = guess
		}
		c.writeLocked(j.pendings, start, lost, true)
		return
	}
	c.epoch.Add(1) // what is decided now, no guess under way can know
	c.writeLocked(j.pendings, start, nil, false)
}

// tryGuess writes a batch that was decided ahead.
func (c *committer) tryGuess(e *evaluation) error {
	_, err := c.transact(func(ctx context.Context, tx *db.DB) (*evaluation, []db.Stmt, error) {
		found, err := lockSequencer(ctx, tx)
		if err == nil && found != e.base {
			err = errStale
		}
		return e, e.stmts, err
	})
	return err
}

// transact is the one place where a batch becomes durable. Its context cannot end: a batch is never cut in the middle by a
// caller who gave up; the connection's own time-outs bound it.
func (c *committer) transact(decide func(context.Context, *db.DB) (*evaluation, []db.Stmt, error)) (*evaluation, error) {
	ctx := context.Background()
	var e *evaluation
	err := c.conn.TransactOnce(ctx, func(tx *db.DB) error {
		decided, stmts, err := decide(ctx, tx)
		if err != nil {
			return err
		}
		e = decided
		if err := tx.Run(ctx, stmts); err != nil {
			return err
		}
		if c.options.Sabotage == AckBeforeCommit {
			c.reply(e)
		}
		c.announce() // COMMIT takes a while; the next batch can be made ready meanwhile
		return nil
	})
	return e, err
}

// lockSequencer takes the row that orders all writers, and returns where the ledger stands.
func lockSequencer(ctx context.Context, tx *db.DB) (head, error) {
	h, err := scanHead(tx.QueryRow(ctx, selectHead+tx.Dialect().ForUpdate))
	if err != nil {
		return h, fmt.Errorf("ledger: lock the sequencer: %w", err)
	}
	return h, nil
}

// readHead reads the sequencer row without locking it.
func readHead(ctx context.Context, q *db.DB) (head, error) {
	return scanHead(q.QueryRow(ctx, selectHead))
}

const selectHead = `SELECT batch, writer, seq, receipt, chain, at FROM sequencer WHERE id = 1 `

func scanHead(row *sql.Row) (head, error) {
	var h head
	var writer, chain []byte
	if err := row.Scan(&h.batch, &writer, &h.seq, &h.receipt, &chain, &h.at); err != nil {
		return h, err
	}
	if len(writer) != 16 || len(chain) != 32 {
		return h, errors.New("ledger: the sequencer row is damaged")
	}
	h.writer, h.chain = id.ID(writer), [32]byte(chain)
	return h, nil
}

// writeLocked decides the plans under the sequencer's lock and writes them, again and again for as long as the database may
// yet recover. lost is an earlier attempt whose COMMIT may have gone through, or nil.
func (c *committer) writeLocked(plans []*pending, start time.Time, lost *evaluation, rejected bool) {
	for try := 0; ; try++ {
		e, err := c.tryLocked(plans, &lost)
		if err == nil {
			c.answer(e, start, rejected)
			return
		}
		c.logFailure("batch", err)
		if errors.Is(err, db.ErrCommitUnknown) {
			lost = e
		}
		d := c.db.Dialect()
		passing := d.IsRetryable(err) || d.IsConnLost(err) || lost != nil
		late := c.clock.Now().Sub(start) > patience || try > 100 // by count too: a clock may step back
		switch {
		case !passing && len(plans) > 1:
			// One of them cannot be written. Halve until it stands alone.
			c.writeLocked(plans[:len(plans)/2], start, nil, false)
			c.writeLocked(plans[len(plans)/2:], start, nil, false)
			return
		case !passing:
			refuse(plans, fault.Wrap(err, fault.Internal))
			return
		case late && lost != nil:
			refuse(plans, fault.Wrap(err, fault.OutcomeUnknown))
			return
		case late:
			refuse(plans, fault.Wrap(err, fault.Busy)) // rolled back or never begun: nothing was done
			return
		}
		c.pause(try)
	}
}

// pause lets the database breathe between tries: 5 ms, doubling up to 250 ms.
func (c *committer) pause(try int) {
	timer := time.NewTimer(min(5*time.Millisecond<<min(try, 10), 250*time.Millisecond))
	defer timer.Stop()
	<-timer.C
}

// tryLocked is one attempt of writeLocked. A lost attempt is looked for first: found committed, it is what is returned;
// otherwise it becomes nil, because whoever holds the sequencer's lock knows that it never will be.
func (c *committer) tryLocked(plans []*pending, lost **evaluation) (*evaluation, error) {
	return c.transact(func(ctx context.Context, tx *db.DB) (*evaluation, []db.Stmt, error) {
		found, err := lockSequencer(ctx, tx)
		if err != nil {
			return nil, nil, err
		}
		if *lost != nil {
			committed, err := c.wasCommitted(ctx, tx, (*lost).head.batch)
			if committed || err != nil {
				return *lost, nil, err
			}
			*lost = nil
		}
		e := c.newEvaluation(found, newImages(), true)
		if err := e.add(ctx, tx, plans); err != nil {
			return nil, nil, err
		}
		if err := e.render(); err != nil {
			return nil, nil, err
		}
		return e, e.stmts, nil
	})
}

// wasCommitted reports whether the batch with this number was ours: its row is written in the same transaction.
func (c *committer) wasCommitted(ctx context.Context, tx *db.DB, batch int64) (bool, error) {
	var writer []byte
	err := tx.QueryRow(ctx, `SELECT writer FROM batches WHERE batch = ?`, batch).Scan(&writer)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && id.ID(writer) == c.writer, err
}

// answer makes a committed batch known: to the next guess, to the callers, to the metrics.
func (c *committer) answer(e *evaluation, start time.Time, rejected bool) {
	c.mu.Lock()
	if e.head.batch > c.head.batch {
		c.head = e.head
	}
	c.mu.Unlock()
	c.reply(e)
	if c.options.OnBatch == nil {
		return
	}
	s := BatchStats{Plans: len(e.pendings), Took: c.clock.Now().Sub(start), Rejected: rejected,
		Results: make([]PlanStat, len(e.results)), Rows: e.wrote}
	for i, r := range e.results {
		s.Results[i] = PlanStat{e.pendings[i].plan.Kind, "accepted"}
		if r.err != nil {
			s.Results[i].Code = string(fault.CodeOf(r.err))
		}
	}
	c.options.OnBatch(s)
}

func (c *committer) reply(e *evaluation) {
	for i, p := range e.pendings {
		select {
		case p.done <- e.results[i]:
		default: // answered already, by sabotage
		}
	}
}

func refuse(plans []*pending, err error) {
	for _, p := range plans {
		select {
		case p.done <- result{err: err}:
		default:
		}
	}
}

// logFailure tells of a batch that has to be tried again. That a neighbour has written is daily life.
func (c *committer) logFailure(what string, err error) {
	if errors.Is(err, errStale) || c.db.Dialect().IsDuplicate(err) {
		slog.Debug("ledger: decided in vain", "what", what, "err", err)
		return
	}
	slog.Warn("ledger: write failed", "what", what, "err", err)
}
