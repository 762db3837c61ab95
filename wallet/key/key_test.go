package key

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var (
	firstHex  = strings.Repeat("a1", 32)
	secondHex = strings.Repeat("b2", 32)
)

func TestMACDependsOnNameKeyAndParts(t *testing.T) {
	r := Demo()
	mac := func(name string, parts ...string) string {
		var all [][]byte
		for _, p := range parts {
			all = append(all, []byte(p))
		}
		m, err := r.MAC(name, r.Current(name), all...)
		if err != nil {
			t.Fatal(err)
		}
		return string(m)
	}
	base := mac(PIN, "ab", "c")
	if len(base) != 32 || mac(PIN, "ab", "c") != base {
		t.Error("a MAC is 32 bytes and the same for the same")
	}
	for what, other := range map[string]string{
		"parts cut elsewhere": mac(PIN, "a", "bc"),
		"parts joined":        mac(PIN, "abc"),
		"an empty part more":  mac(PIN, "ab", "c", ""),
		"another name":        mac(Session, "ab", "c"),
	} {
		if other == base {
			t.Errorf("%s: the MAC is the same", what)
		}
	}
	if !Equal([]byte(base), []byte(mac(PIN, "ab", "c"))) || Equal([]byte(base), []byte(base)[:31]) || Equal([]byte(base), []byte(mac(PIN, "x"))) {
		t.Error("Equal does not tell MACs apart")
	}
}

func TestUnknownKeys(t *testing.T) {
	r := Demo()
	if _, err := r.MAC(PIN, "2019-01"); !errors.Is(err, ErrUnknown) {
		t.Errorf("MAC under a key that is gone: %v", err)
	}
	if _, err := r.MAC("pins", ""); !errors.Is(err, ErrUnknown) {
		t.Errorf("MAC under no name: %v", err)
	}
	if _, err := r.Seal("pins", nil, nil); !errors.Is(err, ErrUnknown) {
		t.Errorf("Seal under no name: %v", err)
	}
	if r.Current("pins") != "" {
		t.Error("an unknown name has a current key")
	}
}

func TestSealOpensOnlyWhereItBelongs(t *testing.T) {
	r := Demo()
	row := []byte("customer 7")
	sealed, err := r.Seal(IDNumber, []byte("12345678"), row)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("12345678")) {
		t.Fatal("the ID number is there in the clear")
	}
	if again, _ := r.Seal(IDNumber, []byte("12345678"), row); bytes.Equal(again, sealed) {
		t.Error("the same number is sealed the same way twice: equal rows could be told")
	}
	if plain, err := r.Open(IDNumber, sealed, row); err != nil || string(plain) != "12345678" {
		t.Errorf("opened as %q, %v", plain, err)
	}
	if _, err := r.Open(IDNumber, sealed, []byte("customer 8")); !errors.Is(err, ErrSealed) {
		t.Errorf("copied to another row: %v", err)
	}
	if _, err := r.Open(PIN, sealed, row); !errors.Is(err, ErrSealed) {
		t.Errorf("opened as something else: %v", err)
	}
	for i := range sealed {
		altered := bytes.Clone(sealed)
		altered[i] ^= 1
		if _, err := r.Open(IDNumber, altered, row); err == nil {
			t.Errorf("byte %d altered and nobody noticed", i)
		}
		if _, err := r.Open(IDNumber, sealed[:i], row); err == nil {
			t.Errorf("cut to %d bytes and nobody noticed", i)
		}
	}
}

func TestRotation(t *testing.T) {
	old := loadPIN(t, "2025-01 "+firstHex)
	both := loadPIN(t, "# the old one stays for old verifiers\n2025-01 "+firstHex+"\n\n2026-01 "+secondHex+"\n")
	if old.Current(PIN) != "2025-01" || both.Current(PIN) != "2026-01" {
		t.Errorf("current keys %s and %s", old.Current(PIN), both.Current(PIN))
	}
	before, _ := old.MAC(PIN, "2025-01", []byte("x"))
	after, err := both.MAC(PIN, "2025-01", []byte("x"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("a verifier of the old key does not hold any more: %v", err)
	}
	sealed, _ := old.Seal(PIN, []byte("x"), nil)
	if plain, err := both.Open(PIN, sealed, nil); err != nil || string(plain) != "x" {
		t.Errorf("what the old key sealed opens as %q, %v", plain, err)
	}
	if old.IsDemo() == false {
		t.Error("a ring with demo keys among others is a demo ring")
	}
}

func TestFormsOfAKey(t *testing.T) {
	want, _ := loadPIN(t, firstHex).MAC(PIN, "1", []byte("x"))
	raw := bytes.Repeat([]byte{0xa1}, 32)
	for _, text := range []string{strings.ToUpper(firstHex), base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw), " 1  " + firstHex + "\r\n"} {
		got, err := loadPIN(t, text).MAC(PIN, "1", []byte("x"))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q is another key: %v", text, err)
		}
	}
	t.Setenv("SENTI_TEST_PIN_KEY", "a "+secondHex+"; b "+firstHex)
	r, err := Load(demoBut(PIN, "env:SENTI_TEST_PIN_KEY"))
	if err != nil || r.Current(PIN) != "b" {
		t.Errorf("from the environment: %v", err)
	}
}

