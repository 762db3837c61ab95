package proof

import (
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

// companion is what all of this package's have in common.
type companion struct {
	store   *Store
	subject id.ID
}

// Table is the proofs' table.
func (c companion) Table() ledger.Table { return c.store.table }

// Key is the subject.
func (c companion) Key() id.ID { return c.subject }

// Compared returns the companion that counts an ID number that was compared outside: a wrong one refuses the plan with
// wrong_id_number (left) and is counted whatever else becomes of the plan; the third refuses with proof_locked, as does every
// answer for a day after it, right or wrong, uncounted. An operator's faults are operator_proof_locked, and operator_codes_spent.
func (s *Store) Compared(subject Subject, right bool) ledger.Companion {
	return comparison{companion{s, subject.key()}, right}
}

type comparison struct {
	companion
	right bool
}

// Check counts a wrong one.
func (c comparison) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	r := of(c.subject, image, at)
	switch {
	case at.Before(r.locked):
		return nil, r.lockedOut()
	case !c.right:
		return r.wrongAnswer(fault.WrongIDNumber, at)
	}
	return nil, nil
}

// Finish leaves the row as Check left it.
func (comparison) Finish(any, *ledger.Outcome) any { return nil }

// Begin returns the companion that puts a code in place of whatever the subject had proven, good for that long. Sending it is for
// the caller, in the same plan. When the document was Shown, or seen by staff, the wrong answers from before are forgotten; otherwise
// a lock refuses with proof_locked. Who asked for three codes in a day hears sms_codes_spent, and can still show the document; a
// counter hears counter_codes_spent after three of its own kind; staff always send one.
func (s *Store) Begin(subject Subject, way Way, code Code, life time.Duration) (ledger.Companion, error) {
	armed := row{subject: subject.key(), way: way}
	if err := armed.arm(s.keys, code); err != nil {
		return nil, fault.Wrap(err, fault.Internal)
	}
	return beginning{companion{s, subject.key()}, armed, life}, nil
}

type beginning struct {
	companion
	armed row // way and code
	life  time.Duration
}

// Check looks whether a code may be sent.
func (c beginning) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	r := of(c.subject, image, at)
	if at.Before(r.locked) && !c.armed.way.shown() {
		return nil, r.lockedOut()
	}
	return nil, r.spent(c.armed.way)
}

// Finish keeps the code if the plan was accepted.
func (c beginning) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	r := of(c.subject, image, o.At)
	r.way, r.step, r.until = c.armed.way, CodeSent, o.At.Add(c.life)
	r.keyID, r.salt, r.mac = c.armed.keyID, c.armed.salt, c.armed.mac
	r.sent(r.way, o.At)
	if r.way.shown() {
		r.wrong, r.locked = 0, time.Time{}
	}
	return &r
}

// Typed returns the companion that lets a plan through only with the code. A wrong one refuses with wrong_sms_code (left) or, the
// third wrong answer in all, with proof_locked. The fault is sms_code_expired when no code is to be typed, or no longer.
func (s *Store) Typed(subject Subject, code Code) ledger.Companion {
	return typing{companion{s, subject.key()}, code}
}

type typing struct {
	companion
	code Code
}

// Check compares and counts.
func (c typing) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	r := of(c.subject, image, at)
	switch {
	case at.Before(r.locked):
		return nil, r.lockedOut()
	case r.standing(at) != CodeSent:
		return nil, fault.New(fault.SMSCodeExpired)
	}
	mac, err := codeMAC(c.store.keys, &r, c.code)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal) // the key it was made with is gone: nobody's fault, and no try
	}
	if !key.Equal(mac, r.mac) {
		return r.wrongAnswer(fault.WrongSMSCode, at)
	}
	return nil, nil
}

// Finish spends the code if the plan was accepted.
func (c typing) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	r := of(c.subject, image, o.At)
	r.keyID, r.salt, r.mac = "", nil, nil
	r.step = CodeGiven // good for as long as the code was
	if r.way == OwnPhone {
		r.step, r.until = Proven, o.At.Add(provenFor)
	}
	return &r
}

// Ended returns the companion that counts the end of an ID number, which was compared outside: wrong_id_end (left), proof_locked,
// or sms_code_expired unless the code was typed before.
func (s *Store) Ended(subject Subject, right bool) ledger.Companion {
	return ending{companion{s, subject.key()}, right}
}

type ending struct {
	companion
	right bool
}

// Check counts a wrong one.
func (c ending) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	r := of(c.subject, image, at)
	switch {
	case at.Before(r.locked):
		return nil, r.lockedOut()
	case r.standing(at) != CodeGiven:
		return nil, fault.New(fault.SMSCodeExpired)
	case !c.right:
		return r.wrongAnswer(fault.WrongIDEnd, at)
	}
	return nil, nil
}

// Finish notes the proof if the plan was accepted.
func (c ending) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	r := of(c.subject, image, o.At)
	r.step, r.until = Proven, o.At.Add(provenFor)
	return &r
}

// Use returns the companion that lets a plan through only if the subject has proven it in that way a moment ago, and spends the
// proof. Small limits that follow last for that long; 0 for none. The fault is sms_code_expired.
func (s *Store) Use(subject Subject, way Way, small time.Duration) ledger.Companion {
	return use{companion{s, subject.key()}, way, small}
}

type use struct {
	companion
	way   Way
	small time.Duration
}

// Check looks for the proof.
func (c use) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	if r := of(c.subject, image, at); r.way != c.way || r.standing(at) != Proven {
		return nil, fault.New(fault.SMSCodeExpired)
	}
	return nil, nil
}

// Finish spends the proof if the plan was accepted.
func (c use) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	r := of(c.subject, image, o.At)
	r.forget()
	r.wrong = 0
	if c.small > 0 {
		r.small = o.At.Add(c.small)
	}
	return &r
}

// Limit returns the companion that begins a time of small limits, or lets one last longer: for somebody who has proven who they are to
// others. It refuses nothing.
func (s *Store) Limit(subject Subject, small time.Duration) ledger.Companion {
	return limiting{companion{s, subject.key()}, small}
}

type limiting struct {
	companion
	small time.Duration
}

// Check never refuses.
func (limiting) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish notes until when if the plan was accepted.
func (c limiting) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	r := of(c.subject, image, o.At)
	r.small = o.At.Add(c.small)
	return &r
}

// Stays returns the companion that refuses a plan with conflict when the small limits of the subject do not end then (zero: there
// are none): for a plan that sets limits itself.
func (s *Store) Stays(small Small) ledger.Companion {
	return staying{companion{s, small.Subject.key()}, small.Until}
}

type staying struct {
	companion
	until time.Time
}

// Check compares.
func (c staying) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	if r := of(c.subject, image, at); !r.small.Equal(c.until) {
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish leaves the row as it is.
func (staying) Finish(any, *ledger.Outcome) any { return nil }

// Lift returns the companion that notes the end of small limits. The fault is conflict if they do not end then, such as because
// another PIN was set since.
func (s *Store) Lift(small Small) ledger.Companion {
	return lifting{companion{s, small.Subject.key()}, small.Until}
}

type lifting struct {
	companion
	until time.Time
}

// Check looks whether they end.
func (c lifting) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	if r := of(c.subject, image, at); r.small.IsZero() || !r.small.Equal(c.until) || at.Before(c.until) {
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish notes it if the plan was accepted.
func (c lifting) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	r := of(c.subject, image, o.At)
	r.small = time.Time{}
	return &r
}
