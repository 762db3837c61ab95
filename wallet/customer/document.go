package customer

import (
	"fmt"

	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/msisdn"
)

// Seal seals a document's number for the customer with that phone. The number is what Matches accepted, without spaces.
func Seal(keys *key.Ring, owner msisdn.Number, kind DocumentType, number string) (Document, error) {
	sealed, err := keys.Seal(key.IDNumber, []byte(number), sealContext(owner, kind))
	if err != nil {
		return Document{}, fmt.Errorf("customer: seal the document: %w", err)
	}
	index, err := blind(keys, kind, number)
	if err != nil {
		return Document{}, err
	}
	return Document{kind, sealed, index}, nil
}

func blind(keys *key.Ring, kind DocumentType, number string) ([]byte, error) {
	index, err := keys.Blind(key.Blind, fmt.Appendf(nil, "%d:%s", kind, number))
	if err != nil {
		return nil, fmt.Errorf("customer: index the document: %w", err)
	}
	return index, nil
}

// Is reports whether that is the document: of that type and number, which is blinded to be compared.
func (d Document) Is(keys *key.Ring, kind DocumentType, number string) (bool, error) {
	index, err := blind(keys, kind, number)
	if err != nil {
		return false, err
	}
	return d.Type != NoDocument && key.Equal(index, d.Index), nil
}

// EndLetters is how much of a number stands for the whole of it, where it is asked together with a code.
const EndLetters = 4

// EndsWith reports whether those are the last letters of the document's number. The number is not given out.
func (d Document) EndsWith(keys *key.Ring, owner msisdn.Number, end string) (bool, error) {
	number, err := d.Reveal(keys, owner)
	if err != nil {
		return false, err
	}
	return len(end) == EndLetters && len(number) > EndLetters && key.Equal([]byte(number[len(number)-EndLetters:]), []byte(end)), nil
}

// Key is what rows about the document are keyed by: the first half of its blind index, enough to tell documents apart.
func (d Document) Key() id.ID { return id.ID(d.Index[:16]) }

// Reveal returns a document's number. Whoever calls it is to be recorded in the audit log.
func (d Document) Reveal(keys *key.Ring, owner msisdn.Number) (string, error) {
	number, err := keys.Open(key.IDNumber, d.Sealed, sealContext(owner, d.Type))
	if err != nil {
		return "", fmt.Errorf("customer: open the document: %w", err)
	}
	return string(number), nil
}

// sealContext binds a sealed number to its customer: copied to another row it does not open.
func sealContext(owner msisdn.Number, kind DocumentType) []byte {
	return fmt.Appendf(nil, "senti.customer.document.v1:%d:%s", kind, owner)
}
