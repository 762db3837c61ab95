package pin

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
)

// Kind says whose PIN it is. Numbers are stored: never reuse one.
type Kind byte

// The kinds of subject.
const (
	Customer Kind = 1
	Operator Kind = 2
)

// Purpose says what the PIN is for; one subject may have a PIN for each. Numbers are stored: never reuse one.
type Purpose byte

// The purposes of a PIN.
const (
	Transact Purpose = 1 // to move money and to see it
)

// Subject is the owner of a PIN, and what the PIN is for.
type Subject struct {
	Kind    Kind
	Number  int64 // the customer's or operator's number
	Purpose Purpose
}

// key is the subject as the table's key.
func (s Subject) key() id.ID {
	k := id.Number(byte(s.Kind), s.Number)
	k[1] = byte(s.Purpose)
	return k
}

// subjectOf reads what key wrote.
func subjectOf(k id.ID) Subject {
	return Subject{Kind: Kind(k[0]), Purpose: Purpose(k[1]), Number: int64(binary.BigEndian.Uint64(k[8:]))}
}

// mostTries wrong PINs lock.
const mostTries = 3

// scheme names how a verifier was made, so that another (a KDF laid over it) can come later. Numbers are stored.
type scheme int64

const hmacSHA256 scheme = 1

const saltSize = 16

// verifier is one row: immutable, as the ledger caches it.
type verifier struct {
	subject id.ID
	tries   int64 // wrong PINs since the last right one; mostTries = locked
	scheme  scheme
	keyID   string
	salt    []byte
	mac     []byte
	setAt   time.Time

	quiet      int64     // how often its owner was told that it is not used
	quietSince time.Time // the last time of that; with quiet 0, when it was last used, up to a usedEvery earlier
}

func (v *verifier) locked() bool { return v.tries >= mostTries }

// lockedOut is what to say of a locked one: whose PIN it is tells where a new one is had.
func (v *verifier) lockedOut() *fault.Error {
	if subjectOf(v.subject).Kind == Operator {
		return fault.New(fault.OperatorPINLocked)
	}
	return fault.New(fault.PINLocked)
}

// newVerifier makes the verifier of a PIN under the key that signs now.
func newVerifier(keys *key.Ring, s Subject, p PIN) (*verifier, error) {
	v := &verifier{subject: s.key(), scheme: hmacSHA256, keyID: keys.Current(key.PIN), salt: key.Random(saltSize)}
	var err error
	v.mac, err = verifierMAC(keys, v, p)
	return v, err
}

// verifierMAC is what v.mac must be if p is right. The subject is part of it, so a row copied to another subject is worthless.
func verifierMAC(keys *key.Ring, v *verifier, p PIN) ([]byte, error) {
	var head [8]byte
	binary.BigEndian.PutUint64(head[:], uint64(v.scheme))
	return keys.MAC(key.PIN, v.keyID, []byte("senti.pin.v1"), head[:], v.subject[:], v.salt, []byte(p.digits))
}

// Draft stands for a new PIN between its first and second typing: a salted MAC, without the PIN. It may be kept in a session
// and written down nowhere else.
type Draft string

// NewDraft returns the draft of a new PIN for the phone number (or other digits) of its owner, which a weak PIN must not
// repeat. The fault is weak_pin.
func NewDraft(keys *key.Ring, owner string, p PIN) (Draft, error) {
	if p.Weak(owner) {
		return "", fault.New(fault.WeakPIN)
	}
	keyID, salt := keys.Current(key.PIN), key.Random(saltSize)
	mac, err := draftMAC(keys, keyID, owner, salt, p)
	if err != nil {
		return "", fault.Wrap(err, fault.Internal)
	}
	return Draft(keyID + ":" + base64.RawURLEncoding.EncodeToString(append(salt, mac...))), nil
}

// Same tells whether the second typing is the first one's PIN. The fault is pin_mismatch.
func (d Draft) Same(keys *key.Ring, owner string, p PIN) error {
	keyID, rest, _ := strings.Cut(string(d), ":")
	raw, err := base64.RawURLEncoding.DecodeString(rest)
	if err != nil || len(raw) <= saltSize {
		return fault.New(fault.PINMismatch)
	}
	mac, err := draftMAC(keys, keyID, owner, raw[:saltSize], p)
	if err != nil || !key.Equal(mac, raw[saltSize:]) {
		return fault.New(fault.PINMismatch)
	}
	return nil
}

func draftMAC(keys *key.Ring, keyID, owner string, salt []byte, p PIN) ([]byte, error) {
	return keys.MAC(key.PIN, keyID, []byte("senti.pin.draft.v1"), []byte(owner), salt, []byte(p.digits))
}
