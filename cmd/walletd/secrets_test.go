package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"senti/wallet/key"
)

// canaries are what the canary test looks for. A PIN's four digits occur by chance inside times and hashes, so a PIN is looked for
// where it stands alone; everything else anywhere.
type canaries struct {
	pins   []string
	others []string
	alone  []*regexp.Regexp // a PIN that is no part of a word or a fraction
	digits []*regexp.Regexp // a PIN that is no part of a longer number
}

func canariesOf(t *testing.T, s *site) *canaries {
	t.Helper()
	look := &canaries{pins: []string{ownerPIN, newPIN, wrongPIN, dialledPIN}, others: []string{firstID, secondID, pathSecret, bearerToken}}
	for _, name := range []string{key.PIN, key.Receipt, key.Session, key.IDNumber, key.Blind, key.Check} {
		text, err := os.ReadFile(s.file(name))
		if err != nil {
			t.Fatal(err)
		}
		look.others = append(look.others, strings.TrimSpace(string(text)))
	}
	for _, p := range look.pins {
		look.alone = append(look.alone, regexp.MustCompile(`(?:^|[^0-9A-Za-z.])`+p+`(?:$|[^0-9A-Za-z])`))
		look.digits = append(look.digits, regexp.MustCompile(`(?:^|[^0-9.])`+p+`(?:$|[^0-9])`))
	}
	return look
}

// checkCodes are digits that no person typed, and that may be any: those behind a receipt.
var checkCodes = regexp.MustCompile(`([2-9B-DF-HJ-NP-TV-Z]{10})-[0-9]{4}\b`)

func (s *canaries) match(text []byte, pins []*regexp.Regexp) (found []string) {
	text = checkCodes.ReplaceAll(text, []byte("$1"))
	for i, p := range pins {
		if at := p.FindIndex(text); at != nil {
			found = append(found, fmt.Sprintf("PIN %s in %q", s.pins[i], text[max(0, at[0]-40):min(len(text), at[1]+40)]))
		}
	}
	for _, o := range s.others {
		if at := bytes.Index(text, []byte(o)); at >= 0 {
			found = append(found, fmt.Sprintf("%s in %q", o, text[max(0, at-40):min(len(text), at+len(o)+40)]))
		}
	}
	return found
}

func (s *canaries) inText(text string) []string { return s.match([]byte(text), s.alone) }

// inBytes is for files that are no text: a PIN may stand right beside a letter there.
func (s *canaries) inBytes(raw []byte) []string { return s.match(raw, s.digits) }

// inRows looks at every value of a table by itself. In hashes and keys four digits are looked for anywhere: there are too few of
// them for chance.
func (s *canaries) inRows(values [][]byte) (found []string) {
	for _, v := range values {
		found = append(found, s.match(v, s.alone)...)
		if bytes.ContainsFunc(v, func(r rune) bool { return r == unicode.ReplacementChar || unicode.IsControl(r) && r != '\n' }) {
			for _, p := range s.pins {
				if bytes.Contains(v, []byte(p)) {
					found = append(found, fmt.Sprintf("PIN %s in %x", p, v))
				}
			}
		}
	}
	return found
}

// inLog reads each line as the JSON it should be, so that an escape beside a PIN does not hide it. The time of the line is left
// out: its fraction may be any digits.
func (s *canaries) inLog(t *testing.T, log []byte) (found []string) {
	t.Helper()
	for _, line := range bytes.Split(bytes.TrimSpace(log), []byte("\n")) {
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Errorf("a line of the log is not JSON: %s", line)
			found = append(found, s.match(line, s.alone)...)
			continue
		}
		delete(fields, "time")
		for _, v := range fields {
			found = append(found, s.inText(fmt.Sprint(v))...)
		}
	}
	return found
}

// A search that finds nothing proves nothing before it has found something.
func TestTheSearchFindsSecrets(t *testing.T) {
	look := canariesOf(t, newSite(t, ""))
	for _, text := range []string{
		"1*0791000003*150*" + ownerPIN, ownerPIN, "pin=" + newPIN + " refused", "PIN\n" + wrongPIN + "\nwrong", `"` + dialledPIN + `"`,
		"id" + firstID, "*" + firstID + "*", "POST /ussd/africastalking/" + pathSecret + " 200",
	} {
		if len(look.inText(text)) == 0 || len(look.inRows([][]byte{[]byte("x"), []byte(text)})) == 0 {
			t.Errorf("%q was not found", text)
		}
		line, err := json.Marshal(map[string]string{"time": "2026-03-05T09:14:31." + ownerPIN + "Z", "msg": "x\n" + text})
		if err != nil || len(look.inLog(t, line)) == 0 {
			t.Errorf("%s was not found (%v)", line, err)
		}
	}
	for _, text := range []string{"2026-03-05T09:14:31." + ownerPIN + "Z", "a" + ownerPIN + "f", "1" + ownerPIN, "0." + newPIN, "14:02. PMF79GCDW2-" + ownerPIN} {
		if found := look.inText(text); len(found) > 0 {
			t.Errorf("%q: %v", text, found)
		}
	}
	if len(look.inBytes([]byte("\x02en"+ownerPIN+"\x00"))) == 0 || len(look.inRows([][]byte{[]byte("\x81\x02" + ownerPIN + "\xff")})) == 0 {
		t.Error("a PIN among bytes was not found")
	}
}
