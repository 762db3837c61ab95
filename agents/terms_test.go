package agents

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/msisdn"
	"senti/wallet/voucher"
)

// The terms of every act fit into an intent, whatever names, sums and numbers are in them.
func TestTermsFit(t *testing.T) {
	const (
		phone  = msisdn.Number("+123456789012345")
		sum    = int64(100_000_000_00) // more than any market lets a wallet or a float hold
		number = int64(10_000_000_000) // accounts, till and people that Senti may come to have
	)
	key := id.Random{}.New()
	rules := strings.Repeat("r", 80) // as long as a plan may name
	now := time.Date(2026, 12, 31, 23, 59, 59, 999_999_000, time.FixedZone("", 3*60*60))
	at := Counter{Operator: number, Phone: phone, Language: "en", DayIn: sum, DayOut: sum, Till: number, Code: strings.Repeat("9", 12),
		Shop: strings.Repeat("S", 38), Float: number, Agent: number, Super: number, Payable: number, Above: number}
	party := wallet.Party{Account: number, Phone: phone, Name: strings.Repeat("N", 22), Unchecked: true, Language: "en", Joint: wallet.Joint(strings.Repeat("k", 22) + ".4ldqpds.4ldqpds"), Tier: 99}
	brief := wallet.Brief{Whom: string(phone), Shop: at.Code, Amount: sum, What: "cash_in_yes_long"}
	earned := Earned{sum, sum}
	stood := at // where no float has a part in it
	stood.Store = number
	there := at // where money arrives without an operator's doing
	there.Attendant, there.Operator, there.Phone, there.Language, there.DayIn, there.DayOut = number, 0, "", "", 0, 0
	counter, mended := at, party // of a mended deal
	counter.Agent, counter.Super, counter.Payable, counter.Above = 0, 0, 0, 0
	mended.Joint, mended.Tier = "", 0
	voucherTerms := VoucherTerms{Brief: brief, From: party, Customer: number, To: phone, Amount: sum, NetFee: sum, Tax: sum, FeeBack: true,
		Word: bytes.Repeat([]byte{255}, 160+48), Until: now, Rules: rules, PricedAt: now}
	wordless := voucherTerms
	wordless.Word = nil
	back := undoing{}
	for i := range int64(4) { // wallet, float and two agents
		back[number+i] = -sum
	}
	for _, account := range []int64{wallet.FeeIncome, wallet.TaxPayable, wallet.CommissionExpense} {
		back[account] = -sum
	}
	for name, terms := range map[string]any{
		"cash in": CashInTerms{brief, at, party, number, "123456", sum, earned, math.MaxUint16,
			deal.Seen{Deposits: 20, Sum: sum, Gain: sum}, now, rules, now},
		"cash out":     CashOutTerms{brief, there, party, number, sum, sum, sum, earned, math.MaxUint16, key.String(), key.String(), rules, now, at.Code + " " + at.Code},
		"asked for":    CashOutTerms{brief, at, party, number, sum, sum, sum, earned, math.MaxUint16, key.String(), key.String(), rules, now, at.Code + " " + at.Code},
		"cash code":    CashCodeTerms{brief, party, number, sum, sum, sum, now},
		"voucher":      voucherTerms,
		"voucher back": voucherBackTerms{brief, key, wordless, sum},
		"redeem": redeemTerms{brief, at, phone, voucher.Ref{ID: key, From: key}, sum, earned,
			deal.Document{Type: math.MaxInt16, Sealed: bytes.Repeat([]byte{255}, 60), Index: bytes.Repeat([]byte{255}, 32)}, rules, now},
		"mend":  MendTerms{brief, counter, mended, number, key, sum, sum, sum, key, back, true, sum, rules, now},
		"float": FloatTerms{brief, at, there, key.String(), sum, rules, now},
		"register": registerTerms{brief, stood, wallet.Newcomer{Phone: phone, Language: "en", Name: party.Name, ID: wallet.IDDraft(strings.Repeat("d", 120)),
			Photo: strings.Repeat("p", 80), Shop: at.Shop}, true, earned, rules, now},
		"answer": answerTerms{brief, key.String()},
	} {
		if n := len(wallet.EncodeTerms(terms)); n > intent.TermsMax {
			t.Errorf("%s: %d bytes, and an intent holds %d", name, n, intent.TermsMax)
		}
	}
}
