package ussd_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"senti/agents"
	"senti/wallet"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/staff"
)

// hasSIM is which SIM a phone has from here on, as its telco tells: "sim 0712000001 2".
func (w *world) hasSIM(rest string) {
	w.t.Helper()
	phone, card, _ := strings.Cut(rest, " ")
	if w.sims == nil {
		w.sims = map[msisdn.Number]string{}
	}
	w.sims[w.number(phone)] = "63902000000000" + card
}

// feed is what a partner tells of a number: "feed swap 0712000001".
func (w *world) feed(rest string) {
	w.t.Helper()
	kind, phone, _ := strings.Cut(rest, " ")
	w.must(w.agents.TakeNumberEvent(context.Background(), agents.NumberEvent{Feed: "telco", ID: w.ids.New().String(),
		Kind: agents.NumberEventKind(kind), Number: w.number(phone), At: w.clock.Now()}))
}

// claims is what two people of the staff do for the owner of a wallet without a number, who shows the ID: "claim 0712000098 28445190".
func (w *world) claims(rest string) []string {
	w.t.Helper()
	ctx := context.Background()
	to, number, _ := strings.Cut(rest, " ")
	phone := w.number(to)
	draft := w.idDraft(phone, number)
	found, err := w.wallet.Unclaimed(ctx, phone, draft)
	w.must(err)
	if len(found) == 0 {
		return []string{"nothing was found under this ID"}
	}
	return w.agreed(wallet.RequestClaim, wallet.ClaimArgs{Customer: found[0].ID, To: phone, Document: draft, Why: "a transcript says so"})
}

// agreed is what one of the staff asks for and another approves.
func (w *world) agreed(kind string, args any) []string {
	w.t.Helper()
	ctx := context.Background()
	office := wallet.NewOffice(w.wallet, w.db, w.agents.Approvables()...)
	var two [2]staff.Staff
	for i, name := range []string{"alice", "bob"} {
		var err error
		if two[i], err = office.Staff().Get(ctx, name); err == nil {
			continue
		}
		_, err = w.db.Exec(ctx, `INSERT INTO staff (id, name, roles, status, password, totp, step, tries, locked_until, created_at,
			password_at, proved_at) VALUES (?, ?, ?, ?, ?, NULL, 0, 0, 0, 0, 0, 0)`,
			id.Derive(id.ID{}, "senti.staff.v1:"+name), name, int64(staff.Maker|staff.Checker), int64(staff.Active), []byte("none"))
		w.must(err)
		two[i], err = office.Staff().Get(ctx, name)
		w.must(err)
	}
	asked, err := office.Ask(ctx, two[0], kind, args)
	if err != nil {
		return strings.Split(w.wallet.Explain("en", err), "\n")
	}
	done, err := office.Approve(ctx, two[1], asked.No)
	w.must(err)
	return []string{done.Text}
}

// The number of a SIM is compared, and kept nowhere: not in a table, not in the log.
func TestNoIMSIIsKept(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.openShops()
	for _, line := range []string{"sim 0712000001 1", "dial *384# from 0712000001", "sim 0712000001 2", "dial *384# from 0712000001", "> 2",
		"sim 0712000011 1", "dial *384# from 0712000011", "sim 0712000011 2", "dial *384# from 0712000011", "sms"} {
		w.obey(line)
	}
	for _, imsi := range []string{"639020000000001", "639020000000002"} {
		if strings.Contains(w.log.String(), imsi) {
			t.Error("a SIM's number was logged")
		}
		var tables []string
		w.must(w.db.Each(context.Background(), `SELECT name FROM sqlite_master WHERE type = 'table'`, nil, func(rows *sql.Rows) error {
			tables = append(tables, "")
			return rows.Scan(&tables[len(tables)-1])
		}))
		for _, table := range tables {
			w.must(w.db.Each(context.Background(), `SELECT * FROM `+table, nil, func(rows *sql.Rows) error { return w.without(table, imsi, rows) }))
		}
	}
	var kept int
	w.must(w.db.QueryRow(context.Background(), `SELECT (SELECT COUNT(*) FROM customers WHERE sim IS NOT NULL) + (SELECT COUNT(*) FROM operators WHERE sim IS NOT NULL)`).Scan(&kept))
	if kept != 2 {
		t.Errorf("%d SIMs are known, want 2", kept)
	}
}

// A gateway that tells of a SIM costs a dial nothing: once it is known, nothing is written and nothing more is read.
func TestAKnownSIMIsNotWrittenAgain(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	batches := func() (n int64) {
		w.must(w.db.QueryRow(context.Background(), `SELECT COUNT(*) FROM batches`).Scan(&n))
		return n
	}
	w.obey("sim 0712000001 1")
	before := batches()
	w.obey("dial *384# from 0712000001")
	first := batches()
	for range 3 {
		w.obey("dial *384# from 0712000001")
	}
	if first != before+1 || batches() != first {
		t.Errorf("batches: %d, %d with the first call, %d with three more", before, first, batches())
	}
}
