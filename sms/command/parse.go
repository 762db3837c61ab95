// Package command is the grammar of the texts that people send to us, and does what they ask for.
//
// Grammar.Parse is pure and says what a text asks for; Commands does it. A text moves no money: who asks for that confirms it with the PIN
// on the phone's own page, or with a one-time code where that was agreed. A PIN has no place in a text, since it stays in the
// phone's list of sent messages and in the logs of those who carry it, and none is ever asked for.
package command

import (
	"regexp"
	"slices"
	"strings"

	"senti/wallet/money"
	"senti/wallet/msisdn"
)

// Grammar reads the texts of a market.
type Grammar struct {
	Region    string // ISO 3166 code of the market's phone numbers
	Style     money.Style
	Languages map[string]string // the names and codes of languages, in small letters, and the code: "kiswahili" is "sw"
}

// answers are the words for yes and no: as the question asks for them, and as people write them.
var answers = map[string]bool{
	"1": true, "yes": true, "y": true, "ndiyo": true, "ndio": true, "yee": true, "oui": true,
	"2": false, "no": false, "n": false, "hapana": false, "la": false, "nedda": false, "non": false,
}

// Parse reads a text. Capitals, punctuation, line breaks and separators do not matter, nor does what follows a whole command: some phones add a
// line of their own to every message.
//
//	BAL     Send 500 0712000002     SEND*500*0712 000 002#     tuma Ksh1,000/= kwa 0712-000-002     envoyer 0712000002 500
//	WITHDRAW 2000 201457     CHECK PMF79GCDW2 4821     1 4821     no
func (g Grammar) Parse(text string) Command {
	all := tokens(text)
	if len(all) == 0 {
		return Unknown{}
	}
	if answer, ok := survey(all); ok {
		return answer
	}
	key := keyword(all[0].word)
	if key == "" && len(all) == 1 && len(all[0].num) == confirmDigits {
		return Confirm{all[0].num}
	}
	if key == "PIN" || tellsPIN(all) {
		return Secret{}
	}
	if key == "" {
		return Unknown{}
	}
	if slices.Contains(bare, key) && hasPIN(all[1:]) {
		return Secret{}
	}
	return g.command(key, all[1:])
}

// confirmDigits is how many digits a one-time code has: more than a PIN, so that neither is taken for the other.
const confirmDigits = 6

// tellsPIN reports whether a PIN is named in a text: the word, and four digits soon behind it ("my PIN is now 4826").
func tellsPIN(all []token) bool {
	for i, t := range all {
		if keywordOf[t.word] == "PIN" && hasPIN(all[i+1:min(len(all), i+1+pinWithin)]) {
			return true
		}
	}
	return false
}

const (
	pinDigits = 4
	pinWithin = 4 // words between them, and the PIN
)

// hasPIN reports whether something among tokens looks like a PIN.
func hasPIN(some []token) bool {
	return slices.ContainsFunc(some, func(t token) bool { return len(t.num) == pinDigits && strings.Trim(t.num, "0123456789") == "" })
}

// bare are the commands behind which no number stands: one of four digits there is a PIN, as some banks have it ("BAL 4826").
var bare = []string{"BAL", "MINI", "FLOAT", "EARN", "LAST", "STOP", "START", "HELP", "LANG"}

// survey reads yes or no, with the code of a question before it, behind it or not at all.
func survey(all []token) (Survey, bool) {
	said := func(t token) (yes, ok bool) { yes, ok = answers[t.word+t.num]; return yes, ok }
	yes, ok := said(all[0])
	switch {
	case ok && len(all) == 1:
		return Survey{Yes: yes}, true
	case ok && isCode(all[1].num):
		return Survey{all[1].num, yes}, true
	case len(all) > 1 && isCode(all[0].num):
		if yes, ok := said(all[1]); ok {
			return Survey{all[0].num, yes}, true
		}
	}
	return Survey{}, false
}

// A code of a question has four digits; when many are open, up to six.
const (
	codeLeast = 4
	codeMost  = 6
)

func isCode(num string) bool {
	return len(num) >= codeLeast && len(num) <= codeMost && strings.Trim(num, "0123456789") == ""
}

