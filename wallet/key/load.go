package key

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"
)

const (
	secretBytesMin = 32
	idLengthMax    = 16
)

// Load reads the keys of the ring. Sources are, by name of key: "file:PATH", "env:VARIABLE" or "demo".
//
// A file or variable holds one key per line, oldest first, as "ID KEY": the ID is up to 16 letters, digits, dots and dashes,
// the key at least 32 bytes in hexadecimal or base64. A single key may stand without an ID. Empty lines and lines that begin
// with # are passed over; in a variable ";" ends a line too. Every key Senti uses must be there.
func Load(sources map[string]string) (*Ring, error) {
	r := &Ring{keys: make(map[string][]secret)}
	var problems []error
	for _, name := range sorted(sources) {
		if _, ok := names[name]; !ok {
			problems = append(problems, fmt.Errorf("key %s: there is no key of that name: use %s", name, allNames()))
			continue
		}
		if err := r.load(name, sources[name]); err != nil {
			problems = append(problems, fmt.Errorf("key %s: %w", name, err))
		}
	}
	for _, name := range sorted(names) {
		if _, ok := sources[name]; !ok {
			problems = append(problems, fmt.Errorf("key %s: no source is given: write file:PATH (openssl rand -hex 32 makes a key)", name))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Ring) load(name, source string) error {
	kind, where, _ := strings.Cut(source, ":")
	var text string
	switch kind {
	case "demo":
		r.addDemo(name)
		return nil
	case "file":
		content, err := os.ReadFile(where)
		if err != nil {
			return fmt.Errorf("%w: create the file (openssl rand -hex 32 > FILE) or correct its path", err)
		}
		text = string(content)
	case "env":
		text = strings.ReplaceAll(os.Getenv(where), ";", "\n")
		where = "$" + where
	default:
		// The source is not repeated: somebody may have put the key itself there.
		return errors.New("the source is not of a known kind: write file:PATH, env:VARIABLE or demo")
	}
	secrets, err := readSecrets(name, where, text)
	if err != nil {
		return err
	}
	r.keys[name] = secrets
	return nil
}

func readSecrets(name, where, text string) ([]secret, error) {
	var out []secret
	seen := make(map[string]bool)
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		id, bytes, err := readLine(line)
		if err == nil && seen[id] {
			err = errors.New("the ID stands twice: give each key its own, such as the month it begins")
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", where, i+1, err)
		}
		seen[id] = true
		out = append(out, newSecret(name, id, bytes))
	}
	switch {
	case len(out) == 0:
		return nil, fmt.Errorf("%s holds no key: write one (openssl rand -hex 32)", where)
	case len(out) > 1 && !names[name].rotates:
		return nil, fmt.Errorf("%s holds %d keys, but what this key made can only be found with itself: keep the first", where, len(out))
	}
	return out, nil
}

// readLine never repeats the line in an error: it is a secret.
func readLine(line string) (id string, bytes []byte, err error) {
	fields := strings.Fields(line)
	switch len(fields) {
	case 1:
		id = "1"
	case 2:
		id = fields[0]
	default:
		return "", nil, errors.New("more than two words: write ID, a space, and the key")
	}
	if !validID(id) {
		return "", nil, fmt.Errorf("the ID is not 1 to %d letters, digits, dots or dashes: shorten it, such as 2026-01", idLengthMax)
	}
	bytes, ok := decode(fields[len(fields)-1])
	if !ok {
		return "", nil, errors.New("the key is neither hexadecimal nor base64: make one with openssl rand -hex 32")
	}
	if len(bytes) < secretBytesMin {
		return "", nil, fmt.Errorf("the key has %d bytes: at least %d are needed (openssl rand -hex 32)", len(bytes), secretBytesMin)
	}
	return id, bytes, nil
}

func validID(id string) bool {
	if id == "" || len(id) > idLengthMax || id == DemoID {
		return false
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// decode tries hexadecimal first: 64 hexadecimal digits are also base64, but nobody means that.
func decode(text string) ([]byte, bool) {
	if b, err := hex.DecodeString(text); err == nil {
		return b, true
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if b, err := encoding.DecodeString(text); err == nil {
			return b, true
		}
	}
	return nil, false
}

func allNames() string { return strings.Join(sorted(names), ", ") }

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
