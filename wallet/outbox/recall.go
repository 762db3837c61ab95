package outbox

import (
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// CodeRecalled is the reason on record of a message that was recalled.
const CodeRecalled = "recalled"

// Recall returns the companion that gives up, if its plan is accepted, what still waits for a number: somebody else has it, and what waits
// is not for them. What a provider is being given at that moment may still arrive.
func (s *Store) Recall(from msisdn.Number) ledger.Companion { return recall{s.table, from} }

type recall struct {
	table *table
	phone msisdn.Number
}

type recalled struct {
	phone msisdn.Number
	at    int64 // microseconds
}

// Table is the messages' table.
func (r recall) Table() ledger.Table { return r.table }

// Key is zero: it is about rows that are not read.
func (recall) Key() id.ID { return id.ID{} }

// Check never refuses.
func (recall) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish gives the messages up if the plan was accepted.
func (r recall) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	return recalled{r.phone, o.At.UnixMicro()}
}

// stmts give them up, and the codes in them: in the queue that all enter by, and in the lanes, as both are found by the index.
func (r recalled) stmts() []db.Stmt {
	var out []db.Stmt
	for _, lanes := range []string{"lane = 0", "lane > 0"} {
		out = append(out, db.Stmt{
			SQL: `UPDATE messages SET state = ?, due_at = NULL, done_at = ?, provider_ref = '', error = ?, body = COALESCE(masked, body), masked = NULL
				WHERE ` + lanes + ` AND due_at IS NOT NULL AND phone = ?`,
			Args: []any{int64(Failed), r.at, CodeRecalled, string(r.phone)},
		})
	}
	return out
}
