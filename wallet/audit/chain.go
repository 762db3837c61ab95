package audit

import (
	"crypto/sha256"
	"encoding/binary"
)

// chainVersion is hashed first, so that a later layout of the canonical bytes cannot be taken for this one.
const chainVersion = "senti.audit.v1"

// chained returns the entry's link: SHA-256 over the link before it and everything the entry says, in a fixed binary layout
// (big-endian, texts preceded by their length).
func (e *Entry) chained(prev [32]byte) [32]byte {
	b := append([]byte(chainVersion), prev[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(e.N))
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMicro()))
	for _, text := range []string{e.Act.Actor, e.Act.Act, e.Act.Object, e.Act.Detail, e.Refusal} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
		b = append(b, text...)
	}
	b = append(b, e.Posting[:]...)
	return sha256.Sum256(b)
}
