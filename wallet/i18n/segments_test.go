package i18n

import (
	"strings"
	"testing"
)

func TestSegments(t *testing.T) {
	for _, c := range []struct {
		unit  string
		times int
		want  int
	}{
		{"a", 0, 1},
		{"a", 160, 1},
		{"a", 161, 2},
		{"a", 306, 2},
		{"a", 307, 3},
		{"€", 80, 1},
		{"€", 81, 2},  // two septets each
		{"€", 152, 2}, // 76 fit into a part of 153
		{"€", 153, 3},
		{"ж", 70, 1},
		{"ж", 71, 2},
		{"ж", 134, 2},
		{"ж", 135, 3},
		{"😀", 35, 1}, // two units each
		{"😀", 36, 2},
		{"😀", 66, 2}, // 33 fit into a part of 67
		{"😀", 67, 3},
	} {
		if got := Segments(strings.Repeat(c.unit, c.times)); got != c.want {
			t.Errorf("%d times %q takes %d, want %d", c.times, c.unit, got, c.want)
		}
	}
}
