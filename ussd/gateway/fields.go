package gateway

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"senti/wallet/msisdn"
)

// The longest values taken from a gateway, in bytes.
const (
	maxSession     = 100
	maxServiceCode = 40
	maxText        = 1500 // a whole transcript: three minutes of a fast typist are some 600
	maxReason      = 120
)

// readForm reads a form in which every field stands once. A second value for a field is an attack or a bug: two readers
// could take different ones.
func readForm(body []byte) (url.Values, *malformed) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, &malformed{"body", "not a form"}
	}
	for field, values := range form {
		if len(values) > 1 {
			return nil, &malformed{safeName(field), "given twice"}
		}
	}
	return form, nil
}

// safeName keeps a field's name short and printable for the log and the answer.
func safeName(field string) string {
	for i, r := range field {
		if letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'; i >= 30 || !letter {
			return "a field"
		}
	}
	return field
}

// sessionID accepts what can be a key: printable ASCII without spaces.
func sessionID(field, value string) (string, *malformed) {
	if value == "" {
		return "", &malformed{field, "missing"}
	}
	if len(value) > maxSession {
		return "", &malformed{field, "too long"}
	}
	for i := range len(value) {
		if value[i] <= ' ' || value[i] > '~' {
			return "", &malformed{field, "must be printable ASCII without spaces"}
		}
	}
	return value, nil
}

// phone reads the caller. A "+" that the sender forgot to encode has become a space, which the number parser overlooks.
func phone(field, value, region string) (msisdn.Number, *malformed) {
	if strings.TrimSpace(value) == "" {
		return "", &malformed{field, "missing"}
	}
	n, err := msisdn.Parse(value, region)
	if err != nil {
		return "", &malformed{field, "not a mobile number of this country"}
	}
	return n, nil
}

// serviceCode accepts the dialled code, or nothing.
func serviceCode(field, value string) (string, *malformed) {
	if len(value) > maxServiceCode {
		return "", &malformed{field, "too long"}
	}
	if strings.Trim(value, "0123456789*#") != "" {
		return "", &malformed{field, "must be digits, * and #"}
	}
	return value, nil
}

// typed accepts what a person can have typed. It is passed on as it came: a history gateway's prefixes must stay equal.
func typed(field, value string, limit int) (string, *malformed) {
	if len(value) > limit {
		return "", &malformed{field, "too long"}
	}
	if !utf8.ValidString(value) {
		return "", &malformed{field, "not UTF-8"}
	}
	for _, r := range value {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return "", &malformed{field, "holds control characters"}
		}
	}
	return value, nil
}

// reason makes a gateway's words fit for the log: printable ASCII, short, and with its digits masked, because nobody
// promises that a gateway quotes no number or PIN there.
func reason(words string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return '#'
		case r < ' ' || r > '~':
			return '.'
		}
		return r
	}, strings.TrimSpace(words))
	if len(clean) > maxReason {
		clean = clean[:maxReason]
	}
	return clean
}
