package smpp

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// theirs reads bytes with the library.
func theirs[T pdu.PDU](t *testing.T, raw []byte) T {
	t.Helper()
	read, err := pdu.Parse(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("the library cannot read %x: %v", raw, err)
	}
	p, ok := read.(T)
	if !ok {
		t.Fatalf("the library reads %T", read)
	}
	return p
}

func marshal(p pdu.PDU) []byte {
	b := pdu.NewBuffer(nil)
	p.Marshal(b)
	return b.Bytes()
}

func randomMessage(r *rand.Rand) *Message {
	text := make([]byte, r.Intn(300))
	_, _ = r.Read(text)
	digits := func() string { return strings.Repeat("7", r.Intn(maxAddress+1)) }
	m := &Message{
		Service: strings.Repeat("U", r.Intn(maxService+1)), From: Address{byte(r.Intn(7)), byte(r.Intn(20)), digits()},
		To: Address{byte(r.Intn(7)), byte(r.Intn(20)), digits()}, Class: byte(r.Intn(256)) &^ ClassHeader, Protocol: byte(r.Intn(256)),
		Priority: byte(r.Intn(4)), Validity: strings.Repeat("0", r.Intn(17)), Receipt: byte(r.Intn(4)), Coding: byte([]int{0, 1, 3, 4, 8}[r.Intn(5)]), Text: text,
	}
	for _, tag := range []uint16{TagServiceOp, TagSession, TagSARPart, 0x1400} {
		if r.Intn(2) == 0 {
			m.Options = append(m.Options, Option{tag, []byte{byte(r.Intn(256)), byte(r.Intn(256))}})
		}
	}
	return m
}

// What we write is read by the library as it was meant, and by ourselves as it was.
func TestTheLibraryReadsOurMessages(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 2000 {
		m := randomMessage(r)
		body, err := m.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		p := theirs[*pdu.SubmitSM](t, PDU{SubmitSM, OK, 77, body}.Append(nil))
		text, _ := p.Message.GetMessageData()
		if len(m.Text) > maxShort {
			text = p.OptionalParameters[pdu.TagMessagePayload].Data
		}
		if p.SequenceNumber != 77 || p.ServiceType != m.Service || p.SourceAddr.Address() != m.From.Digits || p.SourceAddr.Ton() != m.From.TON ||
			p.DestAddr.Address() != m.To.Digits || p.DestAddr.Npi() != m.To.NPI || p.EsmClass != m.Class || p.ProtocolID != m.Protocol ||
			p.PriorityFlag != m.Priority || p.ValidityPeriod != m.Validity || p.RegisteredDelivery != m.Receipt ||
			p.Message.Encoding().DataCoding() != m.Coding || !bytes.Equal(text, m.Text) {
			t.Fatalf("the library reads %+v of a message with %+v", p, *m)
		}
		for _, o := range m.Options {
			if got := p.OptionalParameters[pdu.Tag(o.Tag)].Data; !bytes.Equal(got, o.Value) {
				t.Fatalf("option %x is %x, want %x", o.Tag, got, o.Value)
			}
		}
		again, err := ReadMessage(body)
		if err == nil && len(again.Options) == 0 {
			again.Options = nil
		}
		if err != nil || !reflect.DeepEqual(again, m) && len(m.Text) > 0 {
			t.Fatalf("read back %#v, %v, want %#v", again, err, m)
		}
	}
}

