package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// begin runs a claimed tick on a goroutine of its own.
func (r *Runner) begin(ctx context.Context, e *entry, run Run) {
	ctx, stop := context.WithCancelCause(ctx)
	r.mu.Lock()
	e.stop = stop
	r.mu.Unlock()
	r.all.Go(func() {
		defer stop(nil)
		run = r.perform(ctx, e, run)
		r.record(ctx, run)
		r.mu.Lock()
		e.stop = nil
		r.mu.Unlock()
		select {
		case r.wake <- struct{}{}:
		default:
		}
	})
}

// perform runs the job once and says how that ended.
func (r *Runner) perform(ctx context.Context, e *entry, run Run) Run {
	limited, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	result, err := call(limited, e.Run, r.tick(run))
	text, wrong := encode(result)
	run.Result, run.EndedAt = text, r.clock.Now()
	_, byDate := e.schedule.(dated)
	switch {
	case err == nil && wrong == nil:
		run.State = Done
		return run
	case err != nil && ctx.Err() != nil:
		run.State, err = Cut, fmt.Errorf("cut off (%w): %w", context.Cause(ctx), err)
	case byDate && e.Missed != Skip && run.Cause == Scheduled:
		run.State = Again
	default:
		run.State = Failed
	}
	if run.State != Cut && limited.Err() != nil {
		err = fmt.Errorf("not done within %v: %w", e.Timeout, err)
	}
	run.Error = cut(errors.Join(err, wrong).Error())
	return run
}

// call runs a job's function. A panic in it is an error: it must not take the process with it.
func call(ctx context.Context, run func(context.Context, Tick) (Result, error), t Tick) (result Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			slog.Error("a job panicked", "job", t.Job, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			result, err = nil, fmt.Errorf("panic: %v", v)
		}
	}()
	return run(ctx, t)
}

// record writes down how a run ended, and goes on trying while the database is away: otherwise the run would be taken for one
// that was cut off. When we are told to stop meanwhile, it is taken for just that.
func (r *Runner) record(ctx context.Context, run Run) {
	for {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
		kept, err := r.runs.end(last, run)
		cancel()
		if err == nil {
			if !kept {
				slog.Warn("a job's run was taken over before it had ended", "job", run.Job, "tick", run.Tick)
			}
			break
		}
		slog.Error("how a job ended was not written down", "job", run.Job, "tick", run.Tick, "err", err)
		if ctx.Err() != nil {
			break
		}
		pause(ctx, time.Second, nil)
	}
	tell(run)
	r.observe(run)
}

// tell writes the run's log line. What found nothing to do is for those who look closely.
func tell(run Run) {
	level := slog.LevelInfo
	switch {
	case run.State == Again || run.State == Failed:
		level = slog.LevelError
	case run.State == Done && run.Result == "{}":
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{slog.String("job", run.Job), slog.String("tick", run.Tick), slog.String("state", run.State.String()),
		slog.Duration("took", run.Took()), slog.Int("tries", run.Tries), slog.String("result", run.Result)}
	if run.Error != "" {
		attrs = append(attrs, slog.String("err", run.Error))
	}
	slog.LogAttrs(context.Background(), level, "job", attrs...)
}
