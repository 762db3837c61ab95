package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/sms"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

const (
	john  msisdn.Number = "+254712000001" // speaks English
	amina msisdn.Number = "+254712000003" // speaks Swahili
	ghost msisdn.Number = "+254712000099" // has no wallet
)

func newWallet(t *testing.T, d *db.DB) *wallet.Wallet {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := market.Load("ke")
	must(err)
	texts, err := i18n.Load()
	must(err)
	now := clock.NewFake(time.Date(2026, 12, 3, 11, 2, 0, 0, time.UTC))
	l, err := ledger.Open(t.Context(), ledger.Options{DB: d, Clock: now, IDs: id.Random{}, Zone: m.Zone, Receipts: ledger.NewReceiptCoder([32]byte{1})})
	must(err)
	t.Cleanup(l.Close)
	w := wallet.New(wallet.Parts{DB: d, Ledger: l, Market: m, Texts: texts, Keys: key.Demo(), Clock: now, IDs: id.Random{}})
	must(w.EnsureSystemAccounts(t.Context()))
	for phone, language := range map[msisdn.Number]string{john: "en", amina: "sw"} {
		secret, err := pin.Parse("4826")
		must(err)
		_, err = w.OpenWallet(t.Context(), wallet.NewWallet{Phone: phone, Name: "A NAME", Language: language, Tier: 1, PIN: secret})
		must(err)
	}
	return w
}

func TestHandle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWallet(t, d)
		var asked []string
		open, broken := true, error(nil)
		parts := Parts{DB: d, Wallet: w, Agents: agents.New(w, d)}
		c := New(parts)
		says := func(from msisdn.Number, text, want string) {
			t.Helper()
			got, err := c.Handle(t.Context(), sms.Inbound{From: from, Text: text})
			if err != nil || !strings.HasPrefix(got.Text, want) {
				t.Errorf("%s wrote %q and hears %q, %v, want %q", from.Last3(), text, got.Text, err, want)
			}
		}
		says(john, "1 4821", "Nothing was done.") // nobody is asked anything yet
		parts.Survey = func(_ context.Context, from msisdn.Number, code string, yes bool) (bool, error) {
			asked = append(asked, fmt.Sprintf("%s %q %t", from.Last3(), code, yes))
			return open, broken
		}
		c = New(parts)
		says(john, "1 4821", "Thank you.")
		says(amina, "hapana", "Asante.")
		says(ghost, "ndiyo 4821", "Asante.")
		says(john, "hello", "Nothing was done. We did not understand your SMS. Write HELP, or dial *384#")
		says(ghost, "hello", "Simu hii haina akaunti ya Senti.")
		says(ghost, "SALIO", "Simu hii haina akaunti ya Senti.")
		open = false
		says(john, "1 4821", "Nothing was done.")
		broken = errors.New("the database is away")
		if got, err := c.Handle(t.Context(), sms.Inbound{From: john, Text: "1 4821"}); !errors.Is(err, broken) || got.Text != "" {
			t.Errorf("when the answer cannot be kept: %q, %v", got.Text, err)
		}
		want := `001 "4821" true, 003 "" false, 099 "4821" true, 001 "4821" true, 001 "4821" true`
		if got := strings.Join(asked, ", "); got != want {
			t.Errorf("asked %s\nwant  %s", got, want)
		}
	})
}

// What a phone that nobody has a wallet on hears, it hears once a day.
func TestStrangersAreAnsweredSeldom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWallet(t, d)
		c := New(Parts{DB: d, Wallet: w, Agents: agents.New(w, d)})
		for text, from := range map[string]msisdn.Number{"BAL": ghost, "FEES": ghost, "HELP": ghost, "pin 4826": ghost, "SEND": ghost, "x": ghost} {
			if got, err := c.Handle(t.Context(), sms.Inbound{From: from, Text: text}); err != nil || got.Text == "" || got.Seldom != toStrangers {
				t.Errorf("%q: %q %+v, %v", text, got.Text, got.Seldom, err)
			}
		}
	})
}

// What we teach is understood: every example of every language, as it stands in the answers.
func TestWhatWeTeachIsUnderstood(t *testing.T) {
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	g := kenya()
	for _, language := range texts.Languages() {
		for keyword, want := range map[string]Command{
			"help": Help{}, "send": Send{500_00, jane}, "withdraw": Withdraw{2000_00, "201457"}, "deposit": Deposit{Amount: 500_00, To: jane},
			"cash": Cash{3000_00, "KANGEMI"}, "fees": Fees{1000_00}, "check": Check{"PMF79GCDW2", "4821"}, "stop": Stop{}, "start": Start{},
		} {
			text := texts.Say(language, "example."+keyword, i18n.Text("phone", jane.Plain()), i18n.Text("ward", "KANGEMI"))
			if got := g.Parse(text); got != want {
				t.Errorf("%s teaches %q, which is %#v, want %#v", language, text, got, want)
			}
		}
		if got, ok := g.Parse(texts.Say(language, "example.lang")).(Language); !ok || got.Code == "" {
			t.Errorf("%s teaches a language that is none: %#v", language, got)
		}
		for _, help := range []string{"sms.help", "sms.help.counter", "sms.help.both"} { // and every word in capitals is a command
			for _, word := range strings.FieldsFunc(texts.Say(language, help), func(r rune) bool { return strings.ContainsRune(" ,;.:", r) }) {
				if word == "PIN" || len(word) < 3 || strings.ToUpper(word) != word || strings.ContainsAny(word, "{}*#0123456789") {
					continue
				}
				if _, unknown := g.Parse(word).(Unknown); unknown {
					t.Errorf("%s %s teaches %q, which is nothing", language, help, word)
				}
			}
		}
	}
}

// What is written for an answer is read as it was.
func TestWrite(t *testing.T) {
	g := kenya()
	for _, c := range []Command{Send{500_00, jane}, Send{250_000_00, jane}, Withdraw{2000_00, "201457"}, Deposit{Amount: 1500_00, To: jane}} {
		if got := g.Parse(g.Write(c)); got != c {
			t.Errorf("%#v is written %q, which is %#v", c, g.Write(c), got)
		}
	}
	if got := g.Write(Balance{}) + g.Write(Deposit{Amount: 5, Code: "4821"}); got != "" {
		t.Errorf("written: %q", got)
	}
}
