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
}

// NewStore returns the store of the customers in a database.
func NewStore(d *db.DB) *Store { return &Store{d, &customerTable{}, &documentTable{}} }

const selectCustomer = `
	SELECT id, account, phone, name, name_verified, tier, status, language, terms, terms_at,
	       id_type, id_sealed, id_index, created_at
	  FROM customers`

// ByPhone returns the customer with that number, or not_registered.
func (s *Store) ByPhone(ctx context.Context, phone msisdn.Number) (Customer, error) {
	return s.one(ctx, selectCustomer+` WHERE phone = ?`, string(phone))
}

// ByID returns the customer with that customer number, or not_registered.
func (s *Store) ByID(ctx context.Context, customer int64) (Customer, error) {
	return s.one(ctx, selectCustomer+` WHERE id = ?`, customer)
}

// ByAccount returns the customer who holds that ledger account, or not_registered.
func (s *Store) ByAccount(ctx context.Context, account int64) (Customer, error) {
	return s.one(ctx, selectCustomer+` WHERE account = ?`, account)
}

// ByDocument returns the customers who name a document, oldest first.
func (s *Store) ByDocument(ctx context.Context, index []byte) ([]Customer, error) {
	return s.all(ctx, selectCustomer+` WHERE id_index = ? ORDER BY id`, index)
}

func (s *Store) one(ctx context.Context, query string, args ...any) (Customer, error) {
	all, err := s.all(ctx, query, args...)
	if err != nil {
		return Customer{}, err
	}
	if len(all) == 0 {
		return Customer{}, fault.New(fault.NotRegistered)
	}
	return all[0], nil
}

func (s *Store) all(ctx context.Context, query string, args ...any) ([]Customer, error) {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("customer: read: %w", err)
	}
	var all []Customer
	if err := scanAll(rows, func(c *Customer) { all = append(all, *c) }); err != nil {
		return nil, fmt.Errorf("customer: read: %w", err)
	}
	return all, nil
}

func scanAll(rows *sql.Rows, take func(*Customer)) error {
	defer func() { _ = rows.Close() }() // Err tells what matters
	for rows.Next() {
		var c Customer
		var verified, termsAt, createdAt int64
		err := rows.Scan(&c.ID, &c.Account, &c.Phone, &c.Name, &verified, &c.Tier, &c.Status, &c.Language, &c.Terms, &termsAt,
			&c.Document.Type, &c.Document.Sealed, &c.Document.Index, &createdAt)
		if err != nil {
			return err
		}
		c.NameVerified = verified != 0
		c.TermsAt, c.CreatedAt = time.UnixMicro(termsAt).UTC(), time.UnixMicro(createdAt).UTC()
		take(&c)
	}
	return rows.Err()
}
