package main

import (
	"bufio"
	"encoding/json"
	"os"
	"sync"
	"testing"

	"senti/wallet/msisdn"
)

// journal is what the phones know, kept outside the database in a file to which lines are only added: what was about to be
// asked for, before it is asked, and what was answered. It decides what the tables should hold.
type journal struct {
	t    *testing.T
	mu   sync.Mutex
	file *os.File
	n    int64
}

// entry is one line. From, To and Amount (whole shillings; no two attempts of a sender have the same) are in attempts only.
type entry struct {
	Attempt int64         `json:"attempt"`
	Event   string        `json:"event"`
	From    msisdn.Number `json:"from,omitempty"`
	To      msisdn.Number `json:"to,omitempty"`
	Amount  int64         `json:"amount,omitempty"`
	Receipt string        `json:"receipt,omitempty"`
	Said    string        `json:"said,omitempty"` // the screen, unless it was a receipt
}

func newJournal(t *testing.T, path string) *journal {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return &journal{t: t, file: f}
}

// attempt writes that a PIN is about to be sent, and returns the attempt's number.
func (j *journal) attempt(from, to msisdn.Number, amount int64) int64 {
	j.mu.Lock()
	j.n++
	n := j.n
	j.mu.Unlock()
	j.write(entry{Attempt: n, Event: attempted, From: from, To: to, Amount: amount})
	return n
}

func (j *journal) write(e entry) {
	line, err := json.Marshal(e)
	if err != nil {
		panic(err) // numbers and texts
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		j.t.Errorf("intent journal: %v", err)
	}
}

// attempt is all that the journal says of one.
type attempt struct {
	entry
	events   map[string]int
	receipts []string
	said     []string
}

// readJournal reads the file back.
func readJournal(path string) (map[int64]*attempt, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	all := map[int64]*attempt{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, err
		}
		if e.Event == attempted {
			all[e.Attempt] = &attempt{entry: e, events: map[string]int{}}
			continue
		}
		a := all[e.Attempt]
		a.events[e.Event]++
		if e.Receipt != "" {
			a.receipts = append(a.receipts, e.Receipt)
		}
		if e.Said != "" {
			a.said = append(a.said, e.Said)
		}
	}
	return all, lines.Err()
}
