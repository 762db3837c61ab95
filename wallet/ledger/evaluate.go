package ledger

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// head is what the sequencer row says: where the ledger stands after a batch.
type head struct {
	batch   int64
	writer  id.ID
	seq     int64
	receipt int64
	chain   [32]byte
	at      int64 // UTC microseconds; never goes backwards
}

// result answers one plan.
type result struct {
	outcome *Outcome
	err     error
}

// evaluation is one batch being decided in memory: the rows as they were, as they will be, and what to answer. Plans may be
// added to it until it is rendered.
type evaluation struct {
	l       *Ledger
	base    head // the state it builds on
	head    head // the state it leads to
	images  *images
	lookups bool // ask the database for known posting IDs; otherwise the unique key finds them

	rows     map[Table]map[id.ID]any
	dirty    map[Table]map[id.ID]struct{}
	appended map[Table][]any
	records  []*record
	known    map[id.ID]*record
	pendings []*pending
	results  []result
	stmts    []db.Stmt
	wrote    map[string]int // rows by table
	scratch  []byte
	work     plannedRows
}

func (l *Ledger) newEvaluation(base head, m *images, lookups bool) *evaluation {
	next := base
	next.batch++
	next.writer = l.writer
	return &evaluation{
		l: l, base: base, head: next, images: m, lookups: lookups,
		rows:     map[Table]map[id.ID]any{},
		dirty:    map[Table]map[id.ID]struct{}{},
		appended: map[Table][]any{},
		known:    map[id.ID]*record{},
	}
}

// add decides the plans, reading through q what memory does not hold.
func (e *evaluation) add(ctx context.Context, q *db.DB, plans []*pending) error {
	if err := guarded(func() error { return e.load(ctx, q, plans) }); err != nil {
		return err
	}
	// Read now and not when the evaluation began: it may have waited for its first plan for hours.
	e.head.at = max(e.head.at, micros(e.l.clock.Now()))
	for _, p := range plans {
		e.pendings = append(e.pendings, p)
		e.results = append(e.results, e.decideSafely(p.plan))
	}
	return nil
}

// load brings every row and every known posting that the plans name into e.rows and e.known.
func (e *evaluation) load(ctx context.Context, q *db.DB, plans []*pending) error {
	missing := map[Table][]id.ID{}
	var ids []id.ID
	for _, p := range plans {
		e.need(p.plan, missing)
		if corrected := p.plan.Corrects; p.plan.givesBack() && e.known[corrected] == nil {
			if r, ok := e.images.posted.get(corrected); ok {
				e.known[corrected] = r
			} else {
				ids = append(ids, corrected)
			}
		}
		if p.plan.ID.IsZero() || e.known[p.plan.ID] != nil || e.l.options.Sabotage == NoUniqueKey {
			continue
		}
		if r, ok := e.images.posted.get(p.plan.ID); ok {
			e.known[p.plan.ID] = r
		} else if e.lookups {
			ids = append(ids, p.plan.ID)
		}
	}
	for table, keys := range missing {
		found, err := table.Load(ctx, q, keys)
		if err != nil {
			return fmt.Errorf("ledger: load %s: %w", table.Name(), err)
		}
		cached := e.images.table(table)
		for _, k := range keys {
			e.rows[table][k] = found[k] // nil says: known to be absent
			cached.put(k, found[k])
		}
	}
	if len(ids) == 0 {
		return nil
	}
	known, err := loadRecords(ctx, q, ids)
	if err != nil {
		return fmt.Errorf("ledger: load postings: %w", err)
	}
	for k, r := range known {
		e.known[k] = r
	}
	return nil
}

// newborn reports whether the companion's row cannot be in the database yet. Only a guess may believe that: if its plan was
// posted after all, long ago or by another process, its ID makes the guess fail as a whole, and it is decided anew under the lock.
func (e *evaluation) newborn(p *Plan, c Companion) bool {
	if _, ok := c.(Newcomer); !ok || e.lookups || p.ID.IsZero() || c.Key() != p.ID || e.known[p.ID] != nil {
		return false
	}
	_, posted := e.images.posted.get(p.ID)
	return !posted
}

