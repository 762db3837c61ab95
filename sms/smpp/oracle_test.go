package smpp

import (
	"bytes"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/warthog618/sms/encoding/gsm7"
	"github.com/warthog618/sms/encoding/tpdu"

	"senti/wallet/i18n"
)

// How a text is cut, and so how many messages it costs, against another author's reading of the standard: random texts, their septets
// and units, and their parts with a reference of 8 and of 16 bits, byte for byte. SENTI_SEGMENTS says how many: 100000 unless it does.
func TestPartsAsAnotherCutsThem(t *testing.T) {
	total := 100_000
	if n, err := strconv.Atoi(os.Getenv("SENTI_SEGMENTS")); err == nil {
		total = n
	}
	workers := runtime.GOMAXPROCS(0)
	var running sync.WaitGroup
	for w := range workers {
		running.Go(func() {
			draw := rand.New(rand.NewPCG(4, uint64(w)))
			for range total / workers {
				if text := randomText(draw); !sameParts(t, text) {
					return
				}
			}
		})
	}
	running.Wait()
}

// The alphabet is the same, character for character.
func TestAlphabetAsAnotherHasIt(t *testing.T) {
	for r := rune(1); r <= 0xffff; r++ {
		if r >= 0xd800 && r < 0xe000 || r == '\ufffd' || r == '\x1b' { // the escape is no character: there it is passed on
			continue
		}
		ours, ok := i18n.EncodeGSM(string(r))
		theirs, err := gsm7.Encode([]byte(string(r)))
		if ok != (err == nil) || ok && !bytes.Equal(ours, theirs) {
			t.Errorf("%q: %x, %t, and there %x, %v", r, ours, ok, theirs, err)
		}
	}
}

// sameParts compares all there is to compare about one text, and reports whether it was the same.
func sameParts(t *testing.T, text string) bool {
	septets, _, alphabet := tpdu.EncodeUserData([]byte(text))
	var letter tpdu.TPDU
	dcs, err := letter.DCS.WithAlphabet(alphabet)
	if err != nil {
		t.Errorf("%q: %v", text, err)
		return false
	}
	letter.SetDCS(byte(dcs))
	for _, way := range []struct {
		long    Long
		options []tpdu.SegmentationOption
	}{{Header8, nil}, {Header16, []tpdu.SegmentationOption{tpdu.With16BitConcatRef}}} {
		ours, coding := GSM.Parts(text, way.long)
		theirs := letter.Segment(septets, way.options...)
		if len(ours) != len(theirs) || (coding == CodingUCS2) != (alphabet == tpdu.AlphaUCS2) {
			t.Errorf("%q with %s: %d parts of coding %d, and there %d of %v", text, way.long, len(ours), coding, len(theirs), alphabet)
			return false
		}
		for i := range ours {
			if !bytes.Equal(ours[i], theirs[i].UD) {
				t.Errorf("%q with %s: part %d is %x, and there %x", text, way.long, i+1, ours[i], theirs[i].UD)
				return false
			}
		}
		if n := i18n.Segments(text); way.long == Header8 && n != len(theirs) {
			t.Errorf("%q counts as %d messages, and there %d", text, n, len(theirs))
			return false
		}
	}
	return true
}

// drawers are alphabets that texts are drawn from: one letter each of a septet, of two, of a UTF-16 unit and of two.
var drawers = [][]rune{
	[]rune("abcdefghijklmnopqrstuvwxyz 0123456789éèàùìòÇÉñüäöß@£$¥ΔΦΓ\n"),
	[]rune("^{}\\[~]|€\f"),
	[]rune("êçôîûœ’“–жщسنتي漢字ẽ"),
	[]rune("😀🏦💸𝒳🇰🇪"),
}

// randomText is of any length, most often near one at which the number of parts changes.
func randomText(draw *rand.Rand) string {
	length := 1 + draw.IntN(500)
	if draw.IntN(3) > 0 {
		edges := []int{66, 67, 70, 132, 134, 152, 153, 160, 201, 304, 306, 456, 459}
		length = max(1, edges[draw.IntN(len(edges))]+draw.IntN(9)-4)
	}
	kinds := 1 + draw.IntN(len(drawers)) // plain ones alone, with those of two septets, and so on
	rare := 1 + draw.IntN(40)
	var b strings.Builder
	for used := 0; used < length; {
		kind := 0
		if draw.IntN(rare) == 0 {
			kind = draw.IntN(kinds)
		}
		r := drawers[kind][draw.IntN(len(drawers[kind]))]
		b.WriteRune(r)
		used += 1 + kind%2
	}
	return b.String()
}
