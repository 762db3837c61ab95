package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// startLog sends structured lines to standard error, for machines.
func startLog(level string) error {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return fmt.Errorf("log_level is %q: choose debug, info, warn or error", level)
	}
	slog.SetDefault(slog.New(calm(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: l}))))
	return nil
}

// startTerminalLog sends what has gone wrong to standard error, for people.
func startTerminalLog() {
	slog.SetDefault(slog.New(calm(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))))
}

const (
	alikeEvery = time.Second
	alikeMost  = 10   // warnings or errors that are alike, in that time
	kindsMost  = 1000 // kinds of lines that are remembered
)

// calm returns a handler that writes at most a few warnings or errors that are alike in a second, and then how many it left
// out: while the database is away every callback has the same to tell. What tells of ordinary work is written in full.
func calm(next slog.Handler) slog.Handler {
	return calmHandler{next, &calmState{base: next, kinds: map[kind]*flood{}}}
}

// kind is what makes lines alike. A fault's code belongs to it, so that many of one do not hide one of another.
type kind struct {
	level         slog.Level
	message, code string
}

// flood counts the lines of one kind since the first of them.
type flood struct{ written, left int }

// calmState is what the last second has seen.
type calmState struct {
	base  slog.Handler
	mu    sync.Mutex
	kinds map[kind]*flood
}

type calmHandler struct {
	next  slog.Handler
	state *calmState // shared by all that come from one calm
}

func (h calmHandler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h calmHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return calmHandler{h.next.WithAttrs(attrs), h.state}
}

func (h calmHandler) WithGroup(name string) slog.Handler {
	return calmHandler{h.next.WithGroup(name), h.state}
}

func (h calmHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn && !h.state.admit(kindOf(r)) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

func kindOf(r slog.Record) kind {
	k := kind{level: r.Level, message: r.Message}
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "code" {
			k.code = a.Value.String()
		}
		return a.Key != "code"
	})
	return k
}

// admit tells whether one more line of a kind is to be written.
func (s *calmState) admit(k kind) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.kinds[k]
	switch {
	case f == nil && len(s.kinds) == kindsMost:
		return true // hardly a flood of one kind
	case f == nil:
		f = &flood{}
		s.kinds[k] = f
		time.AfterFunc(alikeEvery, func() { s.sum(k) })
	}
	if f.written == alikeMost {
		f.left++
		return false
	}
	f.written++
	return true
}

// sum ends a second of lines of one kind, and tells how many were left out.
func (s *calmState) sum(k kind) {
	s.mu.Lock()
	f := s.kinds[k]
	delete(s.kinds, k)
	s.mu.Unlock()
	if f.left == 0 {
		return
	}
	attrs := []slog.Attr{slog.String("of", k.message), slog.Int("lines", f.left)}
	if k.code != "" {
		attrs = slices.Insert(attrs, 1, slog.String("code", k.code))
	}
	slog.New(s.base).LogAttrs(context.Background(), k.level, "more of these were left out", attrs...)
}
