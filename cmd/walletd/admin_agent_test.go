package main

import (
	"strings"
	"testing"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/db/dbtest"
	"senti/wallet/pin"
)

// typist types commands of staff, each in a process of its own.
type typist struct {
	t        *testing.T
	dsn      string
	sessions map[string]string
	id       string // in the environment, as an ID number to be kept
}

// types has somebody type a command; want is in what comes of it, which is returned.
func (y typist) types(who, want string, args ...string) string {
	y.t.Helper()
	environment := []string{sessionEnv + "=" + y.sessions[who]}
	if y.id != "" {
		environment = append(environment, idNumberEnv+"="+y.id)
	}
	out, err := runWalletd(y.t, environment, append(append([]string{"admin"}, args...), "--demo", "--db", y.dsn)...)
	if !strings.Contains(out, want) || (err != nil) != strings.Contains(out, "walletd: ") {
		y.t.Errorf("walletd admin %s: %v, want %q in\n%s", strings.Join(args, " "), err, want, out)
	}
	return out
}

// approved has alice ask and bob approve; done is in what bob reads.
func (y typist) approved(done string, args ...string) string {
	y.t.Helper()
	out := y.types("alice", "Nothing is done yet", args...)
	_, rest, _ := strings.Cut(out, "request ")
	no, _, _ := strings.Cut(rest, ":")
	y.types("alice", "same_person", "approve", no)
	return y.types("bob", done, "approve", no)
}

// number is the number after a word in what was said.
func (y typist) number(said, word string) string {
	y.t.Helper()
	_, rest, found := strings.Cut(said, word+" ")
	if !found {
		y.t.Fatalf("no %s in\n%s", word, said)
	}
	return strings.FieldsFunc(rest, func(r rune) bool { return r < '0' || r > '9' })[0]
}

// Two people at terminals take on an agent with all that it needs, look at it, stop it and end it.
func TestAgentAtTheDesk(t *testing.T) {
	for name, dsn := range map[string]func(*testing.T) string{
		"mysql":  func(t *testing.T) string { return dbtest.DSN(t) },
		"sqlite": func(t *testing.T) string { return sqliteFile(t) },
	} {
		t.Run(name, func(t *testing.T) { testAgentAtTheDesk(t, dsn(t)) })
	}
}

func testAgentAtTheDesk(t *testing.T, dsn string) {
	if out, err := runWalletd(t, nil, "migrate", "--db", dsn); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	y := typist{t: t, dsn: dsn, sessions: openedDesk(t, dsn), id: "31415926"}
	y.types("alice", "1 small shop", "agent", "add", "Simba Bank", "--super", "--class", "9")
	bank := y.number(y.approved("Next, a store", "agent", "add", "Simba Bank", "--super", "--class", "3"), "super-agent")
	agent := y.number(y.approved("Next, a store", "agent", "add", "Kariuki", "--class", "2", "--under", bank), "take on agent")
	y.types("alice", "101   Kangemi", "agent", "wards")
	y.types("alice", "Wards are shown by", "agent", "store", "add", agent, "Corner", "--ward", "zzz")
	y.types("bob", "not_allowed", "agent", "store", "add", agent, "Corner", "--ward", "101")
	store := y.number(y.types("alice", "done: store", "agent", "store", "add", agent, "Corner", "--ward", "101", "--landmark", "Shell"), "store")
	opened := y.approved("To be painted on the wall:  SENTI ", "agent", "till", "add", store)
	till, shop := y.number(opened, "open till"), strings.TrimSpace(opened[strings.Index(opened, "SENTI ")+6:][:8])
	y.operators(till, shop)
	y.corrects(agent, store, till)

	y.types("alice", "here belongs the agent", "agent", "nominate", shop, till)
	y.approved("done", "agent", "nominate", agent, shop)
	y.types("bob", "is suspended", "agent", "suspend", shop, "--why", "a complaint")
	y.types("alice", "say why", "agent", "suspend", shop, "--why", " ")
	tree := y.types("bob", "SUSPENDED", "agent", "tree", bank)
	for _, line := range []string{"super-agent " + bank + " Simba Bank  class 3", "└─ agent " + agent + " Kariuki  class 2  owed Ksh 0",
		"   └─ store " + store + " CORNER  (101 Kangemi, Shell)", "shop " + shop + "  float Ksh 0  commission is paid here  SUSPENDED",
		"GRACE W  0712 000 021  cashier  en  PIN none yet"} {
		if !strings.Contains(tree, line) {
			t.Errorf("no line %q in\n%s", line, tree)
		}
	}
	y.approved("done", "agent", "resume", shop, "--why", "cleared")
	y.types("bob", "Kariuki", "agent", "find", "--landmark", "shell")
	y.types("bob", "not open", "agent", "show", till)
	y.types("bob", "owed after", "agent", "statement", agent)
	y.types("bob", "is no month", "agent", "statement", agent, "--month", "May")
	y.types("bob", "agent        2      "+bank, "agent", "list")

	y.types("alice", "place_not_empty", "agent", "close", till, "--why", "moved")
	y.types("alice", "has left", "agent", "operator", "close", "0712000021", "--why", "left")
	for _, what := range []string{till, store, agent, bank} {
		y.approved("for good: moved", "agent", "close", what, "--why", "moved")
	}
	y.types("bob", "staff:bob    till.close", "audit", "--act", "till.")
	y.customers()
}

