package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"senti/wallet/db"
)

// The committer is two goroutines. The evaluator takes plans from the queue and decides them in memory, on top of the state
// that the batch now being written will leave behind; the writer puts one batch after another into the database. A batch
// decided ahead is a guess: the writer, holding the sequencer's lock, checks that the state it was built on is the one it
// finds, and otherwise decides the batch anew from the tables.

// job is one batch on its way from evaluator to writer.
type job struct {
	epoch    int64       // the writer's count of broken guesses when this one was begun
	guess    *evaluation // nil: decide under the lock
	pendings []*pending
	done     chan struct{} // closed when the writer has finished with it
}

type committer struct {
	*Ledger
	conn    *db.DB // the writer's own connection
	release func()

	ready chan struct{} // the writer will soon want a job
	jobs  chan *job
	epoch atomic.Int64

	mu   sync.Mutex
	head head // after the last job written
}

// shyBatches is how many batches are decided under the lock after another process was seen writing. Guessing against a
// neighbour who is busy too fails half the time, and every failure is work done twice.
const shyBatches = 32

func (l *Ledger) startCommitter(ctx context.Context) error {
	conn, release, err := l.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("ledger: open the committer's connection: %w", err)
	}
	// The first batch is always decided under the lock (there is no head yet), so nothing is read here.
	c := &committer{Ledger: l, conn: conn, release: release, ready: make(chan struct{}, 1), jobs: make(chan *job)}
	l.stopped.Add(2)
	go func() { defer l.stopped.Done(); c.evaluateForever() }()
	go func() { defer l.stopped.Done(); c.writeForever() }()
	return nil
}

// evaluateForever feeds the writer until the ledger is closed and its queue is empty.
func (c *committer) evaluateForever() {
	defer close(c.jobs)
	e := &evaluator{c: c, images: newImages(), shy: 1}
	for {
		e.settle()
		j := e.collect()
		if j == nil {
			return
		}
		c.jobs <- j
		e.last = j
	}
}

// evaluator is the state of the evaluating goroutine.
type evaluator struct {
	c      *committer
	images *images
	head   head  // what the next guess builds on
	epoch  int64 // when images and head were right
	last   *job
	shy    int // batches yet to be decided under the lock
}

// settle finds out whether what this goroutine believes is still so, and starts afresh from the writer's word if not.
func (e *evaluator) settle() {
	if e.last == nil {
		return
	}
	if e.last.guess != nil && e.c.epoch.Load() == e.epoch {
		e.head = e.last.guess.head
		return
	}
	<-e.last.done // nothing is under way now, so epoch and head stand still
	if e.last.guess != nil {
		e.shy = shyBatches
	} else if e.shy > 0 {
		e.shy--
	}
	e.images = newImages()
	e.epoch = e.c.epoch.Load()
	e.c.mu.Lock()
	e.head = e.c.head
	e.c.mu.Unlock()
}

// collect returns the next batch, or nil when the ledger is closed. It goes on adding plans until the writer is ready, so
// that a batch is as large as the time allows; a lone plan goes at once.
func (e *evaluator) collect() *job {
	j := &job{epoch: e.epoch, done: make(chan struct{})}
	if e.shy == 0 {
		j.guess = e.c.newEvaluation(e.head, e.images, false)
	}
	ready := false
	for !ready || len(j.pendings) == 0 {
		plans, open := e.c.drain(e.c.options.MaxBatch-len(j.pendings), &ready)
		if !open {
			return nil
		}
		if len(plans) == 0 {
			continue
		}
		j.pendings = append(j.pendings, plans...)
		if j.guess == nil {
			continue
		}
		if err := j.guess.add(context.Background(), e.c.db, plans); err != nil {
			slog.Warn("ledger: deciding ahead failed", "err", err)
			j.guess = nil // the writer will see for itself
		}
	}
	if j.guess != nil {
		if err := j.guess.render(); err != nil {
			j.guess = nil // likewise
		}
	}
	return j
}

// drain waits for plans or for the writer, and takes what is there, up to room. It reports false when the ledger is closed
// and nothing waits any more.
func (c *committer) drain(room int, ready *bool) (plans []*pending, open bool) {
	take := func(p *pending) {
		if p.take() {
			plans = append(plans, p)
		}
	}
	queue, stop := c.queue, c.stop
	if room <= 0 {
		queue, stop = nil, nil // full: only the writer can help
	}
	wanted := c.ready
	if *ready {
		wanted = nil
	}
	select {
	case p := <-queue:
		take(p)
	case <-wanted:
		*ready = true
	case <-stop:
		// Closed: no one enqueues any more, but what waits is still committed.
		if len(c.queue) == 0 && room == c.options.MaxBatch {
			return nil, false
		}
		if len(c.queue) == 0 && !*ready {
			<-c.ready
			*ready = true
		}
	}
	for len(plans) < room {
		select {
		case p := <-c.queue:
			take(p)
		default:
			return plans, true
		}
	}
	return plans, true
}

// writeForever writes jobs until there are no more.
func (c *committer) writeForever() {
	defer c.release()
	lastLogged := c.clock.Now()
	for {
		c.announce()
		j, ok := <-c.jobs
		if !ok {
			c.logHead()
			return
		}
		c.write(j)
		close(j.done)
		if now := c.clock.Now(); now.Sub(lastLogged) >= headEvery {
			c.logHead()
			lastLogged = now
		}
	}
}

// headEvery is how often the chain's head goes to the log, where a cut tail of the tables would be noticed.
const headEvery = time.Minute

func (c *committer) logHead() {
	c.mu.Lock()
	h := c.head
	c.mu.Unlock()
	if h.seq > 0 {
		slog.Info("ledger head", "seq", h.seq, "chain", fmt.Sprintf("%x", h.chain), "batch", h.batch)
	}
}

// announce tells the evaluator that the writer will want a job; saying it twice is no harm.
func (c *committer) announce() {
	select {
	case c.ready <- struct{}{}:
	default:
	}
}
