package audit

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// headEvery is how often the end of the chain goes to the log, where a tail that is cut off later would be noticed.
const headEvery = time.Minute

// Watch tells the log where the chain ends, whenever that has moved, until ctx is done.
func (s *Store) Watch(ctx context.Context) {
	tick := time.NewTicker(headEvery)
	defer tick.Stop()
	var last Head
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			last = s.logHead(ctx, last)
		}
	}
}

// logHead logs the end of the chain if it is not where it was, and returns it.
func (s *Store) logHead(ctx context.Context, last Head) Head {
	h, err := s.Head(ctx)
	if err != nil {
		if ctx.Err() == nil {
			slog.Warn("audit head", "err", err)
		}
		return last
	}
	if h != last {
		slog.Info("audit head", "n", h.N, "chain", fmt.Sprintf("%x", h.Hash))
	}
	return h
}
