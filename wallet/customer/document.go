package customer

import (
	"fmt"

	"senti/wallet/key"
	"senti/wallet/msisdn"
)

// Seal seals a document's number for the customer with that phone. The number is what Matches accepted, without spaces.
func Seal(keys *key.Ring, owner msisdn.Number, kind DocumentType, number string) (Document, error) {
	sealed, err := keys.Seal(key.IDNumber, []byte(number), sealContext(owner, kind))
	if err != nil {
		return Document{}, fmt.Errorf("customer: seal the document: %w", err)
	}
	index, err := keys.Blind(key.Blind, fmt.Appendf(nil, "%d:%s", kind, number))
	if err != nil {
		return Document{}, fmt.Errorf("customer: index the document: %w", err)
	}
	return Document{kind, sealed, index}, nil
}

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
