package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"senti/agents"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/keycheck"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/staff"
)

// deskFlags are what every command of staff takes. The password and the one-time code are never flags, since those show in ps:
// they come from the environment, or are asked for at a terminal.
type deskFlags struct {
	storeFlags
	Staff string `help:"Who you are. Password and code: SENTI_STAFF_PASSWORD and SENTI_STAFF_TOTP, or a prompt; or SENTI_STAFF_SESSION from sign-in." env:"SENTI_STAFF" placeholder:"NAME"`
	Demo  bool   `help:"Work on the demo: with its keys, and on its database unless --db names another."`
}

// desk is where a person of the staff works: a ledger of its own on the database, beside whatever walletd serves there.
type desk struct {
	config *Config
	db     *db.DB
	market *market.Market
	ledger *ledger.Ledger
	wallet *wallet.Wallet
	agents *agents.Agents
	office *wallet.Office
	texts  *i18n.Texts
	who    staff.Staff // who has signed in; the zero value before that
	out    io.Writer
}

// sit opens the desk for nobody in particular, does the work and closes it.
func (f deskFlags) sit(ctx context.Context, work func(*desk) error) error {
	startTerminalLog()
	d, closeDesk, err := f.openDesk(ctx)
	if err != nil {
		return err
	}
	defer closeDesk()
	return d.plain(work(d))
}

// prove opens the desk for a person who proves who they are, does the work and closes it.
func (f deskFlags) prove(ctx context.Context, work func(*desk) error) error {
	return f.sit(ctx, func(d *desk) error {
		if err := f.signIn(ctx, d); err != nil {
			return err
		}
		return work(d)
	})
}

// openDesk puts the parts together that a person needs: the same as serve has, without gateways, messages and jobs.
func (f deskFlags) openDesk(ctx context.Context) (_ *desk, closeDesk func(), err error) {
	c, err := f.config()
	if err != nil {
		return nil, nil, err
	}
	keys := key.Demo()
	if !f.Demo {
		if keys, err = key.Load(c.keySources()); err != nil {
			return nil, nil, fmt.Errorf("%w\n(on the demo's database: add --demo)", err)
		}
	}
	d := &desk{config: c, out: os.Stdout}
	if d.market, err = c.loadMarket(); err != nil {
		return nil, nil, err
	}
	if d.texts, err = i18n.Load(); err != nil {
		return nil, nil, err
	}
	if f.Demo {
		c.DB = cmp.Or(c.DB, demoDatabase(d.market.Code))
	}
	if c.DB == "" {
		return nil, nil, errNoDatabase
	}
	if d.db, err = db.Open(ctx, c.DB); err != nil {
		return nil, nil, err
	}
	closeAll := func() {
		if d.ledger != nil {
			d.ledger.Close()
		}
		if err := d.db.Close(); err != nil {
			slog.Error("closing the database", "err", err)
		}
	}
	if err := d.assemble(ctx, keys); err != nil {
		closeAll()
		return nil, nil, err
	}
	return d, closeAll, nil
}

func (d *desk) assemble(ctx context.Context, keys *key.Ring) error {
	if err := fitToServe(ctx, d.db); err != nil {
		return err
	}
	if err := keycheck.Admit(ctx, d.db, keys); err != nil { // before anybody writes
		return err
	}
	receiptKey, err := keys.Derive(key.Receipt, receiptPurpose)
	if err != nil {
		return err
	}
	d.ledger, err = ledger.Open(ctx, ledger.Options{DB: d.db, Clock: clock.System{}, IDs: id.Random{}, Zone: d.market.Zone,
		Receipts: ledger.NewReceiptCoder([32]byte(receiptKey)), MaxBatch: d.config.BatchSize})
	if err != nil {
		return err
	}
	d.wallet = wallet.New(wallet.Parts{DB: d.db, Ledger: d.ledger, Market: d.market, Texts: d.texts, Keys: keys,
		Clock: clock.System{}, IDs: id.Random{}}) // its messages are sent by the walletd that serves
	if err := d.wallet.EnsureSystemAccounts(ctx); err != nil {
		return fmt.Errorf("system accounts: %w", err)
	}
	d.agents = agents.New(d.wallet, d.db)
	d.office = wallet.NewOffice(d.wallet, d.db, d.agents.Approvables()...)
	return nil
}

// The environment in which a person may leave what proves who they are, for the length of one command.
const (
	passwordEnv    = "SENTI_STAFF_PASSWORD"
	codeEnv        = "SENTI_STAFF_TOTP"
	sessionEnv     = "SENTI_STAFF_SESSION"
	newPasswordEnv = "SENTI_STAFF_NEW_PASSWORD"
)

