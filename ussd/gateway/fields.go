package gateway

import (
	"strings"

	"senti/wallet/webhook"
)

// The longest values taken from a gateway, in bytes.
const (
	maxSession     = 100
	maxServiceCode = 40
	maxText        = 1500 // a whole transcript: three minutes of a fast typist are some 600
)

// serviceCode accepts the dialled code, or nothing.
func serviceCode(field, value string) (string, *webhook.Malformed) {
	if len(value) > maxServiceCode {
		return "", webhook.Wrong(field, "too long")
	}
	if strings.Trim(value, "0123456789*#") != "" {
		return "", webhook.Wrong(field, "must be digits, * and #")
	}
	return value, nil
}
