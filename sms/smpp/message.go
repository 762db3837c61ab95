package smpp

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Message is the body of submit_sm and of deliver_sm; the two are alike. Its text and addresses are a person's: nothing may log
// them, and String does not show them.
type Message struct {
	Service  string // service_type: "" or "USSD"
	From, To Address
	Class    byte   // esm_class
	Protocol byte   // protocol_id
	Priority byte   // priority_flag
	Validity string // validity_period
	Receipt  byte   // registered_delivery
	Coding   byte   // data_coding
	Text     []byte // short_message, or message_payload; with a user data header before the text when Class says so
	Options  []Option
}

// String says nothing of the message.
func (Message) String() string { return "smpp message" }

// GoString says nothing of the message.
func (Message) GoString() string { return "smpp.Message{}" }

// Address is a phone, a short code or a name.
type Address struct {
	TON, NPI byte
	Digits   string
}

// Types of numbers.
const (
	Unknown       byte = 0 // TON and NPI of a short code
	International byte = 1 // TON of a number with its country code
	Alphanumeric  byte = 5 // TON of a name
	ISDN          byte = 1 // NPI of a phone number
)

func (a Address) append(to []byte) []byte { return appendText(append(to, a.TON, a.NPI), a.Digits) }

// Bits of esm_class.
const (
	ClassReceipt byte = 0x04 // deliver_sm: a delivery receipt
	ClassNotice  byte = 0x20 // deliver_sm: an intermediate notification
	ClassHeader  byte = 0x40 // the text begins with a user data header

	classKinds byte = 0x3c // any of these: not a text of a person
)

// Option is a TLV.
type Option struct {
	Tag   uint16
	Value []byte
}

// Tags of options.
const (
	TagReceiptedID  uint16 = 0x001e
	TagReference    uint16 = 0x0204 // user_message_reference
	TagSARReference uint16 = 0x020c
	TagSARTotal     uint16 = 0x020e
	TagSARPart      uint16 = 0x020f
	TagPayload      uint16 = 0x0424
	TagState        uint16 = 0x0427
	TagServiceOp    uint16 = 0x0501 // ussd_service_op
	TagSession      uint16 = 0x1383 // its_session_info
)

// Option returns the first option with that tag, or nil.
func (m *Message) Option(tag uint16) []byte {
	for _, o := range m.Options {
		if o.Tag == tag {
			return o.Value
		}
	}
	return nil
}

// Number returns an option that is a number of one or two octets.
func (m *Message) Number(tag uint16) (n uint16, ok bool) {
	switch v := m.Option(tag); len(v) {
	case 1:
		return uint16(v[0]), true
	case 2:
		return binary.BigEndian.Uint16(v), true
	}
	return 0, false
}

const (
	maxShort   = 254 // octets in short_message
	maxService = 5
	maxAddress = 20
	// maxText is what a message may hold at all: two octets say how long message_payload is, and a PDU has its own limit.
	maxText = maxPDU - 1<<10
)

// ErrTooLong is a message with a field that does not fit. It would be cut, or take the rest of the connection with it.
var ErrTooLong = errors.New("smpp: a field is too long")

// Bytes returns the body. A text that does not fit into short_message travels as message_payload.
func (m *Message) Bytes() ([]byte, error) {
	if len(m.Service) > maxService || len(m.From.Digits) > maxAddress || len(m.To.Digits) > maxAddress || len(m.Text) > maxText {
		return nil, ErrTooLong
	}
	b := make([]byte, 0, 64+len(m.Text)+16*len(m.Options))
	b = appendText(b, m.Service)
	b = m.From.append(b)
	b = m.To.append(b)
	b = append(b, m.Class, m.Protocol, m.Priority)
	b = appendText(b, "") // schedule_delivery_time
	b = appendText(b, m.Validity)
	b = append(b, m.Receipt, 0, m.Coding, 0) // replace_if_present_flag and sm_default_msg_id are not used
	if len(m.Text) <= maxShort {
		b = append(b, byte(len(m.Text)))
		b = append(b, m.Text...)
	} else {
		b = append(b, 0)
		b = Option{TagPayload, m.Text}.append(b)
	}
	for _, o := range m.Options {
		b = o.append(b)
	}
	return b, nil
}

func (o Option) append(to []byte) []byte {
	to = binary.BigEndian.AppendUint16(to, o.Tag)
	to = binary.BigEndian.AppendUint16(to, uint16(len(o.Value)))
	return append(to, o.Value...)
}

// ReadMessage reads a body. The message keeps parts of it. Of an option given twice the first counts.
func ReadMessage(body []byte) (*Message, error) {
	r := reader{body, false}
	m := &Message{Service: r.text(), From: r.address(), To: r.address(), Class: r.octet(), Protocol: r.octet(), Priority: r.octet()}
	r.text()
	m.Validity = r.text()
	m.Receipt = r.octet()
	r.octet()
	m.Coding = r.octet()
	r.octet()
	m.Text = r.octets(int(r.octet()))
	for !r.short && len(r.rest) >= 4 { // fewer octets are no option, and some centres leave a stray one
		head := r.octets(4)
		value := r.octets(int(binary.BigEndian.Uint16(head[2:])))
		m.Options = append(m.Options, Option{binary.BigEndian.Uint16(head), value})
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	if payload := m.Option(TagPayload); len(m.Text) == 0 && payload != nil {
		m.Text = payload
		m.Options = slices.DeleteFunc(m.Options, func(o Option) bool { return o.Tag == TagPayload })
	}
	return m, nil
}

// IsReceipt reports whether the message tells what became of another.
func (m *Message) IsReceipt() bool { return m.Class&classKinds != 0 }

// Number returns an address as a phone number in the form "+254712000001" where the centre says that it is international, and
// as it is written otherwise.
func (a Address) Number() string {
	if a.TON == International && a.Digits != "" && a.Digits[0] != '+' {
		return "+" + a.Digits
	}
	return a.Digits
}

// Phone returns the address of a phone number with its country code, with or without "+".
func Phone(number string) Address {
	if number != "" && number[0] == '+' {
		number = number[1:]
	}
	return Address{International, ISDN, number}
}

// Sender returns the address of whom a message is to come from: a name, a phone number or a short code.
func Sender(name string) Address {
	digits := name != ""
	for i := range len(name) {
		digits = digits && (name[i] >= '0' && name[i] <= '9' || i == 0 && name[i] == '+')
	}
	switch {
	case !digits && name != "":
		return Address{Alphanumeric, Unknown, name}
	case len(name) > 8:
		return Phone(name)
	}
	return Address{Unknown, Unknown, name}
}
