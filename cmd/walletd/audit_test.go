package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"

	"senti/wallet/db"
	"senti/wallet/msisdn"
)

// inquiry holds the tables against the intent journal. It shares no code with what writes or reads them in the product: its SQL,
// its prices and its idea of a posting are its own. What walletd verify proves (chain, balances, turnover) it leaves to that.
type inquiry struct {
	accounts map[msisdn.Number]int64
	postings []*booked
	bySeq    map[int64]*booked
	closings map[string][]closing
	texted   map[string][]msisdn.Number // phones that a receipt was sent to
	intents  map[string]bool            // those to send

	problems []string // the first of them
	figures  figures
}

// figures are what the run came to.
type figures struct {
	Attempts   int `json:"attempts"`
	Acked      int `json:"acked"`
	Refused    int `json:"refused"`
	Unknown    int `json:"unknown"`     // attempts whose first answer was missing or left it open
	TurnedDone int `json:"turned_done"` // of these
	TurnedNot  int `json:"turned_not"`
	Sends      int `json:"sends"` // accepted, in the tables
	Violations int `json:"violations"`
}

// booked is a posting with its legs.
type booked struct {
	seq, kind, receiptNo int64
	id                   string
	accepted             bool
	legs                 map[int64]int64
	claimed              bool // by an attempt of the journal
}

type closing struct {
	state   int64
	receipt string
	end     string
}

// The numbers of the tables, as the schema has them.
const (
	kindSend      = 3
	stateAccepted = 1
	stateRefused  = 2
	feeAccount    = 1
	taxAccount    = 2
	trustAccount  = 10
)

func (a *inquiry) wrong(format string, args ...any) {
	a.figures.Violations++
	if len(a.problems) < 20 {
		a.problems = append(a.problems, fmt.Sprintf(format, args...))
	}
}

// auditCrash reads everything and compares everything. opened is what each customer was given, in cents.
func auditCrash(ctx context.Context, d *db.DB, journalFile string, opened int64) (*inquiry, error) {
	a := &inquiry{accounts: map[msisdn.Number]int64{}, bySeq: map[int64]*booked{}, closings: map[string][]closing{},
		texted: map[string][]msisdn.Number{}, intents: map[string]bool{}}
	attempts, err := readJournal(journalFile)
	if err != nil {
		return nil, err
	}
	for _, read := range []func(context.Context, *db.DB) error{
		a.readPeople, a.readPostings, a.readLegs, a.readClosings, a.readMessages, a.readIntents,
	} {
		if err := read(ctx, d); err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
	}
	for _, p := range a.postings {
		a.checkPosting(p)
	}
	a.checkAttempts(attempts)
	for _, p := range a.postings {
		if p.kind == kindSend && p.accepted && !p.claimed {
			a.wrong("posting %d moved money that nobody asked for, or moved it again", p.seq)
		}
	}
	return a, a.checkBalances(ctx, d, opened)
}

