package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	ussdgateway "senti/ussd/gateway"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/intent"
)

// While the database takes no commit, a PIN typed on any gateway is answered by that gateway's deadline: with a last page that says not to do it
// again, and that an SMS will tell; or that it was not done, where that is certain. The SMS comes, and tells the truth.
func TestASlowCommitOnEveryGateway(t *testing.T) {
	types := ussdgateway.Types()
	desk := &dropDesk{waiting: map[string]chan string{}, client: &http.Client{Timeout: time.Minute}}
	desk.replies = httptest.NewServer(http.HandlerFunc(desk.take))
	defer desk.replies.Close()
	s := newSite(t, sqliteFile(t))
	s.seed(t, 2*len(types))
	before := sendsAndMessages(t, s)
	a := s.open(t, everyGatewayOf(s, desk.replies.URL))
	desk.server = httptest.NewServer(a.routes())
	calls := make([]*dropCall, len(types))
	for i, gateway := range types {
		d := &dropCall{desk: desk, gateway: gateway, payer: i, payers: 2 * len(types), n: i}
		for _, typed := range []string{"", "1", crashPhone(len(types) + i).Plain(), "150"} {
			if typed != "" {
				d.history = append(d.history, typed)
			}
			d.turn(t)
		}
		if !strings.Contains(d.screen, "Enter PIN") {
			t.Fatalf("%s: no PIN page: %s", gateway, d.screen)
		}
		calls[i] = d
	}

	release := holdCommits(t, s.dsn)
	var unknown, undone atomic.Int64
	var all sync.WaitGroup
	for _, d := range calls {
		all.Go(func() {
			took := stopwatch()
			d.history = append(d.history, crashPIN)
			d.turn(t)
			switch late := took(); {
			case late > 4*time.Second: // the deadlines are two seconds; the rest is for a busy machine
				t.Errorf("%s was answered after %s", d.gateway, late)
			case strings.Contains(d.screen, "We do not know yet") && strings.Contains(d.screen, "Do not do it again. An SMS will tell you"):
				unknown.Add(1)
			case strings.Contains(d.screen, "This was not done"):
				undone.Add(1)
			default:
				t.Errorf("%s: %s", d.gateway, d.screen)
			}
		})
	}
	all.Wait()
	release()
	desk.server.Close()
	told, err := a.wallet.TellAbandoned(t.Context(), intent.Stretch{After: time.Unix(0, 0), Until: clock.System{}.Now(), Others: true})
	if err != nil {
		t.Error(err)
	}
	if err := a.stop(); err != nil {
		t.Error(err)
	}
	after := sendsAndMessages(t, s)
	sends, messages := after[0]-before[0], after[1]-before[1]
	t.Logf("%d gateways: %d pages did not know, %d said that it was not done; %d payments, %d texts, %d of them that nothing has moved", len(types), unknown.Load(),
		undone.Load(), sends, messages, told)
	if unknown.Load() == 0 || sends+int64(told) != unknown.Load() || messages != 2*sends+int64(told) || undoneTexts(t, s) != int64(told) {
		t.Errorf("%d did not know; %d payments, %d told, %d texts", unknown.Load(), sends, told, messages)
	}
}

// holdCommits keeps every other process and handle from committing, until it is released.
func holdCommits(t *testing.T, dsn string) (release func()) {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	held, let := make(chan error, 1), make(chan struct{})
	var holder sync.WaitGroup
	holder.Go(func() {
		err := d.TransactOnce(context.Background(), func(tx *db.DB) error {
			_, err := tx.Exec(context.Background(), "UPDATE sequencer SET batch = batch WHERE id = 1")
			held <- err
			<-let
			return err
		})
		if err != nil {
			t.Error(fmt.Errorf("what held the commits: %w", err))
		}
	})
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	return func() {
		close(let)
		holder.Wait()
		_ = d.Close()
	}
}
