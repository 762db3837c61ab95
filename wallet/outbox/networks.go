package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/msisdn"
)

// networks learns on which network phones are: a number may have been taken along from the one that the number plan names. What gateways
// say is gathered in memory and written in bulk now and then; to lose some of it costs nothing but a dearer route.
type networks struct {
	db    *db.DB
	clock clock.Clock

	mu      sync.Mutex
	known   map[msisdn.Number]string // written by this process
	pending map[msisdn.Number]string
}

const (
	learnEvery   = 5 * time.Second
	knownMost    = 200_000 // phones: some 20 MB
	networkChars = 40
)

// Learn notes on which network a phone was seen, as its gateway calls it. It costs the caller nothing, and never fails.
func (s *Store) Learn(phone msisdn.Number, network string) {
	if network == "" || len(network) > networkChars {
		return
	}
	n := &s.networks
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known[phone] == network || len(n.pending) >= knownMost {
		return
	}
	if n.pending == nil {
		n.pending = map[msisdn.Number]string{}
	}
	n.pending[phone] = ascii(network, networkChars)
}

// Remember writes what was learned until ctx is done.
func (s *Store) Remember(ctx context.Context) {
	tick := time.NewTicker(learnEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := s.FlushNetworks(ctx); err != nil && ctx.Err() == nil {
				slog.Error("outbox: networks of phones not written, trying again", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// FlushNetworks writes what was learned so far.
func (s *Store) FlushNetworks(ctx context.Context) error {
	n := &s.networks
	n.mu.Lock()
	writing := n.pending
	n.pending = nil
	n.mu.Unlock()
	if len(writing) == 0 {
		return nil
	}
	now := n.clock.Now().UnixMicro()
	args := make([]any, 0, 3*len(writing))
	for _, phone := range sortedKeys(writing) {
		args = append(args, string(phone), writing[phone], now)
	}
	err := n.db.Transact(ctx, func(tx *db.DB) error {
		return tx.Run(ctx, db.InsertMany(`INSERT INTO phone_networks (phone, network, seen_at) VALUES `, 3, args,
			tx.Dialect().Upsert([]string{"phone"}, []string{"network", "seen_at"})))
	})
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil {
		for phone, network := range n.pending {
			writing[phone] = network // newer
		}
		n.pending = writing
		return fmt.Errorf("outbox: write networks of phones: %w", err)
	}
	if n.known == nil || len(n.known) > knownMost {
		n.known = map[msisdn.Number]string{}
	}
	for phone, network := range writing {
		n.known[phone] = network
	}
	return nil
}

// networksOf returns the networks that phones were last seen on.
func (s *Store) networksOf(ctx context.Context, phones []msisdn.Number) (map[msisdn.Number]string, error) {
	values := make([]any, len(phones))
	for i, p := range phones {
		values[i] = string(p)
	}
	found := make(map[msisdn.Number]string, len(phones))
	return found, s.db.EachIn(ctx, `SELECT phone, network FROM phone_networks WHERE phone IN`, values, func(rows *sql.Rows) error {
		var phone, network string
		err := rows.Scan(&phone, &network)
		found[msisdn.Number(phone)] = network
		return err
	})
}
