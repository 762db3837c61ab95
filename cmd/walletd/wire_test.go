package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// wire lies between walletd and MariaDB, and can fall silent at a COMMIT: that still reaches the server, but its answer and all
// that follow do not come back. So a COMMIT succeeds without walletd hearing of it, which a kill does only by luck.
type wire struct {
	server string // the server's socket
	socket string // walletd's end
	armed  atomic.Bool
	silent atomic.Bool
	struck chan struct{} // told when an armed wire has fallen silent

	mu   sync.Mutex
	ends map[net.Conn]bool
}

func newWire(t *testing.T, server string) *wire {
	t.Helper()
	w := &wire{server: server, socket: filepath.Join(filepath.Dir(server), "wire"), struck: make(chan struct{}, 1), ends: map[net.Conn]bool{}}
	l, err := net.Listen("unix", w.socket)
	if err != nil {
		t.Fatal(err)
	}
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			client, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				w.join(client)
			}
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		accepting.Wait()
		w.cut()
	})
	return w
}

// join carries bytes both ways until either end hangs up.
func (w *wire) join(client net.Conn) {
	server, err := net.Dial("unix", w.server)
	if err != nil { // the server is down, and so this end is too
		_ = client.Close()
		return
	}
	w.mu.Lock()
	w.ends[client], w.ends[server] = true, true
	w.mu.Unlock()
	carry := func(to io.Writer, from io.Reader) {
		_, _ = io.Copy(to, from) // how it ends does not matter
		_, _ = client.Close(), server.Close()
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.ends, client)
		delete(w.ends, server)
	}
	go carry(trigger{server, w}, client)
	go carry(muffled{client, w}, server)
}

// trigger makes an armed wire fall silent at a COMMIT.
type trigger struct {
	io.Writer
	wire *wire
}

func (s trigger) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("COMMIT")) && s.wire.armed.CompareAndSwap(true, false) {
		s.wire.silent.Store(true)
		s.wire.struck <- struct{}{}
	}
	return s.Writer.Write(b)
}

// muffled swallows what is written while the wire is silent.
type muffled struct {
	io.Writer
	wire *wire
}

func (m muffled) Write(b []byte) (int, error) {
	if m.wire.silent.Load() {
		return len(b), nil
	}
	return m.Writer.Write(b)
}

// silence waits until the wire has fallen silent at a COMMIT, and reports whether it has; under load that takes a moment.
func (w *wire) silence(ctx context.Context) bool {
	w.armed.Store(true)
	limit := time.NewTimer(5 * time.Second)
	defer limit.Stop()
	select {
	case <-w.struck:
		return true
	case <-limit.C:
	case <-ctx.Done():
	}
	return false
}

// cut ends all connections. What is connected later is heard again.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for end := range w.ends {
		_ = end.Close()
	}
	w.silent.Store(false)
}
