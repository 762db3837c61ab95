package peers

import (
	"encoding/json"
	"fmt"
	"testing"
)

// SMSC is a message centre made of node-smpp. It is for one goroutine.
type SMSC struct {
	*Peer
	Address string // host:port
	heard   []Event
}

// SMSCSettings are how a centre is.
type SMSCSettings struct {
	SystemID string `json:"system_id"`
	Password string `json:"password"`
	Port     int    `json:"port,omitempty"`  // 0 for any that is free
	Quiet    bool   `json:"quiet,omitempty"` // it does not tell of single submits
	Deaf     bool   `json:"deaf,omitempty"`  // it does not answer enquire_link
	IDs      string `json:"ids,omitempty"`   // "decimal", or hexadecimal
	Pad      int    `json:"pad,omitempty"`   // with zeros to that length
	First    int    `json:"first,omitempty"` // the first ID
}

// Event is what a centre tells.
type Event struct {
	Event  string `json:"event"`
	Token  string `json:"token"`
	Status int    `json:"status"`
	Port   int    `json:"port"`

	Kind       string `json:"kind"` // of a bind
	SystemID   string `json:"system_id"`
	SystemType string `json:"system_type"`
	Version    int    `json:"version"`

	ID        string                     `json:"id"` // of a submit, as it was answered
	From      string                     `json:"source_addr"`
	FromTON   int                        `json:"source_addr_ton"`
	FromNPI   int                        `json:"source_addr_npi"`
	To        string                     `json:"destination_addr"`
	ToTON     int                        `json:"dest_addr_ton"`
	ToNPI     int                        `json:"dest_addr_npi"`
	Class     int                        `json:"esm_class"`
	Coding    int                        `json:"data_coding"`
	Receipt   int                        `json:"registered_delivery"`
	Service   string                     `json:"service_type"`
	Text      string                     `json:"text"` // as node-smpp reads it; in hex what it does not read
	Header    string                     `json:"udh"`  // in hex, without its length
	Payload   bool                       `json:"payload"`
	Options   map[string]json.RawMessage `json:"options"`
	Submits   int                        `json:"submits"` // of counts
	Taken     int                        `json:"taken"`
	Refused   int                        `json:"refused"`
	Silent    int                        `json:"silent"`
	Enquiries int                        `json:"enquiries"`
	Binds     int                        `json:"binds"`
	Unique    int                        `json:"unique"` // different messages among those taken
}

// Answer is how a centre treats the next submits. Without a wish it takes them on.
type Answer struct {
	Status int  `json:"status,omitempty"`
	Silent bool `json:"silent,omitempty"` // it never answers
	Drop   bool `json:"drop,omitempty"`   // it ends all connections
	Times  int  `json:"times"`
}

// StartSMSC starts a centre.
func StartSMSC(t testing.TB, s SMSCSettings) *SMSC {
	t.Helper()
	settings, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	c := &SMSC{Peer: Node(t, "smsc.js", string(settings))}
	c.Address = fmt.Sprintf("127.0.0.1:%d", c.Await("listening").Port)
	return c
}

// Await returns the next event of that kind. Those of other kinds that come before it are kept.
func (c *SMSC) Await(kind string) Event {
	c.t.Helper()
	return c.AwaitThat(kind, func(Event) bool { return true })
}

// AwaitThat returns the next event of that kind which is wanted. All others are kept.
func (c *SMSC) AwaitThat(kind string, wanted func(Event) bool) Event {
	c.t.Helper()
	for i, e := range c.heard {
		if e.Event == kind && wanted(e) {
			c.heard = append(c.heard[:i], c.heard[i+1:]...)
			return e
		}
	}
	for {
		var e Event
		c.Hear(&e)
		if e.Event == kind && wanted(e) {
			return e
		}
		c.heard = append(c.heard, e)
	}
}

// Plan says how the next submits are answered.
func (c *SMSC) Plan(answers ...Answer) {
	c.t.Helper()
	c.Tell(map[string]any{"do": "plan", "answers": answers})
	c.Counts() // it is in force when this is answered
}

// Receipts lets every submit have a receipt like that; the fields are in scripts/smsc.js.
func (c *SMSC) Receipts(like map[string]any) {
	c.t.Helper()
	c.Tell(map[string]any{"do": "receipts", "like": like})
	c.Counts()
}

// Deliver sends a deliver_sm with those fields, by node-smpp's names, and returns how it was answered.
func (c *SMSC) Deliver(token string, fields map[string]any) Event {
	c.t.Helper()
	c.Send(token, fields)
	return c.AwaitThat("answer", func(e Event) bool { return e.Token == token })
}

// Send is Deliver without waiting. Of the fields, "hex" is the text as it travels, "udh" the header before it and "payload" a
// message_payload, all in hex.
func (c *SMSC) Send(token string, fields map[string]any) {
	c.t.Helper()
	what := map[string]any{"do": "deliver", "token": token}
	pdu := map[string]any{}
	for name, value := range fields {
		switch name {
		case "hex", "udh", "payload":
			what[name] = value
		default:
			pdu[name] = value
		}
	}
	what["pdu"] = pdu
	c.Tell(what)
}

// Counts returns what has happened so far.
func (c *SMSC) Counts() Event {
	c.t.Helper()
	c.Tell(map[string]any{"do": "counts"})
	return c.Await("counts")
}
