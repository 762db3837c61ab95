package smpp

import (
	"encoding/binary"
	"errors"
	"io"
)

// PDU is one unit of the protocol. Its body is what follows the header.
type PDU struct {
	Command  Command
	Status   Status
	Sequence uint32
	Body     []byte
}

const (
	headerSize = 16
	maxPDU     = 64 << 10 // the longest message has 1,500 octets; some centres add much of their own
)

// errLength ends a connection: where the next PDU would begin is not known.
var errLength = errors.New("smpp: a PDU of an impossible length")

// errBody is a PDU whose fields do not fit in it.
var errBody = errors.New("smpp: a PDU that breaks off")

// ReadPDU reads the next PDU. Its body is the caller's to keep.
func ReadPDU(r io.Reader) (PDU, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return PDU{}, err
	}
	p := PDU{
		Command:  Command(binary.BigEndian.Uint32(header[4:])),
		Status:   Status(binary.BigEndian.Uint32(header[8:])),
		Sequence: binary.BigEndian.Uint32(header[12:]),
	}
	length := binary.BigEndian.Uint32(header[:])
	if length < headerSize || length > maxPDU {
		return p, errLength
	}
	if length == headerSize {
		return p, nil
	}
	p.Body = make([]byte, length-headerSize)
	if _, err := io.ReadFull(r, p.Body); err != nil {
		return PDU{}, err
	}
	return p, nil
}

// Append appends the PDU's bytes.
func (p PDU) Append(to []byte) []byte {
	to = binary.BigEndian.AppendUint32(to, uint32(headerSize+len(p.Body)))
	to = binary.BigEndian.AppendUint32(to, uint32(p.Command))
	to = binary.BigEndian.AppendUint32(to, uint32(p.Status))
	to = binary.BigEndian.AppendUint32(to, p.Sequence)
	return append(to, p.Body...)
}

// Answers returns the answer to a request that has nothing to say but its status. Where the specification wants a message ID, it is
// empty.
func (p PDU) Answers(s Status) PDU {
	answer := PDU{Command: p.Command.Answer(), Status: s, Sequence: p.Sequence}
	switch p.Command {
	case DeliverSM, SubmitSM:
		answer.Body = []byte{0}
	case EnquireLink, Unbind:
	default:
		answer.Command = GenericNack
	}
	return answer
}

// Bind is the body of the three bind requests.
type Bind struct {
	SystemID, Password, SystemType string
	Range                          Address // which numbers the messages to us are for; mostly empty
}

// version34 is interface_version.
const version34 = 0x34

// Bytes returns the body.
func (b Bind) Bytes() []byte {
	body := appendText(nil, b.SystemID)
	body = appendText(body, b.Password)
	body = appendText(body, b.SystemType)
	body = append(body, version34)
	return b.Range.append(body)
}

// ReadBind reads the body of a bind request, for those who play the message centre.
func ReadBind(body []byte) (Bind, error) {
	r := reader{body, false}
	b := Bind{SystemID: r.text(), Password: r.text(), SystemType: r.text()}
	r.octet()
	b.Range = r.address()
	return b, r.err()
}

// MessageID returns the ID in the answer to a submit. Centres end it with a zero octet, as they must, or not.
func MessageID(body []byte) string {
	for i, c := range body {
		if c == 0 {
			return string(body[:i])
		}
	}
	return string(body)
}

// reader takes fields from a body. After the first that is not there every other is empty.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) err() error {
	if r.short {
		return errBody
	}
	return nil
}

func (r *reader) octet() byte {
	if b := r.octets(1); b != nil {
		return b[0]
	}
	return 0
}

// octets returns the next n octets, without copying them.
func (r *reader) octets(n int) []byte {
	if r.short || n > len(r.rest) {
		r.short, r.rest = true, nil
		return nil
	}
	out := r.rest[:n:n]
	r.rest = r.rest[n:]
	return out
}

// text returns the next text, which ends with a zero octet.
func (r *reader) text() string {
	for i, c := range r.rest {
		if c == 0 {
			out := string(r.rest[:i])
			r.rest = r.rest[i+1:]
			return out
		}
	}
	r.short, r.rest = true, nil
	return ""
}

func (r *reader) address() Address { return Address{r.octet(), r.octet(), r.text()} }

// appendText appends a text and the zero octet that ends it. One in it would end it early, so it is left out.
func appendText(to []byte, text string) []byte {
	for i := range len(text) {
		if text[i] != 0 {
			to = append(to, text[i])
		}
	}
	return append(to, 0)
}
