package staff

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/argon2"

	"senti/wallet/fault"
	"senti/wallet/key"
)

// cost is how dear it is to try a password: about 50 ms and 46 MiB. A verifier names the cost it was made at, so it may be raised.
var cost = argonCost{time: 1, memory: 46 << 10, threads: 1}

type argonCost struct {
	time, memory uint32
	threads      uint8
}

const (
	saltSize = 16
	hashSize = 32
)

// hashed returns the verifier of a password, as such verifiers are written everywhere: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func hashed(p Password) string {
	salt := key.Random(saltSize)
	return verifier(p, salt, cost)
}

func verifier(p Password, salt []byte, c argonCost) string {
	sum := argon2.IDKey([]byte(p.text), salt, c.time, c.memory, c.threads, hashSize)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum))
}

// matches compares a password with a verifier; false also for one that cannot be read.
func matches(written string, p Password) bool {
	var c argonCost
	fields := strings.Split(written, "$")
	if len(fields) != 6 || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.threads); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(fields[4])
	if err != nil || c.time == 0 || c.threads == 0 {
		return false
	}
	return key.Equal([]byte(verifier(p, salt, c)), []byte(written))
}

// Invitation is a random password that is good for one thing: to set the person's own.
func Invitation() Password { return drawn(wholeLetters) }

// HalfInvitation is one of two halves that make an invitation. Each is given to the invited person by another of the staff, so that
// nobody who invites can enrol in the other's name.
func HalfInvitation() Password { return drawn(halfLetters) }

// How many letters an invitation has, and each of its halves: 120 and 80 bits.
const (
	wholeLetters = 24
	halfLetters  = 16
)

func drawn(letters int) Password {
	return Password{grouped(base32.StdEncoding.EncodeToString(key.Random(letters * 5 / 8)))}
}

// grouped writes letters in groups of four.
func grouped(letters string) string {
	var groups []string
	for ; len(letters) > 4; letters = letters[4:] {
		groups = append(groups, letters[:4])
	}
	return strings.Join(append(groups, letters), "-")
}

// Digest is what is kept of a half until there is the other. The half does not follow from it, and nobody can enrol with it.
func (p Password) Digest() string {
	sum := sha256.Sum256([]byte("senti.staff.half.v1:" + p.text))
	return hex.EncodeToString(sum[:])
}

// Joined is the invitation of two halves by their digests, in whatever order.
func Joined(one, other string) Password {
	return Password{min(one, other) + max(one, other)}
}

// invited is what an invitation was made from, of what a person typed: a whole one, or both halves of one in whatever order, with or
// without dashes, spaces and capitals.
func (p Password) invited() Password {
	letters := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '2' && r <= '7' {
			return r
		}
		return -1
	}, strings.ToUpper(p.text))
	if len(letters) != 2*halfLetters {
		return Password{grouped(letters)}
	}
	return Joined(Password{grouped(letters[:halfLetters])}.Digest(), Password{grouped(letters[halfLetters:])}.Digest())
}

// Show returns an invitation as text, to be handed over once.
func (p Password) Show() string { return p.text }

// period is how many seconds a one-time code lives, and skew how many of its neighbours are taken for clocks that differ.
const (
	period = 30
	skew   = 1

	codesSize = 20 // bytes of the secret, as RFC 4226 has them
)

var codeForm = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// Codes is the secret from which a person's one-time codes follow. It is shown once, to that person, and sealed.
type Codes struct{ key *otp.Key }

// NewCodes makes the secret of a person's codes.
func NewCodes(name string) (Codes, error) {
	k, err := totp.Generate(totp.GenerateOpts{Issuer: "Senti", AccountName: name, Secret: key.Random(codesSize), Period: period})
	if err != nil {
		return Codes{}, fault.Wrap(err, fault.Internal)
	}
	return Codes{k}, nil
}

// Secret is the secret as a person types it into a phone, and URL as a phone reads it from a picture.
func (c Codes) Secret() string { return c.key.Secret() }

// URL is the secret as programs for one-time codes take it.
func (c Codes) URL() string { return c.key.URL() }

// Step returns which step's code was typed at that second, or 0 for a wrong one.
func (c Codes) Step(typed string, unix int64) int64 { return stepOf(c.Secret(), typed, unix) }

// stepOf looks at the newest step first, so that of two equal codes the one that stays blocked longer is spent.
func stepOf(secret, typed string, unix int64) int64 {
	now := unix / period
	for step := now + skew; step >= now-skew; step-- {
		if ok, err := hotp.ValidateCustom(strings.TrimSpace(typed), uint64(step), secret, codeForm); err == nil && ok {
			return step
		}
	}
	return 0
}

// CodeAt returns the code of a secret at that second, for tests and for a seed of the demo.
func CodeAt(secret string, unix int64) (string, error) {
	return hotp.GenerateCodeCustom(secret, uint64(unix/period), codeForm)
}
