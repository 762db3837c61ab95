package wallet

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/key"
	"senti/wallet/staff"
)

// SessionLife is how long a person of the staff who has signed in is taken at their word.
const SessionLife = 15 * time.Minute

// signedIn is what a session says. It is void once the password is another, and whoever is suspended does nothing with it.
type signedIn struct {
	Name     string `json:"name"`
	Until    int64  `json:"until"`
	Password int64  `json:"password"` // when it was set
}

// Session returns what lets a person who has signed in act for a while without another password and code. Nothing is written:
// whoever has the text is that person until then.
func (o *Office) Session(who staff.Staff) (string, error) {
	said := EncodeTerms(signedIn{who.Name, o.w.clock.Now().Add(SessionLife).UnixMicro(), who.PasswordAt.UnixMicro()})
	mac, err := o.sessionMAC(o.w.keys.Current(key.Session), said)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	return o.w.keys.Current(key.Session) + "." + encode(said) + "." + encode(mac), nil
}

func (o *Office) sessionMAC(keyID string, said []byte) ([]byte, error) {
	mac, err := o.w.keys.MAC(key.Session, keyID, []byte("senti.staff.session.v1"), said)
	if err != nil {
		return nil, fault.Wrap(err, fault.StaffWrong)
	}
	return mac, nil
}

// BySession returns the person who has signed in. Faults: staff_wrong for a session that is over or none, staff_suspended.
func (o *Office) BySession(ctx context.Context, session string) (staff.Staff, error) {
	parts := strings.Split(session, ".")
	if len(parts) < 3 {
		return staff.Staff{}, fault.New(fault.StaffWrong)
	}
	n := len(parts) // the key's ID may hold dots
	said, err := base64.RawURLEncoding.DecodeString(parts[n-2])
	if err != nil {
		return staff.Staff{}, fault.Wrap(err, fault.StaffWrong)
	}
	mac, err := base64.RawURLEncoding.DecodeString(parts[n-1])
	if err != nil {
		return staff.Staff{}, fault.Wrap(err, fault.StaffWrong)
	}
	want, err := o.sessionMAC(strings.Join(parts[:n-2], "."), said)
	if err != nil {
		return staff.Staff{}, err
	}
	var s signedIn
	if !key.Equal(mac, want) || json.Unmarshal(said, &s) != nil || o.w.clock.Now().UnixMicro() >= s.Until {
		return staff.Staff{}, fault.New(fault.StaffWrong)
	}
	who, err := o.staff.Get(ctx, s.Name)
	switch {
	case err != nil:
		return staff.Staff{}, err
	case who.Status == staff.Suspended:
		return staff.Staff{}, fault.New(fault.StaffSuspended)
	case who.Status != staff.Active || who.PasswordAt.UnixMicro() != s.Password:
		return staff.Staff{}, fault.New(fault.StaffWrong)
	}
	return who, nil
}
