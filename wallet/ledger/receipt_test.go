package ledger_test

import (
	"errors"
	"strings"
	"testing"

	"senti/wallet/ledger"
)

const (
	receiptLetters = "23456789BCDFGHJKLMNPQRSTVWXYZ"
	lastReceipt    = 29 * 29 * 29 * 29 * 29 * 29 * 29 * 29 * 29
)

// sample are receipt numbers from both ends of the range and from all over it.
func sample(n int) []int64 {
	out := []int64{1, 2, 3, lastReceipt - 2, lastReceipt - 1, lastReceipt}
	for v := int64(7); len(out) < n; v = (v*6364136223846793005 + 1442695040888963407) & (1<<62 - 1) {
		out = append(out, 1+v%lastReceipt)
	}
	return out
}

func TestReceiptRoundTrip(t *testing.T) {
	coder := ledger.NewReceiptCoder([32]byte{7})
	seen := map[string]int64{}
	numbers := sample(5000)
	for no := range int64(5000) {
		numbers = append(numbers, no+1)
	}
	for _, no := range numbers {
		code := coder.Encode(no)
		if len(code) != 10 || strings.Trim(code, receiptLetters) != "" {
			t.Fatalf("%d is written %q", no, code)
		}
		if other, ok := seen[code]; ok && other != no {
			t.Fatalf("%d and %d are both written %s", no, other, code)
		}
		seen[code] = no
		for _, typed := range []string{code, strings.ToLower(code), code[:5] + " " + code[5:], code[:3] + "-" + code[3:] + " "} {
			if got, err := coder.Decode(typed); err != nil || got != no {
				t.Fatalf("%q reads as %d, %v; want %d", typed, got, err, no)
			}
		}
	}
}

func TestReceiptsInARowLookUnrelated(t *testing.T) {
	coder := ledger.NewReceiptCoder([32]byte{7})
	for no := int64(1); no < 1000; no++ {
		a, b := coder.Encode(no), coder.Encode(no+1)
		same := 0
		for i := range a {
			if a[i] == b[i] {
				same++
			}
		}
		if same > 5 {
			t.Errorf("%d and %d are written %s and %s", no, no+1, a, b)
		}
	}
}

func TestReceiptsDependOnTheKey(t *testing.T) {
	a, b := ledger.NewReceiptCoder([32]byte{1}), ledger.NewReceiptCoder([32]byte{2})
	if a.Encode(1) == b.Encode(1) {
		t.Error("two keys write the same code")
	}
	if ledger.NewReceiptCoder([32]byte{1}).Encode(1) != a.Encode(1) {
		t.Error("one key writes two codes")
	}
}

// TestEveryWrongLetterAndSwapIsCaught tries all of them on a sample of codes.
func TestEveryWrongLetterAndSwapIsCaught(t *testing.T) {
	coder := ledger.NewReceiptCoder([32]byte{7})
	refuse := func(code string) {
		if no, err := coder.Decode(code); !errors.Is(err, ledger.ErrReceipt) {
			t.Fatalf("%s reads as %d, %v", code, no, err)
		}
	}
	swaps := 0
	for _, no := range sample(300) {
		code := []byte(coder.Encode(no))
		for i, right := range code {
			for _, wrong := range []byte(receiptLetters) {
				if wrong != right {
					code[i] = wrong
					refuse(string(code))
				}
			}
			code[i] = right
			for j := range i {
				if code[j] != right {
					code[i], code[j] = code[j], right
					refuse(string(code))
					code[j], code[i] = code[i], right
					swaps++
				}
			}
		}
		if got, err := coder.Decode(string(code)); err != nil || got != no {
			t.Fatal("the test did not put the code together again")
		}
	}
	if swaps < 10_000 {
		t.Errorf("only %d swaps were tried", swaps)
	}
}

func TestWhatIsNoReceipt(t *testing.T) {
	coder := ledger.NewReceiptCoder([32]byte{7})
	good := coder.Encode(1)
	for _, text := range []string{"", " ", "1", good[:9], good + "2", good[:9] + "0", good[:9] + "O", "éééééééééé", "ÉÉÉÉÉ",
		strings.Repeat("2", 1000), "\x00" + good[1:]} {
		if no, err := coder.Decode(text); !errors.Is(err, ledger.ErrReceipt) {
			t.Errorf("%q reads as %d, %v", text, no, err)
		}
	}
	for _, no := range []int64{0, -1, lastReceipt + 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d was written", no)
				}
			}()
			coder.Encode(no)
		}()
	}
}

// FuzzReceipt feeds Decode with anything: it never panics, and what it reads is what Encode would write.
func FuzzReceipt(f *testing.F) {
	coder := ledger.NewReceiptCoder([32]byte{7})
	for _, no := range sample(10) {
		f.Add(coder.Encode(no))
	}
	f.Add("bcdf-ghjk 23")
	f.Fuzz(func(t *testing.T, text string) {
		no, err := coder.Decode(text)
		if err != nil {
			return
		}
		plain := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text))
		if code := coder.Encode(no); code != plain {
			t.Errorf("%q reads as %d, which is written %s", text, no, code)
		}
	})
}