// operators puts somebody at a till and changes what may be changed.
func (y typist) operators(till, shop string) {
	y.t.Helper()
	add := []string{"agent", "operator", "add", shop, "0712000021", "Grace W"}
	y.types("alice", "languages are sw, en", append(add, "--language", "fr")...)
	y.approved("A code goes to 0712 000 021", append(add, "--role", "manager", "--language", "sw")...)
	y.types("alice", "operator_taken", add...)
	y.approved("keep another ID number of operator", "agent", "operator", "id", "+254712000021", "--why", "a slip of the pen")
	y.types("alice", "the market's ID documents are national, passport, alien", "agent", "operator", "id", "0712000021", "--id-type", "library", "--why", "x")
	y.id = "AK0712345"
	y.approved("keep another ID number of operator", "agent", "operator", "id", "+254712000021", "--id-type", "passport", "--why", "came to stay")
	y.types("alice", "passport, on record, sealed", "agent", "show", "0712000021")
	nobody := y
	nobody.id = ""
	nobody.types("alice", "number of the ID document is asked for", "agent", "operator", "id", "0712000021", "--why", "x")
	if out := y.types("bob", "(sealed)", "audit", "--act", "request."); strings.Contains(out, y.id) {
		y.t.Errorf("the audit shows an ID number:\n%s", out)
	}
	y.types("alice", "is a cashier", "agent", "operator", "role", "0712000021", "cashier")
	y.types("alice", "is spoken to in en", "agent", "operator", "language", "0712000021", "en")
	y.types("alice", "has other limits", "agent", "operator", "limits", "0712000021", "--day-in", "5,000")
	y.types("alice", "say which limit", "agent", "operator", "limits", "0712000021")
	y.approved("take in Ksh 1,000,000 a day", "agent", "operator", "limits", "0712000021", "--day-in", "market")
	y.types("alice", "three tries again", "agent", "operator", "unlock", "0712000021", "--why", "called us")
	y.types("bob", "not_allowed", "agent", "operator", "unlock", "0712000021", "--why", "called us")
	y.types("alice", "may ask customers again", "agent", "operator", "pardon", "0712000021", "--why", "misunderstood")
	y.types("alice", "is called so", "agent", "operator", "name", "0712000021", "Grace W", "--why", "as on the ID")
	y.moves(till)
	for _, verb := range []string{"suspend", "resume", "close"} {
		y.types("alice", "here belongs the operator", "agent", "operator", verb, till, "--why", "a slip of the finger")
	}
	y.types("bob", "not open", "agent", "show", till)
	y.types("bob", "is suspended", "agent", "operator", "suspend", "0712000021", "--why", "a complaint")
	y.types("bob", "nobody there", "agent", "find", "--landmark", "shell")
	y.approved("let operator", "agent", "operator", "resume", "0712000021", "--why", "cleared")
	y.types("bob", "on record, sealed", "agent", "show", "0712000021")
	y.types("bob", "is no agent, store, till or operator", "agent", "show", "0712000022")
}

// moves opens a second till in the same store, moves the operator there and back, and closes it again.
func (y typist) moves(till string) {
	y.t.Helper()
	store := y.number(y.types("bob", "store ", "agent", "show", till), "store")
	second := y.number(y.approved("To be painted", "agent", "till", "add", store, "--label", "till 2"), "open till")
	y.types("alice", "missing flags: --why", "agent", "operator", "move", "0712000021", second)
	y.types("alice", "works at till "+second, "agent", "operator", "move", "0712000021", second, "--why", "a colleague is ill")
	y.types("bob", `{"why":"a colleague is ill","from":`+till+`,"to":`+second+`}`, "audit", "--act", "operator.move")
	y.types("bob", "works at            till "+second, "agent", "show", "0712000021")
	y.types("alice", "place_not_empty", "agent", "close", second, "--why", "not needed")
	y.types("alice", "works at till "+till, "agent", "operator", "move", "0712000021", till, "--why", "is well again")
	y.approved("close till", "agent", "close", second, "--why", "not needed")
}

