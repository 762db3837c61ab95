package network

import "strconv"

// RefKind says what a Ref names.
type RefKind string

// The kinds of things in the network.
const (
	AnAgent    RefKind = "agent"
	AStore     RefKind = "store"
	ATill      RefKind = "till"
	AnOperator RefKind = "operator"
)

// Ref names one thing in the network, for acts that all of them share.
type Ref struct {
	Kind RefKind
	ID   int64
}

// String returns "till:1004", as the audit writes it.
func (r Ref) String() string { return string(r.Kind) + ":" + strconv.FormatInt(r.ID, 10) }

// With returns the place as it would be if the named part of it had that status.
func (p Place) With(r Ref, s Status) Place {
	switch {
	case r.Kind == ATill && r.ID == p.Till.ID:
		p.Till.Status = s
	case r.Kind == AStore && r.ID == p.Store.ID:
		p.Store.Status = s
	case r.Kind == AnAgent && r.ID == p.Agent.ID:
		p.Agent.Status = s
	case r.Kind == AnAgent && r.ID == p.Super.ID:
		p.Super.Status = s
	}
	return p
}
