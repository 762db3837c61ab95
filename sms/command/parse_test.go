package command

import (
	"strings"
	"testing"
	"unicode/utf8"

	"senti/wallet/money"
	"senti/wallet/msisdn"
)

func kenya() Grammar {
	return Grammar{Region: "KE", Style: money.Style{Symbol: "Ksh", Group: ",", Decimal: ".", Digits: 2, Step: 100},
		Languages: map[string]string{"en": "en", "english": "en", "sw": "sw", "kiswahili": "sw", "fr": "fr", "francais": "fr"}}
}

const jane msisdn.Number = "+254712000002"

func TestParseSurvey(t *testing.T) {
	yes, no := Survey{"4821", true}, Survey{"4821", false}
	expect(t, map[string]Command{
		"1 4821":      yes,
		"yes 4821":    yes,
		"ndiyo 4821":  yes,
		"oui 4821":    yes,
		"2 4821":      no,
		"hapana 4821": no,
		"no 4821":     no,

		"no":     Survey{Yes: false},
		"Ndiyo!": Survey{Yes: true},
		"1":      Survey{Yes: true},

		"  NDIO   4821 ":             yes,
		"Yes, 4821.":                 yes,
		"4821 yes":                   yes,
		"1*4821#":                    yes,
		"1-4821":                     yes,
		"yes4821":                    yes,
		"1\n4821\nSent from my Itel": yes,
		"１ ４８２１":                     yes, // wide digits, as some keyboards write them
		"yes 482193":                 Survey{"482193", true},
	})
}

func TestParse(t *testing.T) {
	send := Send{500_00, jane}
	thousand := Send{1000_00, jane}
	expect(t, map[string]Command{
		"BAL": Balance{}, "bal": Balance{}, "Salio": Balance{}, "SOLDE": Balance{}, "balance please": Balance{}, "Balence": Balance{}, "B": Balance{},
		"MINI": Mini{}, "relevé": Mini{}, "last": Last{}, "STOP": Stop{}, "Start": Start{}, "float": Float{}, "kamisheni": Earnings{},

		"SEND 500 0712000002":            send,
		"send 0712000002 500":            send,
		"SEND,500,0712000002":            send,
		"SEND*500*0712000002#":           send,
		"Send 500 to 0712 000 002":       send,
		"send\n500\n0712000002\nJohn K.": send,
		"tuma 500 kwa 0712-000-002":      send,
		"envoyer 500 à +254712000002":    send,
		"SEND500 0712000002":             send,
		"send KES500 254712000002":       send,
		"send 500bob 712000002":          send,
		"SEND 500/= 0712000002":          send,
		"send 500.00 0712000002":         send,
		"SEND 500 O7I2OOOOO2":            send, // the letters O and I
		"SNED 500 0712000002":            send,
		"sendd 500 0712000002":           send,
		"semd 500 0712000002":            send,
		"send 500 0712000002 thanks":     send,
		"send 500 712 000 002":           send,
		"SEND 1,000 0712000002":          thousand,
		"SEND 1,000/= 0712000002":        thousand,
		"SEND Ksh1,000.00 0712000002":    thousand,
		"SEND 1 000 0712 000 002":        thousand,
		"SEND 0712000002 1 000":          thousand,

		"SEND":                       Incomplete{"SEND"},
		"SEND 500":                   Incomplete{"SEND"},
		"SEND 500 JANE":              Incomplete{"SEND"},
		"SEND 500 0202222222":        Incomplete{"SEND"}, // a landline
		"SEND 0 0712000002":          Incomplete{"SEND"},
		"SEND 500.25 0712000002":     Incomplete{"SEND"},
		"SEND 500 0712000002 4826":   Secret{},
		"send 500 0712000002*4826#":  Secret{},
		"PIN 4826":                   Secret{},
		"my pin is 4826":             Secret{},
		"habari, PIN yangu ni 4826":  Secret{},
		"is the pin of 4 digits":     Unknown{},
		"BAL 4826":                   Secret{},
		"salio *4826#":               Secret{},
		"bal 3 12":                   Balance{},
		"bal pin 4826":               Secret{},
		"WITHDRAW 2000 201457 4826":  Secret{},
		"482193":                     Confirm{"482193"},
		"SEND 700 700 700 700":       Send{700_00, "+254700700700"},
		"SEND 0712000002 0712000003": Incomplete{"SEND"},
	})
}

