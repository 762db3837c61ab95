package approval

import (
	"errors"
	"time"
	"unicode/utf8"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// onRequest is the part of a companion that concerns one request.
type onRequest struct{ no int64 }

// Table is the requests' table.
func (onRequest) Table() ledger.Table { return requests }

// Key is the request's number.
func (o onRequest) Key() id.ID { return keyOf(o.no) }

// Make returns the companion that writes a new request. No, Kind, Args and Maker are the caller's; the rest is set here.
func (s *Store) Make(r Request) ledger.Companion { return making{onRequest{r.No}, r} }

type making struct {
	onRequest
	request Request
}

// Check refuses what the columns cannot keep, and a number that is taken.
func (c making) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	r := c.request
	switch {
	case row != nil:
		return nil, fault.New(fault.Conflict)
	case r.Maker == "" || len(r.Kind) > mostKind || utf8.RuneCount(r.Args) > mostArgs:
		return nil, fault.Wrap(errors.New("approval: a request without a maker, or with more than a row can keep"), fault.Internal)
	}
	return nil, nil
}

// Finish writes the request if the plan was accepted.
func (c making) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	return &Request{No: c.request.No, Kind: c.request.Kind, Args: c.request.Args, Maker: c.request.Maker, MadeAt: o.At,
		ExpiresAt: o.At.Add(Life), State: Open}
}

// Approve returns the companion that lets the plan of a request's act through only if the checker may approve it now, and marks
// it approved by that plan. attempt is Request.Attempts as the plan's ID was made from.
//
// Faults: request_not_found, request_closed, request_expired, same_person; conflict when another attempt came in between. A plan
// that is refused, by this companion or by anything else, leaves the request open; the attempt is counted with its refusal.
func (s *Store) Approve(no, attempt int64, checker string) ledger.Companion {
	return approving{onRequest{no}, attempt, checker}
}

type approving struct {
	onRequest
	attempt int64
	checker string
}

// Check looks whether it is still to be decided, and by somebody else than its maker.
func (c approving) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	r, ok := row.(*Request)
	switch {
	case !ok:
		return nil, fault.New(fault.RequestNotFound)
	case r.State != Open:
		return nil, fault.New(fault.RequestClosed)
	case r.Maker == c.checker:
		return nil, fault.New(fault.SamePerson)
	case r.Late(at):
		return nil, fault.New(fault.RequestExpired)
	case r.Attempts != c.attempt:
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish marks it approved, or counts the attempt: its ID is spent.
func (c approving) Finish(row any, o *ledger.Outcome) any {
	r, ok := row.(*Request)
	if !ok || r.State != Open {
		return nil
	}
	next := *r
	if !o.Accepted {
		if r.Attempts != c.attempt {
			return nil // another attempt's ID, which is counted already
		}
		next.Attempts++
		next.Refusal = o.Refusal.Code
		return &next
	}
	next.State, next.Checker, next.DecidedAt, next.Posting = Approved, c.checker, o.At, o.ID
	return &next
}

// Reject returns the companion by which a checker turns a request down, and says why. Faults: request_not_found,
// request_closed, same_person (a maker withdraws it instead).
func (s *Store) Reject(no int64, checker, note string) ledger.Companion {
	return closing{onRequest{no}, Rejected, checker, note}
}

// Withdraw returns the companion by which the maker takes a request back. Faults: request_not_found, request_closed,
// not_allowed for anybody else.
func (s *Store) Withdraw(no int64, maker string) ledger.Companion {
	return closing{onRequest{no}, Withdrawn, maker, ""}
}

type closing struct {
	onRequest
	state State
	by    string
	note  string
}

// Check looks whether it is still to be decided, and by whom.
func (c closing) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	r, ok := row.(*Request)
	switch {
	case !ok:
		return nil, fault.New(fault.RequestNotFound)
	case r.State != Open:
		return nil, fault.New(fault.RequestClosed)
	case c.state == Rejected && r.Maker == c.by:
		return nil, fault.New(fault.SamePerson)
	case c.state == Withdrawn && r.Maker != c.by:
		return nil, fault.New(fault.NotAllowed, "role", "its maker")
	case utf8.RuneCountInString(c.note) > mostNote:
		return nil, fault.New(fault.BadRequest, "field", "note")
	}
	return nil, nil
}

// Finish closes it if the plan was accepted.
func (c closing) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := *row.(*Request)
	next.State, next.DecidedAt, next.Note = c.state, o.At, c.note
	if c.state == Rejected {
		next.Checker = c.by
	}
	return &next
}