// rows calls scan for every row of a query.
func rows(ctx context.Context, d *db.DB, query string, scan func(into func(...any) error) error) error {
	r, err := d.Query(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	for r.Next() {
		if err := scan(r.Scan); err != nil {
			return err
		}
	}
	return r.Err()
}

func (a *inquiry) readPeople(ctx context.Context, d *db.DB) error {
	return rows(ctx, d, `SELECT phone, account FROM customers`, func(into func(...any) error) error {
		var phone string
		var account int64
		err := into(&phone, &account)
		a.accounts[msisdn.Number(phone)] = account
		return err
	})
}

func (a *inquiry) readPostings(ctx context.Context, d *db.DB) error {
	ids, receipts := map[string]bool{}, map[int64]bool{}
	return rows(ctx, d, `SELECT seq, id, kind, receipt_no, refusal IS NULL FROM postings ORDER BY seq`, func(into func(...any) error) error {
		var id []byte
		p := &booked{legs: map[int64]int64{}}
		if err := into(&p.seq, &id, &p.kind, &p.receiptNo, &p.accepted); err != nil {
			return err
		}
		p.id = hex.EncodeToString(id)
		if ids[p.id] {
			a.wrong("posting ID %s was spent twice", p.id)
		}
		if p.receiptNo != 0 && receipts[p.receiptNo] {
			a.wrong("receipt number %d was given twice", p.receiptNo)
		}
		ids[p.id], receipts[p.receiptNo] = true, true
		a.postings, a.bySeq[p.seq] = append(a.postings, p), p
		return nil
	})
}

func (a *inquiry) readLegs(ctx context.Context, d *db.DB) error {
	return rows(ctx, d, `SELECT seq, account, amount FROM legs`, func(into func(...any) error) error {
		var seq, account, amount int64
		if err := into(&seq, &account, &amount); err != nil {
			return err
		}
		if p := a.bySeq[seq]; p != nil {
			p.legs[account] += amount
		} else {
			a.wrong("a leg belongs to posting %d, which is not there", seq)
		}
		return nil
	})
}

func (a *inquiry) readClosings(ctx context.Context, d *db.DB) error {
	return rows(ctx, d, `SELECT intent, state, receipt, end_text FROM intent_closings`, func(into func(...any) error) error {
		var id []byte
		var c closing
		err := into(&id, &c.state, &c.receipt, &c.end)
		key := hex.EncodeToString(id)
		a.closings[key] = append(a.closings[key], c)
		return err
	})
}

var receiptInMessage = regexp.MustCompile(`([0-9A-Z]{10})-[0-9]{4}$`)

func (a *inquiry) readMessages(ctx context.Context, d *db.DB) error {
	return rows(ctx, d, `SELECT phone, body FROM messages`, func(into func(...any) error) error {
		var phone string
		var body []byte
		err := into(&phone, &body)
		if code := receiptInMessage.FindSubmatch(bytes.TrimSpace(body)); code != nil {
			a.texted[string(code[1])] = append(a.texted[string(code[1])], msisdn.Number(phone))
		}
		return err
	})
}

func (a *inquiry) readIntents(ctx context.Context, d *db.DB) error {
	return rows(ctx, d, fmt.Sprintf(`SELECT id FROM intents WHERE kind = %d`, kindSend), func(into func(...any) error) error {
		var id []byte
		err := into(&id)
		a.intents[hex.EncodeToString(id)] = true
		return err
	})
}

// checkPosting looks for what should have been committed together.
func (a *inquiry) checkPosting(p *booked) {
	var sum int64
	for _, amount := range p.legs {
		sum += amount
	}
	if sum != 0 {
		a.wrong("the legs of posting %d sum to %d", p.seq, sum)
	}
	if p.accepted == (p.receiptNo == 0) && p.kind == kindSend {
		a.wrong("posting %d: accepted %v, receipt number %d", p.seq, p.accepted, p.receiptNo)
	}
	if !p.accepted && len(p.legs) > 0 {
		a.wrong("posting %d was refused and has %d legs", p.seq, len(p.legs))
	}
	if p.kind != kindSend {
		return
	}
	if !a.intents[p.id] {
		a.wrong("posting %d has no intent", p.seq)
	}
	closings := a.closings[p.id]
	if len(closings) != 1 {
		a.wrong("the intent of posting %d is closed %d times", p.seq, len(closings))
		return
	}
	want := int64(stateRefused)
	if p.accepted {
		want = stateAccepted
	}
	if c := closings[0]; c.state != want || p.accepted == (c.receipt == "") {
		a.wrong("posting %d is accepted %v; its intent is in state %d with receipt %q", p.seq, p.accepted, c.state, c.receipt)
	}
}

// payment is what an attempt should have moved if it moved anything.
func (a *inquiry) payment(t *attempt) map[int64]int64 {
	const cents = 100
	fee := feeOf(t.Amount) * cents
	tax := (2*fee*15 + 115) / 230 // 15 % inside the fee, halves up
	legs := map[int64]int64{
		a.accounts[t.From]: -(t.Amount*cents + fee),
		a.accounts[t.To]:   t.Amount * cents,
	}
	if fee > 0 {
		legs[feeAccount], legs[taxAccount] = fee-tax, tax
	}
	return legs
}

// feeOf is Kenya's tariff as far as these tests send, in shillings.
func feeOf(amount int64) int64 {
	for _, band := range [][2]int64{{100, 0}, {500, 7}, {1000, 13}, {1500, 23}, {2500, 33}, {3500, 53}, {5000, 57}} {
		if amount <= band[0] {
			return band[1]
		}
	}
	panic("the tests send too much")
}

// checkAttempts looks every attempt up by its sender and what left the sender's account, which no two have in common.
func (a *inquiry) checkAttempts(attempts map[int64]*attempt) {
	type mark struct{ account, amount int64 }
	found := map[mark][]*booked{}
	for _, p := range a.postings {
		if p.kind != kindSend || !p.accepted {
			continue
		}
		a.figures.Sends++
		for account, amount := range p.legs {
			if amount < 0 {
				found[mark{account, amount}] = append(found[mark{account, amount}], p)
			}
		}
	}
	for _, t := range attempts {
		sender := a.accounts[t.From]
		legs := a.payment(t)
		here := found[mark{sender, legs[sender]}]
		a.count(t, len(here) > 0)
		a.judge(t, here)
		for _, p := range here {
			p.claimed = true
			if fmt.Sprint(p.legs) != fmt.Sprint(legs) {
				a.wrong("attempt %d: posting %d has legs %v, want %v", t.Attempt, p.seq, p.legs, legs)
			}
			a.checkTold(t, p)
		}
	}
}

func (a *inquiry) count(t *attempt, there bool) {
	a.figures.Attempts++
	if t.events[unknown] > 0 {
		a.figures.Unknown++
		if there {
			a.figures.TurnedDone++
		} else {
			a.figures.TurnedNot++
		}
	}
	switch {
	case t.events[acked] > 0:
		a.figures.Acked++
	case t.events[refused] > 0:
		a.figures.Refused++
	}
}

// judge compares what the phone was told with what is in the tables.
func (a *inquiry) judge(t *attempt, here []*booked) {
	saidDone, saidNot := t.events[acked]+t.events[done] > 0, t.events[refused]+t.events[undone] > 0
	switch {
	case len(here) > 1:
		a.wrong("attempt %d moved money %d times", t.Attempt, len(here))
	case saidDone && saidNot:
		a.wrong("attempt %d was said to be done and not done: %v %q", t.Attempt, t.events, t.said)
	case saidDone && len(here) == 0:
		a.wrong("attempt %d was acknowledged %v and is not in the tables", t.Attempt, t.receipts)
	case saidNot && len(here) > 0:
		a.wrong("attempt %d was said not to have moved money, and did: %q", t.Attempt, t.said)
	case !saidDone && !saidNot:
		a.wrong("attempt %d was never resolved: %v %q", t.Attempt, t.events, t.said)
	}
}

// checkTold looks for the receipt wherever it must be: on the screen if there was one, in the intent, in two messages.
func (a *inquiry) checkTold(t *attempt, p *booked) {
	for _, c := range a.closings[p.id] {
		for _, code := range t.receipts {
			if code != c.receipt {
				a.wrong("attempt %d was acknowledged as %s; the tables say %s", t.Attempt, code, c.receipt)
			}
		}
		if c.state != stateAccepted {
			continue
		}
		got, want := slices.Sorted(slices.Values(a.texted[c.receipt])), []msisdn.Number{t.From, t.To}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			a.wrong("attempt %d: receipt %s was texted to %v, want %v", t.Attempt, c.receipt, got, want)
		}
	}
}

// checkBalances compares the accounts with their legs, and all money with what was put in.
func (a *inquiry) checkBalances(ctx context.Context, d *db.DB, opened int64) error {
	sums := map[int64]int64{}
	for _, p := range a.postings {
		for account, amount := range p.legs {
			sums[account] += amount
		}
	}
	var all, trust int64
	err := rows(ctx, d, `SELECT id, balance FROM accounts`, func(into func(...any) error) error {
		var account, balance int64
		err := into(&account, &balance)
		if balance != sums[account] {
			a.wrong("account %d has %d; its legs say %d", account, balance, sums[account])
		}
		all += balance
		if account == trustAccount {
			trust = balance
		}
		return err
	})
	if want := -opened * int64(len(a.accounts)); all != 0 || trust != want {
		a.wrong("all balances sum to %d; the trust account has %d, want %d", all, trust, want)
	}
	return err
}
