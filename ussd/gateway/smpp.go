package gateway

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"senti/sms/smpp"
	"senti/wallet/clock"
	"senti/wallet/id"
)

// SMPP is USSD over a telco's own message centre: SMPP 3.4 with the options ussd_service_op (0501) and its_session_info (1383). Any
// country.
//
//	deliver_sm  0501=01 1383=2a00  short_message "*384#"               a session begins
//	submit_sm   0501=02 1383=2a00  short_message "1 Send money …"      a page that asks something
//	deliver_sm  0501=12 1383=2a00  short_message "1"                   what was typed
//	submit_sm   0501=11 1383=2a01  short_message "Sent Ksh 250 …"      a last page
//	deliver_sm  0501=81 1383=2a00                                      the person or the network ended it
//	submit_sm   0501=02 1383=7e04  short_message "… Type PIN for yes"  a session that we begin, if that is agreed
//
// Each deliver_sm is answered at once, since the centre waits for that, and the page follows when it is made. Whether the centre took
// a page is known by the answer to its submit_sm.
//
// Quirks:
//   - the codes of ussd_service_op are a matter of agreement: some close with 17 (as above), some with 23, some always send 2; so
//     Continue, Close and Abort are settings;
//   - so is where the session's number stands: Session. Numbers are used again, often soon;
//   - there is no number of the turn. A start that comes again while its page is being made is the same one;
//   - what was dialled stands in short_message; where it stands in destination_addr only, that is read.
type SMPP struct {
	Link     *smpp.Link
	Region   string        // ISO 3166 code of the market, "KE": the numbers of which country call
	Code     string        // the service code, "*384#": what is dialled after it is a short cut
	Limit    int           // longest screen; 160 when 0
	Waits    time.Duration // how long the centre waits for a page; 10 s when 0
	Answer   time.Duration // after how long it has one at the latest; 2 s when 0, or half of Waits if that is less
	Idle     time.Duration // how long a person may be silent before the network ends the session; 3 minutes when 0
	Alphabet smpp.Alphabet // what data_coding 0 means; GSM when empty
	Coding   byte          // data_coding of pages in that alphabet: 0, or 15 as USSD numbers it
	Session  SMPPSession   // InfoWithEnd when empty
	Continue byte          // ussd_service_op of a page that asks something; 2 when 0
	Close    byte          // … of a last page, and of a session that the centre ended; 17 when 0
	Abort    byte          // … of a session that somebody ended; 129 when 0
	Service  string        // service_type; "USSD" when empty
	Pushes   bool          // it is agreed that we begin sessions, with the code Continue
	Phones   []string      // the numbers that are with its network, by how they begin: "+25470"

	Clock clock.Clock
	Log   *slog.Logger
	Count func(gateway, outcome string) // called once per deliver_sm; nil = not counted
}

// SMPPSession is where the number of a session stands.
type SMPPSession string

// The places of a session's number.
const (
	InfoWithEnd SMPPSession = "its_session_info"       // the upper 15 bits; the last one says that the session is over
	Info        SMPPSession = "its_session_info_full"  // all 16 bits
	Reference   SMPPSession = "user_message_reference" // all 16 bits of that option
)

// Values of ussd_service_op that nobody sets otherwise.
const (
	opUnstructured = 0  // PSSD indication: a session begins
	opBegin        = 1  // PSSR indication: a session begins
	opAnswer       = 18 // USSR confirm: what was typed
	opSeen         = 19 // USSN confirm: a page that wanted no answer was shown
)

// smppScreen and smppWait are what is usual.
const (
	smppScreen = 160
	smppWait   = 10 * time.Second
)

// SMPPGateway is an SMPP that works. Its Handle is the link's handler.
type SMPPGateway struct {
	SMPP
	dialler  Dialler
	sessions *smppSessions
}

// NewSMPP returns a gateway, or an error that names the setting to mend.
func NewSMPP(d Dialler, c SMPP) (*SMPPGateway, error) {
	for _, b := range []struct {
		code  *byte
		usual byte
	}{{&c.Continue, 2}, {&c.Close, 17}, {&c.Abort, 129}} {
		if *b.code == 0 {
			*b.code = b.usual
		}
	}
	if c.Limit == 0 {
		c.Limit = smppScreen
	}
	if c.Waits == 0 {
		c.Waits = smppWait
	}
	if c.Alphabet == "" {
		c.Alphabet = smpp.GSM
	}
	if c.Session == "" {
		c.Session = InfoWithEnd
	}
	if c.Service == "" {
		c.Service = "USSD"
	}
	if c.Count == nil {
		c.Count = func(string, string) {}
	}
	name := c.Link.Name()
	own, err := times{c.Waits, c.Answer, c.Idle}.settled()
	c.Answer, c.Idle = own.answerBy, own.silence
	switch {
	case !slices.Contains([]SMPPSession{InfoWithEnd, Info, Reference}, c.Session):
		return nil, fmt.Errorf("ussd gateway %s: the number of a session cannot stand in %q: choose %s, %s or %s", name, string(c.Session), InfoWithEnd, Info, Reference)
	case c.Limit < shortestScreen || c.Limit > longestScreen:
		return nil, fmt.Errorf("ussd gateway %s: a screen has %d to %d characters", name, shortestScreen, longestScreen)
	case err != nil:
		return nil, fmt.Errorf("ussd gateway %s: %w", name, err)
	}
	if err := checkPhones(c.Phones); err != nil {
		return nil, fmt.Errorf("ussd gateway %s: %w", name, err)
	}
	if err := c.Alphabet.Check(); err != nil {
		return nil, fmt.Errorf("ussd gateway %s: %w", name, err)
	}
	c.Log = c.Log.With("gateway", name)
	return &SMPPGateway{SMPP: c, dialler: d, sessions: newSMPPSessions(c.Clock, id.Random{})}, nil
}

// Name returns the link's name.
func (g *SMPPGateway) Name() string { return g.Link.Name() }
