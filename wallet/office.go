package wallet

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"senti/wallet/approval"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/staff"
	"senti/wallet/trust"
)

// Office is what staff do: everything of it is one ledger plan with an entry of the audit chain, and checks in the commit that
// whoever does it may. It is safe for concurrent use.
type Office struct {
	w        *Wallet
	db       *db.DB
	audit    *audit.Store
	staff    *staff.Store
	requests *approval.Store
	kinds    map[string]Approvable
}

// NewOffice puts an Office together. kinds are what other packages let be asked for and approved, beside this one's own.
func NewOffice(w *Wallet, d *db.DB, kinds ...Approvable) *Office {
	o := &Office{w: w, db: d, audit: audit.NewStore(d), staff: staff.NewStore(d, w.keys, w.clock), requests: approval.NewStore(d),
		kinds: map[string]Approvable{}}
	for _, k := range slices.Concat(o.staffKinds(), o.trustKinds(), o.simKinds(), kinds) {
		if _, ok := o.kinds[k.Kind]; ok {
			panic("wallet: two kinds of request are called " + k.Kind)
		}
		o.kinds[k.Kind] = k
	}
	return o
}

// Audit returns the audit chain.
func (o *Office) Audit() *audit.Store { return o.audit }

// Staff returns the store of the staff.
func (o *Office) Staff() *staff.Store { return o.staff }

// Requests returns the store of the requests.
func (o *Office) Requests() *approval.Store { return o.requests }

// Banks returns the store of the trust banks.
func (o *Office) Banks() *trust.Store { return o.w.trust }

// Kinds returns the names of what can be asked for.
func (o *Office) Kinds() []string { return slices.Sorted(maps.Keys(o.kinds)) }

// SignIn proves that a person of the staff is who they say, by password and one-time code, and returns them. Every try is recorded.
//
// Faults: staff_wrong, staff_locked, code_used, staff_invited, staff_suspended.
func (o *Office) SignIn(ctx context.Context, name string, typed staff.Password, code string) (staff.Staff, error) {
	name, err := staff.ParseName(name)
	if err != nil {
		return staff.Staff{}, fault.New(fault.StaffWrong)
	}
	try, err := o.staff.Try(ctx, name, typed, code)
	if err != nil {
		return staff.Staff{}, err
	}
	if err := o.commit(ctx, o.tried(try, name, "staff.sign_in"), o.staff.Prove(try)); err != nil {
		return staff.Staff{}, err
	}
	return o.staff.Get(ctx, name)
}

// tried records a try. A name that nobody has is not kept: people type passwords where the name belongs.
func (o *Office) tried(t staff.Try, name, act string) []ledger.Companion {
	if !t.Known() {
		name = "unknown"
	}
	return o.audit.Add(audit.Act{Actor: audit.Staff(name), Act: act})
}

// commit commits companions without a posting.
func (o *Office) commit(ctx context.Context, first []ledger.Companion, more ...ledger.Companion) error {
	_, err := o.w.ledger.Commit(ctx, &ledger.Plan{Companions: append(first, more...)})
	return err
}

// NewStaff is a person to be invited.
type NewStaff struct {
	Name  string
	Roles staff.Roles
}

// Bootstrap invites the first people of the staff, who must be able to approve each other's requests, and returns their
// invitations, which are shown once. It works until one of them has set a password, and never again.
//
// Faults: bad_request (staff: too few of them), staff_exists.
func (o *Office) Bootstrap(ctx context.Context, people []NewStaff) ([]staff.Password, error) {
	if !canApprove(people) {
		return nil, fault.New(fault.BadRequest, "field", "staff")
	}
	there, err := o.staff.List(ctx)
	if err != nil {
		return nil, err
	}
	since := time.Time{}
	for _, p := range there {
		if p.Status != staff.Invited || !p.ProvedAt.IsZero() {
			return nil, fault.New(fault.StaffExists)
		}
		if p.PasswordAt.After(since) {
			since = p.PasswordAt
		}
	}
	plan := &ledger.Plan{
		// Of two that begin with the same people, one wins.
		ID:   id.Derive(id.ID{}, fmt.Sprintf("senti.staff.bootstrap.v1:%d:%d", len(there), since.UnixMicro())),
		Kind: ledger.Register,
	}
	var invitations []staff.Password
	var names []string
	for _, p := range people {
		invitation := staff.Invitation()
		c, err := o.staff.Found(p.Name, p.Roles, invitation)
		if err != nil {
			return nil, err
		}
		invitations, names = append(invitations, invitation), append(names, p.Name)
		plan.Companions = append(plan.Companions, c)
		plan.Companions = append(plan.Companions, o.audit.Add(audit.Act{Actor: audit.System, Act: "staff.bootstrap",
			Object: audit.Staff(p.Name), Detail: audit.Detail(map[string]string{"roles": p.Roles.String()})})...)
	}
	plan.Request = sha256.Sum256([]byte(strings.Join(names, ",") + invitations[0].Show()))
	if _, err := o.w.ledger.Commit(ctx, plan); err != nil {
		if fault.HasCode(err, fault.Conflict) {
			return nil, fault.New(fault.StaffExists)
		}
		return nil, err
	}
	return invitations, nil
}

