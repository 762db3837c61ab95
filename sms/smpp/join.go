package smpp

import (
	"bytes"
	"container/list"
	"encoding/binary"
	"sync"
	"time"

	"senti/wallet/clock"
)

// Part says which part of a longer text a message is, and what of the message is text.
type Part struct {
	Text      []byte
	Reference uint16
	Number    int // from 1
	Total     int // 1: the whole text
}

// Part takes a message's header or options apart. It is false for what is no text of a person: data for an application of the
// phone, or a header that cannot be.
func (m *Message) Part() (Part, bool) {
	p := Part{Text: m.Text, Number: 1, Total: 1}
	if m.Class&ClassHeader != 0 {
		if !p.header(m.Text) {
			return Part{}, false
		}
		return p, p.valid()
	}
	reference, some := m.Number(TagSARReference)
	total, all := m.Number(TagSARTotal)
	number, of := m.Number(TagSARPart)
	if some && all && of {
		p.Reference, p.Total, p.Number = reference, int(total), int(number)
	}
	return p, p.valid()
}

func (p *Part) valid() bool { return p.Total >= 1 && p.Number >= 1 && p.Number <= p.Total }

// header reads a user data header. Elements that are not known are passed over.
func (p *Part) header(text []byte) bool {
	if len(text) == 0 || len(text) <= int(text[0]) {
		return false
	}
	elements := text[1 : 1+int(text[0])]
	p.Text = text[1+int(text[0]):]
	for len(elements) > 0 {
		if len(elements) < 2 || len(elements) < 2+int(elements[1]) {
			return len(elements) == 1 // some fill the header up with an octet
		}
		value := elements[2 : 2+int(elements[1])]
		switch {
		case elements[0] == elementPorts, elements[0] == elementPort:
			return false
		case elements[0] == elementShort && len(value) == 3:
			p.Reference, p.Total, p.Number = uint16(value[0]), int(value[1]), int(value[2])
		case elements[0] == elementLong && len(value) == 4:
			p.Reference, p.Total, p.Number = binary.BigEndian.Uint16(value), int(value[2]), int(value[3])
		}
		elements = elements[2+len(value):]
	}
	return true
}

// The bounds of what a Joiner keeps: in memory some 10 MB at most, and for as long as phones try to send the rest.
const (
	joinParts = 32 // in one text; ours are shorter
	joinTexts = 2000
	joinFor   = time.Hour
)

// Joiner keeps the parts of texts until they are whole. It is safe for concurrent use. Parts are kept in memory only: a text that
// is not whole when the process ends never will be, and its sender gets no answer.
type Joiner struct {
	clock clock.Clock

	mu    sync.Mutex
	texts map[textKey]*list.Element
	order *list.List // of *text, the oldest first
}

// NewJoiner returns an empty one.
func NewJoiner(c clock.Clock) *Joiner {
	return &Joiner{clock: c, texts: map[textKey]*list.Element{}, order: list.New()}
}

// textKey is what the parts of one text have in common.
type textKey struct {
	from, to  string
	reference uint16
	total     int
}

type text struct {
	key   textKey
	until time.Time
	have  int
	parts []piece
}

type piece struct {
	octets []byte
	coding byte
}

// Add keeps a part and returns the whole text once all parts are there; until Done, adding the last part again does so again. It
// is false as long as parts are missing. Of a text with too many parts none is kept.
func (j *Joiner) Add(m *Message, p Part, a Alphabet) (whole string, readable, complete bool) {
	if p.Total == 1 {
		whole, readable = a.Decode(p.Text, m.Coding)
		return whole, readable, true
	}
	if p.Total > joinParts {
		return "", false, true
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	t := j.find(keyOf(m, p))
	at := &t.parts[p.Number-1]
	if at.octets != nil && !bytes.Equal(at.octets, p.Text) {
		// The phone has come round to the same reference: what is left of the earlier text will never be whole.
		t.parts, t.have = make([]piece, p.Total), 0
		at = &t.parts[p.Number-1]
	}
	if at.octets == nil {
		t.have++
		*at = piece{append([]byte{}, p.Text...), m.Coding}
	}
	if t.have < p.Total {
		return "", false, false
	}
	whole, readable = t.decode(a)
	return whole, readable, true
}

// Done forgets a text that was dealt with.
func (j *Joiner) Done(m *Message, p Part) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if e := j.texts[keyOf(m, p)]; e != nil {
		j.remove(e)
	}
}

// Len returns how many texts are not whole.
func (j *Joiner) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.order.Len()
}

func keyOf(m *Message, p Part) textKey {
	return textKey{m.From.Number(), m.To.Number(), p.Reference, p.Total}
}

// find returns the text that a part belongs to, a new one if need be, and makes room for it.
func (j *Joiner) find(key textKey) *text {
	now := j.clock.Now()
	for e := j.order.Front(); e != nil && (!now.Before(e.Value.(*text).until) || j.order.Len() >= joinTexts && j.texts[key] == nil); e = j.order.Front() {
		j.remove(e)
	}
	if e := j.texts[key]; e != nil {
		return e.Value.(*text)
	}
	t := &text{key: key, until: now.Add(joinFor), parts: make([]piece, key.total)}
	j.texts[key] = j.order.PushBack(t)
	return t
}

func (j *Joiner) remove(e *list.Element) {
	delete(j.texts, e.Value.(*text).key)
	j.order.Remove(e)
}

// decode reads the parts as one, so that a character which a phone has split is whole again; parts of different codings are read
// apart.
func (t *text) decode(a Alphabet) (whole string, readable bool) {
	var octets []byte
	for i, p := range t.parts {
		octets = append(octets, p.octets...)
		if i+1 < len(t.parts) && t.parts[i+1].coding == p.coding {
			continue
		}
		part, ok := a.Decode(octets, p.coding)
		if !ok {
			return "", false
		}
		whole += part
		octets = octets[:0]
	}
	return whole, true
}