// expect takes a row for absent unless memory has it.
func (e *evaluation) expect(t Table, key id.ID) {
	if e.rows[t] == nil {
		e.rows[t] = map[id.ID]any{}
	}
	if _, ok := e.rows[t][key]; !ok {
		e.rows[t][key], _ = e.images.table(t).get(key)
	}
}

// need lists the rows a plan touches that are neither in this batch nor in memory.
func (e *evaluation) need(p *Plan, missing map[Table][]id.ID) {
	want := func(t Table, key id.ID) {
		if key.IsZero() {
			return
		}
		rows := e.rows[t]
		if rows == nil {
			rows = map[id.ID]any{}
			e.rows[t] = rows
		}
		if _, ok := rows[key]; ok {
			return
		}
		row, ok := e.images.table(t).get(key)
		rows[key] = row
		if !ok {
			missing[t] = append(missing[t], key)
		}
	}
	for _, c := range p.Companions {
		if e.newborn(p, c) {
			e.expect(c.Table(), c.Key())
			continue
		}
		want(c.Table(), c.Key())
	}
	for _, h := range p.Holds {
		want(e.l.holds, h.Hold)
		want(e.l.accounts, accountKey(h.Account))
	}
	for _, leg := range p.Legs {
		want(e.l.accounts, accountKey(leg.Account))
		for _, number := range leg.Beside {
			want(e.l.accounts, accountKey(number))
		}
	}
	for _, a := range p.Open {
		want(e.l.accounts, accountKey(a.ID))
	}
	for _, a := range p.Change {
		want(e.l.accounts, accountKey(a.Account))
	}
}

// decideSafely keeps a bug in one companion from taking its neighbours, and the process, with it. A plan that panics
// leaves no trace in the batch.
func (e *evaluation) decideSafely(p *Plan) (r result) {
	defer func() {
		if v := recover(); v != nil {
			slog.Error("ledger: a plan panicked", "kind", p.Kind.String(), "posting", p.ID.Short(),
				"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			r = result{err: fault.Wrap(fmt.Errorf("ledger: panic while deciding: %v", v), fault.Internal)}
		}
	}()
	return e.decide(p)
}

// decide turns one plan into rows or a refusal. Nothing of it is visible to later plans before keepRows.
func (e *evaluation) decide(p *Plan) result {
	if r := e.known[p.ID]; r != nil && !p.ID.IsZero() {
		return replay(r, p, e.l.receipts)
	}
	w := &e.work
	w.reset(e)
	refusal := p.Stopped
	if refusal == nil {
		refusal = w.check(p.Companions)
	}
	if refusal == nil {
		refusal = w.apply(p)
	}
	if refusal != nil {
		w.dropMoney()
		refusal = storable(refusal)
	}
	o := &Outcome{ID: p.ID, Kind: p.Kind, Accepted: refusal == nil, Refusal: refusal, At: fromMicros(e.head.at)}
	var rec *record
	if !p.ID.IsZero() {
		rec = w.record(p, refusal)
		o.Seq, o.ReceiptNo, o.Legs, o.acts = rec.seq, rec.receiptNo, slices.Clone(rec.legs), rec.acts // legs: theirs, not the books'
		if rec.receiptNo > 0 {
			o.Receipt = e.l.receipts.Encode(rec.receiptNo)
		}
	}
	w.finish(p.Companions, o)
	w.keepRows(rec)
	if refusal != nil {
		return result{outcome: o, err: refusal}
	}
	return result{outcome: o}
}

// maxRefusal is the length of the column, which SQLite does not enforce.
const maxRefusal = 200

// storable returns a refusal that its column can keep: one with too much to say keeps its code. The plan must not fail for
// it, or the PIN try that was counted with it would be lost.
func storable(refusal *fault.Error) *fault.Error {
	if len(refusal.Encode()) <= maxRefusal {
		return refusal
	}
	return fault.Wrap(refusal, refusal.Code)
}

// replay answers a plan whose ID is spent: with the first outcome if the request is the same, with a conflict otherwise.
func replay(r *record, p *Plan, coder *ReceiptCoder) result {
	if r.request != p.Request || r.kind != p.Kind {
		return result{err: fault.New(fault.Conflict)}
	}
	o, err := r.outcome(coder)
	if err != nil {
		return result{err: err}
	}
	o.Replayed = true
	if o.Refusal != nil {
		return result{outcome: o, err: o.Refusal}
	}
	return result{outcome: o}
}

// outcome rebuilds what the posting's caller was told.
func (r *record) outcome(coder *ReceiptCoder) (*Outcome, error) {
	o := &Outcome{ID: r.id, Kind: r.kind, Seq: r.seq, Accepted: r.refusal == "", ReceiptNo: r.receiptNo,
		At: fromMicros(r.at), Legs: slices.Clone(r.legs), acts: r.acts}
	if r.receiptNo > 0 {
		o.Receipt = coder.Encode(r.receiptNo)
	}
	if r.refusal != "" {
		refusal, err := fault.Decode(r.refusal)
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal)
		}
		o.Refusal = refusal
	}
	return o, nil
}