// canApprove reports whether among the people there is such a pair.
func canApprove(people []NewStaff) bool {
	all := make([]staff.Staff, len(people))
	for i, p := range people {
		all[i] = staff.Staff{Name: p.Name, Roles: p.Roles}
	}
	_, _, ok := pair(all)
	return ok
}

// pair finds among the people a maker and, besides, a checker.
func pair(people []staff.Staff) (maker, checker staff.Staff, ok bool) {
	for _, m := range people {
		for _, c := range people {
			if m.Name != c.Name && m.Has(staff.Maker) && c.Has(staff.Checker) {
				return m, c, true
			}
		}
	}
	return staff.Staff{}, staff.Staff{}, false
}

// Enrol lets an invited person set their own password and take the secret of their codes into a phone. Of an invitation in two halves
// both are typed, one after the other. typed is a code of that secret, by which they show that the phone has it; without one ("") they are taken at their word.
//
// Faults: weak_password, staff_wrong, staff_locked, staff_active, invitation_over.
func (o *Office) Enrol(ctx context.Context, name string, invitation, own staff.Password, codes staff.Codes, typed string) error {
	if refusal := own.Weak(name); refusal != nil {
		return refusal
	}
	step := codes.Step(typed, o.w.clock.Now().Unix())
	if typed != "" && step == 0 {
		return fault.New(fault.StaffWrong)
	}
	try, err := o.staff.TryInvitation(ctx, name, invitation)
	if err != nil {
		return err
	}
	companions, err := o.staff.Enrol(try, own, codes, step)
	if err != nil {
		return err
	}
	return o.commit(ctx, o.tried(try, name, "staff.enrol"), companions...)
}

// ChangePassword sets another password for a person who proves the present one. Faults: weak_password, and those of SignIn.
func (o *Office) ChangePassword(ctx context.Context, name string, present staff.Password, code string, own staff.Password) error {
	if refusal := own.Weak(name); refusal != nil {
		return refusal
	}
	try, err := o.staff.Try(ctx, name, present, code)
	if err != nil {
		return err
	}
	companions, err := o.staff.SetPassword(try, own)
	if err != nil {
		return err
	}
	return o.commit(ctx, o.tried(try, name, "staff.password"), companions...)
}

// Suspend stops a person at once. One maker, checker or auditor is enough for that; to take the person back takes two. So it takes two that
// are left, however many suspend each other at the same moment: a maker and, besides, a checker.
//
// Faults: not_allowed, staff_not_found, staff_suspended, staff_needed.
func (o *Office) Suspend(ctx context.Context, who staff.Staff, name string) error {
	for try := 1; ; try++ {
		left, err := o.left(ctx, name)
		if err != nil {
			return err
		}
		err = o.commit(ctx, o.record(who, "staff.suspend", audit.Staff(name), nil),
			slices.Concat([]ledger.Companion{o.staff.Acts(who.Name, staff.Maker|staff.Checker|staff.Auditor)}, left, []ledger.Companion{o.staff.Suspend(name)})...)
		if try == approveMost || !fault.HasCode(err, fault.Conflict) {
			return err
		}
	}
}

// left are the companions that let a plan through only if two who can ask and approve are left without that person. Who is not active or
// neither asks nor approves can be spared in any case. Faults: staff_needed, conflict.
func (o *Office) left(ctx context.Context, without string) ([]ledger.Companion, error) {
	everybody, err := o.staff.List(ctx)
	if err != nil {
		return nil, err
	}
	var remain []staff.Staff
	for _, p := range everybody {
		switch {
		case p.Name == without && (p.Status != staff.Active || !p.Has(staff.Maker|staff.Checker)):
			return []ledger.Companion{o.staff.AsRead(p)}, nil
		case p.Name != without && p.Status == staff.Active:
			remain = append(remain, p)
		}
	}
	m, c, ok := pair(remain)
	if !ok {
		return []ledger.Companion{o.staff.Needed(without)}, nil
	}
	return []ledger.Companion{o.staff.AsRead(m), o.staff.AsRead(c)}, nil
}

// record is the entry of what a person does; detail may be nil.
func (o *Office) record(who staff.Staff, act, object string, detail any) []ledger.Companion {
	a := audit.Act{Actor: audit.Staff(who.Name), Act: act, Object: object}
	if detail != nil {
		a.Detail = audit.Detail(detail)
	}
	return o.audit.Add(a)
}
