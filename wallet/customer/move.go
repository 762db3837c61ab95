package customer

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// A customer's row is found by the number. Another number is two rows in one commit: the one that the number had is vacant, and
// the customer stands at the other.

// Move returns the companions that give a customer, as just read, another number, and what else is different in next. The faults are
// conflict when the row has changed since, and already_open when the other number has a wallet.
func (s *Store) Move(was, next Customer) []ledger.Companion {
	next.ID, next.moved = was.ID, true
	return []ledger.Companion{leaving{s, was}, arrival{creation{s, next}}}
}

type leaving struct {
	store *Store
	was   Customer
}

// Table is the customers' table.
func (l leaving) Table() ledger.Table { return l.store.customers }

// Key is the number that is left.
func (l leaving) Key() id.ID { return l.was.Phone.Bytes16() }

// Check refuses a row that is not as it was read.
func (l leaving) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if c, ok := row.(*Customer); !ok || !c.equal(l.was) {
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish leaves the number vacant if the plan was accepted.
func (l leaving) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	return &Customer{Phone: l.was.Phone}
}

// arrival is creation, for a customer who was one before.
type arrival struct{ creation }

// Finish writes the customer at the new number if the plan was accepted.
func (a arrival) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := a.customer
	return &next
}

// equal compares what is stored.
func (c *Customer) equal(other Customer) bool {
	a, b := *c, other
	same := slices.Equal(a.Document.Sealed, b.Document.Sealed) && slices.Equal(a.Document.Index, b.Document.Index) &&
		a.Document.Type == b.Document.Type && a.TermsAt.Equal(b.TermsAt) && a.CreatedAt.Equal(b.CreatedAt) &&
		a.SIMChanged.Equal(b.SIMChanged) && a.SIMChecked.Equal(b.SIMChecked) && a.SIM == b.SIM
	return same && a.ID == b.ID && a.Account == b.Account && a.Phone == b.Phone && a.Name == b.Name && a.NameVerified == b.NameVerified &&
		a.Tier == b.Tier && a.Status == b.Status && a.Was == b.Was && a.Language == b.Language && a.Terms == b.Terms &&
		a.Photo == b.Photo && a.Shared == b.Shared
}

// Detached returns the customers under no number who named that document.
func (s *Store) Detached(ctx context.Context, d Document) ([]Customer, error) {
	var all []Customer
	err := s.db.Each(ctx, selectCustomer+` WHERE id_index = ? ORDER BY id`, []any{d.Index}, func(rows *sql.Rows) error {
		c, err := scan(rows)
		if err == nil && c.Detached() {
			all = append(all, c)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("customer: read the detached wallets of a document: %w", err)
	}
	return all, nil
}