// guarded turns a panic in other packages' Key, Load or Write into an error. Nobody can tell which plan is to blame, so the
// writer then splits the batch until that one stands alone.
func guarded(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			slog.Error("ledger: a table or companion panicked", "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			err = fmt.Errorf("ledger: panic in a table or companion: %v", v)
		}
	}()
	return do()
}

// render chains the postings and turns everything into statements. The evaluation takes no more plans after it.
func (e *evaluation) render() error {
	return guarded(func() error { e.renderAll(); return nil })
}

func (e *evaluation) renderAll() {
	for _, r := range e.records {
		r.hash = r.chained(e.head.chain, &e.scratch)
		e.head.chain = r.hash
		e.images.posted.put(r.id, r)
	}
	d := e.l.db.Dialect()
	e.stmts, e.wrote = writeRecords(e.records), countRecords(e.records)
	for _, t := range e.touchedTables() {
		cached := e.images.table(t)
		keys := make([]id.ID, 0, len(e.dirty[t]))
		for k := range e.dirty[t] {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(a, b id.ID) int { return bytes.Compare(a[:], b[:]) })
		rows := make([]any, 0, len(keys)+len(e.appended[t]))
		for _, k := range keys {
			rows = append(rows, e.rows[t][k])
			cached.put(k, e.rows[t][k])
		}
		rows = append(rows, e.appended[t]...)
		e.wrote[t.Name()] += len(rows)
		e.stmts = append(e.stmts, t.Write(d, rows)...)
	}
	e.stmts = append(e.stmts, e.head.stmts()...)
}

// touchedTables are in the order of their names, so that all processes write in one order.
func (e *evaluation) touchedTables() []Table {
	var out []Table
	for t := range e.dirty {
		out = append(out, t)
	}
	for t := range e.appended {
		if _, ok := e.dirty[t]; !ok {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b Table) int { return cmp.Compare(a.Name(), b.Name()) })
	return out
}

// stmts move the sequencer and leave the batch's own row behind.
func (h head) stmts() []db.Stmt {
	return []db.Stmt{
		{SQL: `UPDATE sequencer SET batch = ?, writer = ?, seq = ?, receipt = ?, chain = ?, at = ? WHERE id = 1`,
			Args: []any{h.batch, h.writer[:], h.seq, h.receipt, h.chain[:], h.at}},
		{SQL: `INSERT INTO batches (batch, writer, seq, chain, at) VALUES (?, ?, ?, ?, ?)`,
			Args: []any{h.batch, h.writer[:], h.seq, h.chain[:], h.at}},
	}
}
