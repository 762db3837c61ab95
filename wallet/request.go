package wallet

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"senti/wallet/approval"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/staff"
)

// Approvable is one kind of thing that one person of the staff asks for and another approves. Its arguments are JSON, without
// secrets, and say all that the checker needs to know.
type Approvable struct {
	Kind   string      // such as "issue"; ASCII, at most 40 characters
	Asks   staff.Roles // who may ask for it: one of these roles
	Checks staff.Roles // who may approve it

	// Fill completes the arguments when it is asked for, and returns with them what the maker is to hand over, shown once. It may refuse, and
	// is nil where there is nothing to complete.
	Fill func(ctx context.Context, r approval.Request) (args any, hand string, err error)
	// Sealed names the fields of the arguments that are not for reading, such as an ID number that is sealed: neither the audit nor a list has
	// them.
	Sealed []string
	// Say tells in one line what is asked for, as the checker is to read it, and refuses arguments that make no sense.
	Say func(ctx context.Context, r approval.Request) (string, error)
	// Plan builds what the approval does. Checker is set on the request. It is called anew for each attempt.
	Plan func(ctx context.Context, r approval.Request) (Deed, error)
	// After is called when the act is done, for what follows from it. Nil for nothing.
	After func(ctx context.Context)
}

// Deed is what an approval does. ID and Request of the plan are set when it is committed; a plan without a Kind posts nothing.
type Deed struct {
	Plan ledger.Plan
	Hand string // what the checker is to hand over afterwards, shown once: an invitation
}

// Asked is a request as people read it.
type Asked struct {
	approval.Request
	Text string // what Say said
	Hand string // what is to be handed over, shown once: by the maker, of Approvable.Fill, or by the checker, of Deed; else ""
}

// Decided is what became of an approval.
type Decided struct {
	Asked
	Outcome *ledger.Outcome // nil when nothing was posted
}

// Ask makes a request, for another person to approve. args are the kind's own.
//
// Faults: bad_request (kind), not_allowed, and what the kind's Say refuses.
func (o *Office) Ask(ctx context.Context, who staff.Staff, kind string, args any) (Asked, error) {
	k, ok := o.kinds[kind]
	if !ok {
		return Asked{}, fault.New(fault.BadRequest, "field", "kind")
	}
	no, err := o.w.ledger.Numbers(ctx)
	if err != nil {
		return Asked{}, err
	}
	r, hand, err := k.request(ctx, approval.Request{No: no, Kind: kind, Maker: who.Name}, args)
	if err != nil {
		return Asked{}, err
	}
	err = o.commit(ctx, o.record(who, "request.make", object(no), k.about(r)), o.staff.Acts(who.Name, k.Asks), o.requests.Make(r))
	if err != nil {
		return Asked{}, err
	}
	asked, err := o.Asked(ctx, no)
	asked.Hand = hand
	return asked, err
}

// request is the request with its arguments, completed, and what its maker is to hand over.
func (k Approvable) request(ctx context.Context, r approval.Request, args any) (approval.Request, string, error) {
	var hand string
	var err error
	if r.Args, err = json.Marshal(args); err != nil {
		return r, "", fault.Wrap(err, fault.BadRequest, "field", "args")
	}
	if k.Fill != nil {
		if args, hand, err = k.Fill(ctx, r); err != nil {
			return r, "", err
		}
		if r.Args, err = json.Marshal(args); err != nil {
			return r, "", fault.Wrap(err, fault.BadRequest, "field", "args")
		}
	}
	_, err = k.Say(ctx, r)
	return r, hand, err
}

// Asked returns a request with what it asks for. The fault is request_not_found.
func (o *Office) Asked(ctx context.Context, no int64) (Asked, error) {
	r, err := o.requests.Get(ctx, no)
	if err != nil {
		return Asked{}, err
	}
	return o.told(ctx, r), nil
}

// AllAsked returns up to limit requests in that state, newest first; state 0 is all.
func (o *Office) AllAsked(ctx context.Context, state approval.State, limit int) ([]Asked, error) {
	found, err := o.requests.List(ctx, state, limit)
	if err != nil {
		return nil, err
	}
	all := make([]Asked, len(found))
	for i, r := range found {
		all[i] = o.told(ctx, r)
	}
	return all, nil
}

// told says what is asked for; of what cannot be told any more, the bare arguments.
func (o *Office) told(ctx context.Context, r approval.Request) Asked {
	k, ok := o.kinds[r.Kind]
	if ok {
		if text, err := k.Say(ctx, r); err == nil {
			return Asked{Request: r, Text: text}
		}
	}
	return Asked{Request: r, Text: r.Kind + " " + string(k.readable(r.Args))}
}

// Approve does what was asked for, in the commit that marks the request approved. Approved again by the same person, it returns
// what was done then and does nothing. A refused act leaves the request open; one that was decided on what others changed meanwhile is
// decided anew.
//
// Faults: request_not_found, request_closed, request_expired, same_person, not_allowed, and whatever refuses the act.
func (o *Office) Approve(ctx context.Context, who staff.Staff, no int64) (Decided, error) {
	for try := 1; ; try++ {
		d, err := o.approve(ctx, who, no)
		if try == approveMost || !fault.HasCode(err, fault.Conflict) {
			return d, err
		}
	}
}

