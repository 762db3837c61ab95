package jobs

import (
	"testing"
	"time"

	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Sessions are over when their gateway says so, and not before; whoever leads goes on where the leader before has stopped; and nobody is told of
// a call before there was this job.
func TestTellAbandoned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := callOffice(t, d)
		session := byte(0)
		quote := func(gateway string) {
			t.Helper()
			session++
			if _, err := o.Wallet.QuoteSend(bg, wallet.SendRequest{From: "+254712000001", To: "+254712000002", Amount: 100_00,
				Origin: wallet.Origin{Gateway: gateway, Session: [16]byte{session}}}); err != nil {
				t.Fatal(err)
			}
		}
		told := func() (n int64) {
			t.Helper()
			if err := d.QueryRow(bg, `SELECT COUNT(*) FROM messages WHERE body LIKE 'NOT SENT: %'`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		leader := o.runner(tellAbandoned(o.Parts))
		runs := func(after time.Duration, want int64) {
			t.Helper()
			o.clock.Advance(after)
			o.turn(leader)
			if got := told(); got != want {
				t.Errorf("%v later %d were told, want %d", after, got, want)
			}
		}
		quote("hasty") // before the job's first run
		runs(time.Minute, 0)
		quote("hasty")
		quote("slow")
		quote("unknown")
		quote(wallet.ByText)
		runs(time.Minute, 1)
		leader = o.runner(tellAbandoned(o.Parts)) // another process
		runs(time.Minute, 1)
		runs(time.Minute, 3)
		quote("slow")
		runs(7*time.Minute, 5)
		runs(24*time.Hour, 5)
	})
}

// timed are IDs that tell the time of a clock, as those of a process do.
type timed struct{ clock *clock.Fake }

func (s timed) New() id.ID {
	out, at := ids.New(), id.Before(s.clock.Now())
	copy(out[:6], at[:6])
	return out
}

// callOffice has a wallet of two people, and gateways that are patient and not.
func callOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	c := clock.NewFake(noon)
	l, err := ledger.Open(bg, ledger.Options{DB: d, Clock: c, IDs: ids, Zone: zoneOf(t, "Africa/Nairobi"), Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	o := &office{t: t, clock: c, Parts: Parts{DB: d, Clock: c, Zone: zoneOf(t, "Africa/Nairobi"), Ledger: l}}
	m, err := market.Load("ke")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	o.Wallet = wallet.New(wallet.Parts{DB: d, Ledger: o.Ledger, Market: m, Texts: texts, Keys: key.Demo(), Clock: o.clock, IDs: timed{o.clock}})
	o.Idle = map[string]time.Duration{"hasty": 30 * time.Second, "slow": 3 * time.Minute}
	if err := o.Wallet.EnsureSystemAccounts(bg); err != nil {
		t.Fatal(err)
	}
	for _, phone := range []msisdn.Number{"+254712000001", "+254712000002"} {
		p, err := pin.Parse("4826")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Wallet.OpenWallet(bg, wallet.NewWallet{Phone: phone, Name: "JANE WANJIKU", Language: "en", Tier: 2, Verified: true, PIN: p}); err != nil {
			t.Fatal(err)
		}
	}
	return o
}
