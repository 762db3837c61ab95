package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"senti/sms"
	"senti/wallet/outbox"
)

// onResult counts a try to send a message.
func (m *metrics) onResult(route string, r sms.Result) {
	m.messages.WithLabelValues(route, messageOutcome(r)).Inc()
}

func messageOutcome(r sms.Result) string {
	switch {
	case r.Accepted:
		return "accepted"
	case r.Err == nil:
		return "delayed"
	case r.Err.Code == outbox.Expired, r.Err.Code == outbox.NoRoute:
		return "expired"
	case r.Err.Unclear && (r.Err.Retryable || r.Err.Account):
		return "unclear"
	case r.Err.Retryable, r.Err.Account:
		return "delayed"
	}
	return "refused"
}

// onSettled counts what became of messages, in the end.
func (m *metrics) onSettled(s outbox.Settled) {
	m.settled.WithLabelValues(s.Route, s.State.String()).Inc()
	if s.State == outbox.Delivered && s.Took >= 0 {
		m.delivery.WithLabelValues(s.Route).Observe(s.Took.Seconds())
	}
}

// outboxMetrics are what is asked for when the metrics are: the queue, of the database, and the routes.
type outboxMetrics struct {
	queues func(context.Context) ([]outbox.Queue, error)
	health func() []outbox.RouteHealth

	waiting, oldest, down, resting *prometheus.Desc
}

// outbox registers the metrics of the outbox.
func (m *metrics) outbox(queues func(context.Context) ([]outbox.Queue, error), health func() []outbox.RouteHealth) {
	m.registry.MustRegister(&outboxMetrics{queues, health,
		prometheus.NewDesc("senti_outbox_messages", "Messages waiting to be sent, by kind and by how long they have waited at least.",
			[]string{"kind", "waited"}, nil),
		prometheus.NewDesc("senti_outbox_oldest_seconds", "Age of the oldest message waiting; -1 if the database did not answer.", nil, nil),
		prometheus.NewDesc("senti_route_down", "1 if a route does not work and is left alone, in the process that sends.", []string{"route"}, nil),
		prometheus.NewDesc("senti_route_resting", "1 if a route is given nothing just now, in the process that sends.", []string{"route"}, nil),
	})
}

// Describe sends every description.
func (o *outboxMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{o.waiting, o.oldest, o.down, o.resting} {
		out <- d
	}
}

// queueLimit is how long the database may take to count what waits.
const queueLimit = 2 * time.Second

// Collect asks the database, at most for two seconds, and the worker.
func (o *outboxMetrics) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, r := range o.health() {
		gauge(o.down, oneIf(r.Down), r.Name)
		gauge(o.resting, oneIf(r.Resting || r.Closed), r.Name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), queueLimit)
	defer cancel()
	queues, err := o.queues(ctx)
	if err != nil {
		slog.Warn("metrics: the outbox could not be read", "err", err)
		gauge(o.oldest, -1)
		return
	}
	var oldest time.Duration
	byKind := map[outbox.Kind]outbox.Queue{}
	for _, q := range queues {
		byKind[q.Kind] = q
		oldest = max(oldest, q.Oldest)
	}
	gauge(o.oldest, oldest.Seconds())
	for _, k := range outbox.Kinds() {
		q := byKind[k]
		gauge(o.waiting, float64(q.Waiting), k.String(), "0s")
		for i, age := range outbox.Ages {
			gauge(o.waiting, float64(q.Late[i]), k.String(), age.String())
		}
	}
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
