package command

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"senti/sms/intake"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// A question is asked where a text can be read in two ways, or asks for what was asked for a moment ago: 1 is the first way, 2 the other, or no.
// It is answered once, for as long as an intent lives.
const questionLife = 10 * time.Minute

// answered does what the answer to an open question stands for; false when none is open.
func (c *Commands) answered(ctx context.Context, w writer, yes bool) (intake.Answer, bool, error) {
	ways, err := c.questions.open(ctx, w.phone, c.wallet.Clock().Now())
	if err != nil || len(ways) == 0 {
		return intake.Answer{}, false, err
	}
	way := ways[0]
	if !yes {
		way = strings.Join(ways[1:], "")
	}
	answer := c.say(w, "sms.again.no")
	if way != "" {
		if answer, err = c.money(ctx, w, c.grammar.Parse(way), true); err != nil {
			return intake.Answer{}, true, err
		}
	}
	answer.With = append(answer.With, c.questions.close(w.phone, ways))
	answer.Refused = func(*fault.Error) string { return c.text(w, "sms.unknown", i18n.Text("example", c.example(w, "HELP"))) }
	return answer, true, nil
}

// unclear asks which of two readings is meant.
func (c *Commands) unclear(w writer, u Unclear) intake.Answer {
	one, two := c.grammar.Write(u.Ways[0]), c.grammar.Write(u.Ways[1])
	if one == "" || two == "" {
		return c.lacks(w, u.Keyword)
	}
	a := c.say(w, "sms.unclear", i18n.Text("one", one), i18n.Text("two", two))
	a.With = append(a.With, c.questions.ask(w.phone, one+"\n"+two, c.wallet.Clock().Now().Add(questionLife)))
	return a
}

// Write is a command about money as it is written, for Parse; "" for any other.
func (g Grammar) Write(c Command) string {
	switch c := c.(type) {
	case Send:
		return "SEND " + g.Style.FormatBare(c.Amount) + " " + c.To.Plain()
	case Withdraw:
		return "WITHDRAW " + g.Style.FormatBare(c.Amount) + " " + c.Shop
	case Deposit:
		if c.Code == "" {
			return "DEPOSIT " + g.Style.FormatBare(c.Amount) + " " + c.To.Plain()
		}
	}
	return ""
}

// questions is the questions that phones were asked, as the ledger writes them.
type questions struct{ db *db.DB }

// question is a row; ways are separated by line breaks.
type question struct {
	phone id.ID
	ways  string
	until time.Time
}

// phoneKey is the key of a phone's question.
func phoneKey(n msisdn.Number) id.ID { return n.Bytes16() }

// open returns what the answers to a phone's open question stand for; none when nothing is asked.
func (q *questions) open(ctx context.Context, phone msisdn.Number, now time.Time) ([]string, error) {
	rows, err := q.Load(ctx, q.db, []id.ID{phoneKey(phone)})
	if err != nil {
		return nil, fmt.Errorf("command: read a question: %w", err)
	}
	row, ok := rows[phoneKey(phone)].(question)
	if !ok || !now.Before(row.until) || row.ways == "" {
		return nil, nil
	}
	return strings.Split(row.ways, "\n"), nil
}

// ask returns the companion that asks a phone something, instead of what it was asked before.
func (q *questions) ask(phone msisdn.Number, ways string, until time.Time) ledger.Companion {
	return asking{q, question{phoneKey(phone), ways, until}}
}

// close returns the companion that closes a question, and refuses its plan with conflict when that is not what is asked any more.
func (q *questions) close(phone msisdn.Number, ways []string) ledger.Companion {
	return closing{asking{q, question{phone: phoneKey(phone)}}, strings.Join(ways, "\n")}
}

type asking struct {
	questions *questions
	next      question
}

// Table is the questions' table.
func (a asking) Table() ledger.Table { return a.questions }

// Key is the phone.
func (a asking) Key() id.ID { return a.next.phone }

// Check never refuses.
func (asking) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes the question if the plan was accepted.
func (a asking) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	return a.next
}

type closing struct {
	asking
	ways string
}

// Check looks whether it is still asked.
func (c closing) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(question); !ok || was.ways != c.ways || !at.Before(was.until) {
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Name is the table's name.
func (*questions) Name() string { return "text_questions" }

// Load reads questions.
func (*questions) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	return found, q.EachIn(ctx, `SELECT id, ways, until FROM text_questions WHERE id IN`, values, func(rows *sql.Rows) error {
		var key []byte
		var until int64
		var row question
		if err := rows.Scan(&key, &row.ways, &until); err != nil {
			return err
		}
		var err error
		row.phone, err = id.FromBytes(key)
		row.until = time.UnixMicro(until).UTC()
		found[row.phone] = row
		return err
	})
}

var (
	questionKey = []string{"id"}
	questionSet = []string{"ways", "until"}
)

// Write inserts or replaces questions.
func (*questions) Write(d *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, 3*len(rows))
	for _, r := range rows {
		row := r.(question)
		args = append(args, row.phone, row.ways, row.until.UnixMicro())
	}
	return db.InsertMany(`INSERT INTO text_questions (id, ways, until) VALUES `, 3, args, d.Upsert(questionKey, questionSet))
}

// Forget removes the questions that are over, and returns how many. Whoever is asked something meanwhile keeps that.
func (c *Commands) Forget(ctx context.Context, now time.Time) (int, error) {
	n, err := c.questions.db.Exec(ctx, `DELETE FROM text_questions WHERE until <= ?`, now.UnixMicro())
	if err != nil {
		return 0, fmt.Errorf("command: forget questions: %w", err)
	}
	return int(n), nil
}
