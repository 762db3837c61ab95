package switches

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// Store reads switches as last committed, and makes the companion that sets one. It is safe for concurrent use.
type Store struct{ db *db.DB }

// NewStore returns the store of the switches in a database.
func NewStore(d *db.DB) *Store { return &Store{d} }

// List returns every switch that was ever set, by scope and name.
func (s *Store) List(ctx context.Context) (all []Switch, err error) {
	err = s.db.Each(ctx, selectSwitches+`ORDER BY scope, name`, nil, func(rows *sql.Rows) error {
		one, err := scan(rows)
		if err == nil {
			all = append(all, *one)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("switches: read: %w", err)
	}
	return all, nil
}

// Set returns the companion that sets a switch, whatever it was before; At is the commit's time. Check it before.
func (s *Store) Set(one Switch) ledger.Companion { return setting{one} }

type setting struct{ to Switch }

// Table is the switches' table.
func (setting) Table() ledger.Table { return kept }

// Key is the switch.
func (c setting) Key() id.ID { return keyOf(c.to.Scope, c.to.Name) }

// Check never refuses.
func (setting) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes it if the plan was accepted.
func (c setting) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := c.to
	next.At = o.At
	return &next
}

func keyOf(scope Scope, name string) id.ID {
	return id.Derive(id.ID{}, "senti.switch.v1:"+string(scope)+":"+name)
}

// table is the switches as the ledger commits them. There is one for all stores: the ledger keeps one image of a row per table.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

var kept = &table{}

// Name is the table's name.
func (*table) Name() string { return "switches" }

const selectSwitches = `
	SELECT scope, name, state, pilot, words, why, from_at, until_at, set_by, set_at
	FROM   switches
	`

// Load reads switches by their keys.
func (*table) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectSwitches+`WHERE id IN`, values, func(rows *sql.Rows) error {
		one, err := scan(rows)
		if err == nil {
			found[keyOf(one.Scope, one.Name)] = one
		}
		return err
	})
	return found, err
}

func scan(rows *sql.Rows) (*Switch, error) {
	var s Switch
	var pilot, words string
	var from, until, at int64
	if err := rows.Scan(&s.Scope, &s.Name, &s.State, &pilot, &words, &s.Why, &from, &until, &s.By, &at); err != nil {
		return nil, err
	}
	for phone := range strings.FieldsSeq(pilot) {
		s.Pilot = append(s.Pilot, msisdn.Number(phone))
	}
	s.From, s.Until, s.At = fromMicros(from), fromMicros(until), fromMicros(at)
	return &s, json.Unmarshal([]byte(words), &s.Words)
}

// Zero times travel as 0.
func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

var (
	keyColumns = []string{"id"}
	setColumns = []string{"state", "pilot", "words", "why", "from_at", "until_at", "set_by", "set_at"}
)

// Write inserts or replaces switches.
func (*table) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 11
	args := make([]any, 0, columns*len(rows))
	for _, row := range rows {
		s := row.(*Switch)
		phones := make([]string, len(s.Pilot))
		for i, p := range s.Pilot {
			phones[i] = string(p)
		}
		words, err := json.Marshal(s.Words)
		if err != nil {
			panic("switches: words that are no JSON: " + err.Error()) // texts always are
		}
		key := keyOf(s.Scope, s.Name)
		args = append(args, key[:], string(s.Scope), s.Name, int64(s.State), strings.Join(phones, " "), string(words), s.Why,
			micros(s.From), micros(s.Until), s.By, micros(s.At))
	}
	return db.InsertMany(`INSERT INTO switches (id, scope, name, state, pilot, words, why, from_at, until_at, set_by, set_at) VALUES `,
		columns, args, d.Upsert(keyColumns, setColumns))
}
