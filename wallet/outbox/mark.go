package outbox

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"time"

	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/i18n"
	"senti/wallet/id"
)

var (
	markKey = []string{"id"}
	markSet = []string{"due_at", "attempts", "state", "done_at", "provider_ref", "route", "segments", "lane", "error"}
)

// mark writes what became of the messages that are over. If another process took the lease meanwhile, only what was taken on is
// written: that spares a message being sent again, and the rest is no longer for us to say. What cannot be written is kept for the next
// time; if the process dies before, it is sent again.
func (w *Worker) mark(ctx context.Context) error {
	if len(w.over) == 0 {
		return nil
	}
	var news []Settled
	err := w.db.Transact(ctx, func(tx *db.DB) error {
		ours, err := w.lease.Keep(ctx, tx, w.lease.Fence())
		if err != nil {
			return err
		}
		if !ours {
			slog.Warn("outbox: another process took the lease while messages were being sent; some may be sent twice")
		}
		early, err := w.name(ctx, tx)
		if err != nil {
			return err
		}
		messages := make(map[id.ID]bool, len(w.over))
		for _, f := range w.over {
			messages[f.ID] = true
		}
		known, err := read(ctx, tx, sortedIDs(messages))
		if err != nil {
			return err
		}
		var stmts []db.Stmt
		var over []any
		stmts, news, over = w.marks(ours, known, early)
		if err := tx.Run(ctx, stmts); err != nil {
			return err
		}
		return scrub(ctx, tx, over)
	})
	if err != nil {
		return fmt.Errorf("outbox: mark what was sent: %w", err)
	}
	for _, f := range w.over {
		delete(w.flying, f.ID)
	}
	w.over = nil
	w.tell(news)
	return nil
}

// name notes what providers call the messages they took on, and returns what was reported of those already.
func (w *Worker) name(ctx context.Context, tx *db.DB) (map[id.ID]said, error) {
	byName := map[string]id.ID{}
	for _, f := range w.over {
		if f.result.Accepted && !f.result.Unreported {
			// Without a name its reports bring our own ID; the row is there to be missed when none comes.
			byName[refName(f.gate.Sender.Name(), cmp.Or(f.result.ProviderRef, f.ID.String()))] = f.ID
		}
	}
	if len(byName) == 0 {
		return nil, nil //nolint:nilnil // nothing was reported
	}
	names := sortedKeys(byName)
	now := w.clock.Now().UnixMicro()
	args := make([]any, 0, 3*len(names))
	for _, name := range names {
		args = append(args, name, byName[name], now)
	}
	err := tx.Run(ctx, db.InsertMany(`INSERT INTO message_refs (name, message, made_at) VALUES `, 3, args,
		tx.Dialect().Upsert([]string{"name"}, []string{"message", "made_at"})))
	if err != nil {
		return nil, err
	}
	refs, err := readRefs(ctx, tx, names)
	early := map[id.ID]said{}
	for name, r := range refs {
		if r.said.fate.Final() {
			early[byName[name]] = r.said
		}
	}
	return early, err
}

// marks renders what became of the messages, or of those only that were taken on, and returns what reports had told before, and which of
// those that are over hold codes. It names only rows that exist, so the insert always turns into an update.
func (w *Worker) marks(failures bool, known map[id.ID]standing, early map[id.ID]said) (_ []db.Stmt, news []Settled, secret []any) {
	const columns = 10
	now := w.clock.Now()
	args := make([]any, 0, columns*len(w.over))
	var lost []any
	for _, f := range w.over {
		// A report may have come while the message was with the sender: there is nothing to add to it.
		if r, ok := known[f.ID]; !ok || r.state != Waiting || !failures && !f.result.Accepted {
			continue
		}
		v := f.verdict(now)
		if what, ok := early[f.ID]; ok {
			v.state, v.reason = what.state(), what.reason
			news = append(news, Settled{Route: v.route, State: v.state, Took: 0})
		}
		if v.state.Lost() && f.kind.missed() {
			lost = append(lost, f.ID, string(f.To))
		}
		if f.kind.Once() && v.due == nil {
			secret = append(secret, f.ID)
		}
		args = append(args, f.ID, v.due, v.attempts, int64(v.state), v.done, v.ref, v.route, v.segments, int64(0), v.reason)
	}
	return append(db.InsertMany(`INSERT INTO messages (id, due_at, attempts, state, done_at, provider_ref, route, segments, lane, error) VALUES `,
		columns, args, w.db.Dialect().Upsert(markKey, markSet)), noteLost(w.db.Dialect(), lost)...), news, secret
}

// verdict is what is written of a message after a try.
type verdict struct {
	state              State
	due, done          any // microseconds, or nil
	ref, route, reason string
	attempts, segments int64
}

func (f *flight) verdict(now time.Time) verdict {
	v := verdict{state: Failed, done: now.UnixMicro(), attempts: f.attempts}
	if f.gate != nil {
		v.route, v.attempts = f.gate.Name, f.attempts+1
	}
	switch e := f.result.Err; {
	case f.result.Accepted:
		v.state, v.ref, v.segments = Sent, ascii(f.result.ProviderRef, 64), int64(i18n.Segments(f.Text))
	case e == nil:
		v.waits(now.Add(again(v.attempts)), sms.CodeNotListed)
	case e.Busy(): // it is not the message that failed
		v.attempts = f.attempts
		v.waits(later(now.Add(max(pace, e.RetryAfter)), f.gate.Until()), reasonOf(e))
	case e.Retryable || e.Account:
		v.waits(now.Add(max(e.RetryAfter, again(v.attempts))), reasonOf(e))
	default:
		v.reason = word(reasonOf(e))
	}
	return v
}

// waits makes the verdict that the message is to be tried again.
func (v *verdict) waits(due time.Time, reason string) {
	v.state, v.due, v.done, v.reason = Waiting, due.UnixMicro(), nil, word(reason)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// reasonOf is the word of an error: the provider's, and the status where the word is our own.
func reasonOf(e *sms.SendError) string {
	if e.Code == sms.CodeHTTPStatus && e.Status != 0 {
		return e.Code + "_" + strconv.Itoa(e.Status)
	}
	return e.Code
}

// word makes a provider's word one that counts can be kept by and that fits its column.
func word(s string) string {
	return string(bytes.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return '_'
	}, []byte(s[:min(len(s), 40)])))
}

// ascii makes what a provider said fit for its column: one odd byte must not keep a whole page from being marked.
func ascii(s string, most int) string {
	out := []byte(s[:min(len(s), most)])
	for i, c := range out {
		if c < ' ' || c > '~' {
			out[i] = '?'
		}
	}
	return string(out)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func sortedIDs[V any](m map[id.ID]V) []id.ID {
	return slices.SortedFunc(maps.Keys(m), func(a, b id.ID) int { return bytes.Compare(a[:], b[:]) })
}
