package wallet

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/fault"
	"senti/wallet/key"
	"senti/wallet/msisdn"
)

var checkedReceipt = regexp.MustCompile(`\b([2-9B-DF-HJ-NP-TV-Z]{10})-([0-9]{4})\b`)

// told returns the receipt and the code in the last message to a phone.
func (w *town) told(phone msisdn.Number) (receipt, code string) {
	w.t.Helper()
	all := w.texted(phone)
	found := checkedReceipt.FindStringSubmatch(all[len(all)-1])
	if found == nil {
		w.t.Fatalf("no receipt with its code in %q", all)
	}
	return found[1], found[2]
}

// checks asserts what a phone hears of a receipt: "" for "it is true", or the fault's code.
func (w *town) checks(asker msisdn.Number, receipt, code string, want fault.Code) Checked {
	w.t.Helper()
	c, err := w.CheckReceipt(ctx, asker, receipt, code)
	if got := fault.CodeOf(err); got != want || err != nil && c != (Checked{}) {
		w.t.Errorf("%s asks for %s-%s and hears %q, %+v; want %q", asker.Masked(), receipt, code, got, c, want)
	}
	return c
}

func TestCheckReceipt(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		sent, _ := w.send(john, jane, 500, "4826")
		receipt, johns := w.told(john)
		same, janes := w.told(jane)
		if receipt != sent.Code || same != receipt || johns == janes {
			t.Fatalf("receipt %s: %s-%s and %s-%s", sent.Code, receipt, johns, same, janes)
		}
		for i, code := range []string{johns, janes, johns} {
			got := w.checks(ghost, receipt, code, "")
			want := Checked{Posting: sent.Intent, Kind: got.Kind, Receipt: receipt, At: sent.At, Amount: 500_00,
				From: Side{Account: w.customer(john).Account, Phone: "0712***001"}, To: Side{Account: w.customer(jane).Account, Phone: "0712***002"}}
			if got != want {
				t.Errorf("%d: %+v, want %+v", i, got, want)
			}
		}
		w.checks(ghost, strings.ToLower(receipt)+" ", "-"+janes, "")

		other, _ := w.send(john, jane, 500, "4826")
		_, otherCode := w.told(jane)
		if otherCode != janes && otherCode != johns {
			w.checks(ghost, receipt, otherCode, fault.ReceiptUnknown) // a true code of another receipt
		}
		w.checks(ghost, other.Code, wrongCode(johns, janes), fault.ReceiptUnknown)
		w.checks(ghost, never(w, other.Code), janes, fault.ReceiptUnknown)
		w.checks(ghost, receipt[:9]+next(receipt[9]), janes, fault.ReceiptUnknown) // its check letter is wrong
		for _, bad := range []string{"", "1234", receipt, receipt + "-12", receipt + "12345", "PIN 4826"} {
			if _, _, err := ParseReceipt(bad); !fault.HasCode(err, fault.BadReceipt) {
				t.Errorf("%q was read: %v", bad, err)
			}
		}
	})
}

// No code but those of the sides is right, and in particular none with one digit changed, nor that of the other side of another receipt.
func TestNoOtherCodeIsRight(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.send(john, jane, 500, "4826")
		receipt, johns := w.told(john)
		_, janes := w.told(jane)
		o, found, err := w.ledger.ByReceipt(ctx, receipt)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		right := map[string]bool{johns: true, janes: true, w.checkCodeUnder(key.DemoID, receipt, besides): true}
		for n := range 10_000 {
			code := fmt.Sprintf("%04d", n)
			if w.belongs(o, code) != right[code] {
				t.Errorf("%s is right: %v", code, !right[code])
			}
		}
		for _, odd := range []string{"", "0", johns + "0", johns[:3], "١٢٣٤", strings.Repeat("9", 100)} {
			if w.belongs(o, odd) {
				t.Errorf("%q is right", odd)
			}
		}
	})
}