func TestLoadRefusesWithAMend(t *testing.T) {
	short := strings.Repeat("c3", 16)
	for _, c := range []struct{ name, file, want string }{
		{PIN, "", "holds no key: write one (openssl rand -hex 32)"},
		{PIN, "# nothing\n", "holds no key"},
		{PIN, short, ":1: the key has 16 bytes: at least 32 are needed"},
		{PIN, "\n1 " + firstHex + "\n2 zz!", ":3: the key is neither hexadecimal nor base64"},
		{PIN, "a b " + firstHex, ":1: more than two words"},
		{PIN, "2026/01 " + firstHex, ":1: the ID is not 1 to 16 letters"},
		{PIN, "a " + firstHex + "\na " + secondHex, ":2: the ID stands twice"},
		{Receipt, "a " + firstHex + "\nb " + secondHex, "holds 2 keys, but what this key made can only be found with itself"},
	} {
		_, err := Load(demoBut(c.name, "file:"+write(t, c.file)))
		if err == nil || !strings.Contains(err.Error(), "key "+c.name) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.file, err, c.want)
		}
		for _, secret := range []string{firstHex, secondHex, short} {
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error tells a key: %v", err)
			}
		}
	}
	for source, want := range map[string]string{
		"file:/nowhere/at/all": "create the file",
		"env:SENTI_NOT_SET":    "$SENTI_NOT_SET holds no key",
		firstHex:               "write file:PATH, env:VARIABLE or demo",
	} {
		_, err := Load(demoBut(PIN, source))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), firstHex) {
			t.Errorf("source %q: %v, want %q", source, err, want)
		}
	}
	if _, err := Load(map[string]string{"pins": "demo"}); err == nil || !strings.Contains(err.Error(), "no key of that name") || !strings.Contains(err.Error(), "key pin: no source") {
		t.Errorf("unknown and missing names: %v", err)
	}
}

func TestNothingPrintsAKey(t *testing.T) {
	r, err := Load(map[string]string{PIN: "file:" + write(t, "k1 "+firstHex), Receipt: "demo", Session: "demo", IDNumber: "demo", Blind: "demo", Check: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb, r); got != "keys blind/demo check/demo idnumber/demo pin/k1 receipt/demo session/demo" {
			t.Errorf("%s shows %q", verb, got)
		}
	}
}

func TestDerivedSecretsAndBlindIndex(t *testing.T) {
	r := Demo()
	a, err := r.Derive(Receipt, "a")
	b, _ := r.Derive(Receipt, "b")
	if err != nil || len(a) != 32 || bytes.Equal(a, b) {
		t.Errorf("derived %x and %x, %v", a, b, err)
	}
	x, err := r.Blind(Blind, []byte("KE 12345678"))
	y, _ := r.Blind(Blind, []byte("KE 12345678"))
	z, _ := r.Blind(Blind, []byte("KE 12345679"))
	if err != nil || len(x) != 32 || !bytes.Equal(x, y) || bytes.Equal(x, z) {
		t.Errorf("blind index %x %x %x, %v", x, y, z, err)
	}
	if s := Random(16); len(s) != 16 || bytes.Equal(s, Random(16)) {
		t.Error("salts repeat")
	}
}

func loadPIN(t *testing.T, content string) *Ring {
	t.Helper()
	r, err := Load(demoBut(PIN, "file:"+write(t, content)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func demoBut(name, source string) map[string]string {
	sources := map[string]string{PIN: "demo", Receipt: "demo", Session: "demo", IDNumber: "demo", Blind: "demo", Check: "demo"}
	sources[name] = source
	return sources
}

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func BenchmarkMAC(b *testing.B) {
	r, subject, salt := Demo(), []byte("customer 1234567"), Random(16)
	for b.Loop() {
		_, _ = r.MAC(PIN, "demo", subject, salt, []byte("4826"))
	}
}
