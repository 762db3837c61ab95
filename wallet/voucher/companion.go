package voucher

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

// New draws the code of a slip and returns it with the companion that keeps what proves it, live, when the plan is accepted. Of
// the slip the caller fills in what stands above State, and ExpiresAt; From may be left out where the ID is never another's.
// The word is asked for with the code; "" for none.
//
// The plan is refused with code_pending while an older code of that ID can be used, and with code_locked until the time of one
// that was tried too often is over. A cash code has money behind it, and is in the way until somebody has ended it.
func (s *Store) New(slip Slip, word string) (Code, ledger.Companion, error) {
	if slip.From.IsZero() {
		slip.From = slip.ID
	}
	if _, known := digitsOf[slip.Kind]; !known || slip.From == slip.ID && (slip.Kind == Cash || slip.Kind == OneTime) {
		return Code{}, nil, fault.Wrap(errors.New("voucher: a code of no kind, or drawn from nothing of its own"), fault.Internal)
	}
	slip.Worded = plainWord(word) != ""
	slip.State, slip.Left = Live, mostTries
	slip.EndedAt, slip.EndedBy = time.Time{}, id.ID{}
	slip.proof = proof{scheme: hmacSHA256, keyID: s.keys.Current(key.PIN), salt: key.Random(saltSize)}
	code, err := drawn(s.keys, slip)
	if err != nil {
		return Code{}, nil, fault.Wrap(err, fault.Internal)
	}
	slip.proof.mac, err = macOf(s.keys, slip, code, word)
	if err != nil {
		return Code{}, nil, fault.Wrap(err, fault.Internal)
	}
	return code, creation{s, slip}, nil
}

// Again returns the code of a slip once more, for its owner. The fault is internal when the key it was drawn under is gone.
func (s *Store) Again(slip Slip) (Code, error) {
	c, err := drawn(s.keys, slip)
	if err != nil {
		return Code{}, fault.Wrap(err, fault.Internal)
	}
	return c, nil
}

type creation struct {
	store *Store
	slip  Slip
}

// Table is the codes' table.
func (c creation) Table() ledger.Table { return c.store.slips }

// Key is the slip.
func (c creation) Key() id.ID { return c.slip.ID }

// Check refuses to take the place of a code that may still be used or guessed at.
func (c creation) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	was, ok := row.(*Slip)
	switch {
	case !ok || !was.State.Open() || was.Kind != Cash && !was.waiting(at):
		return nil, nil
	case was.State == Locked:
		return nil, fault.New(fault.CodeLocked)
	}
	return nil, fault.New(fault.CodePending)
}

// Finish writes the slip if the plan was accepted.
func (c creation) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := c.slip
	next.MadeAt = o.At
	return &next
}

// Prove returns the companions that let a plan through only with the right code (and word, of a code that has one) for one of the
// slips, and the slip it is for, which is proven only once the plan is accepted. The code is not used by it: Use does that, in the
// same plan or in a later one.
//
// A wrong code refuses the plan with wrong_code (left), and is counted whatever else becomes of the plan; the third locks:
// code_locked. It is counted against every one of the slips, as nobody can say which was meant; with a wrong word, against the one
// whose code it is. code_gone: used, cancelled or too old.
func (s *Store) Prove(slips []Slip, typed Code, word string) (Slip, []ledger.Companion, error) {
	if len(slips) == 0 {
		return Slip{}, nil, fault.New(fault.CodeUnknown)
	}
	var meant []Slip
	for _, slip := range slips {
		ok, err := slip.right(s.keys, typed, word)
		if err != nil {
			return Slip{}, nil, fault.Wrap(err, fault.Internal)
		}
		if ok {
			return slip, []ledger.Companion{&trial{store: s, slip: slip, typed: typed, word: word, last: true}}, nil
		}
		code, err := drawn(s.keys, slip)
		if err != nil {
			return Slip{}, nil, fault.Wrap(err, fault.Internal)
		}
		if code == typed {
			meant = append(meant, slip)
		}
	}
	if meant == nil {
		meant = slips
	}
	// The refusal is the last one's to say, so that one comes last which can be used and has the most tries left.
	now := s.clock.Now()
	says := func(s Slip) int {
		if !s.Usable(now) {
			return -1
		}
		return s.Left
	}
	ordered := slices.SortedStableFunc(slices.Values(meant), func(a, b Slip) int { return cmp.Compare(says(a), says(b)) })
	var out []ledger.Companion
	for i, slip := range ordered {
		out = append(out, &trial{store: s, slip: slip, typed: typed, word: word, last: i == len(ordered)-1})
	}
	return Slip{}, out, nil
}