// command reads what stands behind a keyword.
func (g Grammar) command(key string, rest []token) Command {
	switch key {
	case "BAL":
		return Balance{}
	case "MINI":
		return Mini{}
	case "FLOAT":
		return Float{}
	case "EARN":
		return Earnings{}
	case "LAST":
		return Last{}
	case "STOP":
		return Stop{}
	case "START":
		return Start{}
	case "CHECK":
		return check(rest)
	case "FEES":
		amount, _, _ := g.amount(numbers(rest))
		return Fees{amount}
	case "LANG":
		return g.language(rest)
	case "HELP":
		return Help{about(rest)}
	}
	return g.money(key, rest)
}

func about(rest []token) string {
	if len(rest) == 0 {
		return ""
	}
	return keyword(rest[0].word)
}

func (g Grammar) language(rest []token) Command {
	for _, t := range rest {
		if code := g.Languages[t.word]; code != "" {
			return Language{code}
		}
	}
	return Language{}
}

// receiptShape is what a receipt code looks like; whether it is one, the ledger says.
var receiptShape = regexp.MustCompile(`^[2-9B-DF-HJ-NP-TV-Z]{10}$`)

// check reads a receipt and its code, which receipts write with a dash between.
func check(rest []token) Command {
	for i, t := range rest {
		if !receiptShape.MatchString(t.raw) {
			continue
		}
		if i+1 < len(rest) && isCode(rest[i+1].num) {
			return Check{t.raw, rest[i+1].num}
		}
		return Check{Receipt: t.raw}
	}
	return Incomplete{"CHECK"}
}

// money reads the commands about money.
func (g Grammar) money(key string, rest []token) Command {
	nums := numbers(rest)
	switch key {
	case "SEND":
		return g.toPhone(key, nums, func(amount int64, to msisdn.Number) Command { return Send{amount, to} })
	case "REQ":
		note := noteOf(rest)
		return g.toPhone(key, nums, func(amount int64, from msisdn.Number) Command { return Request{amount, from, note} })
	case "AIRTIME":
		if amount, left, ok := g.amount(nums); ok && len(left) == 0 {
			return Airtime{Amount: amount}
		}
		return g.toPhone(key, nums, func(amount int64, to msisdn.Number) Command { return Airtime{amount, to} })
	case "CASH":
		if amount, _, ok := g.amount(nums); ok {
			return Cash{amount, whereOf(rest)}
		}
	case "PAY":
		if len(nums) >= 2 {
			if amount, left, ok := g.amount(nums[1:]); ok {
				return orSecret(Pay{nums[0], amount}, left)
			}
		}
	case "WITHDRAW":
		return g.withdraw(nums)
	case "BILL":
		return g.bill(rest)
	case "DEPOSIT":
		return g.deposit(nums)
	}
	return Incomplete{key}
}

// numbers are the numbers among tokens up to the first word that says something: what stands behind it is no part of the command.
func numbers(rest []token) (nums []string) {
	for _, t := range rest {
		switch {
		case t.num != "":
			nums = append(nums, t.num)
		case !fillers[t.word] && len(nums) > 1:
			return nums
		}
	}
	return nums
}

// whereOf is the place that is named: the words, wherever they stand.
func whereOf(rest []token) string {
	var words []string
	for _, t := range rest {
		if t.num == "" && !fillers[t.word] && t.word != "in" && t.word != "near" {
			words = append(words, t.raw)
		}
	}
	where := strings.ToValidUTF8(strings.Join(words, " "), "")
	return strings.ToValidUTF8(where[:min(len(where), whereMost)], "")
}

const whereMost = 30

// noteOf is what a request is for: the words behind its numbers.
func noteOf(rest []token) string {
	var words []string
	seen := 0
	for _, t := range rest {
		switch {
		case t.num != "":
			seen++
		case seen >= 2 && !fillers[t.word]:
			words = append(words, strings.ToLower(t.raw))
		}
	}
	note := strings.Join(words, " ")
	return note[:min(len(note), noteMost)]
}

const noteMost = 40

// orSecret is the command, unless a PIN stands behind it.
func orSecret(c Command, left []string) Command {
	if len(left) > 0 && len(left[0]) == pinDigits {
		return Secret{}
	}
	return c
}

// way is one reading of an amount and a phone.
type way struct {
	amount int64
	phone  msisdn.Number
	left   []string
}