func TestWeReadTheLibrarysMessages(t *testing.T) {
	p, _ := pdu.NewDeliverSM().(*pdu.DeliverSM)
	p.SourceAddr, _ = pdu.NewAddressWithTonNpiAddr(1, 1, "254712000001")
	p.DestAddr, _ = pdu.NewAddressWithTonNpiAddr(0, 0, "20880")
	_ = p.Message.SetMessageWithEncoding("café €", data.GSM7BIT)
	p.RegisterOptionalParam(pdu.Field{Tag: pdu.TagItsSessionInfo, Data: []byte{0x2a, 0}})
	read, err := ReadPDU(bytes.NewReader(marshal(p)))
	if err != nil || read.Command != DeliverSM || read.Sequence != uint32(p.SequenceNumber) {
		t.Fatalf("%+v, %v", read, err)
	}
	m, err := ReadMessage(read.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, ok := GSM.Decode(m.Text, m.Coding)
	if text != "café €" || !ok || m.From != (Address{1, 1, "254712000001"}) || m.From.Number() != "+254712000001" || m.To != (Address{0, 0, "20880"}) || m.To.Number() != "20880" {
		t.Errorf("read %q, %t from %v to %v", text, ok, m.From, m.To)
	}
	if n, ok := m.Number(TagSession); n != 0x2a00 || !ok {
		t.Errorf("session %x, %t", n, ok)
	}
}

func TestTheOtherPDUs(t *testing.T) {
	for kind, command := range map[pdu.BindingType]Command{pdu.Transceiver: BindTransceiver, pdu.Receiver: BindReceiver, pdu.Transmitter: BindTransmitter} {
		b := Bind{"senti", "secret", "vma", Address{Digits: "20880"}}
		p := theirs[*pdu.BindRequest](t, PDU{command, OK, 1, b.Bytes()}.Append(nil))
		if p.BindingType != kind || p.SystemID != "senti" || p.Password != "secret" || p.SystemType != "vma" || p.InterfaceVersion != 0x34 || p.AddressRange.AddressRange != "20880" {
			t.Errorf("%x: %+v", command, p)
		}
		if again, err := ReadBind(b.Bytes()); again != b || err != nil {
			t.Errorf("read back %+v, %v", again, err)
		}
	}
	request := PDU{Command: DeliverSM, Sequence: 9}
	if p := theirs[*pdu.DeliverSMResp](t, request.Answers(TryAgain).Append(nil)); p.SequenceNumber != 9 || p.CommandStatus != 0x64 {
		t.Errorf("%+v", p)
	}
	request.Command = EnquireLink
	if p := theirs[*pdu.EnquireLinkResp](t, request.Answers(OK).Append(nil)); p.SequenceNumber != 9 || !p.IsOk() {
		t.Errorf("%+v", p)
	}
	request.Command = 0x103
	if p := theirs[*pdu.GenericNack](t, request.Answers(BadCommand).Append(nil)); p.SequenceNumber != 9 || p.CommandStatus != 3 {
		t.Errorf("%+v", p)
	}
	response, _ := pdu.NewSubmitSMResp().(*pdu.SubmitSMResp)
	response.MessageID = "2B3F"
	read, err := ReadPDU(bytes.NewReader(marshal(response)))
	if err != nil || read.Command != SubmitSM.Answer() || MessageID(read.Body) != "2B3F" {
		t.Errorf("%+v, %v", read, err)
	}
	if got := MessageID([]byte("2B3F")) + MessageID(nil); got != "2B3F" {
		t.Errorf("an ID without an end, and none: %q", got)
	}
}

// Of these the library at hand reads none, or not what they say: a link that were built on it would end with each, and the centre
// would bring it again with the next bind.
func TestWhatMustNotEndALink(t *testing.T) {
	address := "010132353437313230303030303100" + "0000323038383000"
	for _, c := range []struct{ name, head, tail, text string }{
		{"a header of no length", "00" + address + "400000" + "0000" + "0000" + "0000", "03" + "004142", "\x00AB"},
		{"a header that is longer than the text", "00" + address + "400000" + "0000" + "0000" + "0000", "03" + "0a4142", "\x0aAB"},
		{"a class in the coding", "00" + address + "000000" + "0000" + "0000" + "f100", "02" + "4142", "AB"},
		{"an octet too many", "00" + address + "000000" + "0000" + "0000" + "0000", "02" + "4142" + "00", "AB"},
		{"an empty option", "00" + address + "000000" + "0000" + "0000" + "0000", "02" + "4142" + "14000000", "AB"},
	} {
		body, err := hex.DecodeString(c.head + c.tail)
		if err != nil {
			t.Fatal(err)
		}
		m, err := ReadMessage(body)
		if err != nil || string(m.Text) != c.text || m.From.Number() != "+254712000001" {
			t.Errorf("%s: %#v, %v", c.name, m, err)
		}
	}
}

func TestWhatIsNoPDU(t *testing.T) {
	for _, c := range []struct {
		name, raw string
		want      error
	}{
		{"nothing", "", io.EOF},
		{"half a header", "0000001000000015", io.ErrUnexpectedEOF},
		{"shorter than its header", "0000000f000000150000000000000001", errLength},
		{"of no length", "00000000000000150000000000000001", errLength},
		{"of two gigabytes", "7fffffff000000150000000000000001", errLength},
		{"broken off", "00000020000000050000000000000001aabb", io.ErrUnexpectedEOF},
	} {
		raw, _ := hex.DecodeString(c.raw)
		if _, err := ReadPDU(bytes.NewReader(raw)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	for _, body := range []string{"", "00", "000101", strings.Repeat("01", 300)} {
		raw, _ := hex.DecodeString(body)
		if _, err := ReadMessage(raw); !errors.Is(err, errBody) {
			t.Errorf("%s: %v", body, err)
		}
		if _, err := ReadBind(raw); !errors.Is(err, errBody) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestWhatHasNoRoom(t *testing.T) {
	for _, m := range []Message{
		{Service: "USSDXX"}, {To: Address{Digits: strings.Repeat("1", 21)}}, {From: Address{Digits: strings.Repeat("1", 21)}}, {Text: make([]byte, maxText+1)},
	} {
		if _, err := m.Bytes(); !errors.Is(err, ErrTooLong) {
			t.Errorf("%d octets of text: %v", len(m.Text), err)
		}
	}
	m := Message{From: Address{Digits: "1\x002"}}
	body, _ := m.Bytes()
	if again, err := ReadMessage(body); err != nil || again.From.Digits != "12" {
		t.Errorf("a zero octet in an address: %#v, %v", again, err)
	}
}

// No text and no number of a person is in what a message, an address or an error prints as.
func TestMessagesDoNotPrint(t *testing.T) {
	m := &Message{From: Phone("+254712000001"), Text: []byte("4826"), Options: []Option{{TagPayload, []byte("4826")}}}
	for _, said := range []string{sprint("%v", m), sprint("%+v", *m), sprint("%#v", m), sprint("%s", m), sprint("%v", &Refused{Throttled})} {
		if strings.Contains(said, "712000001") || strings.Contains(said, "4826") || strings.Contains(said, "52 56") {
			t.Errorf("printed %s", said)
		}
	}
}

func FuzzReadPDU(f *testing.F) {
	body, _ := (&Message{From: Phone("+254712000001"), To: Sender("20880"), Text: []byte("BAL"), Options: []Option{{TagServiceOp, []byte{1}}}}).Bytes()
	f.Add(PDU{DeliverSM, OK, 1, body}.Append(nil))
	f.Add(PDU{BindTransceiver, OK, 1, Bind{"a", "b", "c", Address{}}.Bytes()}.Append(nil))
	f.Add(PDU{Command: EnquireLink}.Append(nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := ReadPDU(bytes.NewReader(raw))
		if err != nil {
			return
		}
		if again := p.Append(nil); !bytes.Equal(again, raw[:len(again)]) {
			t.Fatalf("%x was read and written as %x", raw, again)
		}
		_ = MessageID(p.Body)
		_, _ = ReadBind(p.Body)
		m, err := ReadMessage(p.Body)
		if err != nil {
			return
		}
		again, err := m.Bytes()
		if err != nil {
			return // an address that is longer than it may be
		}
		if twice, err := ReadMessage(again); err != nil || !bytes.Equal(twice.Text, m.Text) || twice.From != m.From || twice.Coding != m.Coding || len(twice.Options) != len(m.Options) {
			t.Fatalf("%x was read as %#v and written as %x", p.Body, m, again)
		}
		joiner := NewJoiner(nil)
		if part, ok := m.Part(); ok && part.Total == 1 {
			joiner.Add(m, part, GSM)
		}
		m.ReadReceipt(GSM)
	})
}