// Who tries codes soon hears nothing any more, right or wrong; and a receipt that many try is silent too. A day later all begins anew.
func TestChecksAreCounted(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		w.send(john, jane, 500, "4826")
		receipt, johns := w.told(john)
		_, janes := w.told(jane)
		wrong := wrongCode(johns, janes)
		var all sync.WaitGroup
		heard := make([]fault.Code, 24)
		for i := range heard {
			all.Go(func() {
				_, err := w.CheckReceipt(ctx, peter, receipt, wrong)
				heard[i] = fault.CodeOf(err)
			})
		}
		all.Wait()
		counts := map[fault.Code]int{}
		for _, code := range heard {
			counts[code]++
		}
		if most := int(checksWrong.Most); counts[fault.ReceiptUnknown] != most || counts[fault.ChecksSpent] != len(heard)-most {
			t.Errorf("heard %v", counts)
		}
		w.checks(peter, receipt, janes, fault.ChecksSpent)
		w.checks(jane, receipt, janes, "")
		for range receiptWrong.Most - checksWrong.Most {
			w.checks(ghost, receipt, wrong, fault.ReceiptUnknown)
		}
		w.checks(jane, receipt, janes, fault.ChecksSpent)

		again := newNode(t, w.db, w.clock) // another process counts on
		again.checks(peter, receipt, janes, fault.ChecksSpent)
		w.clock.Advance(24*time.Hour - time.Second)
		w.checks(peter, receipt, janes, fault.ChecksSpent)
		w.clock.Advance(time.Second)
		if n, err := w.Tallies().Forget(ctx, w.clock.Now(), 100); err != nil || n != 6 {
			t.Errorf("%d counts forgotten, %v", n, err)
		}
		w.checks(peter, receipt, janes, "")
		for range checksAsked.Most - 1 {
			w.checks(peter, receipt, johns, "")
		}
		w.checks(peter, receipt, johns, fault.ChecksSpent)
	})
}

// A code that an old key made is right for as long as the ring has that key, and wrong once it has not.
func TestCheckCodesOfAnOldKey(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		ring := func(lines ...string) *key.Ring {
			file := filepath.Join(t.TempDir(), "check")
			if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := key.Load(map[string]string{key.PIN: "demo", key.Receipt: "demo", key.Session: "demo", key.IDNumber: "demo",
				key.Blind: "demo", key.Check: "file:" + file})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		before, after := "2026 "+strings.Repeat("a1", 32), "2027 "+strings.Repeat("b2", 32)
		w.keys = ring(before)
		w.send(john, jane, 500, "4826")
		receipt, code := w.told(jane)
		w.keys = ring(before, after)
		w.checks(ghost, receipt, code, "")
		w.send(john, jane, 500, "4826")
		newer, newCode := w.told(jane)
		w.checks(ghost, newer, newCode, "")
		w.keys = ring(after)
		w.checks(ghost, newer, newCode, "")
		w.checks(ghost, receipt, code, fault.ReceiptUnknown) // of a key that is gone
	})
}

// wrongCode is a code that is none of those.
func wrongCode(right ...string) string {
	for n := 5000; ; n++ {
		if code := fmt.Sprintf("%04d", n); !strings.Contains(strings.Join(right, " "), code) {
			return code
		}
	}
}

// never is the receipt that was not given out yet.
func never(w *town, last string) string {
	w.t.Helper()
	o, found, err := w.ledger.ByReceipt(ctx, last)
	if err != nil || !found {
		w.t.Fatal(found, err)
	}
	return receiptsOfTests.Encode(o.ReceiptNo + 1)
}

// next is another letter of receipts.
func next(letter byte) string {
	if letter == '2' {
		return "3"
	}
	return "2"
}

func FuzzParseReceipt(f *testing.F) {
	for _, seed := range []string{"PMF79GCDW2-4821", "pmf79gcdw2 4821", "CHECK", "", "PMF79GCDW24821", "4821 PMF79GCDW2", "\x00", "١٢٣٤", "PMF79GCDW2*4821#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		receipt, code, err := ParseReceipt(text)
		if err != nil {
			if receipt != "" || code != "" || !fault.HasCode(err, fault.BadReceipt) {
				t.Errorf("%q: %q %q %v", text, receipt, code, err)
			}
			return
		}
		if len(receipt) != 10 || len(code) != checkDigits || strings.Trim(code, "0123456789") != "" {
			t.Errorf("%q is read as %q %q", text, receipt, code)
		}
		again, same, err := ParseReceipt(receipt + "-" + code)
		if err != nil || again != receipt || same != code {
			t.Errorf("%q is read as %q %q, and that as %q %q, %v", text, receipt, code, again, same, err)
		}
	})
}

func BenchmarkCheckCode(b *testing.B) {
	w := &Wallet{keys: key.Demo()}
	for b.Loop() {
		w.checkCodeUnder(key.DemoID, "PMF79GCDW2", 1234)
	}
}
