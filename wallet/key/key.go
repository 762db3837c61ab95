// Package key holds the secrets that make a copy of the database worthless: the keys behind PIN verifiers, receipts,
// sessions and sealed ID numbers.
//
// A key has a name (what it is for) and an ID (which one of them): a verifier stored years ago names the key it was made with,
// so a new key can take over without anyone being asked for a PIN again. Keys come from files or the environment, never from
// the database, and no method gives one out. This package makes no IDs of postings and does no slow hashing.
package key

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"sync"
)

// The names of the keys Senti uses.
const (
	PIN      = "pin"      // PIN verifiers
	Receipt  = "receipt"  // the order of receipt codes
	Session  = "session"  // references to sessions that do not tell the session ID
	IDNumber = "idnumber" // sealing of ID numbers, and of what staff prove themselves by
	Blind    = "blind"    // the index that finds a sealed ID number
	Check    = "check"    // the codes beside receipts, by which a message can be told from a forged one
)

// names says of every key whether a second one may take over from the first. Receipt codes and blind indexes are made anew
// from the key at every look-up, so another key would no longer find what the first one wrote.
var names = map[string]struct{ rotates bool }{
	PIN:      {true},
	Receipt:  {false},
	Session:  {true},
	IDNumber: {true},
	Blind:    {false},
	Check:    {true},
}

// What using a ring can meet.
var (
	ErrUnknown = errors.New("key: no such key in the ring")
	ErrSealed  = errors.New("key: the sealed bytes were altered, or sealed for something else")
)

// Ring is the set of keys a process holds. It is immutable and safe for concurrent use.
type Ring struct {
	keys map[string][]secret // by name, oldest first
	demo bool
}

type secret struct {
	id    string
	bytes []byte
	seal  []byte     // derived from bytes: one secret is never used by two algorithms
	macs  *sync.Pool // of *macing: an HMAC that has seen its key is half the work of a new one
}

// macing is a MAC being made, and the bytes it is made over.
type macing struct {
	hash hash.Hash
	text []byte
}

func newSecret(name, id string, bytes []byte) secret {
	return secret{id: id, bytes: bytes, seal: derive(bytes, "senti.seal.v1."+name),
		macs: &sync.Pool{New: func() any { return &macing{hash: hmac.New(sha256.New, bytes)} }}}
}

func derive(from []byte, purpose string) []byte {
	out, err := hkdf.Key(sha256.New, from, nil, purpose, sha256.Size)
	if err != nil {
		panic("key: deriving failed: " + err.Error()) // only for lengths hkdf does not give; ours is fixed
	}
	return out
}

// DemoID is the ID of every demonstration key, and of no other.
const DemoID = "demo"

// Demo returns the ring every demonstration uses: its secrets follow from a text anyone can read here, so anything protected
// by it is open. IsDemo says so and serve refuses it.
func Demo() *Ring {
	r := &Ring{keys: make(map[string][]secret), demo: true}
	for name := range names {
		r.addDemo(name)
	}
	return r
}

func (r *Ring) addDemo(name string) {
	public := sha256.Sum256([]byte("senti demonstration key, known to everyone: " + name))
	r.keys[name] = []secret{newSecret(name, DemoID, public[:])}
	r.demo = true
}

// IsDemo reports whether any key of the ring is a demonstration key.
func (r *Ring) IsDemo() bool { return r.demo }

// Ref names a key: what it is for, and which one of those.
type Ref struct{ Name, ID string }

// All returns which keys the ring holds, by name, and the oldest of a name first.
func (r *Ring) All() []Ref {
	var all []Ref
	for _, name := range sorted(r.keys) {
		for _, s := range r.keys[name] {
			all = append(all, Ref{name, s.id})
		}
	}
	return all
}

// Current returns the ID of the key that signs and seals now: the newest of that name, or "" for an unknown name.
func (r *Ring) Current(name string) string {
	if all := r.keys[name]; len(all) > 0 {
		return all[len(all)-1].id
	}
	return ""
}

// IDs returns the IDs of the keys of a name, the oldest first.
func (r *Ring) IDs(name string) []string {
	all := make([]string, len(r.keys[name]))
	for i, s := range r.keys[name] {
		all[i] = s.id
	}
	return all
}

// MAC returns the 32-byte HMAC-SHA-256 of the parts under the named key. Parts are told apart by their lengths, so
// ("ab", "c") and ("a", "bc") differ. ErrUnknown when the ring has no such key.
func (r *Ring) MAC(name, keyID string, parts ...[]byte) ([]byte, error) {
	s, err := r.find(name, keyID)
	if err != nil {
		return nil, err
	}
	sum := mac(s, name, parts)
	return sum[:], nil
}

// MACText is MAC of texts, which need not be copied for it.
func (r *Ring) MACText(name, keyID string, parts ...string) ([32]byte, error) {
	s, err := r.find(name, keyID)
	if err != nil {
		return [32]byte{}, err
	}
	return mac(s, name, parts), nil
}

// Blind returns the 32 bytes under which data can be found without being stored: the same for the same data, and of no use
// to who has no key. The name is Blind unless a second index needs to be kept apart from the first.
func (r *Ring) Blind(name string, data []byte) ([]byte, error) {
	return r.MAC(name, r.Current(name), []byte("blind"), data)
}

// Derive returns a 32-byte secret of its own for a purpose, for constructions that MAC and Seal do not cover.
func (r *Ring) Derive(name, purpose string) ([]byte, error) {
	s, err := r.find(name, r.Current(name))
	if err != nil {
		return nil, err
	}
	return derive(s.bytes, "senti.derive.v1."+name+"."+purpose), nil
}

// Equal compares two MACs in a time that does not tell where they differ.
func Equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// Random returns n bytes nobody can guess, for salts. The system's source does not fail.
func Random(n int) []byte {
	out := make([]byte, n)
	rand.Read(out)
	return out
}

// String names the keys and shows nothing of them, in case a ring is ever printed.
func (r *Ring) String() string {
	var all []string
	for _, ref := range r.All() {
		all = append(all, ref.Name+"/"+ref.ID)
	}
	return "keys " + strings.Join(all, " ")
}

// GoString is String, for %#v.
func (r *Ring) GoString() string { return r.String() }

// Format is String, for every other verb.
func (r *Ring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

func (r *Ring) find(name, keyID string) (secret, error) {
	for _, s := range r.keys[name] {
		if s.id == keyID {
			return s, nil
		}
	}
	return secret{}, fmt.Errorf("%w: %s/%s", ErrUnknown, name, keyID)
}

func mac[T string | []byte](s secret, name string, parts []T) (sum [32]byte) {
	m := s.macs.Get().(*macing)
	text := append(binary.BigEndian.AppendUint64(m.text[:0], uint64(len(name))), name...)
	for _, part := range parts {
		text = append(binary.BigEndian.AppendUint64(text, uint64(len(part))), part...)
	}
	m.hash.Reset()
	m.hash.Write(text)
	m.hash.Sum(sum[:0])
	clear(text) // it may be a PIN
	m.text = text
	s.macs.Put(m)
	return sum
}
