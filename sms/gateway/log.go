package gateway

import (
	"context"
	"errors"
	"log/slog"
	"unicode/utf8"

	"senti/sms"
)

// Log is the sender for trying Senti out and for load tests: it writes one log line per message, without its text, and sends
// nothing.
//
//	level=INFO msg="sms" id=6f2c01aa to=0712***001 characters=142
type Log struct{ to *slog.Logger }

func openLog(c Config) (sms.Sender, error) {
	if c.Log == nil {
		return nil, errors.New("sms: the log sender needs a logger")
	}
	return NewLog(c.Log), nil
}

// NewLog returns a log sender.
func NewLog(to *slog.Logger) *Log { return &Log{to} }

// Name returns "log".
func (*Log) Name() string { return "log" }

// Send writes a line for each message and accepts it.
func (l *Log) Send(ctx context.Context, messages []sms.Message) []sms.Result {
	results := make([]sms.Result, 0, len(messages))
	for _, m := range messages {
		l.to.LogAttrs(ctx, slog.LevelInfo, "sms",
			slog.String("id", m.ID.Short()),
			slog.String("to", m.To.Masked()),
			slog.Int("characters", utf8.RuneCountInString(m.Text)))
		results = append(results, sms.Result{ID: m.ID, Accepted: true, Unreported: true})
	}
	return results
}