func TestParseTheRest(t *testing.T) {
	expect(t, map[string]Command{
		"PAY 512345 250":           Pay{"512345", 250_00},
		"lipa till 512345 1,250/=": Pay{"512345", 1250_00},
		"PAY 512345":               Incomplete{"PAY"},
		"PAY 512345 250 4826":      Secret{},

		"BILL 888880 ab-123 1500":  Bill{"888880", "AB123", 1500_00},
		"paybill 888880 12345 500": Bill{"888880", "12345", 500_00},
		"BILL 888880 500":          Incomplete{"BILL"},

		"AIRTIME 50":                  Airtime{50_00, ""},
		"airtime 1,000":               Airtime{1000_00, ""},
		"vocha 50 0712000002":         Airtime{50_00, jane},
		"AIRTIME":                     Incomplete{"AIRTIME"},
		"WITHDRAW 2000 201457":        Withdraw{2000_00, "201457"},
		"toa 2,000 201457":            Withdraw{2000_00, "201457"},
		"retrait 201457 2 000":        Withdraw{2000_00, "201457"},
		"WITHDRAW 2000":               Incomplete{"WITHDRAW"},
		"CASH 3000":                   Cash{Amount: 3000_00},
		"cash 3 000":                  Cash{Amount: 3000_00},
		"CASH 3000 Kawangware":        Cash{3000_00, "KAWANGWARE"},
		"wakala 3,000/= total petrol": Cash{3000_00, "TOTAL PETROL"},
		"cash in kangemi 3000":        Cash{3000_00, "KANGEMI"},
		"CASH":                        Incomplete{"CASH"},
		"DEPOSIT 500 4821":            Deposit{Amount: 500_00, Code: "4821"},
		"weka 500 0712000002":         Deposit{Amount: 500_00, To: jane},
		"DEPOSIT":                     Incomplete{"DEPOSIT"},

		"REQ 250 0712000002 lunch":             Request{250_00, jane, "lunch"},
		"omba 250 kutoka 0712 000 002 chakula": Request{250_00, jane, "chakula"},
		"REQ 250":                              Incomplete{"REQ"},

		"CHECK PMF79GCDW2 4821": Check{"PMF79GCDW2", "4821"},
		"CHECK 7V8T2RC26H-2522": Check{"7V8T2RC26H", "2522"}, // as receipts have it
		"check 7v8t2rc26h–2522": Check{"7V8T2RC26H", "2522"},
		"check pmf79gcdw2-4821": Check{"PMF79GCDW2", "4821"},
		"hakiki PMF79GCDW2":     Check{Receipt: "PMF79GCDW2"},
		"CHECK":                 Incomplete{"CHECK"},
		"CHECK 4821":            Incomplete{"CHECK"},
		"FEES":                  Fees{},
		"frais 1,500":           Fees{1500_00},
		"LANG SW":               Language{"sw"},
		"lugha Kiswahili":       Language{"sw"},
		"langue français":       Language{"fr"},
		"LANG":                  Language{},
		"LANG klingon":          Language{},
		"HELP":                  Help{},
		"msaada tuma":           Help{"SEND"},

		"": Unknown{}, " \n.": Unknown{}, "hello": Unknown{}, "4821": Unknown{}, "3 4821": Unknown{}, "14821": Unknown{}, "1 482": Unknown{},
		"1 4821935": Unknown{}, "1 0712000001": Unknown{}, "no he paid me": Unknown{}, "0712 000 001 yes": Unknown{}, "yes yes 4821": Unknown{},
		"١ ٤٨٢١":                                Unknown{}, // Arabic digits are no part of what was asked
		"Ksh 500 RECEIVED from JOHN 0712000002": Unknown{},
		// What people forward is not what they ask for.
		"SENT Ksh 500 to JANE WANJIKU 0712000002. Fee 7. Balance Ksh 4,493. PMF79GCDW2": Unknown{},
		"Ksh 500 SENT to JANE WANJIKU 0712000002. PMF79GCDW2-4821":                      Unknown{},
		"paid 500 0712000002": Unknown{},
	})
}

