package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// calmLog is a log that keeps calm, and what it wrote.
func calmLog() (*slog.Logger, func() []string) {
	var mu sync.Mutex
	var out bytes.Buffer
	write := writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return out.Write(p)
	})
	plain := slog.NewTextHandler(write, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
	return slog.New(calm(plain)), func() []string {
		mu.Lock()
		defer mu.Unlock()
		defer out.Reset()
		return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A database that is away must not fill the disk with one line per callback: a few tell it, and a count tells how many there were.
func TestFloodOfOneFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := calmLog()
		for range 3 {
			var wg sync.WaitGroup
			for range 500 {
				wg.Go(func() {
					log.With("gateway", "senti").Error("a dialogue ended with a fault", "code", "busy", "err", errors.New("away"))
				})
			}
			wg.Wait()
			<-time.After(alikeEvery + time.Millisecond)
			synctest.Wait()
			got := lines()
			if len(got) != alikeMost+1 {
				t.Fatalf("%d lines, want %d and one that counts the rest:\n%s", len(got), alikeMost, strings.Join(got, "\n"))
			}
			if want := fmt.Sprintf(`level=ERROR msg="more of these were left out" of="a dialogue ended with a fault" code=busy lines=%d`, 500-alikeMost); got[alikeMost] != want {
				t.Errorf("the last line is\n%s\nwant\n%s", got[alikeMost], want)
			}
			if want := `level=ERROR msg="a dialogue ended with a fault" gateway=senti code=busy err=away`; got[0] != want {
				t.Errorf("the first line is\n%s\nwant\n%s", got[0], want)
			}
		}
	})
}

// Whatever is not alike is written, and so is everything that tells of ordinary work.
func TestFloodHidesNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := calmLog()
		for i := range 1000 {
			log.Error("a dialogue ended with a fault", "code", "busy")
			log.Info("ledger head", "seq", i)
		}
		log.Error("a dialogue ended with a fault", "code", "internal")
		log.Error("a turn panicked")
		log.Warn("a dialogue ended with a fault", "code", "busy", "but", "a warning")
		<-time.After(alikeEvery + time.Millisecond)
		synctest.Wait()
		got := strings.Join(lines(), "\n")
		for want, times := range map[string]int{"ledger head": 1000, "code=internal": 1, "a turn panicked": 1, "level=WARN": 1, "code=busy": alikeMost + 2} {
			if n := strings.Count(got, want); n != times {
				t.Errorf("%q stands there %d times, want %d", want, n, times)
			}
		}
		log.Error("a dialogue ended with a fault", "code", "busy")
		if got := lines(); len(got) != 1 || !strings.Contains(got[0], "code=busy") {
			t.Errorf("when it is over, the next one is written as\n%s", strings.Join(got, "\n"))
		}
	})
}

// Lines whose text is new each time, as the HTTP server's own are, are all written, and are not all remembered.
func TestFloodOfDifferentLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, written := calmLog()
		lines := slog.NewLogLogger(log.Handler(), slog.LevelWarn)
		const many = 3 * kindsMost
		for i := range many {
			lines.Printf("http: TLS handshake error from 192.0.2.1:%d", i)
		}
		if n := len(written()); n != many {
			t.Errorf("%d lines, want %d", n, many)
		}
		if n := len(log.Handler().(calmHandler).state.kinds); n > kindsMost {
			t.Errorf("%d kinds of lines are remembered, want at most %d", n, kindsMost)
		}
	})
}

// The logs of the program itself are calm: serve's, and those of the demo and the benches.
func TestLogsAreCalm(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	for name, start := range map[string]func() error{
		"serve": func() error { return startLog("info") },
		"demo":  func() error { startTerminalLog(); return nil },
	} {
		slog.SetDefault(before)
		if err := start(); err != nil {
			t.Fatal(err)
		}
		if _, ok := slog.Default().Handler().(calmHandler); !ok {
			t.Errorf("%s logs with a %T", name, slog.Default().Handler())
		}
	}
}
