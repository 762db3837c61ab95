package money

import "strings"

// Currency is what an amount is counted in.
type Currency struct {
	Code   string // up to 12 ASCII characters: an ISO 4217 code, or a name of our own for points
	Digits int    // decimal places of its minor unit: 2 for KES (cents), 0 for UGX
}

// MinorPerUnit is how many minor units make one unit: 100 for KES, 1 for UGX.
func (c Currency) MinorPerUnit() int64 { return powerOfTen(c.Digits) }

// Find returns the currency with that ISO 4217 code, and false when Senti does not know it.
func Find(code string) (Currency, bool) {
	for digits, codes := range isoByDigits {
		for known := range strings.FieldsSeq(codes) {
			if known == code {
				return Currency{Code: code, Digits: digits}, true
			}
		}
	}
	return Currency{}, false
}

// isoByDigits lists the ISO 4217 currencies of Africa, and the foreign ones remittances arrive in, by the number of decimal
// places ISO gives them. A market in another currency adds its code here.
var isoByDigits = map[int]string{
	0: "BIF DJF GNF KMF RWF UGX XAF XOF",
	2: "AOA BWP CDF CVE DZD EGP ERN ETB GHS GMD KES LRD LSL MAD MGA MRU MUR MWK MZN NAD NGN SCR SDG SHP SLE SOS SSP STN SZL " +
		"TZS ZAR ZMW AED EUR GBP INR USD",
	3: "LYD TND",
}

func powerOfTen(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
