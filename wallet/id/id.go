// Package id makes the 16-byte identifiers of postings, intents, holds and messages.
//
// It is the only source of randomness for identifiers, so that a test can name every row before it exists. It makes no
// secrets: keys and salts come from package key. Account and customer numbers are not IDs; the ledger counts those.
package id

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
)

// ID is a UUID: version 7 when made by a Source, version 8 when derived. The zero ID means "none".
type ID [16]byte

// ErrSyntax says that a text is not an ID.
var ErrSyntax = errors.New("id: not 32 hexadecimal digits, with or without dashes")

// IsZero reports whether the ID is "none".
func (i ID) IsZero() bool { return i == ID{} }

// String returns the usual form, 8-4-4-4-12 hexadecimal digits.
func (i ID) String() string { return uuid.UUID(i).String() }

// MarshalText writes the ID for JSON and the like; the zero ID is "".
func (i ID) MarshalText() ([]byte, error) {
	if i.IsZero() {
		return nil, nil
	}
	return []byte(i.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (i *ID) UnmarshalText(text []byte) (err error) {
	*i = ID{}
	if len(text) > 0 {
		*i, err = Parse(string(text))
	}
	return err
}

// Short returns the last 8 hexadecimal digits: enough to find a log line by, too little to guess an ID from.
func (i ID) Short() string { return hex.EncodeToString(i[12:]) }

// Parse reads the form that String writes, with or without dashes.
func Parse(s string) (ID, error) {
	if len(s) != 36 && len(s) != 32 {
		return ID{}, ErrSyntax
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return ID{}, ErrSyntax
	}
	return ID(u), nil
}

// FromBytes reads the 16 bytes that a database column holds.
func FromBytes(b []byte) (ID, error) {
	if len(b) != 16 {
		return ID{}, ErrSyntax
	}
	return ID(b), nil
}

// Derive returns the ID that belongs to parent under the given name: always the same for the same two. An expiry posting
// derived from its hold can be attempted by two processes and still be posted once.
func Derive(parent ID, name string) ID {
	h := sha256.New()
	h.Write([]byte("senti.id.derive.v1"))
	h.Write(parent[:])
	h.Write([]byte(name))
	var out ID
	copy(out[:], h.Sum(nil))
	out[6] = out[6]&0x0f | 0x80 // version 8: custom
	out[8] = out[8]&0x3f | 0x80 // RFC 9562 variant
	return out
}

// Number packs an integer and a small tag into an ID, for tables that are keyed by a number but travel with IDs.
func Number(tag byte, n int64) ID {
	var out ID
	out[0] = tag
	binary.BigEndian.PutUint64(out[8:], uint64(n))
	return out
}

// Source makes IDs.
type Source interface {
	// New returns an ID that no one has had before, ascending with time within one process.
	New() ID
}

// Random makes version 7 UUIDs.
type Random struct{}

// New panics only if the operating system has no randomness left to give, in which case nothing should run.
func (Random) New() ID {
	u, err := uuid.NewV7()
	if err != nil {
		panic("id: the system's random source failed: " + err.Error())
	}
	return ID(u)
}

// Before returns the ID that sorts after all that Random made before a moment and before all that it makes from then on: what is
// kept by such IDs can be found by its age. Derived IDs lie anywhere.
func Before(t time.Time) ID {
	var out ID
	binary.BigEndian.PutUint64(out[:], uint64(t.UnixMilli())<<16)
	return out
}

// Sequence makes IDs 1, 2, 3 …, for tests. It is safe for concurrent use.
type Sequence struct {
	mu   sync.Mutex
	last uint64
}

// New returns the next number as an ID.
func (s *Sequence) New() ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	var out ID
	out[6], out[8] = 0x70, 0x80
	binary.BigEndian.PutUint32(out[12:], uint32(s.last))
	binary.BigEndian.PutUint32(out[0:], uint32(s.last>>32))
	return out
}
