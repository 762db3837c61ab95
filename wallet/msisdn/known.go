package msisdn

import "sync"

// known remembers spellings that were found valid. Every callback of a USSD session names its caller again in the same
// spelling, and the number plan takes ten microseconds and more to ask; a valid number does not turn invalid while we run.
var known = memory{max: 200_000}

// memory is a bounded map; when it is full it is emptied, which costs a little asking again and no bookkeeping.
type memory struct {
	mu      sync.RWMutex
	max     int
	numbers map[spelling]Number
}

type spelling struct{ region, text string }

func (m *memory) get(region, text string) (Number, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	n, ok := m.numbers[spelling{region, text}]
	return n, ok
}

func (m *memory) put(region, text string, n Number) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.numbers == nil || len(m.numbers) >= m.max {
		m.numbers = make(map[spelling]Number)
	}
	m.numbers[spelling{region, text}] = n
}
