package sweep

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// numbers reads 1 to most in pages.
func numbers(most, page int) func(after int) ([]int, error) {
	return func(after int) ([]int, error) {
		var out []int
		for n := after + 1; n <= most && len(out) < page; n++ {
			out = append(out, n)
		}
		return out, nil
	}
}

func TestAll(t *testing.T) {
	bad := errors.New("bad")
	for _, c := range []struct {
		name       string
		most, page int
		do         func(n int) (bool, error)
		done       int
		fails      string
	}{
		{"nothing", 0, 3, nil, 0, ""},
		{"all", 7, 3, func(int) (bool, error) { return true, nil }, 7, ""},
		{"a whole page that cannot be done", 7, 3, func(n int) (bool, error) { return n > 3, nil }, 4, ""},
		{"one that fails", 7, 3, func(n int) (bool, error) {
			if n == 1 {
				return false, bad
			}
			return true, nil
		}, 6, "bad"},
		{"all fail", 8, 3, func(int) (bool, error) { return false, bad }, 0, "bad\nbad\nbad\nbad\nbad\nand 3 more"},
	} {
		var met []int
		done, err := All(context.Background(), numbers(c.most, c.page), func(n int) (bool, error) {
			met = append(met, n)
			return c.do(n)
		})
		said := ""
		if err != nil {
			said = err.Error()
		}
		if done != c.done || said != c.fails || len(met) != c.most || !slices.IsSorted(met) {
			t.Errorf("%s: %d done, %q, met %v", c.name, done, said, met)
		}
	}
}

func TestAllStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done, err := All(ctx, numbers(9, 3), func(n int) (bool, error) {
		if n == 4 {
			cancel()
		}
		return true, nil
	})
	if done != 4 || !errors.Is(err, context.Canceled) {
		t.Errorf("told to stop: %d done, %v", done, err)
	}
	away := errors.New("away")
	calls := 0
	done, err = All(context.Background(), func(after int) ([]int, error) {
		if calls++; calls == 2 {
			return nil, away
		}
		return numbers(9, 3)(after)
	}, func(n int) (bool, error) { return true, errors.New("one") })
	if done != 0 || !errors.Is(err, away) || !strings.HasPrefix(err.Error(), "one\n") {
		t.Errorf("a page that cannot be read: %d done, %v", done, err)
	}
}
