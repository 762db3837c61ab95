// Package jobs does by the clock what nobody asks for: it frees what is held too long, keeps the books under proof, and
// throws away what has been kept long enough.
//
// A new job is two steps. Write a file named for it, with one function that returns its Job; expire_holds.go is the model. Add that
// function to the list in All, below. What it works with is a field of Parts. Nothing else is to be done: the runner
// leads, keeps time, catches panics, records, logs and counts, and `walletd admin jobs` shows it.
//
// # What a job may rely on
//
// Of all processes on a database one leads, by a lease (package lease), and runs the jobs. A leader that dies is replaced when
// its term of 15 seconds is over, one that stops within two. A tick is claimed by a row of job_runs before it runs, so that it
// runs once, whoever leads; runs of one job wait for each other, runs of different jobs do not. A run has a time limit; at the
// limit, when walletd stops and when the lease is lost, its context ends, and it should return soon.
//
// A run whose process did not live to end it is taken up again by the next leader, and a leader that was only asleep may wake and
// go on with its own: that is why every job must be safe to run twice. What a job writes through the ledger, under an ID derived
// from what it is about, is so by nature, and so is deleting what is old. Anything else is written in one transaction with
// Tick.Guard, which fails for a leader that has been replaced.
//
// # When a job runs
//
// "@every 10s" ticks at whole multiples of that interval. Five fields with one hour and one minute ("0 2 * * *", "30 6 1 * *") tick once on
// each date that they match, in the market's zone: a date, not 24 hours. So a day without midnight, a day of 23 or 25 hours
// and an hour that comes twice have one tick each. Tick.Day is the date meant, however late it is.
//
// What becomes of ticks that came up while nobody led, each job says: see Missed. A dated tick that fails is tried again, after a minute
// at first and an hour at most, until it succeeds or, unless each one counts, until the next one comes. A job that ticks every so
// often just goes on with its next tick. The first time a job is ever seen it owes nothing: it waits for its next tick.
//
// # What a run leaves
//
// A Result, a few values by name, is kept as JSON with its time and error, and shown, logged and counted. A run that found
// nothing to do returns nil, and is thrown away after a day, unless its job is done by the date. Resume gives a run the last result, for a job that does its work
// in slices. Results are seen by everybody who may look at the log: no names, phone numbers or secrets.
//
// The package does not decide anything about money, does not know who may be told what, and sends nothing.
package jobs

import (
	"context"
	"time"

	"senti/agents"
	"senti/sms/intake"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/outbox"
)

// Parts are what the jobs work with. For a list that is only looked at they may be missing.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Zone     *time.Location
	Ledger   *ledger.Ledger
	Wallet   *wallet.Wallet
	Office   *wallet.Office
	Agents   *agents.Agents
	Intents  *intent.Store
	Messages *outbox.Store
	Intake   *intake.Intake
	Asked    func(context.Context, time.Time) (int, error) // forgets what phones were asked by SMS: command.Commands.Forget
	Keep     market.Retention
	Idle     map[string]time.Duration // how long a session of each USSD gateway may be silent before it must be over
}

// All is every job there is, in the order people see them.
func All(p Parts) []Job {
	return []Job{
		tellAbandoned(p),
		expireHolds(p),
		expireCashIns(p),
		expireAsks(p),
		expireCashCodes(p),
		expireVouchers(p),
		expireOffers(p),
		freezeMore(p),
		floatAlerts(p),
		releaseCommission(p),
		endDays(p),
		askCustomers(p),
		splitCases(p),
		checkLiabilities(p),
		reconcileTrust(p),
		surplusToSuspense(p),
		verifyLedger(p),
		liftSmallLimits(p),
		watchDormancy(p),
		forgetTexts(p),
		forgetTallies(p),
		closeReports(p),
		purgeMessages(p),
		purgeIntents(p),
		purgeCodes(p),
		purgeRuns(p),
	}
}

// Job is one thing the clock does.
type Job struct {
	Name     string        // snake_case, at most 40 letters. Never renamed: its runs are kept under it
	Schedule string        // "@every 10s", or five fields: minute hour day month weekday
	Timeout  time.Duration // of one run
	Missed   Missed
	Run      func(ctx context.Context, t Tick) (Result, error)
}

// Missed is what becomes of ticks that came up while nobody led, or while the run before was still going on.
type Missed int

// The ways.
const (
	RunOnce Missed = iota // the newest runs, late as it is, and stands for all before it
	RunEach               // each runs, the oldest first; for schedules by date
	Skip                  // one that is more than a minute late is left out
)

// Result is what a run did, a few values by short snake_case names; nil when there was nothing to do. Together they are at most
// 1,000 bytes of JSON.
type Result map[string]any
