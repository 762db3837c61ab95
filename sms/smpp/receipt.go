package smpp

import (
	"strings"
)

// Receipt is what a centre says became of a message, in whichever of its many forms.
type Receipt struct {
	ID    string // the centre's name for the message, as it writes it in receipts
	State State
	Word  string // the centre's word, if it is a usual one, and error code: "UNDELIV:027". Fit for a log
	Phone string // who the message was for, in the form "+254712000001" or as the centre writes it
}

// State is message_state.
type State byte

// The states of a message.
const (
	EnRoute       State = 1
	Delivered     State = 2
	Expired       State = 3
	Deleted       State = 4
	Undeliverable State = 5
	Accepted      State = 6
	NotKnown      State = 7 // also what a centre says that we do not understand
	Rejected      State = 8
	Skipped       State = 9
)

// Failed reports whether the phone will not get the message.
func (s State) Failed() bool {
	switch s {
	case Expired, Deleted, Undeliverable, Rejected, Skipped:
		return true
	}
	return false
}

// stateWords are what "stat:" says. Centres cut the words short, or not.
var stateWords = map[string]State{
	"ENROUTE": EnRoute, "DELIVRD": Delivered, "DELIVERED": Delivered, "EXPIRED": Expired, "DELETED": Deleted, "UNDELIV": Undeliverable,
	"UNDELIVERABLE": Undeliverable, "UNDELIVERED": Undeliverable, "FAILED": Undeliverable, "ACCEPTD": Accepted, "ACCEPTED": Accepted,
	"ACKED": Accepted, "BUFFERED": EnRoute, "BUFFRED": EnRoute, "UNKNOWN": NotKnown, "REJECTD": Rejected, "REJECTED": Rejected, "SKIPPED": Skipped,
}

// stateNames are the words again, for receipts that have none.
var stateNames = map[State]string{
	EnRoute: "ENROUTE", Delivered: "DELIVRD", Expired: "EXPIRED", Deleted: "DELETED", Undeliverable: "UNDELIV", Accepted: "ACCEPTD",
	NotKnown: "UNKNOWN", Rejected: "REJECTD", Skipped: "SKIPPED",
}

// The longest ID and error code that are kept of a receipt.
const (
	maxID   = 64
	maxCode = 3
)

// ReadReceipt takes a receipt apart. It is false for what names no message. Options count for more than the text, of which some
// centres fill in half. Dates are not read: they are local, and nobody says where.
func (m *Message) ReadReceipt(a Alphabet) (Receipt, bool) {
	text, _ := a.Decode(m.Text, m.Coding)
	fields := receiptFields(text)
	r := Receipt{ID: fields["id"], Phone: m.From.Number(), Word: word(fields["stat"])}
	if id := m.Option(TagReceiptedID); len(id) > 0 {
		r.ID = MessageID(id)
	}
	if state := m.Option(TagState); len(state) == 1 {
		r.State = State(state[0])
	}
	if r.State == 0 {
		r.State = stateWords[r.Word]
	}
	if r.State == 0 {
		r.State = NotKnown
	}
	if r.Word == "" {
		r.Word = stateNames[r.State]
	}
	if code := fields["err"]; len(code) <= maxCode && strings.Trim(code, "0") != "" && strings.Trim(code, "0123456789") == "" {
		r.Word += ":" + code
	}
	r.ID = strings.TrimSpace(r.ID)
	ok := r.ID != "" && len(r.ID) <= maxID && printable(r.ID)
	return r, ok
}

// receiptNames are the fields of a receipt's text that are looked for. The last one takes all that follows it, so it is not read:
// it is the beginning of the message itself.
var receiptNames = []string{"id", "sub", "dlvrd", "submit date", "done date", "stat", "err", "text"}

// receiptFields reads "id:… sub:… stat:…" in any order and case. A field goes on until the next one that is known; of a field given
// twice the first counts.
func receiptFields(text string) map[string]string {
	fields := map[string]string{}
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		lower = text // a letter that is shorter in lower case; no field has one
	}
	name, from := "", 0
	keep := func(to int) {
		if _, given := fields[name]; name != "" && !given {
			fields[name] = strings.TrimSpace(text[from:to])
		}
	}
	for at := 0; at < len(lower); {
		next, length := fieldAt(lower, at)
		if next == "" {
			at++
			continue
		}
		keep(at)
		name, from = next, at+length
		at = from
		if name == "text" {
			return fields
		}
	}
	keep(len(text))
	return fields
}

// fieldAt returns the field whose name stands there, after a space or at the beginning, and how long name and colon are.
func fieldAt(lower string, at int) (name string, length int) {
	if at > 0 && lower[at-1] != ' ' {
		return "", 0
	}
	for _, n := range receiptNames {
		if rest, ok := strings.CutPrefix(lower[at:], n); ok && strings.HasPrefix(rest, ":") {
			return n, len(n) + 1
		}
	}
	return "", 0
}

// otherWord stands for a word that nobody knows. It may be anything, so it is not kept.
const otherWord = "OTHER"

// word returns a centre's word for a state.
func word(stat string) string {
	stat = strings.ToUpper(stat)
	if _, usual := stateWords[stat]; usual || stat == "" {
		return stat
	}
	return otherWord
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
