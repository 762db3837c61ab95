package customer

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

// Store reads customers as last committed, and makes the companions that write them. It is safe for concurrent use.
type Store struct {
	db        *db.DB
	customers *customerTable
	documents *documentTable
	checked   *checkedTable
	quiet     *quietTable
	byPhone   db.Loader[msisdn.Number, Customer]
}

// NewStore returns the store of the customers in a database.
func NewStore(d *db.DB) *Store {
	s := &Store{db: d, customers: &customerTable{}, documents: &documentTable{}, checked: &checkedTable{}, quiet: &quietTable{}}
	s.byPhone.Read = s.withPhones
	return s
}

const selectCustomer = `
	SELECT id, account, phone, name, name_verified, tier, status, language, terms, terms_at,
	       id_type, id_sealed, id_index, photo, shared, was, created_at,
	       sim, sim_changed, sim_checked
	  FROM customers`

// ByPhone returns the customer with that number and the accounts beside it, or not_registered. Callers at the same time share a query.
func (s *Store) ByPhone(ctx context.Context, phone msisdn.Number) (Customer, error) {
	c, found, err := s.byPhone.Get(ctx, phone)
	switch {
	case err != nil:
		return Customer{}, fmt.Errorf("customer: read: %w", err)
	case !found:
		return Customer{}, fault.New(fault.NotRegistered)
	case c.Shared:
		c.Beside, err = s.beside(ctx, c)
	}
	return c, err
}

// withPhones reads the customers that have one of the numbers.
func (s *Store) withPhones(ctx context.Context, phones []msisdn.Number) (map[msisdn.Number]Customer, error) {
	values := make([]any, len(phones))
	for i, p := range phones {
		values[i] = string(p)
	}
	found := make(map[msisdn.Number]Customer, len(phones))
	return found, s.db.EachIn(ctx, selectCustomer+` WHERE phone IN`, values, func(rows *sql.Rows) error {
		c, err := scan(rows)
		found[c.Phone] = c
		return err
	})
}

// ByID returns the customer with that customer number, or not_registered.
func (s *Store) ByID(ctx context.Context, customer int64) (Customer, error) {
	return s.one(ctx, selectCustomer+` WHERE id = ?`, customer)
}

// ByAccount returns the customer whose wallet that account is, or not_registered.
func (s *Store) ByAccount(ctx context.Context, account int64) (Customer, error) {
	return s.one(ctx, selectCustomer+` WHERE account = ?`, account)
}

func (s *Store) one(ctx context.Context, query string, arg any) (Customer, error) {
	var c Customer
	found := false
	err := s.db.Each(ctx, query, []any{arg}, func(rows *sql.Rows) (err error) {
		found = true
		c, err = scan(rows)
		return err
	})
	switch {
	case err != nil:
		return Customer{}, fmt.Errorf("customer: read: %w", err)
	case !found:
		return Customer{}, fault.New(fault.NotRegistered)
	}
	return c, nil
}

func scan(rows *sql.Rows) (c Customer, err error) {
	var verified, shared, termsAt, createdAt, simChanged, simChecked int64
	var sim []byte
	err = rows.Scan(&c.ID, &c.Account, &c.Phone, &c.Name, &verified, &c.Tier, &c.Status, &c.Language, &c.Terms, &termsAt,
		&c.Document.Type, &c.Document.Sealed, &c.Document.Index, &c.Photo, &shared, &c.Was, &createdAt,
		&sim, &simChanged, &simChecked)
	copy(c.SIM[:], sim)
	c.SIMChanged, c.SIMChecked = moment(simChanged), moment(simChecked)
	c.NameVerified, c.Shared = verified != 0, shared != 0
	c.TermsAt, c.CreatedAt = time.UnixMicro(termsAt).UTC(), time.UnixMicro(createdAt).UTC()
	return c, err
}

// moment is a time of the database, of which 0 is none; micros its inverse.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
