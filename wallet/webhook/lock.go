package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// Lock is one more thing a caller must show. While it is being replaced both the old and the new secret are listed.
type Lock struct {
	Proof   Proof
	Secrets []string
}

// A login's password is often a telco's own choice; what is shorter than this can be found by trying.
var loginShape = regexp.MustCompile(`^[!-9;-~]{1,64}:[!-~]{8,128}$`)

func (l Lock) check() error {
	if len(l.Secrets) == 0 {
		return fmt.Errorf("a token or login without a secret")
	}
	for i, s := range l.Secrets {
		switch login := l.Proof == BasicLogin || l.Proof == QueryLogin; {
		case login && !loginShape.MatchString(s):
			return fmt.Errorf("login %d must be USER:PASSWORD, without spaces and with a password of 8 letters or more", i+1)
		case !login && !secretShape.MatchString(s):
			return fmt.Errorf("token %d must be 16 to 128 letters, digits or . _ ~ -", i+1)
		}
	}
	return nil
}

// refuses says for the log why a request does not open the lock, or nothing.
func (l Lock) refuses(r *http.Request) string {
	shown := l.Proof.Secret(r, "")
	switch {
	case among(l.Secrets, shown):
		return ""
	case shown == "":
		return "no token or login"
	}
	return "wrong token or login"
}

// Signature is how a caller signs what it sends: HMAC-SHA-256 over the body, or over the query of a call without one, in
// that header, in hex or base64, with or without "sha256=" before it. With no keys nothing is signed.
type Signature struct {
	Header string
	Keys   []string
}

func (s Signature) check() error {
	for i, k := range s.Keys {
		if !secretShape.MatchString(k) {
			return fmt.Errorf("signing key %d must be 16 to 128 letters, digits or . _ ~ -", i+1)
		}
	}
	if len(s.Keys) > 0 && s.Header == "" {
		return fmt.Errorf("a signing key, and no header that the signature stands in")
	}
	return nil
}

// Signed reports whether the request shows that one of the keys signed what it carries; true when nothing is to be signed.
func (s Signature) Signed(r *http.Request, carries []byte) bool {
	if len(s.Keys) == 0 {
		return true
	}
	shown := strings.TrimPrefix(r.Header.Get(s.Header), "sha256=")
	given, err := hex.DecodeString(shown)
	if err != nil {
		if given, err = base64.StdEncoding.DecodeString(shown); err != nil {
			return false
		}
	}
	found := false
	for _, k := range s.Keys {
		mac := hmac.New(sha256.New, []byte(k))
		mac.Write(carries)
		found = hmac.Equal(mac.Sum(nil), given) || found
	}
	return found
}