// toPhone reads an amount and a phone number in either order, both of them perhaps in groups of digits: "500 0712 000 002", "1 000 712000002".
func (g Grammar) toPhone(key string, nums []string, make func(int64, msisdn.Number) Command) Command {
	best := g.ways(nums)
	switch {
	case len(best) == 0:
		return Incomplete{key}
	case len(best) > 1:
		return Unclear{key, [2]Command{make(best[0].amount, best[0].phone), make(best[1].amount, best[1].phone)}}
	}
	return orSecret(make(best[0].amount, best[0].phone), best[0].left)
}

// ways are the readings that leave the least over.
func (g Grammar) ways(nums []string) (best []way) {
	try := func(amount, phone, left []string) {
		minor, over, ok := g.amount(amount)
		if !ok || len(over) > 0 {
			return
		}
		number, err := msisdn.Parse(strings.Join(phone, ""), g.Region)
		if err != nil {
			return
		}
		w := way{minor, number, left}
		switch {
		case len(best) == 0 || len(left) < len(best[0].left):
			best = []way{w}
		case len(left) == len(best[0].left) && (best[0].amount != w.amount || best[0].phone != w.phone):
			best = append(best, w)
		}
	}
	for i := 1; i < len(nums); i++ {
		for j := i + 1; j <= len(nums); j++ {
			try(nums[:i], nums[i:j], nums[j:])
			try(nums[i:j], nums[:i], nums[j:])
		}
	}
	return best
}

// amount reads an amount at the beginning of numbers, with its thousands perhaps in groups of their own, and returns what is left.
func (g Grammar) amount(nums []string) (minor int64, left []string, ok bool) {
	if len(nums) == 0 || len(nums[0]) > 1 && nums[0][0] == '0' && nums[0][1] != '.' { // nobody writes an amount like a phone
		return 0, nil, false
	}
	text, n := nums[0], 1
	for len(nums[0]) <= 3 && n < len(nums) && isThousands(nums[n]) {
		text += nums[n]
		n++
	}
	minor, err := g.Style.Parse(text)
	if err != nil || minor <= 0 {
		return 0, nil, false
	}
	return minor, nums[n:], true
}

// isThousands reports whether digits can be a group of a larger number: three, and at the end perhaps a fraction.
func isThousands(num string) bool {
	whole, _, _ := strings.Cut(num, ".")
	return len(whole) == 3 && strings.Trim(whole, "0123456789") == ""
}

// withdraw reads an amount and a shop's number, which is longer than any amount's group: "2000 201457", "201457 2,000".
func (g Grammar) withdraw(nums []string) Command {
	if len(nums) < 2 {
		return Incomplete{"WITHDRAW"}
	}
	for i, num := range nums {
		if !isShop(num) {
			continue
		}
		others := append(append([]string{}, nums[:i]...), nums[i+1:]...)
		amount, left, ok := g.amount(others)
		if !ok {
			continue
		}
		if len(left) > 0 && isShop(left[0]) && i == 0 {
			continue // both could be the shop: the last is
		}
		return orSecret(Withdraw{amount, num}, left)
	}
	return Incomplete{"WITHDRAW"}
}

// Shops' numbers have six digits, or seven in a large market.
func isShop(num string) bool {
	return (len(num) == 6 || len(num) == 7) && strings.Trim(num, "0123456789") == ""
}

// bill reads the number of a business, an account of letters and digits, and an amount at the end.
func (g Grammar) bill(rest []token) Command {
	var parts []token
	for _, t := range rest {
		if !fillers[t.word] || t.num != "" {
			parts = append(parts, t)
		}
	}
	if len(parts) < 3 || parts[0].num == "" || parts[len(parts)-1].num == "" {
		return Incomplete{"BILL"}
	}
	minor, err := g.Style.Parse(parts[len(parts)-1].num)
	if err != nil || minor <= 0 {
		return Incomplete{"BILL"}
	}
	account := ""
	for _, t := range parts[1 : len(parts)-1] {
		account += t.raw
	}
	return Bill{parts[0].num, account[:min(len(account), accountMost)], minor}
}

const accountMost = 20

// deposit reads an amount, and the number of a customer or the code that one reads out.
func (g Grammar) deposit(nums []string) Command {
	if amount, left, ok := g.amount(nums); ok && len(left) == 1 && len(left[0]) == depositDigits {
		return Deposit{Amount: amount, Code: left[0]}
	}
	return g.toPhone("DEPOSIT", nums, func(amount int64, to msisdn.Number) Command { return Deposit{Amount: amount, To: to} })
}

// depositDigits is how many digits a customer's code for a deposit has.
const depositDigits = 4
