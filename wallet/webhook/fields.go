package webhook

import (
	"strings"
	"unicode/utf8"

	"senti/wallet/msisdn"
)

// Malformed says which field of a call is wrong, and how, without quoting what it held.
type Malformed struct{ Field, Problem string }

// Wrong returns what says that a field is wrong.
func Wrong(field, problem string) *Malformed { return &Malformed{field, problem} }

// maxWords is how much of a caller's words goes to the log, in bytes.
const maxWords = 120

// safeName keeps a field's name short and printable for the log and the answer.
func safeName(field string) string {
	for i, r := range field {
		if letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'; i >= 30 || !letter {
			return "a field"
		}
	}
	return field
}

// Name accepts a caller's name for one of its things, a session or a message: it can be a key, as it is printable ASCII without
// spaces, of at most so many characters.
func Name(field, value string, most int) (string, *Malformed) {
	if value == "" {
		return "", Wrong(field, "missing")
	}
	if len(value) > most {
		return "", Wrong(field, "too long")
	}
	for i := range len(value) {
		if value[i] <= ' ' || value[i] > '~' {
			return "", Wrong(field, "must be printable ASCII without spaces")
		}
	}
	return value, nil
}

// Phone reads a mobile number of the region. A "+" that the sender forgot to encode has become a space, which the number
// parser overlooks.
func Phone(field, value, region string) (msisdn.Number, *Malformed) {
	if strings.TrimSpace(value) == "" {
		return "", Wrong(field, "missing")
	}
	n, err := msisdn.Parse(value, region)
	if err != nil {
		return "", Wrong(field, "not a mobile number of this country")
	}
	return n, nil
}

// Typed accepts what a person can have typed, of at most so many bytes. It is passed on as it came: a history gateway's
// prefixes must stay equal.
func Typed(field, value string, most int) (string, *Malformed) {
	if len(value) > most {
		return "", Wrong(field, "too long")
	}
	if !utf8.ValidString(value) {
		return "", Wrong(field, "not UTF-8")
	}
	for _, r := range value {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return "", Wrong(field, "holds control characters")
		}
	}
	return value, nil
}

// Words makes a caller's words fit for the log: printable ASCII, short, and with its digits masked, because nobody promises
// that no number or PIN is quoted there.
func Words(words string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return '#'
		case r < ' ' || r > '~':
			return '.'
		}
		return r
	}, strings.TrimSpace(words))
	if len(clean) > maxWords {
		clean = clean[:maxWords]
	}
	return clean
}
