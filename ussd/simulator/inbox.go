package simulator

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"senti/sms"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// inboxSize is how many messages of a phone are listed: the newest.
const inboxSize = 200

// Inbox is the sms.Sender of a demo: what it is given, the simulated phone has. It keeps texts in the clear, so it has no
// place where real people's messages pass.
type Inbox struct {
	db    *db.DB
	clock clock.Clock
}

// Received is a message on a simulated phone.
type Received struct {
	ID   string    `json:"id"`
	Text string    `json:"text"`
	At   time.Time `json:"at"` // when the phone got it, UTC
}

// NewInbox returns an inbox that keeps messages in d.
func NewInbox(d *db.DB, c clock.Clock) *Inbox { return &Inbox{d, c} }

// Name returns "simulator".
func (*Inbox) Name() string { return "simulator" }

// Send delivers at once. A message that comes again, after an answer was lost, is there once.
func (i *Inbox) Send(ctx context.Context, messages []sms.Message) []sms.Result {
	failed := i.store(ctx, messages)
	results := make([]sms.Result, 0, len(messages))
	for _, m := range messages {
		r := sms.Result{ID: m.ID, Accepted: failed == nil, Unreported: true, Err: failed}
		results = append(results, r)
	}
	return results
}

func (i *Inbox) store(ctx context.Context, messages []sms.Message) *sms.SendError {
	const insert = `INSERT INTO sim_messages (phone, id, at, text) VALUES`
	now := i.clock.Now().UnixMicro()
	var args []any
	for _, m := range messages {
		args = append(args, string(m.To), m.ID[:], now, m.Text)
	}
	again := i.db.Dialect().Upsert([]string{"phone", "id"}, nil)
	if err := i.db.Run(ctx, db.InsertMany(insert, 4, args, again)); err != nil {
		return &sms.SendError{Sender: i.Name(), Code: sms.CodeNoAnswer, Retryable: true, Unclear: true}
	}
	return nil
}

// Messages returns the newest messages of a phone, oldest first.
func (i *Inbox) Messages(ctx context.Context, phone msisdn.Number) ([]Received, error) {
	const query = `
		SELECT id, at, text
		  FROM sim_messages
		 WHERE phone = ?
		 ORDER BY id DESC
		 LIMIT ?`
	list := []Received{}
	err := i.db.Each(ctx, query, []any{string(phone), inboxSize}, func(rows *sql.Rows) error {
		var key []byte
		var at int64
		var r Received
		if err := rows.Scan(&key, &at, &r.Text); err != nil {
			return err
		}
		k, err := id.FromBytes(key)
		r.ID, r.At = k.String(), time.UnixMicro(at).UTC()
		list = append(list, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("simulator: messages: %w", err)
	}
	slices.SortFunc(list, func(a, b Received) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}
