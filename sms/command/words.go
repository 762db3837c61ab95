package command

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// keywords are what people write for a command, in English, Swahili and French, without accents. The first of each list is the one that we teach.
var keywords = map[string][]string{
	"BAL":      {"bal", "balance", "b", "salio", "solde"},
	"MINI":     {"mini", "ministatement", "statement", "taarifa", "releve", "historique", "operations"},
	"SEND":     {"send", "tuma", "envoyer", "envoie", "envoi", "envoyez", "transfer", "transfert", "transferer"},
	"PAY":      {"pay", "lipa", "payer", "paie", "payez", "paye", "buy"},
	"BILL":     {"bill", "paybill", "bili", "facture", "factures"},
	"AIRTIME":  {"airtime", "vocha", "credit", "recharge", "recharger"},
	"WITHDRAW": {"withdraw", "toa", "retrait", "retirer", "retirez", "retire", "cashout"},
	"REQ":      {"req", "request", "omba", "demande", "demander", "demandez"},
	"CASH":     {"cash", "wakala", "agent", "liquide", "especes"},
	"DEPOSIT":  {"deposit", "dep", "weka", "depot", "deposer", "versement", "cashin"},
	"FLOAT":    {"float", "flot", "uv"},
	"EARN":     {"earn", "earnings", "kamisheni", "commission", "commissions", "gains"},
	"LAST":     {"last", "again", "mwisho", "dernier", "derniere", "encore", "renvoyer", "resend"},
	"CHECK":    {"check", "hakiki", "verifier", "verifie", "verifiez", "verify"},
	"FEES":     {"fees", "fee", "ada", "frais", "tarif", "tarifs", "tariff"},
	"LANG":     {"lang", "language", "lugha", "langue"},
	"HELP":     {"help", "msaada", "aide", "info", "menu"},
	"STOP":     {"stop", "acha", "arret", "arreter", "unsubscribe"},
	"START":    {"start", "anza", "commencer", "reprendre", "unstop"},
	"PIN":      {"pin", "siri", "password", "nip", "secret", "passe"},
}

// keywordOf finds a keyword by any of its words.
var keywordOf = func() map[string]string {
	m := map[string]string{}
	for keyword, words := range keywords {
		for _, w := range words {
			m[w] = keyword
		}
	}
	return m
}()

// notKeywords are words near a keyword that mean something else: those of receipts, which people forward, and of ordinary talk.
var notKeywords = map[string]bool{"sent": true, "paid": true, "spend": true, "lend": true, "past": true, "list": true, "lost": true,
	"best": true, "fast": true, "shop": true, "step": true, "bell": true, "ball": true, "call": true, "will": true, "cast": true,
	"case": true, "wash": true, "tuna": true, "hell": true, "learn": true}

// keyword returns which keyword a word is, or is one slip of the finger away from; "" when it is none, or could be two.
func keyword(word string) string {
	if k := keywordOf[word]; k != "" {
		return k
	}
	if len(word) < 4 || notKeywords[word] {
		return ""
	}
	found := ""
	for known, k := range keywordOf {
		if len(known) < 4 || !oneSlip(word, known) || k == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = k
	}
	return found
}

// oneSlip reports whether one letter too many, missing or wrong, or two that changed places, tell the words apart.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		return i < len(a) && (swapped || a[i+1:] == b[i+1:])
	case 1:
		return a[i:] == b[i+1:]
	}
	return false
}

// fillers stand between the parts of a command and say nothing.
var fillers = map[string]bool{"to": true, "from": true, "at": true, "for": true, "of": true, "the": true, "my": true, "please": true,
	"kwa": true, "kutoka": true, "ya": true, "na": true, "tafadhali": true, "a": true, "au": true, "de": true, "pour": true, "chez": true, "svp": true,
	"ksh": true, "kshs": true, "kes": true, "ugx": true, "ush": true, "shs": true, "sh": true, "bob": true, "shilling": true, "shillings": true,
	"fcfa": true, "xof": true, "cfa": true, "f": true, "frs": true, "franc": true, "francs": true, "vers": true, "le": true, "la": true, "du": true,
	"mon": true, "ma": true, "numero": true, "argent": true, "boutique": true, "caisse": true, "till": true, "shop": true, "duka": true, "acc": true, "account": true, "no": true, "number": true,
	"money": true, "pesa": true, "code": true}

