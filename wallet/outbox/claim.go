package outbox

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"senti/sms"
	"senti/sms/route"
	"senti/wallet/db"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// due is a message that is due.
type due struct {
	sms.Message
	attempts int64
	kind     Kind
	ends     time.Time // when it is no longer worth sending
	lane     int64
}

// flight is a message on its way.
type flight struct {
	due
	way    *route.Way
	gate   *route.Gate // whom it was given to last; nil: nobody yet
	tried  []*route.Gate
	result sms.Result
}

// claim is one look at what is due.
type claim struct {
	w     *Worker
	now   time.Time
	room  map[*route.Gate]int
	only  map[*route.Gate]func(msisdn.Number) bool // of a route that is closed but to some
	some  bool                                     // some route can take something
	sweep bool                                     // look also where nobody can take anything, for what is no longer worth sending

	taken  []*flight
	done   int  // messages that were given up or put aside
	more   bool // there may be more to do at once
	behind bool // something waits for room, or may
}

func (w *Worker) newClaim(now time.Time) *claim {
	c := &claim{w: w, now: now, room: map[*route.Gate]int{}}
	for _, g := range w.routes.Gates() {
		c.room[g] = g.Room(now)
		if closed, but := w.closed(g.Name); closed && but == nil {
			c.room[g] = 0
		} else if closed {
			c.keepFor(g, but)
		}
		c.some = c.some || c.room[g] > 0
	}
	return c
}

// keepFor notes to whom a route is open. One that is open to everybody has no such note.
func (c *claim) keepFor(g *route.Gate, some func(msisdn.Number) bool) {
	if c.only == nil {
		c.only = map[*route.Gate]func(msisdn.Number) bool{}
	}
	c.only[g] = some
}

// gather takes what is urgent, then what was put aside, which is the oldest, and then what is new or due again.
func (c *claim) gather(ctx context.Context) error {
	if c.sweep = c.now.Sub(c.w.swept) >= sweep || c.now.Before(c.w.swept); c.sweep {
		c.w.swept = c.now
	}
	fresh, err := c.read(ctx, 0)
	if err != nil {
		return err
	}
	for _, urgent := range []bool{true, false} {
		for _, lane := range slices.Sorted(maps.Keys(c.w.lanes)) {
			if laneUrgent(lane) != urgent {
				continue
			}
			aside, err := c.read(ctx, lane)
			if err != nil {
				return err
			}
			aside.blocked = c.assign(aside.all, aside.networks)
			if err := c.leave(ctx, aside); err != nil {
				return err
			}
		}
		some := slices.DeleteFunc(slices.Clone(fresh.all), func(d due) bool { return d.kind.urgent() != urgent })
		fresh.blocked = append(fresh.blocked, c.assign(some, fresh.networks)...)
	}
	return c.leave(ctx, fresh)
}

// queue is what was read of a lane.
type queue struct {
	lane     int64
	all      []due
	networks map[msisdn.Number]string
	full     bool // there may be more
	skipped  bool // it was not read: nobody can take anything of it
	blocked  []*flight
}

// read reads what is due in a lane, oldest first: as much as can be taken, or enough to see what is urgent and what is too old.
func (c *claim) read(ctx context.Context, lane int64) (q queue, err error) {
	q.lane = lane
	room := c.roomIn(lane)
	if room == 0 && !c.sweep {
		q.skipped = true
		return q, nil
	}
	limit := page
	if lane != 0 && !c.sweep {
		limit = min(room, page)
	}
	limit += len(c.w.flying)
	if q.all, err = c.w.due(ctx, c.now, lane, limit); err != nil {
		return q, err
	}
	q.full = len(q.all) == limit
	q.all = slices.DeleteFunc(q.all, func(d due) bool { _, flies := c.w.flying[d.ID]; return flies })
	q.networks, err = c.networks(ctx, q.all)
	return q, err
}

// leave notes what is left of a lane. What fills a page and cannot be taken is put aside, so that the next page shows what can.
func (c *claim) leave(ctx context.Context, q queue) error {
	if q.full && len(q.blocked) > 0 && c.some {
		moved, err := c.w.putAside(ctx, q.blocked)
		if c.done += moved; err != nil {
			return err
		}
	}
	c.more = c.more || q.full && len(c.taken)+c.done > 0
	c.behind = c.behind || q.skipped || q.full || len(q.blocked) > 0
	if q.lane != 0 && !q.skipped && !q.full && len(q.blocked) == 0 {
		delete(c.w.lanes, q.lane) // nothing is left in it
	}
	return nil
}

// roomIn returns how many messages of a lane can be taken.
func (c *claim) roomIn(lane int64) (n int) {
	gates := c.w.routes.Gates()
	if way := c.w.lanes[lane]; lane != 0 && way != nil {
		gates = way.Gates
	}
	for _, g := range gates {
		n += c.room[g]
	}
	return n
}

