package smpp

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"time"

	"senti/wallet/clock"
)

// Settings are how one link is set up with its telco. Where it says so, zero is a usual value.
type Settings struct {
	Name       string // ours, for logs and metrics
	Address    string // host:port
	TLS        bool
	SystemID   string // our name there, at most 15 octets
	Password   string // at most 8 octets; never logged
	SystemType string // at most 12 octets, mostly empty
	Range      string // address_range, mostly empty
	Pair       bool   // a transmitter and a receiver instead of one transceiver

	Window int // messages under way at once; 10
	Rate   int // messages in a second; 0 for as fast as it goes
	Inside int // messages from the centre in work at once; 1000

	Connect time.Duration // longest time to connect and to bind; 10 s
	Answer  time.Duration // longest time until an answer; 10 s
	Idle    time.Duration // after which silence it is asked whether the centre is there; 20 s
	Again   time.Duration // least time between two tries to bind, which doubles up to a minute; 1 s
	Drain   time.Duration // longest time to finish what is under way when told to stop; 10 s
}

// Parts are what a link needs besides. Clock and Log are required.
type Parts struct {
	Clock clock.Clock
	Log   *slog.Logger
	Count func(link, what string) // called for everything that happens, with one of the constants below; nil for nobody counting
}

// What happens on a link, for Count.
const (
	WasBound     = "bound"
	WasRefused   = "bind_refused"
	WasLost      = "lost"      // a connection that ended, whatever ended it
	WasTaken     = "taken"     // a submit that was answered with OK
	WasThrottled = "throttled" // … with the wish for fewer
	WasRejected  = "rejected"  // … with another refusal
	WasUnclear   = "unclear"   // a submit that was written and never answered: the message may be on its way
	WasUnsent    = "unsent"    // a submit that was not written, because there is no connection or no time
	WasLate      = "late"      // an answer to what nobody waits for any more
	WasDelivered = "delivered" // a message from the centre that was answered with OK
	WasPutOff    = "put_off"   // … that is to come again
	WasDeclined  = "declined"  // … that is not to come again
	WasMalformed = "malformed" // a PDU that cannot be read
)

var linkName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,30}$`)

// check completes the settings, or names the one to mend.
func (s *Settings) check() error {
	if !linkName.MatchString(s.Name) {
		return fmt.Errorf("smpp: a link is called %q: choose up to 31 small letters, digits, - and _", s.Name)
	}
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("smpp: link "+s.Name+": "+format, args...)
	}
	if _, port, err := net.SplitHostPort(s.Address); err != nil || port == "" {
		return wrong("the address %q must look like smsc.example.com:2775", s.Address)
	}
	if s.SystemID == "" || len(s.SystemID) > 15 {
		return wrong("system_id must have 1 to 15 characters")
	}
	if len(s.Password) > 8 {
		return wrong("the password must have at most 8 characters, as SMPP has no room for more")
	}
	if len(s.SystemType) > 12 || len(s.Range) > 40 {
		return wrong("system_type must have at most 12 characters and address_range 40")
	}
	for _, n := range []struct {
		value       *int
		usual, most int
		name        string
	}{{&s.Window, 10, 1000, "window"}, {&s.Rate, 0, fastest - 1, "rate"}, {&s.Inside, 1000, 100_000, "deliveries at once"}} {
		if *n.value == 0 {
			*n.value = n.usual
		}
		if *n.value < 0 || *n.value > n.most {
			return wrong("%s must be at most %d", n.name, n.most)
		}
	}
	for _, d := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&s.Connect, 10 * time.Second}, {&s.Answer, 10 * time.Second}, {&s.Idle, 20 * time.Second}, {&s.Again, time.Second}, {&s.Drain, 10 * time.Second}} {
		if *d.value == 0 {
			*d.value = d.usual
		}
		if *d.value < 0 {
			return wrong("a time is negative")
		}
	}
	return nil
}

// Errors of a submit that was not answered.
var (
	// ErrDown is a message that certainly was not sent: there is no connection, or none any more.
	ErrDown = errors.New("smpp: the link is down; nothing was sent")
	// ErrNoTime is a message that certainly was not sent: the caller's time was up before its turn came.
	ErrNoTime = errors.New("smpp: no time was left; nothing was sent")
	// ErrUnclear is a message that was written and whose answer never came: it may be on its way.
	ErrUnclear = errors.New("smpp: no answer came; the message may have been taken on")
)
