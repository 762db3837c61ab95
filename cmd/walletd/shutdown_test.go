package main

import (
	"testing"
	"time"

	"senti/wallet/db/dbtest"
)

// SIGTERM under load: callers that are being served are answered, the batch is finished, the process ends with 0, and whoever was
// not answered has not paid.
func TestStopUnderLoad(t *testing.T) {
	t.Run("mysql", func(t *testing.T) { stopUnderLoad(t, dbtest.DSN(t)) })
	t.Run("sqlite", func(t *testing.T) { stopUnderLoad(t, sqliteFile(t)) })
}

func stopUnderLoad(t *testing.T, dsn string) {
	c := newCrash(t, nil, dsn, ordeal{people: 200, phones: 16})
	c.load.start(t.Context())
	const stops = 3
	for range stops {
		c.moment()
		c.strike(func() {
			took := stopwatch()
			c.must(c.node.stop(20 * time.Second))
			t.Logf("stopped in %d ms", took().Milliseconds())
		})
	}
	c.load.end(time.Minute)
	a := c.audit()
	for _, p := range a.problems {
		t.Error(p)
	}
	if a.figures.TurnedDone > 0 {
		t.Errorf("%d payments were made and their callers not answered, though walletd had the time", a.figures.TurnedDone)
	}
	if a.figures.Acked < 20*stops {
		t.Errorf("only %d receipts: this is no load", a.figures.Acked)
	}
}