// signIn finds out who sits at the desk.
func (f deskFlags) signIn(ctx context.Context, d *desk) (err error) {
	if session := os.Getenv(sessionEnv); session != "" && f.Staff == "" {
		d.who, err = d.office.BySession(ctx, session)
		if fault.HasCode(err, fault.StaffWrong) {
			return errors.New("nothing was done: the session in " + sessionEnv + " is over or void: sign in again (walletd admin sign-in)")
		}
		return err
	}
	if f.Staff == "" {
		return errors.New("nothing was done: say who you are with --staff NAME or SENTI_STAFF")
	}
	password, err := secretOf("Password of "+f.Staff, passwordEnv)
	if err != nil {
		return err
	}
	code, err := secretOf("One-time code", codeEnv)
	if err != nil {
		return err
	}
	d.who, err = d.office.SignIn(ctx, f.Staff, staff.Typed(password), code)
	return err
}

// secretOf takes a secret from the environment, or asks for it at a terminal without showing it.
func secretOf(what, variable string) (string, error) {
	if text := os.Getenv(variable); text != "" {
		return text, nil
	}
	terminal := int(os.Stdin.Fd())
	if !term.IsTerminal(terminal) {
		return "", fmt.Errorf("nothing was done: %s is asked for at a terminal, and this is none: set %s", strings.ToLower(what[:1])+what[1:], variable)
	}
	fmt.Fprintf(os.Stderr, "%s: ", what)
	typed, err := term.ReadPassword(terminal)
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", fmt.Errorf("read at the terminal: %w", err)
	}
	return strings.TrimSpace(string(typed)), nil
}

// atTerminal reports whether somebody can be asked something, and ask asks it.
func atTerminal() bool { return term.IsTerminal(int(os.Stdin.Fd())) }

func ask(question string) (string, error) {
	fmt.Fprintf(os.Stderr, "%s: ", question)
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("read at the terminal: %w", err)
	}
	return strings.TrimSpace(line), nil
}

// plain says a fault in words, with its code and arguments for whoever looks it up. Other errors stay as they are.
func (d *desk) plain(err error) error {
	f := fault.As(err)
	if f == nil {
		return err
	}
	text := fmt.Sprintf("%s (%s)", d.texts.FaultText(i18n.Source, d.market.Style, fault.General, f), f.Error())
	if mend := mends[f.Code]; mend != "" {
		text += "\n" + mend
	}
	return errors.New(text)
}

// mends are what a person at a desk can do about a fault, where its text does not say so.
var mends = map[fault.Code]string{
	fault.StaffInvited:    "Set your own password and codes: walletd admin staff enrol --staff NAME",
	fault.CodeUsed:        "Or keep a session: eval \"$(walletd admin sign-in --staff NAME)\"",
	fault.InvitationOver:  "Another is made by: walletd admin staff reset NAME, and an approval",
	fault.NotNominated:    "See walletd admin bank payees; another is nominated by: walletd admin bank nominate",
	fault.LineNotFound:    "See walletd admin statement lines --bank BANK",
	fault.PayoutNotFound:  "See walletd admin bank payouts",
	fault.BankNotFound:    "See walletd admin bank list; another is added by: walletd admin bank add",
	fault.IssuingStopped:  "What is missing is shown by: walletd admin check",
	fault.RequestNotFound: "See walletd admin requests",
	fault.BadWard:         "Wards are shown by: walletd admin agent wards",
	fault.AgentNotFound:   "See walletd admin agent list",
	fault.StoreNotFound:   "See walletd admin agent show AGENT",
	fault.TillNotFound:    "See walletd admin agent show AGENT",
	fault.NotOperator:     "See walletd admin agent show AGENT",
	fault.OperatorTaken:   "Whose phone it is: walletd admin agent show PHONE; who left is closed by: walletd admin agent operator close PHONE --why …",
	fault.PlaceNotEmpty:   "What is still open under it is shown by: walletd admin agent show; close that first, from below",
	fault.AccountNotEmpty: "A float is paid out by: walletd admin destroy, and gone when the bank's statement tells of it, or sold to another till; commission is paid by the job release_commission",
	fault.CasesOpen:       "See walletd admin case list; two people decide one by: walletd admin case decide",
	fault.StaffNeeded:     "Somebody is taken on by: walletd admin staff add, and an approval",
	fault.OtherAgent:      "To another agent he is added anew: walletd admin agent operator close, then add",
	fault.SIMChanged:      "Another SIM has the number. Two people decide: walletd admin customer sim-check PHONE --why …",
	fault.NoDocument:      "Keep one: walletd admin agent operator id PHONE",
	fault.OutcomeUnknown:  "Look whether it was done before you do it again: walletd admin requests --all",
}

// amount reads an amount as the market writes it, cents too.
func (d *desk) amount(text string) (int64, error) {
	style := d.market.Style
	style.Step = 1
	minor, err := style.Parse(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no amount: write it like %s", text, style.FormatBare(1_234*d.market.Currency.MinorPerUnit()))
	}
	return minor, nil
}

// money writes an amount.
func (d *desk) money(minor int64) string { return d.market.Style.Format(minor) }

// say writes a line for the person at the desk.
func (d *desk) say(format string, args ...any) { _, _ = fmt.Fprintf(d.out, format+"\n", args...) }

// table writes rows in columns, the first as their titles.
func (d *desk) table(rows ...[]string) error {
	t := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		if _, err := fmt.Fprintln(t, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return t.Flush()
}
