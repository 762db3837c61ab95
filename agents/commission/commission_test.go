package commission

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"senti/wallet/market"
)

var day = time.Date(2026, 12, 3, 11, 2, 0, 0, time.UTC)

func load(t testing.TB, code string) *market.Market {
	t.Helper()
	m, err := market.Load(code)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The published Kenyan bands, in shillings.
func TestKenyaEarns(t *testing.T) {
	pay := load(t, "ke").At(day).Pay
	for _, c := range []struct {
		service          string
		from, to, earned int64
	}{
		{Deposit, 0, 49, 0},
		{Deposit, 50, 100, 4},
		{Deposit, 101, 510, 8},
		{Deposit, 511, 1_010, 9},
		{Deposit, 1_011, 1_510, 10},
		{Deposit, 1_511, 2_510, 11},
		{Deposit, 2_511, 3_510, 12},
		{Deposit, 3_511, 5_010, 14},
		{Deposit, 5_011, 7_510, 20},
		{Deposit, 7_511, 10_010, 28},
		{Deposit, 10_011, 15_010, 40},
		{Deposit, 15_011, 20_020, 55},
		{Deposit, 20_021, 25_020, 71},
		{Deposit, 25_021, 30_020, 87},
		{Deposit, 30_021, 35_020, 103},
		{Deposit, 35_021, 40_020, 119},
		{Deposit, 40_021, 45_020, 135},
		{Deposit, 45_021, 50_020, 150},
		{Deposit, 50_021, 250_000, 190},
		{Deposit, 250_001, 300_000, 0},
		{Withdraw, 0, 49, 0},
		{Withdraw, 50, 100, 5},
		{Withdraw, 101, 500, 8},
		{Withdraw, 501, 1_000, 10},
		{Withdraw, 1_001, 1_500, 12},
		{Withdraw, 1_501, 2_500, 15},
		{Withdraw, 2_501, 3_500, 20},
		{Withdraw, 3_501, 5_000, 25},
		{Withdraw, 5_001, 7_500, 30},
		{Withdraw, 7_501, 10_000, 35},
		{Withdraw, 10_001, 15_000, 45},
		{Withdraw, 15_001, 20_000, 60},
		{Withdraw, 20_001, 25_000, 65},
		{Redeem, 101, 500, 8},
		{Register, 0, 0, 20},
	} {
		for _, shillings := range []int64{c.from, c.to} {
			if got := Earned(pay, c.service, shillings*100); got != c.earned*100 {
				t.Errorf("%s of %d earns %d cents, want %d shillings", c.service, shillings, got, c.earned)
			}
		}
	}
	if got := Earned(pay, "teleport", 500_00); got != 0 {
		t.Errorf("a service nobody pays for earns %d", got)
	}
}

// Every amount that the price list lets over the counter has its place in the bands, to the minor unit, or lies below the first.
func TestBandsLeaveNoGap(t *testing.T) {
	for _, code := range market.Codes() {
		rules := load(t, code).At(day)
		for service, bands := range rules.Pay.Services {
			for i, band := range bands {
				if i > 0 && band.From != bands[i-1].UpTo+1 {
					t.Errorf("%s %s: band %d begins at %d after %d", code, service, i, band.From, bands[i-1].UpTo)
				}
				for _, amount := range []int64{band.From, band.UpTo} {
					if got := Earned(rules.Pay, service, amount); got != band.Pay {
						t.Errorf("%s %s of %d earns %d, want %d", code, service, amount, got, band.Pay)
					}
				}
			}
		}
		for service, priced := range map[string]string{Deposit: "deposit", Withdraw: "withdraw", Redeem: "voucher"} {
			bands := rules.Pay.Services[service]
			if most := rules.Tariff.Services[priced].Most(); bands[len(bands)-1].UpTo != most {
				t.Errorf("%s: %s is priced up to %d and earns up to %d", code, service, most, bands[len(bands)-1].UpTo)
			}
		}
	}
}

func TestSplit(t *testing.T) {
	shares := load(t, "ke").At(day).Pay.Split
	for _, c := range []struct {
		total        int64
		hasSuper     bool
		agent, super int64
	}{
		{8_00, true, 6_40, 1_60},
		{8_00, false, 8_00, 0},
		{0, true, 0, 0},
		{1, true, 1, 0}, // less than a cent of it would be the super's
		{4, true, 4, 0},
		{5, true, 4, 1},
		{9, true, 8, 1}, // the remainder is the agent's
		{99, true, 80, 19},
	} {
		agent, super := Split(c.total, shares, c.hasSuper)
		if agent != c.agent || super != c.super {
			t.Errorf("%d, super %v: agent %d, super %d, want %d and %d", c.total, c.hasSuper, agent, super, c.agent, c.super)
		}
	}
}

// Whatever the shares: the parts add up to the total, none is below zero, and rounding never takes from the agent.
func TestSplitProperties(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	for range 200_000 {
		agentPart := market.Rate(random.Int64N(int64(market.RateWhole) + 1))
		shares := []market.Share{{Role: "agent", Part: agentPart}, {Role: "super", Part: market.RateWhole - agentPart}}
		total := random.Int64N(math.MaxInt64) >> random.IntN(63)
		agent, super := Split(total, shares, true)
		switch {
		case agent+super != total:
			t.Fatalf("%d at %v: %d + %d", total, shares, agent, super)
		case agent < 0 || super < 0:
			t.Fatalf("%d at %v: a part is below zero: %d, %d", total, shares, agent, super)
		case agent < part(total, agentPart) || agent > part(total, agentPart)+1:
			t.Fatalf("%d at %v: the agent gets %d of %d", total, shares, agent, part(total, agentPart))
		}
		if agent, super = Split(total, shares, false); agent != total || super != 0 {
			t.Fatalf("without a super-agent: %d, %d of %d", agent, super, total)
		}
	}
}
