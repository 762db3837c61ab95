// Package fault is the one error type that crosses package borders in Senti: a code that never changes, the arguments a
// message needs, and the cause for the log.
//
// A fault holds no text for people. The edge (a USSD page, an SMS, an HTTP answer) finds the text under the code's message
// key, "fault." + code, in the reader's language. It holds no PIN, key or full ID number, ever: faults are logged.
package fault

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Minor is an amount in minor units inside a fault's arguments; the edge writes it as the market writes money.
type Minor int64

// Arg is one named argument of a fault's message. Value is an int64 (a count), a Minor (an amount) or a string.
type Arg struct {
	Name  string
	Value any
}

// Error is a fault. The zero value is not one; use New.
type Error struct {
	Code  Code
	Args  []Arg
	cause error
}

// New returns a fault with pairs of argument names and values: New(fault.LimitDay, "max", fault.Minor(50000)).
// It panics on an odd number of pairs or a value of another type, which is a bug of the caller and shows in the first test.
func New(code Code, pairs ...any) *Error {
	e := &Error{Code: code}
	if len(pairs)%2 != 0 {
		panic("fault: a name without a value for " + string(code))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i].(string), pairs[i+1]
		switch v := value.(type) {
		case int:
			value = int64(v)
		case int64, Minor, string:
		default:
			panic(fmt.Sprintf("fault: argument %s of %s has type %T", name, code, v))
		}
		e.Args = append(e.Args, Arg{name, value})
	}
	return e
}

// Wrap returns a fault whose cause is kept for the log and never shown.
func Wrap(cause error, code Code, pairs ...any) *Error {
	e := New(code, pairs...)
	e.cause = cause
	return e
}

// Error is for logs and tests, not for people.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	for _, a := range e.Args {
		fmt.Fprintf(&b, " %s=%v", a.Name, a.Value)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is(err, fault.New(code)) compare codes only.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Arg returns the named argument, or nil.
func (e *Error) Arg(name string) any {
	for _, a := range e.Args {
		if a.Name == name {
			return a.Value
		}
	}
	return nil
}

// Int returns the named count or amount, or 0.
func (e *Error) Int(name string) int64 {
	switch v := e.Arg(name).(type) {
	case int64:
		return v
	case Minor:
		return int64(v)
	}
	return 0
}

// As returns the fault in err's chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// CodeOf returns the code of the fault in err's chain; Internal for any other error; "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e := As(err); e != nil {
		return e.Code
	}
	return Internal
}

// HasCode reports whether err is a fault with that code.
func HasCode(err error, code Code) bool { return err != nil && CodeOf(err) == code }

// Encode writes the code and arguments as one line, for the column that keeps why a posting was refused.
func (e *Error) Encode() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	for _, a := range e.Args {
		switch v := a.Value.(type) {
		case int64:
			fmt.Fprintf(&b, " %s=i%d", a.Name, v)
		case Minor:
			fmt.Fprintf(&b, " %s=m%d", a.Name, int64(v))
		case string:
			fmt.Fprintf(&b, " %s=s%s", a.Name, strconv.Quote(v))
		}
	}
	return b.String()
}

// Decode reads what Encode wrote.
func Decode(s string) (*Error, error) {
	code, rest, _ := strings.Cut(s, " ")
	if _, ok := specs[Code(code)]; !ok {
		return nil, fmt.Errorf("fault: unknown code %q", code)
	}
	e := &Error{Code: Code(code)}
	for rest != "" {
		name, tail, ok := strings.Cut(rest, "=")
		if !ok || tail == "" {
			return nil, fmt.Errorf("fault: bad arguments in %q", s)
		}
		value, after, err := decodeValue(tail)
		if err != nil {
			return nil, fmt.Errorf("fault: argument %s in %q: %w", name, s, err)
		}
		e.Args = append(e.Args, Arg{name, value})
		rest = strings.TrimPrefix(after, " ")
	}
	return e, nil
}

func decodeValue(tail string) (value any, rest string, err error) {
	if tail[0] == 's' {
		quoted, err := strconv.QuotedPrefix(tail[1:])
		if err != nil {
			return nil, "", err
		}
		text, err := strconv.Unquote(quoted)
		return text, tail[1+len(quoted):], err
	}
	number, rest, _ := strings.Cut(tail[1:], " ")
	n, err := strconv.ParseInt(number, 10, 64)
	switch tail[0] {
	case 'i':
		return n, rest, err
	case 'm':
		return Minor(n), rest, err
	}
	return nil, "", errors.New("unknown type mark")
}

// Spec says how the edge treats a code.
type Spec struct {
	HTTP      int  // status of an HTTP answer
	Retryable bool // the same request may succeed later without any change
	ReAsk     bool // on a phone: ask the same question again; otherwise the dialogue ends
}

// Spec returns how the edge treats this code.
func (c Code) Spec() Spec {
	if s, ok := specs[c]; ok {
		return s
	}
	return specs[Internal]
}

// Key is the message key of the code in the catalogues.
func (c Code) Key() string { return "fault." + string(c) }

// Codes returns every code there is, in no order; the catalogues are checked against it.
func Codes() []Code {
	out := make([]Code, 0, len(specs))
	for c := range specs {
		out = append(out, c)
	}
	return out
}

var (
	ask      = Spec{HTTP: http.StatusUnprocessableEntity, ReAsk: true}
	end      = Spec{HTTP: http.StatusUnprocessableEntity}
	later    = Spec{HTTP: http.StatusServiceUnavailable, Retryable: true}
	notFound = Spec{HTTP: http.StatusNotFound, ReAsk: true}
	conflict = Spec{HTTP: http.StatusConflict}
)
