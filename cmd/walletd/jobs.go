package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"senti/jobs"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/id"
)

// startJobs lets the clock do what nobody asks for, whenever this process is the one that leads. All parts must be there.
func (a *app) startJobs() error {
	counts := newJobMetrics(a.metrics.registry)
	r, err := jobs.New(jobs.Options{DB: a.db, Clock: clock.System{}, IDs: id.Random{}, Zone: a.market.Zone,
		Jobs: jobs.All(a.jobParts()), Observe: counts.observe})
	if err != nil {
		return err
	}
	a.metrics.gauge("senti_jobs_leading", "1 in the process that runs the jobs.", func() float64 {
		if r.Leads() {
			return 1
		}
		return 0
	})
	a.background("jobs", r.Run)
	return nil
}

func (a *app) jobParts() jobs.Parts {
	return jobs.Parts{DB: a.db, Clock: clock.System{}, Zone: a.market.Zone, Ledger: a.ledger,
		Wallet: a.wallet, Office: wallet.NewOffice(a.wallet, a.db, a.agents.Approvables()...), Agents: a.agents, Intents: a.wallet.Intents(),
		Messages: a.wallet.Messages(), Intake: a.intake, Asked: a.commands.Forget, Keep: a.market.Retention, Idle: a.idle()}
}

// jobMetrics are counts by the names of jobs.
type jobMetrics struct {
	runs *prometheus.CounterVec
	took *prometheus.HistogramVec
	done *prometheus.GaugeVec

	unproved, unprovedFor prometheus.Gauge
}

func newJobMetrics(registry *prometheus.Registry) *jobMetrics {
	m := &jobMetrics{
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "senti_job_runs_total",
			Help: "Runs of jobs that ended in this process, by job and state."}, []string{"job", "state"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "senti_job_seconds",
			Help: "Time of one run, by job.", Buckets: []float64{.01, .1, 1, 10, 60, 600}}, []string{"job"}),
		done: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "senti_job_last_done_timestamp_seconds",
			Help: "When a run of the job was last done in this process."}, []string{"job"}),
	}
	m.unproved = prometheus.NewGauge(prometheus.GaugeOpts{Name: "senti_ledger_unproved_postings",
		Help: "Postings that verify_ledger had not proved yet when it last ran in this process."})
	m.unprovedFor = prometheus.NewGauge(prometheus.GaugeOpts{Name: "senti_ledger_unproved_seconds",
		Help: "Age of the oldest of them, about; 0 when it keeps up."})
	registry.MustRegister(m.runs, m.took, m.done, m.unproved, m.unprovedFor)
	return m
}

func (m *jobMetrics) observe(r jobs.Run) {
	m.runs.WithLabelValues(r.Job, r.State.String()).Inc()
	m.took.WithLabelValues(r.Job).Observe(r.Took().Seconds())
	if lag, ok := jobs.VerifyLag(r); ok {
		m.unproved.Set(float64(lag.Postings))
		m.unprovedFor.Set(lag.Age.Seconds())
	}
	if r.State == jobs.Done {
		m.done.WithLabelValues(r.Job).Set(float64(r.EndedAt.Unix()))
	}
}
