package ledger

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"strings"
)

// receiptAlphabet has 29 letters, a prime, and none that are read or typed for another (no A E I O U 0 1).
const receiptAlphabet = "23456789BCDFGHJKLMNPQRSTVWXYZ"

const (
	receiptBase   = int64(len(receiptAlphabet))
	receiptDigits = 9
	receiptRounds = 8
	halfBits      = 22 // 2^44 is the smallest even power of two above 29^9
	halfMask      = 1<<halfBits - 1
)

// receiptSpace is 29^9: as many receipts as nine characters can tell apart, 46 years at 10,000 a second.
var receiptSpace = func() int64 {
	n := int64(1)
	for range receiptDigits {
		n *= receiptBase
	}
	return n
}()

// ErrReceipt says that a text is not a receipt code: wrong length, a foreign character or a failed check.
var ErrReceipt = errors.New("ledger: not a receipt code")

// ReceiptCoder turns receipt numbers into the codes people read out, and back. The code of a number is a keyed permutation,
// so that nobody can tell from two receipts how many lie between them; there is nothing to look up.
type ReceiptCoder struct{ block cipher.Block }

// NewReceiptCoder returns the coder for a key, which must be the same for the life of the ledger.
func NewReceiptCoder(key [32]byte) *ReceiptCoder {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("ledger: AES refuses a 32-byte key: " + err.Error())
	}
	return &ReceiptCoder{block}
}

// Encode returns the 10-character code of a receipt number, which is at least 1.
func (c *ReceiptCoder) Encode(no int64) string {
	if no < 1 || no > receiptSpace {
		panic("ledger: receipt number out of range")
	}
	v := no - 1
	for {
		if v = c.permute(v, false); v < receiptSpace {
			break
		}
	}
	var code [receiptDigits + 1]byte
	for i := receiptDigits - 1; i >= 0; i-- {
		code[i] = byte(v % receiptBase)
		v /= receiptBase
	}
	code[receiptDigits] = checkDigit(code[:receiptDigits])
	for i, d := range code {
		code[i] = receiptAlphabet[d]
	}
	return string(code[:])
}

// Decode returns the receipt number of a code, typed in either case and with spaces or dashes, or ErrReceipt.
func (c *ReceiptCoder) Decode(text string) (int64, error) {
	text = strings.NewReplacer(" ", "", "-", "").Replace(strings.ToUpper(text))
	if len(text) != receiptDigits+1 {
		return 0, ErrReceipt
	}
	var digits [receiptDigits + 1]byte
	var v int64
	for i := range text {
		d := strings.IndexByte(receiptAlphabet, text[i])
		if d < 0 {
			return 0, ErrReceipt
		}
		digits[i] = byte(d)
		if i < receiptDigits {
			v = v*receiptBase + int64(d)
		}
	}
	if checkDigit(digits[:receiptDigits]) != digits[receiptDigits] {
		return 0, ErrReceipt
	}
	for {
		if v = c.permute(v, true); v < receiptSpace {
			return v + 1, nil
		}
	}
}

// checkDigit weighs position i with i+2 and itself with 1. The weights differ modulo the prime 29 and none is zero, so the
// weighted sum, made zero by this digit, is changed by every single wrong character and by every swap of two.
func checkDigit(digits []byte) byte {
	sum := int64(0)
	for i, d := range digits {
		sum += int64(i+2) * int64(d)
	}
	return byte((receiptBase - sum%receiptBase) % receiptBase)
}

// permute is a Feistel network over 44 bits with AES as its round function; callers walk the cycle until they are back
// below receiptSpace.
func (c *ReceiptCoder) permute(v int64, backwards bool) int64 {
	left, right := uint32(v>>halfBits)&halfMask, uint32(v)&halfMask
	var in, out [aes.BlockSize]byte
	round := func(i int, half uint32) uint32 {
		in[0] = byte(i)
		binary.BigEndian.PutUint32(in[1:], half)
		c.block.Encrypt(out[:], in[:])
		return binary.BigEndian.Uint32(out[:]) & halfMask
	}
	if backwards {
		for i := receiptRounds - 1; i >= 0; i-- {
			left, right = right^round(i, left), left
		}
	} else {
		for i := range receiptRounds {
			left, right = right, left^round(i, right)
		}
	}
	return int64(left)<<halfBits | int64(right)
}
