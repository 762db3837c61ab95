package i18n

// How much one SMS holds, and one part of several: those share it with a header that tells the phone how to join them.
const (
	septetsAlone, septetsInPart = 160, 153
	unitsAlone, unitsInPart     = 70, 67
)

// Segments returns how many SMS a text takes: in GSM-7 if it has no other character, and otherwise in UCS-2. An escape and its
// character, or the two halves of an emoji, are never parted, so that a text may take one more than its length says.
func Segments(text string) int {
	if n, gsm := Septets(text); gsm {
		return segments(text, n, septetsAlone, septetsInPart, func(r rune) int { return len(fromRune[r]) })
	}
	return segments(text, Units(text), unitsAlone, unitsInPart, func(r rune) int {
		if r > 0xffff {
			return 2
		}
		return 1
	})
}

func segments(text string, length, alone, inPart int, size func(rune) int) int {
	if length <= alone {
		return 1
	}
	parts, used := 1, 0
	for _, r := range text {
		n := size(r)
		if used+n > inPart {
			parts, used = parts+1, 0
		}
		used += n
	}
	return parts
}
