package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"senti/wallet/ledger"
)

// metrics are what walletd counts. Labels are gateways, kinds and codes from our own lists; nothing a person typed, and no
// phone number, can become one.
type metrics struct {
	registry  *prometheus.Registry
	callbacks *prometheus.CounterVec
	turns     *prometheus.CounterVec
	callback  *prometheus.HistogramVec
	postings  *prometheus.CounterVec
	batchSize prometheus.Histogram
	batchTime prometheus.Histogram
	retried   prometheus.Counter
	rows      *prometheus.CounterVec
	messages  *prometheus.CounterVec
	texts     *prometheus.CounterVec
	links     *prometheus.CounterVec
	settled   *prometheus.CounterVec
	delivery  *prometheus.HistogramVec
	pushes    *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		callbacks: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "senti_callbacks_total",
			Help: "Gateway callbacks by gateway and outcome."}, []string{"gateway", "outcome"}),
		turns: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "senti_ussd_turns_total",
			Help: "Answers of the dialogues by outcome."}, []string{"outcome"}),
		callback: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "senti_http_seconds",
			Help:    "Time to answer an HTTP request, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 4}}, []string{"route", "status"}),
		postings: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "senti_postings_total",
			Help: "Plans decided, by kind and outcome (accepted, or the refusal's code)."}, []string{"kind", "outcome"}),
		batchSize: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "senti_batch_plans",
			Help: "Plans in one database transaction.", Buckets: []float64{1, 2, 5, 10, 25, 50, 100, 200, 300, 400, 500, 1000}}),
		batchTime: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "senti_batch_seconds",
			Help: "Time of one database transaction.", Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2}}),
		retried: prometheus.NewCounter(prometheus.CounterOpts{Name: "senti_batches_redecided_total",
			Help: "Batches decided ahead in vain because another process had written or an ID was spent."}),
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "senti_rows_written_total",
			Help: "Rows inserted or replaced by the ledger's transactions, by table."}, []string{"table"}),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "senti_messages_total",
			Help: "Tries to send a message by route and outcome: accepted, unclear (it may have been taken on, and is sent again), delayed, refused; expired without a route."},
			[]string{"route", "outcome"}),
		texts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "senti_texts_total",
			Help: "Texts that phones sent to us, by gateway and outcome."}, []string{"gateway", "outcome"}),
		links: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "senti_smpp_total",
			Help: "What happened on SMPP links."}, []string{"link", "what"}),
		settled: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "senti_messages_settled_total",
			Help: "Messages by route and what became of them: delivered, undelivered or unknown. The delivery rate is delivered over all."},
			[]string{"route", "state"}),
		delivery: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "senti_message_delivery_seconds",
			Help:    "Time from a provider taking a message on until the phone had it, by route.",
			Buckets: []float64{1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 21600, 86400}}, []string{"route"}),
		pushes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "senti_pushes_total",
			Help: "Pages pushed to phones, by gateway and outcome."}, []string{"gateway", "outcome"}),
	}
	m.registry.MustRegister(m.callbacks, m.turns, m.callback, m.postings, m.batchSize, m.batchTime, m.retried, m.rows, m.messages, m.texts, m.links, m.settled, m.delivery, m.pushes,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// gauge registers a value that is asked for when the metrics are.
func (m *metrics) gauge(name, help string, value func() float64) {
	m.labelled(prometheus.GaugeOpts{Name: name, Help: help}, value)
}

func (m *metrics) labelled(o prometheus.GaugeOpts, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(o, value))
}

func (m *metrics) countText(gateway, outcome string) { m.texts.WithLabelValues(gateway, outcome).Inc() }

func (m *metrics) countPush(gateway, outcome string) {
	m.pushes.WithLabelValues(gateway, outcome).Inc()
}

func (m *metrics) countTurn(outcome string) { m.turns.WithLabelValues(outcome).Inc() }

// onBatch counts what the committer did.
func (m *metrics) onBatch(b ledger.BatchStats) {
	m.batchSize.Observe(float64(b.Plans))
	m.batchTime.Observe(b.Took.Seconds())
	if b.Rejected {
		m.retried.Inc()
	}
	for table, n := range b.Rows {
		m.rows.WithLabelValues(table).Add(float64(n))
	}
	for _, r := range b.Results {
		kind := "none" // a plan that posts nothing
		if _, ok := r.Kind.Spec(); ok {
			kind = r.Kind.String()
		}
		m.postings.WithLabelValues(kind, r.Code).Inc()
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
