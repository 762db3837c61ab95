package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"senti/wallet/id"
)

// record is one posting as the tables keep it: the row of postings, its legs and its hold acts.
type record struct {
	seq       int64
	id        id.ID
	kind      Kind
	request   [32]byte
	refusal   string // an encoded fault; "" when accepted
	receiptNo int64
	corrects  id.ID
	rules     string
	at        int64 // UTC microseconds
	legs      []PostedLeg
	acts      []actRow
	hash      [32]byte
}

// actRow is what a posting did to a hold.
type actRow struct {
	hold      id.ID
	verb      HoldVerb
	account   int64
	amount    int64
	expiresAt int64
}

// chainVersion is hashed first, so that a later layout of the canonical bytes cannot be taken for this one.
const chainVersion = 1

// chained returns the posting's link: SHA-256 over the link before it and everything the posting's rows say, in a fixed
// binary layout (big-endian, texts and lists preceded by their length). scratch is reused between calls.
func (r *record) chained(prev [32]byte, scratch *[]byte) [32]byte {
	b := append((*scratch)[:0], chainVersion)
	b = append(b, prev[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.seq))
	b = append(b, r.id[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(r.kind))
	b = append(b, r.request[:]...)
	b = appendText(b, r.refusal)
	b = binary.BigEndian.AppendUint64(b, uint64(r.receiptNo))
	b = append(b, r.corrects[:]...)
	b = appendText(b, r.rules)
	b = binary.BigEndian.AppendUint64(b, uint64(r.at))
	b = binary.BigEndian.AppendUint32(b, uint32(len(r.legs)))
	for _, l := range r.legs {
		for _, v := range [...]int64{l.Account, l.Amount, l.Balance, l.Held, l.Counted} {
			b = binary.BigEndian.AppendUint64(b, uint64(v))
		}
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(r.acts)))
	for _, a := range r.acts {
		b = append(b, a.hold[:]...)
		b = append(b, byte(a.verb))
		for _, v := range [...]int64{a.account, a.amount, a.expiresAt} {
			b = binary.BigEndian.AppendUint64(b, uint64(v))
		}
	}
	*scratch = b
	return sha256.Sum256(b)
}

func appendText(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

// micros and fromMicros are how times travel to and from a column.
func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }
