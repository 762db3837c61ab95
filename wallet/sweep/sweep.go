// Package sweep goes through everything that is due, page by page, and lets nothing of it keep the rest waiting.
//
// What is due is read by key: each page begins after the last one of the page before, whatever became of that. So what cannot be
// done yet, or fails, is passed over, is not met twice in one sweep, and is tried again by the next.
//
// The package does not know what is due or what is done to it.
package sweep

import (
	"context"
	"errors"
	"fmt"
)

// Page is how much a job reads at once.
const Page = 500

// All does one thing to each of what read returns, and counts what was done. read gets the last of the page before, the zero value at
// first, and returns those that follow it in an order that does not change; none ends the sweep. do reports whether it did it.
//
// The error is all that went wrong, as far as a log can use it. A sweep whose context ends stops there.
func All[T any](ctx context.Context, read func(after T) ([]T, error), do func(T) (bool, error)) (int, error) {
	var s state
	var last T
	for {
		page, err := read(last)
		if err != nil {
			s.add(err)
		}
		if err != nil || len(page) == 0 || !each(ctx, &s, page, do) {
			return s.done, s.error()
		}
		last = page[len(page)-1]
	}
}

// Each is All for what was read before.
func Each[T any](ctx context.Context, all []T, do func(T) (bool, error)) (int, error) {
	var s state
	each(ctx, &s, all, do)
	return s.done, s.error()
}

// each reports whether the sweep is to go on.
func each[T any](ctx context.Context, s *state, page []T, do func(T) (bool, error)) bool {
	for _, one := range page {
		if err := ctx.Err(); err != nil {
			s.add(err)
			return false
		}
		switch did, err := do(one); {
		case err != nil:
			s.add(err)
		case did:
			s.done++
		}
	}
	return true
}

// state is how far a sweep has come, and what went wrong.
type state struct {
	done  int
	first []error
	more  int
}

// mostErrors is how many errors of a sweep are told one by one: a database that is away fails everything in the same way.
const mostErrors = 5

func (s *state) add(err error) {
	if len(s.first) < mostErrors {
		s.first = append(s.first, err)
		return
	}
	s.more++
}

func (s *state) error() error {
	if s.more > 0 {
		return errors.Join(append(s.first, fmt.Errorf("and %d more", s.more))...)
	}
	return errors.Join(s.first...)
}
