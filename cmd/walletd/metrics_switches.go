package main

import (
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"senti/wallet/switches"
)

// switchMetrics are what staff have stopped, as this process knows it.
type switchMetrics struct {
	board        *switches.Board
	stopped, age *prometheus.Desc
}

// switches registers the metrics of what is stopped.
func (m *metrics) switches(b *switches.Board) {
	m.registry.MustRegister(&switchMetrics{b,
		prometheus.NewDesc("senti_stopped", "1 for what staff have stopped or limited to a pilot, in this process.", []string{"scope", "name", "state"}, nil),
		prometheus.NewDesc("senti_switches_age_seconds", "How long ago this process read the switches; above 60 it does not know what was stopped since.", nil, nil),
	})
}

// Describe sends every description.
func (s *switchMetrics) Describe(out chan<- *prometheus.Desc) {
	out <- s.stopped
	out <- s.age
}

// Collect asks the board.
func (s *switchMetrics) Collect(out chan<- prometheus.Metric) {
	for _, one := range s.board.InForce() {
		out <- prometheus.MustNewConstMetric(s.stopped, prometheus.GaugeValue, 1, string(one.Scope), one.Name, one.State.String())
	}
	out <- prometheus.MustNewConstMetric(s.age, prometheus.GaugeValue, s.board.Age().Seconds())
}

// stopped is what staff have stopped, a line each.
func (a *app) stopped() string {
	var b strings.Builder
	for _, s := range a.wallet.Switches().InForce() {
		_, _ = fmt.Fprintf(&b, "%s %s: %s\n", s.Scope, s.Name, s.State)
	}
	return b.String()
}