// languageWords are what people call a language in another one, without accents, by its code.
var languageWords = map[string][]string{
	"en": {"english", "anglais", "kiingereza", "eng"},
	"sw": {"swahili", "kiswahili", "souahili", "kis"},
	"fr": {"french", "francais", "kifaransa", "fra"},
}

// token is a word or a number of a text.
type token struct {
	raw  string // as written, in capitals, for codes and accounts
	word string // in small letters without accents; "" for a number
	num  string // digits, perhaps with groups and a fraction; "" for a word
}

var (
	grouped   = regexp.MustCompile(`^[0-9]{1,3}(([,.][0-9]{3})+|(,[0-9]{3})+\.[0-9]{1,2})$`)
	thousands = regexp.MustCompile(`^[^0-9,]*[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?[^0-9,]*$`) // "Ksh1,000", "1,000F"
	numeric   = regexp.MustCompile(`^\+?[0-9]+(\.[0-9]{1,2})?$`)
	lookalike = regexp.MustCompile(`^\+?[0-9OoIl]{7,}$`)
	parting   = regexp.MustCompile(`[0-9][0-9.,]*|[^0-9]+`)
	shillings = regexp.MustCompile(`([0-9])\s*/[=-]+`)
	dashed    = regexp.MustCompile(`([0-9])[-–]([0-9])`)
	checked   = regexp.MustCompile(`(?i)\b([2-9B-DF-HJ-NP-TV-Z]{10})[-–]([0-9])`) // a receipt and its code, as receipts have them
)

// tokens takes a text apart: words, numbers, and nothing else.
func tokens(text string) (out []token) {
	text = shillings.ReplaceAllString(norm.NFKC.String(text), "$1 ")
	text = checked.ReplaceAllString(text, "$1 $2")
	text = dashed.ReplaceAllString(text, "$1 $2")
	text = dashed.ReplaceAllString(text, "$1 $2") // what overlaps
	for _, raw := range strings.FieldsFunc(text, separates) {
		raw = strings.Trim(raw, `.,!?'"()[]<>-=/`)
		for _, part := range commas(raw) {
			out = append(out, tokenOf(part)...)
		}
	}
	return out
}

func separates(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("*#;:|_", r)
}

// commas parts what commas keep apart, but not the thousands of an amount.
func commas(raw string) []string {
	if !strings.Contains(raw, ",") || thousands.MatchString(raw) {
		return []string{raw}
	}
	return strings.FieldsFunc(raw, func(r rune) bool { return r == ',' })
}

// tokenOf reads one piece: a number, a word, or letters and digits that were written together.
func tokenOf(piece string) []token {
	if piece == "" {
		return nil
	}
	capitals := strings.ToUpper(piece)
	if lookalike.MatchString(piece) {
		piece = strings.NewReplacer("O", "0", "o", "0", "I", "1", "l", "1").Replace(piece)
	}
	switch {
	case numeric.MatchString(piece), grouped.MatchString(piece):
		return []token{{raw: capitals, num: piece}}
	case !strings.ContainsAny(piece, "0123456789"):
		return []token{{raw: capitals, word: plain(piece)}}
	case receiptShape.MatchString(capitals):
		return []token{{raw: capitals, word: strings.ToLower(piece)}}
	}
	var out []token
	for _, part := range parting.FindAllString(piece, -1) {
		part = strings.Trim(part, ".,+-/")
		if part == "" {
			continue
		}
		t := token{raw: strings.ToUpper(part)}
		if numeric.MatchString(part) || grouped.MatchString(part) {
			t.num = part
		} else {
			t.word = plain(part)
		}
		out = append(out, t)
	}
	return out
}

// plain is a word in small letters without accents.
func plain(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(word)))
}