// networks returns on which network the phones were seen, if that makes a difference.
func (c *claim) networks(ctx context.Context, all []due) (map[msisdn.Number]string, error) {
	if len(all) == 0 || !c.w.routes.Asks() {
		return nil, nil //nolint:nilnil // it makes none
	}
	phones := make([]msisdn.Number, len(all))
	for i, d := range all {
		phones[i] = d.To
	}
	return c.w.networksOf(ctx, phones)
}

// assign gives each message to the first route of its way that has room, and returns those for which there is none.
func (c *claim) assign(all []due, networks map[msisdn.Number]string) (blocked []*flight) {
	for _, d := range all {
		f := &flight{due: d, way: c.w.routes.For(d.To, networks[d.To])}
		if !c.now.Before(d.ends) {
			c.giveUp(f)
			continue
		}
		if f.gate = c.firstWithRoom(f); f.gate == nil {
			blocked = append(blocked, f)
			continue
		}
		c.room[f.gate]--
		c.w.flying[d.ID] = struct{}{}
		c.taken = append(c.taken, f)
	}
	return blocked
}

// giveUp ends what is no longer worth sending.
func (c *claim) giveUp(f *flight) {
	why := Expired
	if len(f.way.Gates) == 0 {
		why = NoRoute
	}
	f.result = sms.Result{ID: f.ID, Err: &sms.SendError{Code: why}}
	c.w.flying[f.ID] = struct{}{}
	c.w.over = append(c.w.over, f)
	c.w.observe("", f.result)
	c.done++
}

// firstWithRoom returns the first route of the message's way that has room, is open to its number and has not failed it yet, or nil.
func (c *claim) firstWithRoom(f *flight) *route.Gate {
	for _, g := range f.way.Gates {
		if only := c.only[g]; only != nil && !only(f.To) {
			continue
		}
		if c.room[g] > 0 && !slices.Contains(f.tried, g) {
			return g
		}
	}
	return nil
}

// due reads what is due in a lane, oldest first.
func (w *Worker) due(ctx context.Context, now time.Time, lane int64, limit int) (all []due, err error) {
	return all, w.db.Each(ctx, `
		SELECT id, phone, body, attempts, kind, created_at, until_at
		  FROM messages
		 WHERE lane = ? AND due_at <= ?
		 ORDER BY due_at, id
		 LIMIT ?`, []any{lane, now.UnixMicro(), int64(limit)}, func(rows *sql.Rows) error {
		d := due{lane: lane}
		var message []byte
		var phone string
		var created int64
		var until sql.NullInt64
		err := rows.Scan(&message, &phone, &d.Text, &d.attempts, &d.kind, &created, &until)
		if err != nil {
			return err
		}
		d.Text = i18n.Lossless(d.Text) // one character of typography would make it two or three messages
		d.ends = time.UnixMicro(created).Add(d.kind.Life())
		if until.Valid {
			d.ends = time.UnixMicro(until.Int64)
		}
		d.ID, err = id.FromBytes(message)
		d.To = msisdn.Number(phone)
		all = append(all, d)
		return err
	})
}

// findLanes looks once in a term which lanes hold something: an earlier worker may have put it there, with other routes.
func (w *Worker) findLanes(ctx context.Context) error {
	if w.term == w.lease.Fence() {
		return nil
	}
	clear(w.lanes)
	err := w.db.Each(ctx, `SELECT DISTINCT lane FROM messages WHERE lane > 0`, nil, func(rows *sql.Rows) error {
		var lane int64
		err := rows.Scan(&lane)
		w.lanes[lane] = nil
		return err
	})
	if err == nil {
		w.term = w.lease.Fence()
	}
	return err
}

func laneUrgent(lane int64) bool { return lane%2 == 1 }

// laneOf is where a message of a way is put aside: an odd lane if it is urgent, the even one below it otherwise. There are two for each
// way, so that a code need not wait behind an hour's receipts.
func laneOf(f *flight) int64 {
	if f.kind.urgent() {
		return f.way.Lane*2 + 1
	}
	return f.way.Lane * 2
}

// putAside moves messages that no route can take just now into their lanes, as they filled a page, and returns how many that were.
func (w *Worker) putAside(ctx context.Context, blocked []*flight) (moved int, err error) {
	into := map[int64][]any{}
	for _, f := range blocked {
		if lane := laneOf(f); lane != f.lane {
			into[lane] = append(into[lane], f.ID)
			w.lanes[lane] = f.way
		}
	}
	for lane, messages := range into {
		for _, list := range db.Lists(messages) {
			n, err := w.db.Exec(ctx, `UPDATE messages SET lane = ? WHERE state = 0 AND id IN (`+db.Marks(len(list))+`)`,
				append([]any{lane}, list...)...)
			if moved += int(n); err != nil {
				return moved, err
			}
		}
	}
	return moved, nil
}
