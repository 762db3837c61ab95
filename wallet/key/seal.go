package key

import (
	"crypto/aes"
	"crypto/cipher"
)

// A sealed value is: version 1 | length of key ID | key ID | nonce (12) | ciphertext and tag. The header is authenticated too.
const (
	sealVersion = 1
	nonceSize   = 12
)

// Seal encrypts plain with AES-256-GCM under the newest key of that name. The context (a table and row, say) is not stored but
// must be the same at Open: a sealed value copied to another row does not open there.
func (r *Ring) Seal(name string, plain, context []byte) ([]byte, error) {
	s, err := r.find(name, r.Current(name))
	if err != nil {
		return nil, err
	}
	header := append([]byte{sealVersion, byte(len(s.id))}, s.id...)
	nonce := Random(nonceSize)
	sealed := append(append([]byte{}, header...), nonce...)
	return s.gcm().Seal(sealed, nonce, plain, bind(header, context)), nil
}

// Open decrypts what Seal made, under the key it names. ErrSealed when bytes or context differ, ErrUnknown when that key is
// no longer in the ring.
func (r *Ring) Open(name string, sealed, context []byte) ([]byte, error) {
	if len(sealed) < 2 || sealed[0] != sealVersion {
		return nil, ErrSealed
	}
	headerSize := 2 + int(sealed[1])
	if len(sealed) < headerSize+nonceSize {
		return nil, ErrSealed
	}
	header, nonce, body := sealed[:headerSize], sealed[headerSize:headerSize+nonceSize], sealed[headerSize+nonceSize:]
	s, err := r.find(name, string(header[2:]))
	if err != nil {
		return nil, err
	}
	plain, err := s.gcm().Open(nil, nonce, body, bind(header, context))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// bind joins header and context; the header tells its own length, so no two pairs join to the same bytes.
func bind(header, context []byte) []byte { return append(append([]byte{}, header...), context...) }

func (s secret) gcm() cipher.AEAD {
	block, err := aes.NewCipher(s.seal)
	if err != nil {
		panic("key: " + err.Error()) // the derived key is always 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("key: " + err.Error())
	}
	return aead
}
