package smpp

import (
	"container/list"
	"context"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

// Names is how a centre's receipts name messages, compared with its answers to submits.
type Names string

// The ways in which receipts name messages.
const (
	SameNames    Names = "same"    // as the answers do
	DecimalNames Names = "decimal" // answers are hexadecimal and receipts decimal
	HexNames     Names = "hex"     // answers are decimal and receipts hexadecimal
)

// Check refuses a word that is none of them.
func (n Names) Check() error {
	switch n {
	case SameNames, DecimalNames, HexNames:
		return nil
	}
	return fmt.Errorf("smpp: receipts cannot name messages %q: choose same, decimal or hex", string(n))
}

// Answered returns the name by which a message is known outside this package, of the one in the answer to its submit.
func (n Names) Answered(name string) string {
	switch n {
	case DecimalNames:
		return rebase(name, 16)
	case HexNames:
		return rebase(name, 10)
	}
	return name
}

// Reported returns the same of the name in a receipt.
func (n Names) Reported(name string) string {
	switch n {
	case DecimalNames:
		return rebase(name, 10)
	case HexNames:
		return rebase(name, 16)
	}
	return name
}

// rebase writes a number of that base as a decimal without leading zeros, or returns the text when it is none.
func rebase(text string, base int) string {
	digits := text
	if base == 16 {
		digits = strings.TrimPrefix(strings.TrimPrefix(digits, "0x"), "0X")
	}
	if digits == "" || len(digits) > maxID || strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
		return text
	}
	number, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return text
	}
	return number.String()
}

// spellings are the other ways in which a centre may write a name: in other letters, without leading zeros, in the other base. One
// spelling of a name may be another message's name, so they only count for the same phone.
func spellings(name string) []string {
	return []string{strings.ToLower(strings.TrimLeft(name, "0")), "d" + rebase(name, 10), "h" + rebase(name, 16)}
}

// alike reports whether two names may be one name, spelt in two ways.
func alike(a, b string) bool {
	x, y := spellings(a), spellings(b)
	return x[0] == y[0] || x[1][1:] == y[2][1:] || x[2][1:] == y[1][1:]
}

// The bounds of what a Known keeps.
const (
	knownNames  = 50_000
	settleFor   = 2 * time.Second // how long a receipt waits for the answer of its submit
	sameDigits  = 8               // of two phone numbers, from the end, that must agree
	namesOfEach = 16              // of one phone
)

// Known remembers what messages of late are called, to find the message of a receipt that spells its name in another way than the
// answer did, or comes before the answer. It is an aid: without it a receipt still finds its message if both spell the name
// the same way. It is safe for concurrent use.
type Known struct {
	mu      sync.Mutex
	phones  map[string]*phone
	order   *list.List // of string, phones, the one longest unused first
	names   int
	changed chan struct{} // closed when a submit was answered
}

// phone is what is on its way, or was of late, to one phone.
type phone struct {
	at       *list.Element
	inFlight int
	names    []known // the latest last
}

// known is a name and what its receipts are to be called outside: of a text of several parts, all are called as the last.
type known struct{ name, outside string }

// NewKnown returns an empty one.
func NewKnown() *Known {
	return &Known{phones: map[string]*phone{}, order: list.New(), changed: make(chan struct{})}
}

func tail(number string) string { return number[max(0, len(number)-sameDigits):] }

// Sending notes that a message to a phone is about to be submitted. Sent must follow.
func (k *Known) Sending(number string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.phone(tail(number)).inFlight++
}

// Sent notes what a message is called, and what it is to be called outside; names is empty when it was not taken on.
func (k *Known) Sent(number string, names []string, outside string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.phone(tail(number))
	p.inFlight--
	for _, n := range names {
		p.names = append(p.names, known{n, outside})
		k.names++
	}
	if most := max(namesOfEach, len(names)); len(p.names) > most {
		k.names -= len(p.names) - most
		p.names = append([]known(nil), p.names[len(p.names)-most:]...)
	}
	close(k.changed)
	k.changed = make(chan struct{})
	for e := k.order.Front(); e != nil && k.names > knownNames; {
		next := e.Next()
		if old := k.phones[e.Value.(string)]; old.inFlight == 0 && old != p {
			k.names -= len(old.names)
			delete(k.phones, e.Value.(string))
			k.order.Remove(e)
		}
		e = next
	}
}

// phone finds a phone or makes it, and puts it last in the order.
func (k *Known) phone(number string) *phone {
	p := k.phones[number]
	if p == nil {
		p = &phone{at: k.order.PushBack(number)}
		k.phones[number] = p
	}
	k.order.MoveToBack(p.at)
	return p
}

// Find returns what the message of a receipt is called outside, which is the name itself when nobody knows better. Part says that
// the receipt is of a part that is not the last one of its text. It waits a little while for the answers of submits to that phone
// that are under way.
func (k *Known) Find(ctx context.Context, number, name string) (outside string, part bool) {
	late := time.NewTimer(settleFor)
	defer late.Stop()
	for {
		found, wait := k.look(tail(number), name)
		if wait == nil {
			return found.outside, found.name != found.outside
		}
		select {
		case <-wait:
			continue
		case <-late.C:
		case <-ctx.Done():
		}
		return name, false
	}
}

// look is one look. Wait is what to wait for before the next, or nil.
func (k *Known) look(number, name string) (found known, wait <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found = known{name, name}
	p := k.phones[number]
	if p == nil {
		return found, nil
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, alike} {
		for i := len(p.names) - 1; i >= 0; i-- {
			if same(p.names[i].name, name) {
				return p.names[i], nil
			}
		}
	}
	if p.inFlight > 0 {
		return found, k.changed
	}
	return found, nil
}
