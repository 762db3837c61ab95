package fault

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
)

func TestEncodeAndDecode(t *testing.T) {
	for _, e := range []*Error{
		New(WrongPIN, "left", 2),
		New(Insufficient, "available", Minor(300_00), "needed", Minor(-507_00)),
		New(BadRequest, "field", `a "quoted" = text with spaces`),
		New(LimitDay, "max", Minor(1), "note", "", "left", int64(-3)),
		New(PINLocked),
	} {
		got, err := Decode(e.Encode())
		if err != nil || got.Code != e.Code || !reflect.DeepEqual(got.Args, e.Args) {
			t.Errorf("%s came back as %v, %v", e.Encode(), got, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, text := range []string{"", "no_such_code", "wrong_pin left", "wrong_pin left=", "wrong_pin left=ix", "wrong_pin left=x2",
		`bad_request field=s"open`, "wrong_pin left=i99999999999999999999"} {
		if e, err := Decode(text); err == nil {
			t.Errorf("%q was read as %v", text, e)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(New(Insufficient, "available", Minor(5), "note", `x"y`).Encode())
	f.Add("wrong_pin left=i2")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Decode(text)
		if err != nil {
			return
		}
		again, err := Decode(e.Encode())
		if err != nil || again.Code != e.Code || !reflect.DeepEqual(again.Args, e.Args) {
			t.Errorf("%q was read as %v and then as %v, %v", text, e, again, err)
		}
	})
}

func TestCodesOfErrors(t *testing.T) {
	wrapped := fmt.Errorf("send: %w", Wrap(errors.New("disk"), Busy))
	if CodeOf(wrapped) != Busy || CodeOf(errors.New("disk")) != Internal || CodeOf(nil) != "" {
		t.Errorf("codes: %q, %q, %q", CodeOf(wrapped), CodeOf(errors.New("disk")), CodeOf(nil))
	}
	if !errors.Is(wrapped, New(Busy)) || errors.Is(wrapped, New(Conflict)) {
		t.Error("errors.Is must compare codes, and nothing else")
	}
	if Code("no_such_code").Spec() != Internal.Spec() {
		t.Error("a code that nobody knows is treated as internal")
	}
	for _, c := range Codes() {
		if s := c.Spec(); s.HTTP < 400 || s.HTTP > 599 {
			t.Errorf("%s has the HTTP status %d", c, s.HTTP)
		}
	}
}
