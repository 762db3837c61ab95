package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"senti/wallet/trust"
)

// asked is a value that the database has; it is given a second to answer.
func asked(what string, read func(context.Context) (float64, error)) func() float64 {
	return func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		v, err := read(ctx)
		if err != nil {
			slog.Warn("metrics: "+what+" could not be read", "err", err)
			return -1
		}
		return v
	}
}

// trust asks the database what the checks of trust last found, whichever process made them.
func (m *metrics) trust(s *trust.Store) {
	for check, alarm := range map[string]trust.Alarm{"liabilities": trust.Liabilities, "statements": trust.Statements, "debits": trust.Debits} {
		m.labelled(prometheus.GaugeOpts{Name: "senti_trust_short_minor", ConstLabels: prometheus.Labels{"check": check},
			Help: "What is missing in trust, by check, in minor units; while it is not 0 nothing is issued. -1 if the database did not answer."},
			asked("trust", func(ctx context.Context) (float64, error) {
				short, _, err := s.Short(ctx, alarm)
				return float64(short), err
			}))
	}
	m.gauge("senti_trust_surplus_minor", "What came to the trust banks and nobody was issued anything for, in minor units; -1 if the database did not answer.",
		asked("trust", func(ctx context.Context) (float64, error) { n, err := s.Surplus(ctx); return float64(n), err }))
}
