package pin

import "strings"

// Weak reports whether the PIN is among those a thief tries first: about a tenth of all, which is where refusing more stops
// helping. Own are digits a thief may know, such as the person's phone or ID number; four of them in a row are weak too.
func (p PIN) Weak(own ...string) bool {
	d := p.digits
	if len(d) != Digits {
		return true
	}
	for _, digits := range own {
		if strings.Contains(digits, d) {
			return true
		}
	}
	return patterned(d) || sequence(d) || year(d) || date(d[:2], d[2:]) || date(d[2:], d[:2]) || keypadLine(d)
}

// patterned: 1212, 1122, 1221, and so 1111 too.
func patterned(d string) bool {
	return d[:2] == d[2:] || d[0] == d[1] && d[2] == d[3] || d[0] == d[3] && d[1] == d[2]
}

// sequence: 1234, 4321, 2468, 8642; going on over 9 and 0, as in 8901.
func sequence(d string) bool {
	step := (d[1] - d[0] + 10) % 10
	if step != 1 && step != 2 && step != 8 && step != 9 {
		return false
	}
	return (d[2]-d[1]+10)%10 == step && (d[3]-d[2]+10)%10 == step
}

// year: 1940 to 2029, when somebody alive was born, married or bought the phone.
func year(d string) bool { return d >= "1940" && d <= "2029" }

// date: a day and a month, both ways round.
func date(day, month string) bool {
	return day >= "01" && day <= "31" && month >= "01" && month <= "12"
}

// keypadLine: straight down or up a column and the key beside or below it.
func keypadLine(d string) bool {
	switch d {
	case "2580", "0852", "1470", "0741", "3690", "0963":
		return true
	}
	return false
}