// approveMost is how often an approval is tried whose act others change all the while.
const approveMost = 5

func (o *Office) approve(ctx context.Context, who staff.Staff, no int64) (Decided, error) {
	asked, err := o.Asked(ctx, no)
	if err != nil {
		return Decided{}, err
	}
	r := asked.Request
	if r.State == approval.Approved && r.Checker == who.Name {
		return o.decided(ctx, no, "")
	}
	k, ok := o.kinds[r.Kind]
	switch { // for a good message; the commit decides
	case !ok:
		return Decided{}, fault.New(fault.BadRequest, "field", "kind")
	case r.State != approval.Open:
		return Decided{}, fault.New(fault.RequestClosed)
	case r.Maker == who.Name:
		return Decided{}, fault.New(fault.SamePerson)
	case !who.Has(k.Checks):
		return Decided{}, fault.New(fault.NotAllowed, "role", k.Checks.String())
	case r.Late(o.w.clock.Now()):
		return Decided{}, fault.New(fault.RequestExpired)
	}
	r.Checker = who.Name
	deed, err := k.Plan(ctx, r)
	if err != nil {
		return Decided{}, err
	}
	outcome, err := o.w.ledger.Commit(ctx, o.approvalPlan(who, r, k, deed))
	if err != nil {
		return Decided{}, err
	}
	if outcome.Replayed {
		deed.Hand = "" // another attempt did it, with a deed of its own
	}
	if k.After != nil {
		k.After(ctx)
	}
	return o.decided(ctx, no, deed.Hand)
}

// approvalPlan is the deed with all that makes it an approval.
func (o *Office) approvalPlan(who staff.Staff, r approval.Request, k Approvable, deed Deed) *ledger.Plan {
	p := deed.Plan
	if p.Kind != 0 {
		p.ID = approval.PostingID(r.No, r.Attempts)
		p.Request = sha256.Sum256(fmt.Appendf(nil, "senti.request.v1:%d:%s:%s", r.No, r.Kind, r.Args))
	}
	p.Companions = append([]ledger.Companion{
		o.requests.Approve(r.No, r.Attempts, who.Name),
		o.staff.Acts(who.Name, k.Checks),
		o.staff.Acts(r.Maker, k.Asks), // who was suspended meanwhile asks for nothing
	}, p.Companions...)
	p.Companions = append(p.Companions, o.record(who, "request.approve", object(r.No), k.about(r))...)
	return &p
}

func (o *Office) decided(ctx context.Context, no int64, hand string) (Decided, error) {
	asked, err := o.Asked(ctx, no)
	if err != nil {
		return Decided{}, err
	}
	d := Decided{Asked: asked}
	d.Hand = hand
	if !asked.Posting.IsZero() {
		d.Outcome, _, err = o.w.ledger.Posting(ctx, asked.Posting)
	}
	return d, err
}

// Reject turns a request down and says why. Faults: request_not_found, request_closed, same_person, not_allowed.
func (o *Office) Reject(ctx context.Context, who staff.Staff, no int64, note string) error {
	r, err := o.requests.Get(ctx, no)
	if err != nil {
		return err
	}
	k, ok := o.kinds[r.Kind]
	if !ok {
		k.Checks = staff.Checker
	}
	return o.commit(ctx, o.record(who, "request.reject", object(no), map[string]string{"note": note}),
		o.staff.Acts(who.Name, k.Checks), o.requests.Reject(no, who.Name, note))
}

// Withdraw takes a request of one's own back. Faults: request_not_found, request_closed, not_allowed.
func (o *Office) Withdraw(ctx context.Context, who staff.Staff, no int64) error {
	return o.commit(ctx, o.record(who, "request.withdraw", object(no), nil), o.requests.Withdraw(no, who.Name))
}

func object(no int64) string { return fmt.Sprintf("request:%d", no) }

// readable is the arguments without what is not for reading.
func (k Approvable) readable(args []byte) json.RawMessage {
	var fields map[string]json.RawMessage
	if len(k.Sealed) == 0 || json.Unmarshal(args, &fields) != nil {
		return args
	}
	for _, name := range k.Sealed {
		if _, ok := fields[name]; ok {
			fields[name] = json.RawMessage(`"(sealed)"`)
		}
	}
	out, err := json.Marshal(fields)
	if err != nil {
		panic("wallet: what was JSON is none: " + err.Error()) // its parts always are
	}
	return out
}

// about is what the audit chain keeps of a request.
func (k Approvable) about(r approval.Request) any {
	return struct {
		Kind  string          `json:"kind"`
		Maker string          `json:"maker"`
		Args  json.RawMessage `json:"args"`
	}{r.Kind, r.Maker, k.readable(r.Args)}
}

// DecodeArgs reads the arguments of a request, for a kind's Say and Plan. The fault is bad_request (args).
func DecodeArgs(r approval.Request, args any) error {
	if err := json.Unmarshal(r.Args, args); err != nil {
		return fault.Wrap(err, fault.BadRequest, "field", "args")
	}
	return nil
}
