package gateway

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"senti/ussd"
)

// A caller that reads the whole answer and closes at once, as one without keep-alive does, has had its screen. The server sees
// the connection close before the handler has returned, every time.
func TestClosedAfterReading(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		if b.adapter.async {
			return // its reply goes another way
		}
		const calls = 50
		b.noticeHangUps()
		b.reply = ussd.Reply{Text: "Bye", End: true}
		for range calls {
			b.readAndClose()
		}
		b.server.Close() // waits for the handlers
		if len(b.heard) != calls || len(b.outcomes) != calls {
			t.Fatalf("%d notices and %d outcomes of %d calls", len(b.heard), len(b.outcomes), calls)
		}
		for i := range calls {
			if b.heard[i].Failed || b.outcomes[i] != OutcomeEnd {
				t.Fatalf("call %d: %s, notice %+v", i+1, b.outcomes[i], b.heard[i])
			}
		}
	})
}

// A gateway that hangs up before the last screen: the service hears of it, so that the next dial tells the outcome.
func TestHangUp(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		if b.adapter.async {
			return
		}
		b.reply = ussd.Reply{Text: "Bye", End: true}
		ctx, hangUp := context.WithCancel(context.Background())
		b.answer = func(server context.Context) {
			hangUp()
			<-server.Done() // the server has noticed
		}
		if response, err := http.DefaultClient.Do(b.request(b.write(usual()).with(testSecret)).WithContext(ctx)); err == nil {
			response.Body.Close()
			t.Fatal("an answer came although the caller hung up")
		}
		b.server.Close() // waits for the handler
		lost := ussd.EndNotice{Gateway: b.adapter.name, Session: b.requests[0].Session, Caller: "+254712000001", Failed: true, Reason: "reply not written"}
		if !slices.Equal(b.heard, []ussd.EndNotice{lost}) || !slices.Equal(b.outcomes, []string{OutcomeUnwritten}) {
			t.Errorf("notices %+v, outcomes %v", b.heard, b.outcomes)
		}
	})
}

// readAndClose makes one call on a connection of its own, reads the answer to its last byte, and closes.
func (b *bench) readAndClose() {
	b.t.Helper()
	connection, err := net.Dial("tcp", b.server.Listener.Addr().String())
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if err := b.request(b.write(usual()).with(testSecret)).Write(connection); err != nil {
		b.t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || string(body) != b.ends {
		b.t.Fatalf("read %q, %v", body, err)
	}
}

// noticeHangUps makes the server pause after each answer until it has seen its caller go, so that what is a race elsewhere
// happens every time.
func (b *bench) noticeHangUps() {
	inner := b.server.Config.Handler
	b.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(slowFlush{w, r}, r)
	})
}

type slowFlush struct {
	http.ResponseWriter
	request *http.Request
}

func (s slowFlush) FlushError() error {
	if err := http.NewResponseController(s.ResponseWriter).Flush(); err != nil {
		return err
	}
	patience := time.NewTimer(10 * time.Second)
	defer patience.Stop()
	select {
	case <-s.request.Context().Done():
		return nil
	case <-patience.C:
		return errors.New("the caller did not go")
	}
}
