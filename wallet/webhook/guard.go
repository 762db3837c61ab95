// Package webhook is what everybody shares who is called over HTTP by telcos, aggregators and partners: who may call, how much
// is read of a call, what a field may hold, and an answer that is known to have left.
//
// It knows no wire format, no route and no wallet: one file per caller in ussd/gateway and sms/gateway does. What a person typed
// may be a PIN, so nothing here quotes what a call held, neither to the log nor to the caller.
package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
)

// Guard says who may call. Every means that is set must hold: with secrets and a list of addresses, a caller
// needs both.
type Guard struct {
	// Secrets are what the caller must show, in the path or as a bearer token. While one is being replaced both are listed.
	Secrets []string
	// Allow lists the networks that may call.
	Allow []netip.Prefix
	// Proxies lists the reverse proxies whose X-Forwarded-For is believed. Empty: the caller is who the connection is from.
	Proxies []netip.Prefix
	// Locks are what the caller must show besides, every one: a token or a login.
	Locks []Lock
	// Signature is how the caller signs what it sends, if it does.
	Signature Signature
	// Open lets callers on this same machine in without a secret. It is for the demo; serve refuses it.
	Open bool
}

// Empty reports whether the guard would let nobody in, which means that what it guards is off.
func (g Guard) Empty() bool {
	return len(g.Secrets) == 0 && len(g.Allow) == 0 && len(g.Locks) == 0 && len(g.Signature.Keys) == 0 && !g.Open
}

// Proof is how a caller shows its secret.
type Proof int

// How a caller can show its secret.
const (
	SecretInPath Proof = iota // an element of the path
	BearerToken               // Authorization: Bearer …, or Token …
	BasicLogin                // Authorization: Basic …; the secret is USER:PASSWORD
	QueryLogin                // the fields userid and password of the query; the secret is USER:PASSWORD
)

// Secret returns what a request shows; inPath is the element of its path, if the route has a place for one.
func (p Proof) Secret(r *http.Request, inPath string) string {
	switch p {
	case SecretInPath:
		return inPath
	case BasicLogin:
		user, password, ok := r.BasicAuth()
		if !ok {
			return ""
		}
		return user + ":" + password
	case QueryLogin:
		query := r.URL.Query()
		if len(query["userid"]) != 1 || len(query["password"]) != 1 {
			return ""
		}
		return query.Get("userid") + ":" + query.Get("password")
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "Token") {
		return ""
	}
	return token
}

// A secret stands in a path or a header, and must not be found by trying.
var secretShape = regexp.MustCompile(`^[A-Za-z0-9._~-]{16,128}$`)

// Check refuses a guard that only looks like one. Opens says whether it may be open at all.
func (g Guard) Check(opens bool) error {
	for i, s := range g.Secrets {
		if !secretShape.MatchString(s) {
			return fmt.Errorf("secret %d must be 16 to 128 letters, digits or . _ ~ -", i+1)
		}
	}
	for _, network := range g.Allow {
		if network.Bits() == 0 {
			return fmt.Errorf("the address list holds %s, which is everybody", network)
		}
	}
	for _, l := range g.Locks {
		if err := l.check(); err != nil {
			return err
		}
	}
	if g.Open && !opens {
		return errors.New("it cannot be open: give it a token")
	}
	return g.Signature.check()
}

// Admit returns 0 for a caller who may call, or the HTTP status and the reason for the log.
func (g Guard) Admit(r *http.Request, secret string) (status int, why string) {
	if len(g.Allow) > 0 && !contains(g.Allow, g.Caller(r)) {
		return http.StatusForbidden, "address not in the list"
	}
	for _, l := range g.Locks {
		if why := l.refuses(r); why != "" {
			return http.StatusUnauthorized, why
		}
	}
	if among(g.Secrets, secret) {
		return 0, ""
	}
	switch {
	case secret != "":
		return http.StatusUnauthorized, "wrong secret"
	case g.Open && g.Caller(r).IsLoopback() && r.Header.Get("X-Forwarded-For") == "":
		return 0, ""
	case len(g.Secrets) > 0:
		return http.StatusUnauthorized, "no secret"
	case g.Open:
		return http.StatusForbidden, "open on this machine only"
	}
	return 0, "" // an address list, a lock or a signature: passed above, or looked at when the body is read
}

// among compares with every secret in constant time; hashing first hides their lengths too.
func among(secrets []string, secret string) bool {
	given := sha256.Sum256([]byte(secret))
	found := 0
	for _, s := range secrets {
		want := sha256.Sum256([]byte(s))
		found |= subtle.ConstantTimeCompare(given[:], want[:])
	}
	return found == 1
}

// Caller returns the address that calls: the connection's, or behind trusted proxies the last one that is not a proxy.
func (g Guard) Caller(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	caller, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && contains(g.Proxies, caller); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		caller = hop
	}
	return caller.Unmap()
}

func contains(networks []netip.Prefix, a netip.Addr) bool {
	a = a.Unmap()
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}
