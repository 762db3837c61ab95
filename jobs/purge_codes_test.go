package jobs

import (
	"testing"
	"time"

	"senti/agents"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/i18n"
	"senti/wallet/key"
	"senti/wallet/market"
)

// Codes and questions go when their time is over, offers with the records; what is not over stays, however old it is.
func TestPurgeCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.Keep.Codes = 30 * day
		m, err := market.Load("ke")
		if err != nil {
			t.Fatal(err)
		}
		texts, err := i18n.Load()
		if err != nil {
			t.Fatal(err)
		}
		o.Agents = agents.New(wallet.New(wallet.Parts{DB: d, Ledger: o.Ledger, Market: m, Texts: texts, Keys: key.Demo(), Clock: o.clock, IDs: ids}), d)
		for n := range 4 {
			at := noon.Add(time.Duration(n) * day).UnixMicro()
			for _, open := range []bool{false, true} {
				var ended, due any = at, nil
				if open {
					ended, due = nil, at
				}
				o.insert(`INSERT INTO codes (id, drawn_from, kind, owner, phone, amount, fee, tax, worded, state, tries_left, scheme, key_id, salt, mac,
					made_at, expires_at, ended_at, due_at) VALUES (?, ?, 1, 7, ?, 1, 0, 0, 0, 1, 3, 1, '1', ?, ?, ?, ?, ?, ?)`,
					ids.New(), ids.New(), string(phone), make([]byte, 16), make([]byte, 32), at, at, ended, due)
				o.insert(`INSERT INTO surveys (id, kind, customer, phone, till, code, state, until_at, due_at) VALUES (?, 1, 7, ?, 1, '4821', 1, ?, ?)`,
					ids.New(), string(phone), at, due)
				o.insert(`INSERT INTO offers (id, kind, state, asker, till, operator, customer, phone, name, amount, fee, tax, typed, asked_at, ended_at, due_at)
					VALUES (?, 1, 1, 1, 2, 0, 7, ?, 'JOHN', 1, 0, 0, 0, ?, ?, ?)`, ids.New(), string(phone), at, ended, due)
			}
		}
		left := func(after time.Duration, deleted any, codes, surveys, offers int64) {
			t.Helper()
			o.clock.Set(noon.Add(after))
			if r := o.once(purgeCodes(o.Parts)); r["deleted"] != deleted {
				t.Errorf("after %v: %v, want %v", after, r, deleted)
			}
			for table, want := range map[string]int64{"codes": codes, "surveys": surveys, "offers": offers} {
				var got int64
				if err := d.QueryRow(bg, `SELECT COUNT(*) FROM `+table).Scan(&got); err != nil || got != want {
					t.Errorf("after %v: %d %s, want %d: %v", after, got, table, want, err)
				}
			}
		}
		left(30*day, nil, 8, 8, 8)
		left(30*day+time.Microsecond, 2, 7, 7, 8)
		left(32*day+time.Microsecond, 4, 5, 5, 8)
		left(999*day, 2, 4, 4, 8)
		left(1001*day+time.Microsecond, 2, 4, 4, 6)
		left(9999*day, 2, 4, 4, 4)
		left(9999*day, nil, 4, 4, 4)
	})
}

func (o *office) insert(query string, args ...any) {
	o.t.Helper()
	if _, err := o.DB.Exec(bg, query, args...); err != nil {
		o.t.Fatal(err)
	}
}
