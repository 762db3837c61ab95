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

// The bands of deposits end this much above round sums, in minor units.
var offsets = map[string]struct{ round, above int64 }{"ke": {100_00, 10_00}, "ug": {1_000, 100}, "sn": {1_000, 100}}

// What the offset is there for: neither padding a round sum nor cutting the change above it off, in one piece or in several,
// earns an agent more than the deposit as the customer brought it.
func TestOffsetMakesChangeWorthless(t *testing.T) {
	for _, code := range market.Codes() {
		m := load(t, code)
		pay, offset := m.At(day).Pay, offsets[code]
		bands := pay.Services[Deposit]
		for i, band := range bands {
			edge := band.UpTo - band.UpTo%offset.round
			if band.UpTo-edge < offset.above {
				if i > 0 && i < len(bands)-1 { // Kenya's first band and every last one have none
					t.Errorf("%s: the band up to %d does not end above a round sum", code, band.UpTo)
				}
				continue
			}
			for change := m.Style.Step; change <= offset.above; change += m.Style.Step {
				amount := edge + change
				if padded, round := Earned(pay, Deposit, amount), Earned(pay, Deposit, edge); padded != round {
					t.Errorf("%s: %d earns %d, padded to %d it earns %d", code, edge, round, amount, padded)
				}
				half := change / 2
				for _, parts := range [][]int64{{edge, change}, {edge, half, change - half}, {edge - change, change, change}} {
					if gain := Gain(pay, Deposit, parts...); gain != 0 {
						t.Errorf("%s: a deposit in parts %v earns %d more than in one", code, parts, gain)
					}
				}
			}
		}
	}
}

// Where bands alone do not help, in shillings. The numbers stand here so that nobody believes that they do, and so that a new
// price list shows what it changes.
func TestWhereSplittingPays(t *testing.T) {
	pay := load(t, "ke").At(day).Pay
	for _, c := range []struct {
		service      string
		parts, each  int64
		gain         int64
		whatTheyMean string
	}{
		{Deposit, 2, 50, 4, "100 in halves"},
		{Deposit, 2, 255, 8, "510 in halves"},
		{Deposit, 2, 500, 7, "1,000 in halves"},
		{Deposit, 20, 500, 132, "10,000 in twenty"},
		{Deposit, 2, 5_000, 0, "10,000 in halves: what the extra bands above it are for"},
		{Deposit, 3, 5_000, 2, "15,000 in parts of 5,000"},
		{Deposit, 4, 5_000, 1, "20,000 in parts of 5,000"},
		{Deposit, 5, 5_000, 0, "25,000 in parts of 5,000"},
		{Deposit, 10, 5_000, 0, "50,000 in parts of 5,000"},
		{Deposit, 2, 50_000, 110, "100,000 in halves: above 50,020 there are no more bands"},
		{Withdraw, 2, 500, 6, "1,000 in halves, which costs the customer 29 more"},
		{Withdraw, 4, 2_500, 25, "10,000 in quarters, which costs the customer 1 more"},
	} {
		parts := make([]int64, c.parts)
		for i := range parts {
			parts[i] = c.each * 100
		}
		if got := Gain(pay, c.service, parts...); got != c.gain*100 {
			t.Errorf("%s of %s: gains %d cents, want %d shillings", c.service, c.whatTheyMean, got, c.gain)
		}
	}
	if Gain(pay, Deposit) != 0 || Gain(pay, Deposit, 700_00) != 0 {
		t.Error("one deposit, or none, gains something")
	}
}

// Cutting a deposit of up to 50,020 in two earns at most 14 shillings more, wherever the cut is.
func TestTwoPartsOfADeposit(t *testing.T) {
	pay := load(t, "ke").At(day).Pay
	bands := pay.Services[Deposit]
	var most int64
	for _, first := range bands { // a best cut has both parts at beginnings of bands: less earns less, and their sum no more
		for _, second := range bands {
			if first.From+second.From <= 50_020_00 {
				most = max(most, Gain(pay, Deposit, first.From, second.From))
			}
		}
	}
	if most != 14_00 {
		t.Errorf("the most that two parts gain is %d cents, want 14 shillings", most)
	}
}

// Paying in and taking out again in a circle costs more in fees than it earns, in every market: it only pays when the deposit is
// split, or when the fee is somebody else's.
func TestALoopCostsMoreThanItEarns(t *testing.T) {
	for _, code := range market.Codes() {
		m := load(t, code)
		rules := m.At(day)
		for _, bands := range [][]market.PayBand{rules.Pay.Services[Deposit], rules.Pay.Services[Withdraw]} {
			for _, band := range bands {
				for _, amount := range []int64{band.From, band.UpTo} {
					earned := Earned(rules.Pay, Deposit, amount) + Earned(rules.Pay, Withdraw, amount)
					if fee := publishedFee(rules, amount); fee > 0 && earned >= fee {
						t.Errorf("%s: %d in and out earns %d and costs %d", code, amount, earned, fee)
					}
				}
			}
		}
	}
}

// publishedFee is what the price list says of a withdrawal; 0 for an amount it does not have. A tax may come on top.
func publishedFee(rules market.Rules, amount int64) int64 {
	prices := rules.Tariff.Services["withdraw"]
	for _, band := range prices.Bands {
		if amount >= prices.Least && amount <= band.UpTo {
			return band.Fee
		}
	}
	return 0
}

func BenchmarkEarned(b *testing.B) {
	pay := load(b, "ke").At(day).Pay
	for b.Loop() {
		_ = Earned(pay, Deposit, 45_000_00)
	}
}