// corrects puts right what is kept of places.
func (y typist) corrects(agent, store, till string) {
	y.t.Helper()
	y.types("alice", "done: agent "+agent+" Kariuki Ltd is put right", "agent", "rename", agent, "Kariuki Ltd", "--why", "a merger")
	y.types("bob", "not_allowed", "agent", "rename", agent, "Kariuki", "--why", "no maker")
	y.types("alice", "done: agent "+agent+" Kariuki is put right", "agent", "rename", agent, "Kariuki", "--why", "no merger after all")
	y.types("alice", "1 small shop", "agent", "class", agent, "9", "--why", "grows")
	y.approved("into class 3", "agent", "class", agent, "3", "--why", "grows")
	y.approved("into class 2", "agent", "class", agent, "2", "--why", "shrinks")
	y.types("alice", "say what is to be another", "agent", "store", "change", store, "--why", "moved")
	y.types("alice", "CORNERS, Kangemi is put right", "agent", "store", "change", store, "--name", "Corners", "--landmark", "", "--why", "moved")
	y.types("alice", "CORNER, Kangemi is put right", "agent", "store", "change", store, "--name", "Corner", "--landmark", "Shell", "--why", "back")
	y.types("alice", "here belongs the till", "agent", "till", "label", store, "left", "--why", "x")
	y.types("alice", "left is put right", "agent", "till", "label", till, "left", "--why", "a second one comes")
	y.types("alice", "till 1 is put right", "agent", "till", "label", till, "till 1", "--why", "it did not")
}

// customers is what staff do to the one customer there is.
func (y typist) customers() {
	y.t.Helper()
	y.types("bob", "balance      Ksh 100", "customer", "show", "0712000001")
	y.types("bob", "not_registered", "customer", "show", "0712000002")
	y.types("alice", "is blocked", "customer", "block", "0712000001", "--why", "asked to")
	y.types("bob", "goes on", "customer", "unblock", "0712000001", "--why", "found the phone")
	y.types("bob", "not_allowed", "customer", "unlock-pin", "0712000001", "--why", "came with the ID")
	y.types("alice", "three tries again", "customer", "unlock-pin", "0712000001", "--why", "came with the ID")
	y.id = "28445199"
	y.types("alice", "wrong_id_number left=2", "customer", "reset-pin", "0712000001", "--why", "came with the ID")
	y.id = "28445190"
	y.types("bob", "not_allowed", "customer", "reset-pin", "0712000001", "--why", "came with the ID")
	y.types("alice", "gets a code by SMS", "customer", "reset-pin", "0712000001", "--why", "came with the ID")
	y.id = ""
	y.types("alice", "number of the ID document is asked for", "customer", "reset-pin", "0712000001", "--why", "came with the ID")
	y.types("bob", "customer.reset_pin", "audit", "--act", "customer.")
	y.numbers()
}

// numbers is what staff do about SIMs, and numbers that are somebody else's.
func (y typist) numbers() {
	y.t.Helper()
	y.id = "28445190"
	y.types("bob", "none was told yet", "customer", "show", "0712000001")
	y.types("alice", "sim_known", "customer", "sim-check", "0712000001", "--why", "came with the ID")
	y.types("alice", "no wallet without a number", "customer", "claim", "0712000003", "--why", "came with the ID")
	y.types("bob", "not_allowed", "customer", "detach", "0712000001", "--why", "the telco wrote")
	y.approved("off the number 0712 000 001", "customer", "detach", "0712000001", "--why", "the telco wrote")
	y.types("bob", "not_registered", "customer", "show", "0712000001")
	y.approved("on 0712 000 003", "customer", "claim", "0712000003", "--why", "came with the ID")
	y.types("bob", "balance      Ksh 100", "customer", "show", "0712000003")
	y.types("bob", "changed once", "customer", "show", "0712000003")
	y.types("bob", "customer.claim", "audit", "--act", "customer.")
	y.approved("off the number 0712 000 003", "customer", "detach", "0712000003", "--why", "the telco wrote")
	y.approved("on 0712 000 001", "customer", "claim", "0712000001", "--why", "has it back")
}

// openedDesk makes the staff, and a customer with a hundred shillings.
func openedDesk(t *testing.T, dsn string) map[string]string {
	t.Helper()
	d, closeDesk, err := deskFlags{storeFlags: storeFlags{DB: dsn}, Demo: true}.openDesk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer closeDesk()
	p, err := pin.Parse("4826")
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.wallet.OpenWallet(t.Context(), wallet.NewWallet{Phone: "+254712000001", Name: "JOHN KAMAU", Language: "en", Tier: 2, Verified: true,
		IDNumber: "28445190", PIN: p, Float: 100_00})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.find(t.Context(), network.Ref{Kind: network.AnAgent, ID: 1}.String()); err == nil {
		t.Error("an agent that nobody took on")
	}
	return sessionsOf(t, d)
}
