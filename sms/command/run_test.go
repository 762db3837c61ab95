package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

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
		c := New(Parts{Wallet: w, Survey: func(_ context.Context, from msisdn.Number, code string, yes bool) (bool, error) {
			asked = append(asked, fmt.Sprintf("%s %q %t", from.Last3(), code, yes))
			return open, broken
		}})
		says := func(from msisdn.Number, text, want string) {
			t.Helper()
			got, err := c.Handle(t.Context(), sms.Inbound{From: from, Text: text})
			if err != nil || !strings.HasPrefix(got, want) {
				t.Errorf("%s wrote %q and hears %q, %v, want %q", from.Last3(), text, got, err, want)
			}
		}
		says(john, "1 4821", "Thank you.")
		says(amina, "hapana", "Asante.")
		says(ghost, "ndiyo 4821", "Asante.")
		says(john, "hello", "Nothing was done. We did not understand your SMS. Dial *384#")
		says(ghost, "hello", "Hakuna kilichofanyika.")
		open = false
		says(john, "1 4821", "Nothing was done.")
		broken = errors.New("the database is away")
		if got, err := c.Handle(t.Context(), sms.Inbound{From: john, Text: "1 4821"}); !errors.Is(err, broken) || got != "" {
			t.Errorf("when the answer cannot be kept: %q, %v", got, err)
		}
		want := `001 "4821" true, 003 "" false, 099 "4821" true, 001 "4821" true, 001 "4821" true`
		if got := strings.Join(asked, ", "); got != want {
			t.Errorf("asked %s\nwant  %s", got, want)
		}
		c = New(Parts{Wallet: w})
		says(john, "1 4821", "Nothing was done.") // nobody is asked anything yet
	})
}

// Every answer is one SMS, in the alphabet that phones have.
func TestAnswersFit(t *testing.T) {
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range texts.Languages() {
		for _, key := range []string{"sms.unknown", "sms.survey.taken"} {
			text := texts.Say(language, key, i18n.Text("service", "*384*1234#"))
			if n, gsm := i18n.Septets(text); n > 160 || !gsm {
				t.Errorf("%s %s: %d characters, GSM-7: %t", language, key, n, gsm)
			}
		}
	}
}
