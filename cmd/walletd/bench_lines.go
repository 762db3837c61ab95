package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"senti/wallet/clock"
)

// line is one connection of a gateway to us: keep-alive, one call at a time, and as raw as it gets, since it is the server that is
// measured. One worker has several, calls on each and then takes what each is answered.
type line struct {
	conn net.Conn
	in   *bufio.Reader
	out  []byte
	body []byte // of the last answer; gone with the next

	session, turn int
	took          func() time.Duration
}

// lineWait is how long an answer may take.
const lineWait = 10 * time.Second

func newLine(address string) (*line, error) {
	conn, err := net.Dial("tcp", address) //nolint:noctx // of this machine
	if err != nil {
		return nil, err
	}
	return &line{conn: conn, in: bufio.NewReaderSize(conn, 8<<10)}, nil
}

// call sends a call.
func (l *line) call(c gatewayCall) error {
	l.out = append(append(append(append(l.out[:0], c.method...), ' '), c.target...), " HTTP/1.1\r\nHost: bench\r\n"...)
	if c.media != "" {
		l.out = append(append(append(l.out, "Content-Type: "...), c.media...), "\r\nContent-Length: "...)
		l.out = strconv.AppendInt(l.out, int64(len(c.body)), 10)
		l.out = append(l.out, "\r\n"...)
	}
	l.out = append(append(l.out, "\r\n"...), c.body...)
	l.took = stopwatch()
	_, err := l.conn.Write(l.out)
	return err
}

// answer reads what a call is answered.
func (l *line) answer() (status int, body []byte, err error) {
	if err := l.conn.SetReadDeadline(clock.System{}.Now().Add(lineWait)); err != nil {
		return 0, nil, err
	}
	head, err := l.in.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(head) < len("HTTP/1.1 200") {
		return 0, nil, errors.New("not an answer")
	}
	if status, err = strconv.Atoi(string(head[9:12])); err != nil {
		return 0, nil, err
	}
	length, err := bodyLength(l.in)
	if err != nil {
		return 0, nil, err
	}
	l.body = slices.Grow(l.body[:0], length)[:length]
	_, err = io.ReadFull(l.in, l.body)
	return status, l.body, err
}

// bodyLength reads the header's fields and returns how long the body is that follows.
func bodyLength(in *bufio.Reader) (length int, err error) {
	for {
		field, err := in.ReadSlice('\n')
		if err != nil || len(field) == len("\r\n") {
			return length, err
		}
		if value, ok := bytes.CutPrefix(field, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
}

// replySink takes the replies of gateways that take them by a call of ours.
type replySink struct {
	listener net.Listener
	url      string
}

func newReplySink() (*replySink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // of this machine
	if err != nil {
		return nil, err
	}
	s := &replySink{l, "http://" + l.Addr().String() + "/"}
	go s.serve()
	return s, nil
}

func (s *replySink) close() { _ = s.listener.Close() }

func (s *replySink) serve() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		go takeReplies(conn)
	}
}

// takeReplies says 201 to everything until the connection ends.
func takeReplies(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in, taken := bufio.NewReaderSize(conn, 8<<10), fmt.Appendf(nil, "HTTP/1.1 %d Created\r\nContent-Length: 0\r\n\r\n", http.StatusCreated)
	for {
		length, err := bodyLength(in) // the request line is passed as if it were a field
		if err != nil {
			return
		}
		if _, err := in.Discard(length); err != nil {
			return
		}
		if _, err := conn.Write(taken); err != nil {
			return
		}
	}
}
