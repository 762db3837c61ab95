package tariff

import (
	"testing"
	"time"

	"senti/wallet/fault"
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

// The published Kenyan price list, in cents, and what is in each fee: 15 % of the net fee is tax, rounded half up.
func TestKenyaPriceList(t *testing.T) {
	m := load(t, "ke")
	for _, c := range []struct{ from, to, fee, net, tax int64 }{
		{1_00, 100_00, 0, 0, 0},
		{101_00, 500_00, 7_00, 6_09, 91},
		{501_00, 1_000_00, 13_00, 11_30, 1_70},
		{1_001_00, 1_500_00, 23_00, 20_00, 3_00},
		{1_501_00, 2_500_00, 33_00, 28_70, 4_30},
		{2_501_00, 3_500_00, 53_00, 46_09, 6_91},
		{3_501_00, 5_000_00, 57_00, 49_57, 7_43},
		{5_001_00, 7_500_00, 78_00, 67_83, 10_17},
		{7_501_00, 10_000_00, 90_00, 78_26, 11_74},
		{10_001_00, 15_000_00, 100_00, 86_96, 13_04},
		{15_001_00, 20_000_00, 105_00, 91_30, 13_70},
		{20_001_00, 35_000_00, 108_00, 93_91, 14_09},
		{35_001_00, 50_000_00, 108_00, 93_91, 14_09},
		{50_001_00, 250_000_00, 108_00, 93_91, 14_09},
	} {
		for _, amount := range []int64{c.from, c.to} {
			got, refusal := Price(m, Send, amount, day)
			want := Charge{
				Fee: c.fee, NetFee: c.net, Tax: c.tax, Total: amount + c.fee,
				TariffVersion: "ke.tariff@2023-07-01", TaxVersion: "ke.tax@2023-07-01",
			}
			if refusal != nil || got != want {
				t.Errorf("sending %s: %+v, %v\nwant %+v", m.Style.Format(amount), got, refusal, want)
			}
		}
	}
}

// A tax that is added makes the customer pay more than the published fee.
func TestUgandaAddsTheTax(t *testing.T) {
	m := load(t, "ug")
	for _, c := range []struct{ amount, net, tax int64 }{
		{500, 100, 15},
		{2_500, 100, 15},
		{2_501, 150, 23}, // 22.5
		{15_000, 350, 53},
		{60_000, 500, 75},
		{5_000_000, 2_500, 375},
	} {
		got, refusal := Price(m, Send, c.amount, day)
		if refusal != nil || got.NetFee != c.net || got.Tax != c.tax || got.Fee != c.net+c.tax || got.Total != c.amount+c.net+c.tax {
			t.Errorf("sending %d: %+v, %v", c.amount, got, refusal)
		}
	}
}

// A currency without minor units is taxed in whole units, halves up, and the parts make the whole.
func TestSenegalTaxesInWholeFrancs(t *testing.T) {
	m := load(t, "sn")
	for _, c := range []struct{ amount, fee, tax int64 }{
		{50, 5, 1},     // 0.73
		{500, 5, 1},    // 0.73
		{501, 10, 1},   // 1.45
		{2_500, 25, 4}, // 3.63
		{5_000, 50, 7}, // 7.26
		{100_000, 1_000, 145},
		{1_000_000, 5_000, 726}, // 726.50 would be 727: it is 726.496
	} {
		got, refusal := Price(m, Send, c.amount, day)
		if refusal != nil || got.Fee != c.fee || got.Tax != c.tax || got.NetFee != c.fee-c.tax || got.Total != c.amount+c.fee {
			t.Errorf("sending %d: %+v, %v", c.amount, got, refusal)
		}
	}
}

// Bands are upper bounds: one minor unit above the end of a band is the next band, in every market, with nothing between.
func TestNoAmountFallsBetweenBands(t *testing.T) {
	for _, code := range market.Codes() {
		m := load(t, code)
		for service, prices := range m.At(day).Tariff.Services {
			for i, band := range prices.Bands {
				begin := prices.Least
				if i > 0 {
					begin = prices.Bands[i-1].UpTo + 1
				}
				for _, amount := range []int64{begin, begin + 1, band.UpTo - 1, band.UpTo} {
					got, refusal := Price(m, service, amount, day)
					published := got.Fee
					if !m.At(day).Tax.Included {
						published = got.NetFee
					}
					if refusal != nil || published != band.Fee || got.NetFee+got.Tax != got.Fee || amount+got.Fee != got.Total {
						t.Errorf("%s %s: %d minor units in band %d: %+v, %v, want fee %d", code, service, amount, i, got, refusal, band.Fee)
					}
				}
			}
		}
	}
}

func TestTooLittleAndTooMuch(t *testing.T) {
	m := load(t, "ke")
	for _, c := range []struct {
		amount int64
		code   fault.Code
		arg    string
		value  int64
	}{
		{99, fault.AmountTooSmall, "min", 1_00},
		{0, fault.AmountTooSmall, "min", 1_00},
		{-500_00, fault.AmountTooSmall, "min", 1_00},
		{250_000_01, fault.AmountTooBig, "max", 250_000_00},
		{1 << 62, fault.AmountTooBig, "max", 250_000_00},
	} {
		got, refusal := Price(m, Send, c.amount, day)
		if refusal == nil || refusal.Code != c.code || refusal.Int(c.arg) != c.value || got != (Charge{}) {
			t.Errorf("sending %d: %+v, %v, want %s %s=%d", c.amount, got, refusal, c.code, c.arg, c.value)
		}
	}
	if _, refusal := Price(m, "teleport", 500_00, day); !fault.HasCode(refusal, fault.Internal) {
		t.Errorf("a service without prices: %v", refusal)
	}
}

func TestLargest(t *testing.T) {
	for _, c := range []struct {
		market          string
		available, want int64 // 0 = nothing fits
	}{
		{"ke", 300_00, 293_00}, // the page that offers "1 Send 293"
		{"ke", 300_99, 293_00}, // whole shillings
		{"ke", 107_99, 100_00}, // 101 would cost 108
		{"ke", 108_00, 101_00},
		{"ke", 100_00, 100_00}, // free
		{"ke", 1_00, 1_00},
		{"ke", 99, 0},
		{"ke", 0, 0},
		{"ke", -5_00, 0},
		{"ke", 507_00, 500_00},
		{"ke", 513_00, 500_00}, // 501 would cost 514
		{"ke", 514_00, 501_00},
		{"ke", 500_000_00, 250_000_00}, // the tariff's most
		{"ug", 614, 0},                 // 500 costs 615
		{"ug", 615, 500},
		{"ug", 616, 501},
	} {
		m := load(t, c.market)
		got, ok := Largest(m, Send, day, c.available)
		if got != c.want || ok != (c.want > 0) {
			t.Errorf("%s: of %d one can send %d, %v, want %d", c.market, c.available, got, ok, c.want)
		}
	}
}

// Against the slow way: try every amount from above.
func TestLargestLeavesNothingBetterBehind(t *testing.T) {
	m := load(t, "ke")
	for available := int64(0); available <= 2_700_00; available += 33 {
		got, _ := Largest(m, Send, day, available)
		best := int64(0)
		for amount := available - available%m.Style.Step; amount > 0; amount -= m.Style.Step {
			if c, refusal := Price(m, Send, amount, day); refusal == nil && c.Total <= available {
				best = amount
				break
			}
		}
		if got != best {
			t.Fatalf("of %d one can send %d, not %d", available, best, got)
		}
	}
}

// The published Kenyan price lists of the counter, in shillings, tax in them.
func TestKenyaCounterPrices(t *testing.T) {
	m := load(t, "ke")
	for _, c := range []struct {
		service       string
		from, to, fee int64
	}{
		{Withdraw, 50, 100, 11},
		{Withdraw, 101, 500, 29},
		{Withdraw, 501, 1_000, 29},
		{Withdraw, 1_001, 1_500, 29},
		{Withdraw, 1_501, 2_500, 29},
		{Withdraw, 2_501, 3_500, 52},
		{Withdraw, 3_501, 5_000, 69},
		{Withdraw, 5_001, 7_500, 87},
		{Withdraw, 7_501, 10_000, 115},
		{Withdraw, 10_001, 15_000, 167},
		{Withdraw, 15_001, 20_000, 185},
		{Withdraw, 20_001, 35_000, 197},
		{Withdraw, 35_001, 50_000, 278},
		{Withdraw, 50_001, 250_000, 309},
		{Voucher, 101, 500, 47},
		{Voucher, 501, 1_000, 51},
		{Voucher, 1_001, 1_500, 61},
		{Voucher, 1_501, 2_500, 76},
		{Voucher, 2_501, 3_500, 112},
		{Voucher, 20_001, 35_000, 309},
		{Deposit, 50, 250_000, 0},
	} {
		for _, shillings := range []int64{c.from, c.to} {
			got, refusal := Price(m, c.service, shillings*100, day)
			if refusal != nil || got.Fee != c.fee*100 || got.NetFee+got.Tax != got.Fee {
				t.Errorf("%s of %d: %+v, %v, want a fee of %d", c.service, shillings, got, refusal, c.fee)
			}
		}
	}
	for service, least := range map[string]int64{Withdraw: 50_00, Voucher: 101_00, Deposit: 50_00} {
		if _, refusal := Price(m, service, least-1, day); !fault.HasCode(refusal, fault.AmountTooSmall) || refusal.Int("min") != least {
			t.Errorf("%s of less than the least: %v", service, refusal)
		}
	}
}

func TestLargestOfOtherServices(t *testing.T) {
	for _, c := range []struct {
		market, service string
		available, want int64 // 0 = nothing fits
	}{
		{"ke", Withdraw, 300_00, 271_00},
		{"ke", Withdraw, 60_99, 0}, // 50 costs 61
		{"ke", Withdraw, 61_00, 50_00},
		{"ke", Withdraw, 129_00, 100_00}, // 101 would cost 130
		{"ke", Withdraw, 130_00, 101_00},
		{"ke", Withdraw, 1_000_000_00, 250_000_00},
		{"ke", Voucher, 147_00, 0}, // 101 costs 148
		{"ke", Voucher, 148_00, 101_00},
		{"ke", Deposit, 49_99, 0},
		{"ke", Deposit, 777_50, 777_00},
		{"ug", Withdraw, 880, 500}, // 330 and 50 of tax
		{"ug", Withdraw, 879, 0},
		{"ke", "teleport", 500_00, 0},
	} {
		m := load(t, c.market)
		got, ok := Largest(m, c.service, day, c.available)
		if got != c.want || ok != (c.want > 0) {
			t.Errorf("%s %s: of %d the largest is %d, %v, want %d", c.market, c.service, c.available, got, ok, c.want)
		}
	}
}

func BenchmarkPrice(b *testing.B) {
	m := load(b, "ke")
	for b.Loop() {
		_, _ = Price(m, Send, 500_00, day)
	}
}
