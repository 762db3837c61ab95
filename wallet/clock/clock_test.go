package clock

import (
	"testing"
	"time"
)

// What a clock says must be what comes back from a column of microseconds.
func TestTimesSurviveAColumn(t *testing.T) {
	nairobi := time.FixedZone("EAT", 3*60*60)
	fake := NewFake(time.Date(2026, 12, 3, 14, 2, 0, 123_456_789, nairobi))
	for _, now := range []time.Time{System{}.Now(), fake.Now()} {
		if back := time.UnixMicro(now.UnixMicro()).UTC(); back != now {
			t.Errorf("%v came back as %v", now, back)
		}
	}
}

func TestFakeMovesBothWays(t *testing.T) {
	start := time.Date(2026, 12, 3, 11, 2, 0, 0, time.UTC)
	c := NewFake(start)
	c.Advance(time.Microsecond)
	if got := c.Now().Sub(start); got != time.Microsecond {
		t.Errorf("a microsecond later it is %v later", got)
	}
	c.Advance(-time.Hour)
	if !c.Now().Before(start) {
		t.Error("a clock must be able to step back")
	}
	c.Set(start)
	if c.Now() != start {
		t.Errorf("set to %v, it says %v", start, c.Now())
	}
}