type trial struct {
	store *Store
	slip  Slip // as it was read
	typed Code
	word  string
	last  bool // says the refusal
	locks bool // between Check and Finish: this try locks the code
}

// Table is the codes' table.
func (t *trial) Table() ledger.Table { return t.store.slips }

// Key is the slip.
func (t *trial) Key() id.ID { return t.slip.ID }

// Check compares and counts.
func (t *trial) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	t.locks = false
	was, ok := row.(*Slip)
	if !ok || was.From != t.slip.From {
		return nil, t.say(fault.New(fault.CodeGone))
	}
	if gone := was.reasonGone(at); gone != nil {
		return nil, t.say(gone)
	}
	right, err := was.right(t.store.keys, t.typed, t.word)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal) // the key it was made with is gone: nobody's fault, and no try
	}
	if right {
		return nil, nil
	}
	next := *was
	next.Left--
	if next.Left <= 0 {
		next.Left, next.State = 0, Locked
		t.locks = true
		return &next, t.say(fault.New(fault.CodeLocked))
	}
	return &next, t.say(fault.New(fault.WrongCode, "left", next.Left))
}

// say returns the refusal if it is this trial's to say.
func (t *trial) say(refusal *fault.Error) *fault.Error {
	if !t.last {
		return nil
	}
	return refusal
}

// Finish leaves the row as Check left it.
func (*trial) Finish(any, *ledger.Outcome) any { return nil }

// Telling adds to what Prove returned what is to be said of each code that the try locks. It commits with the lock, and only with it,
// although the plan is refused: so the owner is told exactly once, however many try at the same moment. The companion that told
// makes is to name no row (a message), and is finished as that of an accepted plan.
func Telling(tried []ledger.Companion, told func(Slip) (ledger.Companion, error)) ([]ledger.Companion, error) {
	out := slices.Clone(tried)
	for _, c := range tried {
		t := c.(*trial)
		if t.slip.State != Live {
			continue // was told before
		}
		tells, err := told(t.slip)
		if err != nil {
			return nil, err
		}
		out = append(out, notice{tells, t})
	}
	return out, nil
}

type notice struct {
	ledger.Companion
	of *trial
}

// Check never refuses.
func (notice) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes what is said, if that try has locked the code.
func (n notice) Finish(row any, o *ledger.Outcome) any {
	if !n.of.locks {
		return nil
	}
	n.of.locks = false // a plan may be decided again, and then something before the trial may refuse it
	return n.Companion.Finish(row, &ledger.Outcome{Accepted: true, At: o.At})
}

// Use returns the companion that uses a code up, once; by is the intent or posting that does. Faults: code_gone, code_locked.
func (s *Store) Use(ref Ref, by id.ID) ledger.Companion { return ending{s, ref, Used, by} }

// Cancel returns the companion that takes a code back, a locked one too. The fault is code_gone.
func (s *Store) Cancel(ref Ref, by id.ID) ledger.Companion { return ending{s, ref, Cancelled, by} }

// Expire returns the companion that ends a code whose time is over, a locked one too. Faults: code_live, code_gone.
func (s *Store) Expire(ref Ref, by id.ID) ledger.Companion { return ending{s, ref, Expired, by} }

type ending struct {
	store *Store
	ref   Ref
	state State
	by    id.ID
}

// Table is the codes' table.
func (e ending) Table() ledger.Table { return e.store.slips }

// Key is the slip.
func (e ending) Key() id.ID { return e.ref.ID }

// Check refuses an end that comes too late, or too early.
func (e ending) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	was, ok := row.(*Slip)
	switch {
	case !ok || was.From != e.ref.From || !was.State.Open():
		return nil, fault.New(fault.CodeGone)
	case e.state == Used:
		return nil, was.reasonGone(at)
	case e.state == Expired && was.waiting(at):
		return nil, fault.New(fault.CodeLive)
	}
	return nil, nil
}

// Finish ends the code if the plan was accepted.
func (e ending) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := *row.(*Slip)
	next.State, next.EndedAt, next.EndedBy = e.state, o.At, e.by
	return &next
}
