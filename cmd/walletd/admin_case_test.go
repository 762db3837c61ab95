package main

import (
	"strings"
	"testing"

	"senti/agents"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/pin"
	"senti/wallet/staff"
)

// A case is listed, looked at, and decided by two people who type commands.
func TestCaseAtTheDesk(t *testing.T) {
	dsn := sqliteFile(t)
	if out, err := runWalletd(t, nil, "migrate", "--db", dsn); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	which, sessions := disputed(t, dsn)
	short := which.String()[:8]
	run := func(who, want string, args ...string) {
		t.Helper()
		out, err := runWalletd(t, []string{sessionEnv + "=" + sessions[who]}, append(append([]string{"admin"}, args...), "--demo", "--db", dsn)...)
		if !strings.Contains(out, want) || (err != nil) != strings.Contains(out, "walletd: ") {
			t.Errorf("walletd admin %s: %v, want %q in\n%s", strings.Join(args, " "), err, want, out)
		}
	}
	run("alice", short+"  not paid  ", "case", "list")
	run("alice", "CASE  ABOUT  OPENED", "case", "list", "--overdue")
	run("alice", "float     Ksh 500, free Ksh 0", "case", "show", short)
	run("alice", "case_not_found", "case", "show", "ffffffff")
	run("alice", "must be one of", "case", "decide", short, "me")
	run("bob", "not_allowed", "case", "decide", short, "customer")
	run("alice", "decide case "+short+" for the customer: not paid, Ksh 500, JOHN K at CORNER SHOP", "case", "decide", short, "customer")
	run("alice", "decide case "+short, "requests")
	run("alice", "same_person", "approve", requestNo(t, dsn))
	run("bob", "done", "approve", requestNo(t, dsn))
	run("bob", "granted repaid by staff:bob", "case", "show", which.String())
	run("alice", "case_closed", "case", "decide", which.String(), "shop")
}

// disputed makes a database with a shop that did not pay a customer, and returns the case and the sessions of the staff.
func disputed(t *testing.T, dsn string) (which id.ID, sessions map[string]string) {
	t.Helper()
	d, closeDesk, err := deskFlags{storeFlags: storeFlags{DB: dsn}, Demo: true}.openDesk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer closeDesk()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sessions = sessionsOf(t, d)
	agent, err := d.agents.AddAgent(t.Context(), "system", network.Agent{Kind: network.Head, Name: "CORNER TRADERS", Class: 1})
	must(err)
	store, err := d.agents.AddStore(t.Context(), "system", network.Store{Agent: agent.ID, Name: "CORNER SHOP", Ward: d.market.Wards[0].Code})
	must(err)
	till, err := d.agents.AddTill(t.Context(), "system", network.Till{Store: store.ID, Label: "till 1"})
	must(err)
	_, err = d.ledger.Commit(t.Context(), &ledger.Plan{Companions: []ledger.Companion{d.agents.Places().OpenTill(till.ID, true)}})
	must(err)
	secret, err := pin.Parse("4826")
	must(err)
	_, err = d.agents.Hire(t.Context(), "system", agents.Hiring{PIN: &secret, Operator: network.Operator{Till: till.ID, Phone: "+254712000031",
		Name: "GRACE W", Language: "en", Role: network.Cashier}})
	must(err)
	_, err = d.wallet.OpenWallet(t.Context(), wallet.NewWallet{Phone: "+254712000001", Name: "JOHN KAMAU", Language: "en", Tier: 2, Verified: true,
		PIN: secret, Float: 5_000_00})
	must(err)
	q, err := d.agents.QuoteCashOut(t.Context(), agents.CashOutRequest{From: "+254712000001", Shop: till.Code, Amount: 500_00})
	must(err)
	_, err = d.agents.CashOut(t.Context(), q.Intent, secret)
	must(err)
	said, err := d.agents.QuoteNotPaid(t.Context(), agents.MendRequest{Who: "+254712000001", Deal: q.Intent})
	must(err)
	_, err = d.agents.NotPaid(t.Context(), said.Intent, secret)
	must(err)
	return deal.CaseOf(q.Intent, deal.NotPaid), sessions
}

// requestNo is the number of the newest request.
func requestNo(t *testing.T, dsn string) string {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	var no string
	if err := d.QueryRow(t.Context(), `SELECT MAX(no) FROM requests`).Scan(&no); err != nil {
		t.Fatal(err)
	}
	return no
}

// sessionsOf makes a maker, alice, and a checker, bob, who have signed in at the desk.
func sessionsOf(t *testing.T, d *desk) map[string]string {
	t.Helper()
	sessions := map[string]string{}
	for name, role := range map[string]staff.Roles{"alice": staff.Maker, "bob": staff.Checker} {
		_, err := d.db.Exec(t.Context(), `INSERT INTO staff (id, name, roles, status, password, totp, step, tries, locked_until, created_at,
			password_at, proved_at) VALUES (?, ?, ?, ?, ?, NULL, 0, 0, 0, 0, 0, 0)`,
			id.Derive(id.ID{}, "senti.staff.v1:"+name), name, int64(role), int64(staff.Active), []byte("none"))
		if err != nil {
			t.Fatal(err)
		}
		who, err := d.office.Staff().Get(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if sessions[name], err = d.office.Session(who); err != nil {
			t.Fatal(err)
		}
	}
	return sessions
}
