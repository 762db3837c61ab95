package wallet

import (
	"context"
	"fmt"

	"senti/wallet/approval"
	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/staff"
)

// What can be asked for about a customer whose number has another SIM, or another holder.
const (
	RequestSIM    = "customer.sim"    // SIMArgs: the ID was checked, money may leave again
	RequestDetach = "customer.detach" // SIMArgs: the number is somebody else's
	RequestClaim  = "customer.claim"  // ClaimArgs: the owner of a detached wallet has another number
)

// SIMArgs is whose SIM it is. The document is the ID number that was shown, of ParseIDNumber for that phone, sealed; a customer who named
// none when the wallet was opened shows one that the two people of the staff judge by themselves.
type SIMArgs struct {
	Customer int64         `json:"customer"`
	Phone    msisdn.Number `json:"phone"`
	Document IDDraft       `json:"document,omitempty"`
	Why      string        `json:"why"`
}

// ClaimArgs is which wallet is to be put on which number. The document is as in SIMArgs, for the new number.
type ClaimArgs struct {
	Customer int64         `json:"customer"`
	To       msisdn.Number `json:"to"`
	Document IDDraft       `json:"document,omitempty"`
	Why      string        `json:"why"`
}

func (o *Office) simKinds() []Approvable {
	kind := func(name string, say func(context.Context, approval.Request) (string, error), plan func(context.Context, approval.Request) (*ledger.Plan, error)) Approvable {
		return Approvable{Kind: name, Asks: staff.Maker, Checks: staff.Checker, Sealed: []string{"document"}, Say: say,
			Plan: func(ctx context.Context, r approval.Request) (Deed, error) {
				p, err := plan(ctx, r)
				if err != nil {
					return Deed{}, err
				}
				return Deed{Plan: *p}, nil
			},
			After: func(context.Context) { o.w.known.Clear(); o.w.wake() },
		}
	}
	return []Approvable{
		kind(RequestSIM, o.saySIM, o.planSIM),
		kind(RequestDetach, o.sayDetach, o.planDetach),
		kind(RequestClaim, o.sayClaim, o.planClaim),
	}
}

func (o *Office) saySIM(ctx context.Context, r approval.Request) (string, error) {
	args, c, err := o.simArgs(ctx, r)
	if err != nil {
		return "", err
	}
	if r.MadeAt.IsZero() { // it is being asked for
		if c.SIMChanged.IsZero() {
			return "", fault.New(fault.SIMKnown)
		}
		if _, err := o.shown(c, args.Phone, args.Document, true); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("let money leave the wallet of %s %s again, customer %d, after another SIM: %s", c.Name, c.Phone.National(), c.ID, args.Why), nil
}

func (o *Office) planSIM(ctx context.Context, r approval.Request) (*ledger.Plan, error) {
	args, c, err := o.simArgs(ctx, r)
	if err != nil {
		return nil, err
	}
	if c.SIMChanged.IsZero() {
		return nil, fault.New(fault.SIMKnown)
	}
	compared, err := o.shown(c, args.Phone, args.Document, false)
	if err != nil {
		return nil, err
	}
	changes, checked := o.w.simChecked(c, "sms.sim.office")
	with := append(compared, o.w.record(audit.Staff(r.Checker), "customer.sim_check", c, "why", args.Why)...)
	return &ledger.Plan{Change: changes, Companions: append(with, checked...)}, nil
}

func (o *Office) sayDetach(ctx context.Context, r approval.Request) (string, error) {
	args, c, err := o.simArgs(ctx, r)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("take the wallet of %s off the number %s, customer %d, as somebody else has it: %s", c.Name, args.Phone.National(), c.ID, args.Why), nil
}

func (o *Office) planDetach(ctx context.Context, r approval.Request) (*ledger.Plan, error) {
	args, c, err := o.simArgs(ctx, r)
	switch {
	case err != nil:
		return nil, err
	case c.Phone != args.Phone:
		return nil, fault.New(fault.NotRegistered)
	}
	return o.w.DetachPlan(c, o.w.clock.Now(), audit.Staff(r.Checker), args.Why)
}

// simArgs reads the arguments and the customer.
func (o *Office) simArgs(ctx context.Context, r approval.Request) (args SIMArgs, c customer.Customer, err error) {
	if err = DecodeArgs(r, &args); err == nil {
		c, err = o.w.customers.ByID(ctx, args.Customer)
	}
	return args, c, err
}

func (o *Office) sayClaim(ctx context.Context, r approval.Request) (string, error) {
	args, c, err := o.claimArgs(ctx, r)
	if err != nil {
		return "", err
	}
	if r.MadeAt.IsZero() { // it is being asked for
		if err := o.claimable(ctx, args, c); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("put the wallet of %s, customer %d, which has no number any more, on %s: %s", c.Name, c.ID, args.To.National(), args.Why), nil
}

// claimable refuses a claim that could not be approved. Faults: number_kept, already_open (the new number has a wallet),
// id_mismatch.
func (o *Office) claimable(ctx context.Context, args ClaimArgs, c customer.Customer) error {
	if !c.Detached() {
		return fault.New(fault.NumberKept)
	}
	_, err := o.w.customers.ByPhone(ctx, args.To)
	switch {
	case err == nil:
		return fault.New(fault.AlreadyOpen)
	case !fault.HasCode(err, fault.NotRegistered):
		return err
	}
	_, err = o.shown(c, args.To, args.Document, true)
	return err
}

func (o *Office) planClaim(ctx context.Context, r approval.Request) (*ledger.Plan, error) {
	args, c, err := o.claimArgs(ctx, r)
	switch {
	case err != nil:
		return nil, err
	case !c.Detached():
		return nil, fault.New(fault.NumberKept)
	}
	compared, err := o.shown(c, args.To, args.Document, false)
	if err != nil {
		return nil, err
	}
	plan, err := o.w.claimPlan(c, args.To, audit.Staff(r.Checker), args.Why)
	if err == nil {
		plan.Companions = append(compared, plan.Companions...)
	}
	return plan, err
}

func (o *Office) claimArgs(ctx context.Context, r approval.Request) (args ClaimArgs, c customer.Customer, err error) {
	if err = DecodeArgs(r, &args); err == nil {
		c, err = o.w.customers.ByID(ctx, args.Customer)
	}
	return args, c, err
}

// shown compares the document that was shown with the customer's, and returns what counts a wrong one. Asking says so at once, as nobody
// is to approve that. A customer who named no document has shown whatever the two of the staff have seen.
func (o *Office) shown(c customer.Customer, phone msisdn.Number, draft IDDraft, asking bool) ([]ledger.Companion, error) {
	if c.Document.Type == customer.NoDocument {
		return nil, nil
	}
	right, err := o.w.shownIs(c.Document, phone, draft)
	switch {
	case err != nil:
		return nil, err
	case asking && !right:
		return nil, fault.New(fault.IDMismatch)
	}
	return []ledger.Companion{o.w.proofs.Compared(officeProof(c), right)}, nil
}
