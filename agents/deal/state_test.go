package deal

import (
	"slices"
	"testing"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// life is what may become of a deal, as an agent would tell it.
var life = map[ledger.Kind]map[State][]State{
	ledger.CashIn: {
		Waiting: {Done, Declined, Expired, Cancelled},
		Done:    {Claimed},
		Claimed: {Reversed, Upheld},
	},
	ledger.CashOut: {
		Done:     {Returned, Disputed},
		Disputed: {Reversed, Upheld},
	},
	ledger.VoucherRedeem: {
		Done:     {Disputed},
		Disputed: {Reversed, Upheld},
	},
	ledger.Commission: {
		Done: {Reversed},
	},
}

var states = []State{Waiting, Done, Declined, Expired, Cancelled, Returned, Disputed, Claimed, Reversed, Upheld}

// TestEveryPairOfStates tries every change of every kind of posting, as the commit would.
func TestEveryPairOfStates(t *testing.T) {
	s := NewStore(nil, time.UTC)
	tried, moved := 0, 0
	for _, spec := range ledger.Kinds {
		for _, from := range states {
			for _, to := range states {
				tried++
				may := slices.Contains(life[spec.Kind][from], to)
				if CanMove(spec.Kind, from, to) != may {
					t.Errorf("%s: %s to %s is allowed: %v, want %v", spec.Name, from, to, !may, may)
				}
				row := someDeal(spec.Kind, from, 100)
				c := s.Change(row.ID, To(to, ids.New()))
				_, refusal := c.Check(&row, noon)
				if (refusal == nil) != may {
					t.Errorf("%s: %s to %s in the commit: %v, allowed %v", spec.Name, from, to, refusal, may)
				}
				if refusal != nil && (refusal.Code != fault.DealClosed || refusal.Arg("state") != from.String()) {
					t.Errorf("%s: %s to %s is refused with %v", spec.Name, from, to, refusal)
				}
				next := c.Finish(&row, &ledger.Outcome{Accepted: true, At: noon})
				if may {
					moved++
					if d := next.(*Deal); d.State != to || !d.EndedAt.Equal(noon) || row.State != from {
						t.Errorf("%s: %s to %s left %s behind", spec.Name, from, to, d.State)
					}
				} else if next != nil {
					t.Errorf("%s: %s to %s was refused and made", spec.Name, from, to)
				}
			}
		}
	}
	if len(states) != len(stateNames) || moved != len(movesByKind()) || tried != len(ledger.Kinds)*len(states)*len(states) {
		t.Errorf("%d states tried of %d, %d moves of %d", len(states), len(stateNames), moved, len(movesByKind()))
	}
}

// movesByKind is Moves with a row for each kind.
func movesByKind() (all []Move) {
	for _, m := range Moves {
		for _, k := range m.Kinds {
			all = append(all, Move{m.From, m.To, []ledger.Kind{k}})
		}
	}
	return all
}

// A change that hides its move from To is caught by the table too.
func TestAMoveByTheBackDoor(t *testing.T) {
	s := NewStore(nil, time.UTC)
	row := someDeal(ledger.CashOut, Returned, 100)
	c := s.Change(row.ID, func(d *Deal, _ time.Time) *fault.Error { d.State = Disputed; return nil })
	if _, refusal := c.Check(&row, noon); !fault.HasCode(refusal, fault.DealClosed) {
		t.Errorf("a returned deal was disputed: %v", refusal)
	}
	c = s.Change(row.ID, func(d *Deal, _ time.Time) *fault.Error { d.Marks |= Split; return nil })
	if _, refusal := c.Check(&row, noon); refusal != nil {
		t.Errorf("a mark on a closed deal: %v", refusal)
	}
	if next := c.Finish(&row, &ledger.Outcome{Accepted: true, At: noon}).(*Deal); !next.Marks.Has(Split|Loop) || !next.EndedAt.IsZero() {
		t.Errorf("marked: %+v", next)
	}
}

// A deal begins as one that waits or one that is done, and nothing else.
func TestHowADealBegins(t *testing.T) {
	s := NewStore(nil, time.UTC)
	for _, spec := range ledger.Kinds {
		for _, state := range states {
			_, done := life[spec.Kind]
			may := done && state == Done || spec.Kind == ledger.CashIn && state == Waiting
			_, refusal := s.Add(someDeal(spec.Kind, state, 100)).Check(nil, noon)
			if (refusal == nil) != may {
				t.Errorf("%s begins as %s: %v, want %v", spec.Name, state, refusal == nil, may)
			}
		}
	}
}
