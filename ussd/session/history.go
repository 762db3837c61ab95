package session

import (
	"fmt"
	"strconv"
	"strings"

	"senti/wallet/key"
)

// repliesMax is how many replies of a session are kept for repeated callbacks. Telcos repeat the last one or two.
const repliesMax = 8

// Reply is a screen as it was answered.
type Reply struct {
	Text string
	End  bool
}

// History is what a session remembers of its callbacks: no input, only MACs of it.
type History struct {
	seen    Fingerprint // the last transcript, or turn
	length  int         // its length in bytes
	turn    int         // the last numbered turn
	replies []answered  // oldest first
}

// Fingerprint stands for a transcript, or for a numbered turn and its input.
type Fingerprint [16]byte

type answered struct {
	to    Fingerprint
	reply Reply
}

// Callback is what a gateway sent: a whole transcript, or the latest input.
type Callback struct {
	Whole bool   // Text is everything typed so far, joined by "*"
	Text  string // holds PINs
	Turn  int    // without Whole: the number of the turn, 0 when the gateway does not number them
	ID    string // the gateway's own name for this very callback, or nothing
	New   bool   // the gateway says that the session starts here
	Blind bool   // the caller had not seen the latest reply when it called
}

// Reading says what a callback means to a session.
type Reading struct {
	Input string      // the new input; meaningless when Known
	Known *Reply      // the reply to give again: nothing is new
	print Fingerprint // what the callback is remembered by
	size  int
	turn  int
}

// Reader reads callbacks. It is safe for concurrent use.
type Reader struct{ keys *key.Ring }

// NewReader returns a reader that makes MACs with the "session" key of keys, which it must have.
func NewReader(keys *key.Ring) (*Reader, error) {
	if _, err := keys.MAC(key.Session, keys.Current(key.Session)); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return &Reader{keys}, nil
}

// Key names the session of a caller at a gateway. The caller is part of it: nobody meets another's session.
func (r *Reader) Key(gateway, session, caller string) Key {
	return Key(r.mac("senti.session.key.v1", gateway, session, caller))
}

// Read tells what is new in a callback of a session that has answered before.
//
// A whole transcript is new if it is longer than the last, begins with it and goes on with "*"; what follows is the input,
// even if it holds another "*", which gateways do not escape. A numbered turn is new if its number is higher. Anything else
// is a repeat or out of order: it gets the reply it got, or the latest one if that is forgotten, and changes nothing.
// Of a gateway that neither resends nor numbers only a repeated start can be told, and what came while the latest reply was
// being made: it cannot answer a page that nobody had seen. Its every other callback is new.
func (r *Reader) Read(h *History, c Callback) Reading {
	out := r.first(c)
	if known := h.find(out.print); known != nil && (c.Whole || c.Turn > 0 || c.ID != "") {
		out.Known = known
		return out
	}
	switch {
	case c.Whole:
		goesOn := len(c.Text) > h.length && r.print(0, c.Text[:h.length]) == h.seen
		switch {
		case goesOn && h.length == 0:
			out.Input = c.Text
		case goesOn && c.Text[h.length] == '*':
			out.Input = c.Text[h.length+1:]
		default:
			out.Known = h.last()
		}
	case c.Turn > 0 && c.Turn <= h.turn, c.Turn == 0 && (c.New || c.Blind):
		out.Known = h.last()
	}
	return out
}

// Repeats reports whether a callback was answered before, as far as its ID tells.
func (r *Reader) Repeats(h *History, c Callback) bool {
	return c.ID != "" && h.find(r.first(c).print) != nil
}

// First is Read for the first callback a session answers: all of it is new.
func (r *Reader) First(c Callback) Reading { return r.first(c) }

func (r *Reader) first(c Callback) Reading {
	if c.Whole {
		return Reading{Input: c.Text, print: r.print(0, c.Text), size: len(c.Text)}
	}
	return Reading{Input: c.Text, print: r.print(c.Turn, c.Text, c.ID), turn: c.Turn}
}

// answer remembers the reply to a callback that was read.
func (h *History) answer(to Reading, reply Reply) {
	h.seen, h.length, h.turn = to.print, to.size, to.turn
	if len(h.replies) == repliesMax {
		h.replies = append(h.replies[:0], h.replies[1:]...)
	}
	h.replies = append(h.replies, answered{to.print, reply})
}

// Over returns the reply that ended the session, or nil.
func (h *History) Over() *Reply {
	if last := h.last(); last != nil && last.End {
		return last
	}
	return nil
}

// trim lets go of all but the last replies, for a session that is over.
func (h *History) trim() {
	if more := len(h.replies) - 2; more > 0 {
		h.replies = append([]answered(nil), h.replies[more:]...)
	}
}

func (h *History) last() *Reply {
	if len(h.replies) == 0 {
		return nil
	}
	return &h.replies[len(h.replies)-1].reply
}

func (h *History) find(print Fingerprint) *Reply {
	for i := len(h.replies) - 1; i >= 0; i-- {
		if h.replies[i].to == print {
			return &h.replies[i].reply
		}
	}
	return nil
}

// print is the MAC a callback is remembered by. A plain hash would not do: a four-digit PIN is found by trying them all.
func (r *Reader) print(turn int, text string, id ...string) Fingerprint {
	return Fingerprint(r.mac(append([]string{"senti.session.turn.v1", strconv.Itoa(turn), text}, id...)...))
}

func (r *Reader) mac(parts ...string) [16]byte {
	sum, err := r.keys.MACText(key.Session, r.keys.Current(key.Session), parts...)
	if err != nil {
		panic("session: the key is gone: " + err.Error()) // NewReader saw it, and a ring does not change
	}
	return [16]byte(sum[:16])
}

// Dialled splits what the first callback of a session carried into its inputs; nil when it was a plain dial.
func Dialled(text string) []string {
	text = strings.Trim(strings.TrimSpace(text), "*#")
	if text == "" {
		return nil
	}
	return strings.Split(text, "*")
}
