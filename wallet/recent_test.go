package wallet

import (
	"testing"
	"time"

	"senti/wallet/clock"
)

func TestRecent(t *testing.T) {
	c := clock.NewFake(noon)
	r := NewRecent[string, int](c, time.Minute, 2)
	want := func(when, key string, value int, there bool) {
		t.Helper()
		if v, ok := r.Get(key); ok != there || v != value {
			t.Errorf("%s: %s is %d, %v; want %d, %v", when, key, v, ok, value, there)
		}
	}
	r.Put("a", 1)
	want("just put", "a", 1, true)
	want("never put", "b", 0, false)
	r.Put("a", 2)
	want("put again", "a", 2, true)
	r.Forget("a")
	want("forgotten", "a", 0, false)

	r.Put("a", 1)
	c.Advance(time.Minute - time.Microsecond)
	want("at the end of its life", "a", 1, true)
	c.Advance(time.Microsecond)
	want("after it", "a", 0, false)

	for _, key := range []string{"a", "b", "c"} {
		r.Put(key, 7)
	}
	want("pushed by one generation", "a", 7, true)
	for _, key := range []string{"d", "e"} {
		r.Put(key, 7)
	}
	want("pushed by two", "a", 0, false)
	want("of the young ones", "e", 7, true)
	r.Put("c", 1)
	r.Put("c", 2)
	r.Forget("c")
	want("forgotten in both generations", "c", 0, false)
}
