package market

import "time"

// Holiday is a day on which banks and offices are closed.
type Holiday struct {
	Day  int32 // yyyymmdd
	Name string
}

// Holiday returns the holiday on a day (yyyymmdd), or false.
func (m *Market) Holiday(day int32) (Holiday, bool) {
	for _, h := range m.Holidays {
		if h.Day == day {
			return h, true
		}
	}
	return Holiday{}, false
}

// Dormancy is what becomes of a wallet whose owner does nothing. Times count from the owner's last own act.
type Dormancy struct {
	Warn  []time.Duration // ascending, before After
	After time.Duration   // the wallet goes to sleep: money may arrive, none may leave
}

// Retention is how long rows are kept that nobody asks for any more. Postings and the audit record are never deleted.
type Retention struct {
	Records  time.Duration // what explains a posting: intents that were done, deals, cases
	Quotes   time.Duration // intents that nobody went through with
	Messages time.Duration // texts of messages that were delivered or given up
	Sessions time.Duration // conversations
	Codes    time.Duration // codes that were used or ran out
	Runs     time.Duration // results of jobs
}

// Ward is a part of a town, by which people find agents.
type Ward struct {
	Code string // digits, as a person keys it
	Name string
}

// Ward returns the ward with that code, or false.
func (m *Market) Ward(code string) (Ward, bool) {
	for _, w := range m.Wards {
		if w.Code == code {
			return w, true
		}
	}
	return Ward{}, false
}
