// Package command is the grammar of the texts that people send to us, and does what they ask for.
//
// Parse is pure and says what a text asks for; Commands does it. Nothing here moves money yet. A text is never trusted more
// than the phone it came from: a PIN has no place in it, since it stays in the phone's list of sent messages and in the logs of
// those who carry it, and none is ever asked for.
package command

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Command is what a text asks for: one of the types below.
type Command interface{ command() }

// Survey answers a question that was asked by SMS.
type Survey struct {
	Code string // of the question; "" when the person left it out
	Yes  bool
}

// Unknown is a text that asks for nothing we know.
type Unknown struct{}

func (Survey) command()  {}
func (Unknown) command() {}

// answers are the words for yes and no: as the question asks for them, and as people write them.
var answers = map[string]bool{
	"1": true, "yes": true, "y": true, "ndiyo": true, "ndio": true, "yee": true,
	"2": false, "no": false, "n": false, "hapana": false, "la": false, "nedda": false,
}

// Parse reads a text. Capitals, punctuation and line breaks do not matter, nor does what follows a whole command: some phones
// add a line of their own to every message.
//
//	1 4821     ndiyo 4821     Yes, 4821.     4821 no     2*4821     no
func Parse(text string) Command {
	words := split(text)
	if len(words) == 0 {
		return Unknown{}
	}
	if yes, ok := answers[words[0]]; ok {
		switch {
		case len(words) == 1:
			return Survey{Yes: yes}
		case isCode(words[1]):
			return Survey{words[1], yes}
		}
	}
	if len(words) > 1 && isCode(words[0]) {
		if yes, ok := answers[words[1]]; ok {
			return Survey{words[0], yes}
		}
	}
	return Unknown{}
}

// split takes a text apart into words of letters and words of digits, in small letters: "Ndiyo4821!" is "ndiyo", "4821".
func split(text string) (words []string) {
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	digits := false
	for _, r := range strings.ToLower(norm.NFKC.String(text)) {
		letter, digit := unicode.IsLetter(r), r >= '0' && r <= '9'
		if !letter && !digit || digit != digits {
			end()
		}
		if letter || digit {
			word.WriteRune(r)
		}
		digits = digit
	}
	end()
	return words
}

// A code has four digits; when many are open, up to six.
const (
	codeLeast = 4
	codeMost  = 6
)

func isCode(word string) bool {
	return len(word) >= codeLeast && len(word) <= codeMost && strings.Trim(word, "0123456789") == ""
}