func expect(t *testing.T, cases map[string]Command) {
	t.Helper()
	for text, want := range cases {
		if got := kenya().Parse(text); got != want {
			t.Errorf("%q is %#v, want %#v", text, got, want)
		}
	}
}

// Where either of two numbers can be the phone, it is asked and not guessed.
func TestParseAsks(t *testing.T) {
	want := Unclear{"SEND", [2]Command{Send{712000003_00, "+254712000002"}, Send{712000002_00, "+254712000003"}}}
	got, ok := kenya().Parse("SEND 712000002 712000003").(Unclear)
	if !ok || got.Keyword != want.Keyword || got.Ways != want.Ways && got.Ways != [2]Command{want.Ways[1], want.Ways[0]} {
		t.Errorf("two phones: %#v", got)
	}
}

func TestOneSlip(t *testing.T) {
	for pair, want := range map[string]bool{"send send": false, "sned send": true, "sen send": true, "sendd send": true, "semd send": true,
		"sedn send": true, "sxxd send": false, "nsed send": false, "s send": false} {
		a, b, _ := strings.Cut(pair, " ")
		if oneSlip(a, b) != want || oneSlip(b, a) != want {
			t.Errorf("%s: want %t", pair, want)
		}
	}
}

// No keyword of one command is a slip away from another's, and none is an answer.
func TestKeywordsAreFarApart(t *testing.T) {
	for a, k := range keywordOf {
		if _, ok := answers[a]; ok {
			t.Errorf("%s is an answer too", a)
		}
		if keyword(a) != k {
			t.Errorf("%s is taken for %s, want %s", a, keyword(a), k)
		}
		if notKeywords[a] || fillers[a] && a != "na" {
			t.Errorf("%s is a word that says nothing, too", a)
		}
	}
}

// Whatever comes, Parse reads it; what it reads is a phone, an amount above zero, a code.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"1 4821", "no", "Ndiyo4821!", "\xff", "１ ４８２１", "İ 4821", "SEND 1,000/= 0712 000 002", "BILL 888880 ab-123 1500",
		"CHECK PMF79GCDW2-4821", "SEND 1 000 000 0712000002 4826", "send,,,500,,0712000002"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		amount, phone := int64(1), jane
		switch c := kenya().Parse(text).(type) {
		case Survey:
			if c.Code != "" && !isCode(c.Code) {
				t.Errorf("%q: code %q", text, c.Code)
			}
		case Send:
			amount, phone = c.Amount, c.To
		case Request:
			amount, phone = c.Amount, c.From
			if len(c.Note) > noteMost || strings.ContainsAny(c.Note, "\n\x00") {
				t.Errorf("%q: note %q", text, c.Note)
			}
		case Withdraw:
			amount = c.Amount
		case Cash:
			amount = c.Amount
		case Bill:
			amount = c.Amount
			if len(c.Account) > accountMost || !utf8.ValidString(text) && c.Account != "" && !utf8.ValidString(c.Account) {
				t.Errorf("%q: account %q", text, c.Account)
			}
		}
		if again, err := msisdn.Parse(string(phone), "KE"); amount <= 0 || err != nil || again != phone {
			t.Errorf("%q: %d to %q", text, amount, phone)
		}
	})
}
