package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	smsgateway "senti/sms/gateway"
)

// seenOnce counts what came, by name, and what came again.
type seenOnce struct {
	mu    sync.Mutex
	names map[string]struct{}
	twice int64
}

func (s *seenOnce) add(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names == nil {
		s.names = map[string]struct{}{}
	}
	if _, again := s.names[name]; again {
		s.twice++
	}
	s.names[name] = struct{}{}
}

func (s *seenOnce) count() (names, twice int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.names)), s.twice
}

// newKannelPeer is an HTTP server that takes messages on as Kannel's smsbox does. It knows each by our ID, which stands in the address
// that it is to report to.
func newKannelPeer() (peer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // of this machine
	if err != nil {
		return peer{}, err
	}
	var seen seenOnce
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		reports, errURL := url.Parse(r.Header.Get("X-Kannel-DLR-Url"))
		if err != nil || errURL != nil || len(text) == 0 || r.Header.Get("X-Kannel-To") == "" || r.URL.Path != "/cgi-bin/sendsms" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		seen.add(reports.Query().Get("id"))
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "0: Accepted for delivery")
	})}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }()
	sender, err := smsgateway.NewKannel(smsgateway.Kannel{BaseURL: "http://" + listener.Addr().String(), Username: "bench", Password: benchPassword,
		From: "SENTI", Reports: "http://127.0.0.1:9/sms/kannel/secret/reports"})
	return peer{sender: sender, took: seen.count, close: func() { _ = server.Shutdown(context.Background()); <-ended }}, err
}
