package network

import (
	"strings"

	"senti/wallet/fault"
	"senti/wallet/i18n"
)

// How many letters are kept of what people call things.
const (
	StoreNameMax = 20
	LandmarkMax  = 24
	LabelMax     = 10
)

// StoreName folds a store's name as it is stored and shown: GSM-7, upper case, at most 20 letters. The fault is bad_store_name.
func StoreName(text string) (string, error) {
	name := clip(sought(text), StoreNameMax)
	if name == "" || strings.Contains(name, "?") {
		return "", fault.New(fault.BadStoreName)
	}
	return name, nil
}

// Name folds the name of a business or a person as it is stored and shown: GSM-7, at most 22 letters. The fault is bad_name.
func Name(text string) (string, error) {
	var name string
	if refusal := setName(&name, text); refusal != nil {
		return "", refusal
	}
	return name, nil
}

// Landmark folds what a store is found by: GSM-7, at most 24 letters. It may be empty.
func Landmark(text string) string { return clip(fold(text), LandmarkMax) }

// WardCode reads a ward's code as typed: two to four letters or digits. The fault is bad_ward; whether the market has such a ward
// is for the caller to ask.
func WardCode(text string) (string, error) {
	code := strings.ToUpper(strings.TrimSpace(text))
	if len(code) < 2 || len(code) > 4 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return "", fault.New(fault.BadWard)
	}
	return code, nil
}

// fold writes a text in GSM-7 with single spaces, each letter one septet.
func fold(text string) string {
	folded := i18n.FoldText(strings.Join(strings.Fields(text), " "))
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if n, _ := i18n.Septets(string(r)); n != 1 || r < ' ' {
			return -1
		}
		return r
	}, folded))
}

// clip cuts a text to that many letters, and what then dangles at its end.
func clip(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return strings.TrimRight(string(letters[:most]), " -'.,")
}

// sought folds to upper case, which is also how a search compares: nobody need know how a landmark is written. Folded last, as
// some letters of GSM-7 have no capital in it.
func sought(text string) string { return fold(strings.ToUpper(text)) }
