// Package smpp is an SMPP 3.4 link to a telco's message centre, as its client (ESME): one connection, or a pair, that binds, stays
// alive, keeps to its window and rate, and binds again by itself; the bytes of what travels over it; and what both directions need
// besides: alphabets, messages of several parts, receipts.
//
// It does not know what a message is about, who sends one and when to send it again; sms/gateway and ussd/gateway do. It logs no
// text and no phone number. It speaks no more of SMPP than this: bind, submit, deliver, enquire_link, unbind and generic_nack.
//
// The bytes are our own and not a library's, because what a message centre sends must never end a link: one malformed message
// that the library at hand cannot read, or reads past its header, would come again with every bind. That library is held against
// this package in its tests instead.
package smpp

import (
	"fmt"
	"strconv"
)

// Command says what a PDU is. An answer has the command of what it answers with the highest bit set.
type Command uint32

// The commands that are spoken or understood.
const (
	BindReceiver    Command = 0x1
	BindTransmitter Command = 0x2
	SubmitSM        Command = 0x4
	DeliverSM       Command = 0x5
	Unbind          Command = 0x6
	BindTransceiver Command = 0x9
	Outbind         Command = 0xb
	EnquireLink     Command = 0x15
	AlertNotice     Command = 0x102
	GenericNack     Command = 0x80000000

	answerBit Command = 0x80000000
)

// Answer returns the command of the answer.
func (c Command) Answer() Command { return c | answerBit }

// IsAnswer reports whether it is an answer.
func (c Command) IsAnswer() bool { return c&answerBit != 0 }

// Status is what an answer says of its request: OK, or why not.
type Status uint32

// The statuses that mean something to us.
const (
	OK            Status = 0x00
	BadLength     Status = 0x02
	BadCommand    Status = 0x03
	BadBindStatus Status = 0x04
	AlreadyBound  Status = 0x05
	SystemError   Status = 0x08
	BadSource     Status = 0x0a
	BadTarget     Status = 0x0b
	BindFailed    Status = 0x0d
	BadPassword   Status = 0x0e
	BadSystemID   Status = 0x0f
	QueueFull     Status = 0x14
	BadService    Status = 0x15
	BadSourceTON  Status = 0x48
	BadSourceNPI  Status = 0x49
	BadSystemType Status = 0x53
	Throttled     Status = 0x58
	TryAgain      Status = 0x64 // ours to give: the message is to come again
	Refuse        Status = 0x65 // ours to give: the message is not to come again
)

// names are the specification's, as people at a telco know them.
var names = map[Status]string{
	OK: "ESME_ROK", 0x01: "ESME_RINVMSGLEN", BadLength: "ESME_RINVCMDLEN", BadCommand: "ESME_RINVCMDID", BadBindStatus: "ESME_RINVBNDSTS",
	AlreadyBound: "ESME_RALYBND", 0x06: "ESME_RINVPRTFLG", 0x07: "ESME_RINVREGDLVFLG", SystemError: "ESME_RSYSERR",
	BadSource: "ESME_RINVSRCADR", BadTarget: "ESME_RINVDSTADR", 0x0c: "ESME_RINVMSGID", BindFailed: "ESME_RBINDFAIL",
	BadPassword: "ESME_RINVPASWD", BadSystemID: "ESME_RINVSYSID", 0x11: "ESME_RCANCELFAIL", 0x13: "ESME_RREPLACEFAIL",
	QueueFull: "ESME_RMSGQFUL", BadService: "ESME_RINVSERTYP", 0x43: "ESME_RINVESMCLASS", 0x44: "ESME_RCNTSUBDL", 0x45: "ESME_RSUBMITFAIL",
	BadSourceTON: "ESME_RINVSRCTON", BadSourceNPI: "ESME_RINVSRCNPI", 0x50: "ESME_RINVDSTTON", 0x51: "ESME_RINVDSTNPI",
	BadSystemType: "ESME_RINVSYSTYP", 0x54: "ESME_RINVREPFLAG", 0x55: "ESME_RINVNUMMSGS", Throttled: "ESME_RTHROTTLED",
	0x61: "ESME_RINVSCHED", 0x62: "ESME_RINVEXPIRY", 0x63: "ESME_RINVDFTMSGID", TryAgain: "ESME_RX_T_APPN", Refuse: "ESME_RX_P_APPN",
	0x66: "ESME_RX_R_APPN", 0x67: "ESME_RQUERYFAIL", 0xc0: "ESME_RINVOPTPARSTREAM", 0xc1: "ESME_ROPTPARNOTALLWD",
	0xc2: "ESME_RINVPARLEN", 0xc3: "ESME_RMISSINGOPTPARAM", 0xc4: "ESME_RINVOPTPARAMVAL", 0xfe: "ESME_RDELIVERYFAILURE", 0xff: "ESME_RUNKNOWNERR",
}

// String is the specification's name, or the number where it has none.
func (s Status) String() string {
	if name, ok := names[s]; ok {
		return name
	}
	return "0x" + strconv.FormatUint(uint64(s), 16)
}

// Busy reports whether the message centre asks for fewer messages.
func (s Status) Busy() bool { return s == Throttled || s == QueueFull }

// Passing reports whether the same message may be taken on later, unchanged.
func (s Status) Passing() bool { return s.Busy() || s == SystemError || s == TryAgain }

// Account reports whether the fault is in what the telco set up for us, so that a person must mend it: every message would be
// refused the same way.
func (s Status) Account() bool {
	switch s {
	case BadBindStatus, AlreadyBound, BadSource, BindFailed, BadPassword, BadSystemID, BadService, BadSourceTON, BadSourceNPI, BadSystemType:
		return true
	}
	return false
}

// Refused is the error of a request that was answered with anything but OK.
type Refused struct{ Status Status }

// Error is for the log.
func (r *Refused) Error() string { return fmt.Sprintf("smpp: refused: %s", r.Status) }
