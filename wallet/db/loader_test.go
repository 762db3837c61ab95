package db_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"senti/wallet/db"
)

// Those who come while a query is under way share the next one, and not the one that began before they asked.
func TestLoaderSharesTheNextQuery(t *testing.T) {
	began, goOn := make(chan []string), make(chan struct{})
	l := db.Loader[string, int]{Read: func(_ context.Context, keys []string) (map[string]int, error) {
		slices.Sort(keys)
		began <- keys
		<-goOn
		return map[string]int{"john": 1, "jane": 2}, nil
	}}
	var wg sync.WaitGroup
	want := func(key string, row int, found bool) {
		wg.Go(func() {
			if r, ok, err := l.Get(context.Background(), key); r != row || ok != found || err != nil {
				t.Errorf("%s: %d, %v, %v; want %d, %v", key, r, ok, err, row, found)
			}
		})
	}
	want("john", 1, true)
	if keys := <-began; !slices.Equal(keys, []string{"john"}) {
		t.Fatalf("the first query asks for %v", keys)
	}
	// All of these ask before the first query is answered. That they have asked shows in who waits for the second.
	want("john", 1, true)
	want("jane", 2, true)
	want("jane", 2, true)
	want("nobody", 0, false)
	for l.Waiting() < 4 {
		runtime.Gosched()
	}
	goOn <- struct{}{}
	if keys := <-began; !slices.Equal(keys, []string{"jane", "john", "nobody"}) {
		t.Errorf("the second query asks for %v", keys)
	}
	goOn <- struct{}{}
	wg.Wait()
}

func TestLoaderTellsErrors(t *testing.T) {
	broken := errors.New("broken")
	l := db.Loader[int, int]{Read: func(context.Context, []int) (map[int]int, error) { return nil, broken }}
	if _, _, err := l.Get(context.Background(), 1); !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
}

func TestLoaderSurvivesAPanic(t *testing.T) {
	l := db.Loader[int, int]{Read: func(context.Context, []int) (map[int]int, error) { panic("a bug") }}
	for range 2 {
		if _, _, err := l.Get(context.Background(), 1); err == nil {
			t.Error("a read that panicked was answered as if it had not")
		}
	}
}

func TestLoaderCallerMayGiveUp(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	l := db.Loader[int, int]{Read: func(context.Context, []int) (map[int]int, error) { <-never; return nil, nil }}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := l.Get(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who gave up: %v", err)
	}
}
