package main

import (
	"bufio"
	"errors"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"senti/sms/smpp"
	"senti/wallet/msisdn"
)

// benchCentre is a message centre that a bench talks to: it takes every text on, and brings turns of USSD sessions. It is quick
// rather than right; node-smpp is the one of the tests.
type benchCentre struct {
	listener net.Listener
	out      chan []byte // to whoever is bound
	bound    chan struct{}
	taken    atomic.Int64
	texts    *seenOnce // by phone and text, unless they are pages; nil: nobody asks

	mu    sync.Mutex
	pages map[benchSession]*benchWait
}

// benchSession is whose page is waited for.
type benchSession struct {
	number uint16
	phone  string // without "+"
}

// benchPage is a page that came.
type benchPage struct {
	op   byte
	text string
}

const benchPassword = "bench"

func newBenchCentre() (*benchCentre, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // of this machine
	if err != nil {
		return nil, err
	}
	c := &benchCentre{listener: l, out: make(chan []byte, 4096), bound: make(chan struct{}, 1), pages: map[benchSession]*benchWait{}}
	go c.serve()
	return c, nil
}

// link are the settings of a link to it.
func (c *benchCentre) link() smpp.Settings {
	return smpp.Settings{Name: "smpp", Address: c.listener.Addr().String(), SystemID: "bench", Password: benchPassword, Window: 1000, Inside: 10_000}
}

func (c *benchCentre) close() { _ = c.listener.Close() }

// serve takes one link after another.
func (c *benchCentre) serve() {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return
		}
		ended := make(chan struct{})
		go c.write(conn, ended)
		c.read(conn)
		close(ended)
		_ = conn.Close()
	}
}

func (c *benchCentre) write(conn net.Conn, ended <-chan struct{}) {
	batch := make([]byte, 0, 64<<10)
	for {
		select {
		case next := <-c.out:
			batch = append(batch[:0], next...)
		case <-ended:
			return
		}
		for more := true; more && len(batch) < cap(batch)/2; {
			select {
			case next := <-c.out:
				batch = append(batch, next...)
			default:
				more = false
			}
		}
		if _, err := conn.Write(batch); err != nil {
			return
		}
	}
}

// read answers what comes until the connection ends.
func (c *benchCentre) read(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 64<<10)
	for {
		p, err := smpp.ReadPDU(in)
		if err != nil {
			return
		}
		switch p.Command {
		case smpp.BindTransceiver:
			c.out <- smpp.PDU{Command: p.Command.Answer(), Sequence: p.Sequence, Body: []byte("bench\x00")}.Append(nil)
			c.bound <- struct{}{}
		case smpp.SubmitSM:
			id := strconv.AppendInt(nil, c.taken.Add(1), 16)
			c.out <- smpp.PDU{Command: p.Command.Answer(), Sequence: p.Sequence, Body: append(id, 0)}.Append(nil)
			c.submitted(p.Body)
		case smpp.EnquireLink, smpp.Unbind:
			c.out <- p.Answers(smpp.OK).Append(nil)
		}
	}
}

// submitted gives a page of a session to who waits for it.
func (c *benchCentre) submitted(body []byte) {
	m, err := smpp.ReadMessage(body)
	if err != nil {
		return
	}
	op, isPage := m.Number(smpp.TagServiceOp)
	session, _ := m.Number(smpp.TagSession)
	if !isPage && c.texts != nil {
		c.texts.add(m.To.Digits + " " + string(m.Text))
	}
	if !isPage {
		return
	}
	key := benchSession{session &^ 1, m.To.Digits}
	c.mu.Lock()
	waits := c.pages[key]
	delete(c.pages, key)
	c.mu.Unlock()
	if waits != nil {
		text, _ := smpp.GSM.Decode(m.Text, m.Coding)
		waits.came <- benchPage{byte(op), text}
	}
}

// errNoPage is a turn that nobody answered.
var errNoPage = errors.New("no page came")

// benchWait is who waits for pages, one at a time.
type benchWait struct {
	came chan benchPage
	late *time.Timer
}

func newBenchWait() *benchWait {
	late := time.NewTimer(time.Hour)
	late.Stop()
	return &benchWait{make(chan benchPage, 1), late}
}

// page returns the page that comes.
func (w *benchWait) page() (benchPage, error) {
	select {
	case p := <-w.came:
		return p, nil
	default:
	}
	w.late.Reset(lineWait)
	defer w.late.Stop()
	select {
	case p := <-w.came:
		return p, nil
	case <-w.late.C:
		return benchPage{}, errNoPage
	}
}

// tell brings one turn of a session; who waits (nil: nobody) gets the page that answers it.
func (c *benchCentre) tell(w *benchWait, sequence uint32, number uint16, phone msisdn.Number, op byte, text string) error {
	from := smpp.Phone(string(phone))
	if w != nil {
		c.mu.Lock()
		c.pages[benchSession{number, from.Digits}] = w
		c.mu.Unlock()
	}
	m := smpp.Message{Service: "USSD", From: from, To: smpp.Address{Digits: "384"}, Text: []byte(text), Options: []smpp.Option{
		{Tag: smpp.TagServiceOp, Value: []byte{op}}, {Tag: smpp.TagSession, Value: []byte{byte(number >> 8), byte(number)}}}}
	body, err := m.Bytes()
	if err != nil {
		return err
	}
	c.out <- smpp.PDU{Command: smpp.DeliverSM, Sequence: sequence, Body: body}.Append(nil)
	return nil
}
