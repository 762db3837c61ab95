package i18n

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"senti/wallet/fault"
	"senti/wallet/money"
)

func mustLoad(t testing.TB) *Texts {
	t.Helper()
	texts, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestEveryFaultHasAText(t *testing.T) {
	texts := mustLoad(t)
	for _, lang := range texts.Languages() {
		for _, code := range fault.Codes() {
			if !texts.Has(lang, code.Key()) {
				t.Errorf("messages/%s.json lacks %s", lang, code.Key())
			}
		}
		for _, key := range texts.Keys(lang) {
			code, isFault := codeOf(key)
			if isFault && code.Spec() == fault.Internal.Spec() && code != fault.Internal {
				t.Errorf("messages/%s.json has %s, which is no fault", lang, key)
			}
		}
	}
}

// codeOf is the code that a key is the text of, in whichever words.
func codeOf(key string) (fault.Code, bool) {
	rest, isFault := strings.CutPrefix(key, "fault.")
	code, _, _ := strings.Cut(rest, ".")
	return fault.Code(code), isFault
}

// A fault says in all words only what the fault itself tells: there is nobody else to fill in a value.
func TestAFaultInWordsSaysNoMoreThanTheFault(t *testing.T) {
	texts := mustLoad(t)
	english := texts.languages[Source]
	for key, m := range english.messages {
		code, isFault := codeOf(key)
		if !isFault {
			continue
		}
		told := english.messages[code.Key()].placeholders()
		for _, name := range m.placeholders() {
			if !slices.Contains(told, name) {
				t.Errorf("%s says {%s}, which %s does not tell", key, name, code)
			}
		}
	}
}

func TestAFaultIsSaidInTheNearestWords(t *testing.T) {
	texts := mustLoad(t)
	for _, c := range []struct {
		lang string
		code fault.Code
		in   fault.Words
		want string
	}{
		{"en", fault.BadAmount, fault.General, "Nothing was sent. That is not an amount. Type it like 500."},
		{"en", fault.BadAmount, fault.Depositing, "Nothing was deposited. That is no amount. Type it like 500."},
		{"en", fault.BadAmount, fault.Returning, "No money has moved. That is no amount. Type it like 500."},     // an operator's
		{"en", fault.BadShopCode, fault.Swapping, "No float has moved. That is not a shop code. Read it again."}, // as of all float
		{"en", fault.WeakPIN, fault.Swapping, "That PIN is easy to guess. Choose another."},                      // as to everybody
		{"sw", fault.BadAmount, fault.Depositing, "Hakuna kilichowekwa. Hicho si kiasi. Andika hivi: 500."},
	} {
		if got := texts.FaultText(c.lang, money.Style{}, c.in, fault.New(c.code)); got != c.want {
			t.Errorf("%s %s in %q:\n got %q\nwant %q", c.lang, c.code, c.in, got, c.want)
		}
	}
	if got := texts.Say("en", "fault"); got != "fault" {
		t.Errorf("what is no fault is said as %q", got)
	}
	if got := texts.Say("en", "fault.nothing.counter"); got != "fault.nothing.counter" {
		t.Errorf("a fault that nobody has is said as %q", got)
	}
}

// A shop's name is cut to 20 letters, and so is its ward's.
const shopWithWard = "MAMA WANJIKU DUKA LA, Kawangware Kwa Ng'o"

// What the widest values look like in a market. A shared service code is twice as long as one of its own.
var widest = map[string][]Arg{
	"Kenya": {
		Text("amount", "Ksh 250,000"), Text("fee", "108"), Text("tax", "14.09"), Text("balance", "Ksh 500,000"),
		Text("name", "WANJIKUWANJIKUWANJIKUW"), Text("phone", "0712000002"), Text("when", "31/12/26 14:02"),
		Text("receipt", "TK7Q2M9XRD"), Text("to", "duka 2010457"), Text("status", "UGX 5,000,000 IMETENGWA: kesi iko wazi."), Text("text", strings.Repeat("x", 140)), Text("service", "*384*1234#"), Text("field", "phoneNumber"),
		Text("available", "Ksh 500,000"), Text("needed", "Ksh 250,108"), Text("min", "Ksh 1"), Text("max", "Ksh 5,000,000"),
		Text("left", "Ksh 5,000,000"),
		Text("shop", "WANJIKUWANJIKUWANJIK, Kawangware"), Text("label", "counter on"), Text("code", "2010457"), Text("until", "31/12/26 14:02"),
		Text("earned", "Ksh 152"),
		Text("from", "0712***002"), Text("back", "Ksh 250,108"), Text("more", "Ksh 250,000"),
		Text("earned", "Ksh 152"), Text("held", "Ksh 250,000"),
		Text("left", "Ksh 5,000,000"), Text("single", "Ksh 5,000,000"), Text("day", "Ksh 5,000,000"), Text("until", "31/12/26 14:02"),
		Text("code", "482913"), Text("menu", "*384*1234*5*7#"), Text("minutes", "15"), Text("hours", "72"), Text("shop", shopWithWard),
		Text("date", "31/12"), Text("float", "Ksh 5,000,000"), Text("in", "2,000,000"), Text("out", "2,000,000"), Text("counted", "2,000,000"),
		Text("expected", "2,000,000"), Text("difference", "inafaa kuwa 2,000,000, imepungua Ksh 250,000"),
		Text("total", "Ksh 250,309"),
		Text("time", "14:02"), Text("secret", "4821"), Text("theirs", "7305"), Text("low", "250,000"), Text("high", "50,000,000"), Text("cash", "Ksh 250,000"), Text("near", "WANJIKUWANJIKUWANJIK"),
		Text("operator", "WANJIKUWANJIKUWANJIKUW"), Text("since", "31/12 23:59"), Text("byhand", "Ksh 2,000,000 zimeongezwa"), Text("reply", "+254712000000"), Text("line", strings.Repeat("W", 85)),
		Text("example", "WITHDRAW 2000 201457"), Text("ward", "KAWANGWARE"), Text("lines", "31/12 -250,108 0712***002"), Text("list", "100: 0"),
		Text("today", "Ksh 152,000"), Text("month", "Ksh 5,000,000"), Text("names", "SW Kiswahili, EN English, FR Francais"), Text("language", "Kiswahili"),
		Count("count", 12), Text("sum", "Ksh 250,000"), Text("one", "SEND 250,000 0712000002"), Text("two", "SEND 250,000 0712000003"),
	},
	"Uganda": {
		Text("amount", "UGX 5,000,000"), Text("fee", "2,875"), Text("tax", "375"), Text("balance", "UGX 20,000,000"),
		Text("name", "NAMUGANZANAMUGANZANAMU"), Text("phone", "0772123456"), Text("when", "31/12/26 14:02"),
		Text("receipt", "TK7Q2M9XRD"), Text("to", "duka 2010457"), Text("status", "UGX 5,000,000 IMETENGWA: kesi iko wazi."), Text("text", strings.Repeat("x", 140)), Text("service", "*284#"), Text("field", "phoneNumber"),
		Text("available", "UGX 20,000,000"), Text("needed", "UGX 5,002,875"), Text("min", "UGX 500"), Text("max", "UGX 200,000,000"),
		Text("left", "UGX 200,000,000"),
		Text("shop", "NAMUGANZANAMUGANZANA, Kawempe"), Text("label", "counter on"), Text("code", "2010457"), Text("until", "31/12/26 14:02"),
		Text("earned", "UGX 15,000"),
		Text("from", "0772***456"), Text("back", "UGX 5,002,875"), Text("more", "UGX 5,000,000"),
		Text("earned", "UGX 15,000"), Text("held", "UGX 5,000,000"),
		Text("left", "UGX 200,000,000"), Text("single", "UGX 200,000,000"), Text("day", "UGX 200,000,000"), Text("until", "31/12/26 14:02"),
		Text("code", "482913"), Text("menu", "*384*1234*5*7#"), Text("minutes", "15"), Text("hours", "72"), Text("shop", shopWithWard),
		Text("date", "31/12"), Text("float", "UGX 20,000,000"), Text("in", "20,000,000"), Text("out", "20,000,000"), Text("counted", "20,000,000"),
		Text("expected", "20,000,000"), Text("difference", "inafaa kuwa 20,000,000, imepungua UGX 5,000,000"),
		Text("total", "UGX 5,012,500"),
		Text("time", "14:02"), Text("secret", "4821"), Text("theirs", "7305"), Text("low", "10,000,000"), Text("high", "2,000,000,000"), Text("cash", "UGX 5,000,000"), Text("near", "NAMUGANZANAMUGANZANA"),
		Text("operator", "NAMUGANZANAMUGANZANAMU"), Text("since", "31/12 23:59"), Text("byhand", "UGX 20,000,000 zimeongezwa"), Text("reply", "+256772123456"), Text("line", strings.Repeat("W", 85)),
		Text("example", "WITHDRAW 2000 201457"), Text("ward", "NAMUGANZANA"), Text("lines", "31/12 -5,002,875 0772***456"), Text("list", "2,500: 115"),
		Text("today", "UGX 152,000"), Text("month", "UGX 5,000,000"), Text("names", "SW Kiswahili, EN English, FR Francais"), Text("language", "Kiswahili"),
		Count("count", 12), Text("sum", "UGX 5,000,000"), Text("one", "SEND 5,000,000 0772123456"), Text("two", "SEND 5,000,000 0772123457"),
	},
}

func TestTextsFitEveryPhone(t *testing.T) {
	texts := mustLoad(t)
	for market, args := range everywhere() {
		for _, lang := range texts.Languages() {
			for _, key := range texts.Keys(Source) { // a language has the dialogues' texts too; package dialogue proves those
				checkFits(t, market+" "+lang+" "+key, key, say(texts, lang, key, args))
			}
		}
	}
}

// triesLeft are the faults in which what is left is not money.
var triesLeft = []fault.Code{fault.WrongPIN, fault.WrongIDNumber, fault.WrongIDEnd, fault.WrongSMSCode}

func say(texts *Texts, lang, key string, args []Arg) string {
	if slices.ContainsFunc(triesLeft, func(c fault.Code) bool { return c.Key() == key }) {
		args = []Arg{Count("left", 2)}
	}
	if strings.HasPrefix(key, "sms.") { // the first of a name stands: by SMS a receipt has its check code
		args = append([]Arg{Text("receipt", "TK7Q2M9XRD-4821")}, args...)
	}
	cost := map[string]string{
		"send.done": "send.fee", "sms.send.out": "send.fee.tax",
		"cashout.done": "cashout.fee", "sms.cashout.customer": "cashout.fee",
		"voucher.sent": "cashout.fee", "sms.voucher.sender": "cashout.fee",
	}[key]
	if cost != "" {
		args = append(args, Text("cost", texts.Say(lang, cost, args...)))
	}
	return texts.Say(lang, key, args...)
}

func checkFits(t *testing.T, name, key, text string) {
	t.Helper()
	n, gsm := Septets(text)
	if !gsm {
		t.Errorf("%s is not GSM-7: %q", name, text)
	}
	if strings.ContainsAny(text, "{}") {
		t.Errorf("%s has a placeholder nobody fills: %q", name, text)
	}
	if most := room(key); n > most {
		t.Errorf("%s takes %d septets, at most %d: %q", name, n, most, text)
	}
}

// room is how many septets a text may take: an SMS its one segment, a line above a question half of the tightest USSD page,
// other faults the whole of it, the page after a payment the page of the gateway it was drawn for.
func room(key string) int {
	code, isFault := codeOf(key)
	switch {
	case strings.HasPrefix(key, "sms."):
		return 160
	case isFault && code.Spec().ReAsk && !amountsInside(code):
		return 62
	case isFault:
		return 120
	}
	return 156
}

func amountsInside(code fault.Code) bool {
	switch code {
	case fault.Insufficient, fault.LimitSingle, fault.LimitDay, fault.LimitMonth,
		fault.TillLimit,
		fault.TillShort,
		fault.OperatorLimit:
		return true
	}
	return code == fault.PINInDial // says what happened to the money, and is followed by the first page
}

func TestReceiptsReadAsAgreed(t *testing.T) {
	texts := mustLoad(t)
	args := []Arg{
		Text("amount", "Ksh 500"), Text("name", "JANE WANJIKU"), Text("phone", "0712000002"), Text("fee", "7"), Text("tax", "0.91"),
		Text("balance", "Ksh 4,493"), Text("when", "3/12/26 14:02"), Text("receipt", "TK7Q2M9XRD"), Text("service", "*384#"),
	}
	for _, c := range []struct{ lang, key, want string }{
		{"en", "sms.send.out", "Ksh 500 SENT to JANE WANJIKU 0712000002. Fee 7 (tax 0.91). Balance Ksh 4,493. 3/12/26 14:02. TK7Q2M9XRD-4821"},
		{"sw", "sms.send.out", "Ksh 500 IMETUMWA kwa JANE WANJIKU 0712000002. Ada 7 (kodi 0.91). Salio Ksh 4,493. 3/12/26 14:02. TK7Q2M9XRD-4821"},
		{"en", "sms.send.in", "Ksh 500 RECEIVED from JANE WANJIKU 0712000002. Balance Ksh 4,493. 3/12/26 14:02. TK7Q2M9XRD-4821"},
		{"sw", "sms.send.in", "Ksh 500 UMEPOKEA kutoka kwa JANE WANJIKU 0712000002. Salio Ksh 4,493. 3/12/26 14:02. TK7Q2M9XRD-4821"},
		{"fr", "sms.send.out", "Ksh 500 ENVOYÉ à JANE WANJIKU 0712000002. Frais 7 (taxe 0.91). Solde Ksh 4,493. 3/12/26 14:02. TK7Q2M9XRD-4821"},
		{"en", "send.done", "SENT Ksh 500 to JANE WANJIKU. Fee 7. Balance Ksh 4,493. Code TK7Q2M9XRD.\nSMS is coming. If it is late do not send again: dial *384#"},
		{"sw", "send.done", "IMETUMWA Ksh 500 kwa JANE WANJIKU. Ada 7. Salio Ksh 4,493. Nambari TK7Q2M9XRD.\nSMS inakuja. Ikichelewa usitume tena: piga *384#"},
	} {
		if got := say(texts, c.lang, c.key, args); got != c.want {
			t.Errorf("%s %s:\n got %q\nwant %q", c.lang, c.key, got, c.want)
		}
	}
}

func TestFaultText(t *testing.T) {
	texts := mustLoad(t)
	kenya := money.Style{Symbol: "Ksh", Group: ",", Decimal: ".", Digits: 2, Step: 100}
	for _, c := range []struct {
		lang  string
		fault *fault.Error
		want  string
	}{
		{"en", fault.New(fault.WrongPIN, "left", 2), "Wrong PIN. No money has moved.\nYou have 2 tries left."},
		{"en", fault.New(fault.WrongPIN, "left", 1), "Wrong PIN. No money has moved.\nYou have 1 try left."},
		{"sw", fault.New(fault.WrongPIN, "left", 2), "PIN si sahihi. Pesa haijatoka.\nUmebakiza nafasi 2."},
		{"sw", fault.New(fault.WrongPIN, "left", 1), "PIN si sahihi. Pesa haijatoka.\nUmebakiza nafasi 1 tu."},
		{"en", fault.New(fault.Insufficient, "available", fault.Minor(30000), "needed", fault.Minor(50700)), "Not enough money. Nothing was sent.\nYou have Ksh 300. You need Ksh 507."},
		{"en", fault.New(fault.BadRequest, "field", "phoneNumber"), "Nothing was done. We could not read this: phoneNumber"},
		{"en", fault.Wrap(errors.New("secret"), fault.CannotReceive), "Nothing was sent. This person cannot receive it now. Your money is still with you."},
		{"fr", fault.New(fault.WrongPIN, "left", 2), "PIN faux. Rien n'a été débité.\nIl vous reste 2 essais."},
		{"fr", fault.New(fault.WrongPIN, "left", 1), "PIN faux. Rien n'a été débité.\nIl vous reste 1 essai."},
		{"pt", fault.New(fault.OwnNumber), "Nothing was sent. That is your own number. Type another."}, // English stands in
	} {
		if got := texts.FaultText(c.lang, kenya, fault.General, c.fault); got != c.want {
			t.Errorf("%s %s:\n got %q\nwant %q", c.lang, c.fault.Code, got, c.want)
		}
	}
}

func TestSayNeverLeavesAPageEmpty(t *testing.T) {
	texts := mustLoad(t)
	if got := texts.Say("en", "no.such.text"); got != "no.such.text" {
		t.Errorf("an unknown key is said as %q", got)
	}
	if got := texts.Say("en", "fault.amount_too_small"); got != "Nothing was sent. Too little. The least is {min}." {
		t.Errorf("without its argument: %q", got)
	}
	if got := texts.Say("en", "fault.amount_too_small", Text("min", "{max}"), Text("max", "5")); got != "Nothing was sent. Too little. The least is {max}." {
		t.Errorf("a value that looks like a placeholder was filled in itself: %q", got)
	}
}

func TestCataloguesAreChecked(t *testing.T) {
	good := map[string]string{"en.json": `{"a": "One {x}", "b": {"one": "{n} try", "other": "{n} tries"}}`, "sw.json": `{"a": "Moja {x}", "b": "{n}"}`}
	if _, err := loadStrings(good); err != nil {
		t.Fatalf("the good catalogues: %v", err)
	}
	for _, c := range []struct{ name, file, content, want string }{
		{"missing key", "sw.json", `{"a": "Moja {x}"}`, "messages/sw.json: b is missing: add it"},
		{"another placeholder", "sw.json", `{"a": "Moja {y}", "b": "{n}"}`, "a has the placeholders [y], English has [x]"},
		{"no placeholder", "sw.json", `{"a": "Moja", "b": "{n}"}`, "a has the placeholders [], English has [x]"},
		{"key twice", "sw.json", `{"a": "Moja {x}", "a": "Mbili {x}", "b": "{n}"}`, "a stands twice"},
		{"key in two files", "sw.more.json", `{"a": "Moja {x}"}`, "messages/sw.more.json: a stands twice"},
		{"open brace", "sw.json", `{"a": "Moja {x", "b": "{n}"}`, "is not a placeholder"},
		{"loose brace", "sw.json", `{"a": "Moja x}", "b": "{n}"}`, "a } without its {"},
		{"empty text", "sw.json", `{"a": " ", "b": "{n}"}`, "the text is empty"},
		{"no such form", "sw.json", `{"a": "Moja {x}", "b": {"some": "{n}", "other": "{n}"}}`, `"some" is no plural form`},
		{"no other form", "sw.json", `{"a": "Moja {x}", "b": {"one": "{n}"}}`, "the form other is missing"},
		{"a number", "sw.json", `{"a": 3, "b": "{n}"}`, "neither a text nor an object"},
		{"a list", "sw.json", `["a"]`, "not a JSON object"},
		{"cut off", "sw.json", `{"a": "Moja {x}"`, "messages/sw.json:"},
	} {
		bad := map[string]string{"en.json": good["en.json"], "sw.json": good["sw.json"], c.file: c.content}
		if _, err := loadStrings(bad); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := loadStrings(map[string]string{"sw.json": `{}`}); err == nil {
		t.Error("catalogues without English were accepted")
	}
}

func TestDialoguesBringTheirEnglish(t *testing.T) {
	base, err := loadStrings(map[string]string{
		"en.json": `{"a": "One"}`, "sw.json": `{"a": "Moja"}`, "sw.dialogue.json": `{"send.to": "Weka nambari ya {who}"}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := base.With(map[string]string{"send.to": "Enter the number of {who}"})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "Enter the number of X", "sw": "Weka nambari ya X"} {
		if got := texts.Say(lang, "send.to", Text("who", "X")); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	if base.Has("en", "send.to") {
		t.Error("the texts without dialogues were changed")
	}
	for _, c := range []struct {
		name   string
		source map[string]string
		want   string
	}{
		{"no Swahili", map[string]string{"send.to": "Enter {who}", "send.amount": "Amount"}, "messages/sw.json: send.amount is missing"},
		{"another placeholder", map[string]string{"send.to": "Enter {name}"}, "send.to has the placeholders [who]"},
		{"Swahili without English", map[string]string{}, "send.to has no English text"},
		{"a key that is taken", map[string]string{"send.to": "Enter {who}", "a": "Two"}, "a has an English text already"},
		{"broken text", map[string]string{"send.to": "Enter {who"}, "is not a placeholder"},
	} {
		if _, err := base.With(c.source); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestPluralFollowsTheLanguage(t *testing.T) {
	texts, err := loadStrings(map[string]string{
		"en.json": `{"n": {"one": "{n} day", "other": "{n} days"}}`,
		"ar.json": `{"n": {"zero": "{n} zero", "one": "{n} one", "two": "{n} two", "few": "{n} few", "many": "{n} many", "other": "{n} other"}}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lang string
		n    int64
		want string
	}{
		{"en", 0, "0 days"}, {"en", 1, "1 day"}, {"en", 2, "2 days"}, {"en", 21, "21 days"},
		{"ar", 0, "0 zero"}, {"ar", 1, "1 one"}, {"ar", 2, "2 two"}, {"ar", 3, "3 few"}, {"ar", 11, "11 many"}, {"ar", 100, "100 other"},
		{"ar", 1_000_000_003, "1000000003 few"},
	} {
		if got := texts.Say(c.lang, "n", Count("n", c.n)); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

func loadStrings(contents map[string]string) (*Texts, error) {
	files := make(map[string][]byte)
	for name, content := range contents {
		files[name] = []byte(content)
	}
	return load(files)
}

func BenchmarkSay(b *testing.B) {
	texts := mustLoad(b)
	for b.Loop() {
		_ = texts.Say("sw", "sms.send.out", widest["Kenya"][:8]...)
	}
}

func BenchmarkSayPlural(b *testing.B) {
	texts := mustLoad(b)
	for b.Loop() {
		_ = texts.Say("sw", "fault.wrong_pin", Count("left", 2))
	}
}
