package peers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Kannel is a Kannel with one network, which is a test's to be: it says what phones write, and hears what is sent to them.
type Kannel struct {
	URL string // of its sendsms service
	// Heard is what was sent to phones, a line each as the fake network sees it: "<20384 +254712000001 text Hello>".
	Heard chan string

	t       testing.TB
	network int // the port of the network
}

// The sendsms-user.
const (
	KannelUser     = "senti"
	KannelPassword = "kannel-test-password"
)

// StartKannel starts one that brings what phones write to that address, with the escapes of a get-url in it. Its network is Kannel's own
// fake one. It ends with the test.
func StartKannel(t testing.TB, getURL string) *Kannel {
	t.Helper()
	network := freePort(t)
	k := startKannel(t, getURL, fmt.Sprintf(fakeNetwork, network))
	k.network = network
	awaitPort(t, network)
	return k
}

// StartKannelOver is StartKannel with a message centre as its network, which knows it by that name and password. It is bound to the centre
// when it is returned.
func StartKannelOver(t testing.TB, getURL string, c *SMSC, s SMSCSettings) *Kannel {
	t.Helper()
	host, port, err := net.SplitHostPort(c.Address)
	if err != nil {
		t.Fatal(err)
	}
	k := startKannel(t, getURL, fmt.Sprintf(smppNetwork, host, port, s.SystemID, s.Password))
	c.Await("bind")
	return k
}

func startKannel(t testing.TB, getURL, network string) *Kannel {
	t.Helper()
	for _, tool := range []string{"/usr/sbin/bearerbox", "/usr/sbin/smsbox", fakeSMSC} {
		if _, err := os.Stat(tool); err != nil {
			t.Fatal(errNoKannel)
		}
	}
	admin, boxes, sendsms := freePort(t), freePort(t), freePort(t)
	file := filepath.Join(t.TempDir(), "kannel.conf")
	conf := fmt.Sprintf(kannelConf, admin, boxes, network, sendsms, KannelUser, KannelPassword, getURL)
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "/usr/sbin/bearerbox", file)
	awaitPort(t, boxes)
	run(t, "/usr/sbin/smsbox", file)
	awaitPort(t, sendsms)
	return &Kannel{URL: fmt.Sprintf("http://127.0.0.1:%d", sendsms), Heard: make(chan string, 100), t: t}
}

const fakeSMSC = "/usr/lib/kannel/test/fakesmsc"

// kannelConf is what README and kannel_inbound.go tell an operator to write, and no more.
const kannelConf = `
group = core
admin-port = %d
admin-interface = 127.0.0.1
admin-password = test
smsbox-port = %d
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal

%s
group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %d
sendsms-interface = 127.0.0.1
mo-recode = true
http-request-retry = 100
http-queue-delay = 1

group = sendsms-user
username = %s
password = %s
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "%s"
`

const fakeNetwork = `group = smsc
smsc = fake
smsc-id = fake
port = %d
connect-allow-ip = 127.0.0.1
`

const smppNetwork = `group = smsc
smsc = smpp
smsc-id = centre
host = %s
port = %s
smsc-username = "%s"
smsc-password = "%s"
system-type = ""
transceiver-mode = true
source-addr-ton = 0
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1
`

// Connect lets a phone write once to the fake network: type is text or udh, and what follows is as the fake network takes it. What is sent to phones
// from then on is heard, until the function that it returns is called or the test ends.
func (k *Kannel) Connect(message string) (disconnect func()) {
	k.t.Helper()
	c := exec.Command(fakeSMSC, "-H", "127.0.0.1", "-r", fmt.Sprint(k.network), "-i", "0.01", "-m", "1", message) //nolint:noctx // ended below
	out, err := c.StderrPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	c.Stdout = c.Stderr
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
	read, wrote := make(chan struct{}), make(chan struct{}, 1)
	go func() {
		defer close(read)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "sent message 1") {
				wrote <- struct{}{}
			}
			if _, what, ok := strings.Cut(lines.Text(), "Got message "); ok {
				_, what, _ = strings.Cut(what, ": ")
				k.Heard <- what
			}
		}
	}()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-wrote:
	case <-late.C:
		k.t.Fatal("the phone did not write")
	}
	disconnect = sync.OnceFunc(func() {
		_ = c.Process.Kill() // it never ends by itself
		<-read
		_ = c.Wait()
	})
	k.t.Cleanup(disconnect)
	return disconnect
}

// run runs a program that ends with the test.
func run(t testing.TB, program string, args ...string) {
	t.Helper()
	c := exec.Command(program, args...) //nolint:noctx // ended below
	said := &words{}
	c.Stdout, c.Stderr = said, said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt)
		ended := make(chan struct{})
		go func() { _ = c.Wait(); close(ended) }()
		late := time.NewTimer(patience)
		defer late.Stop()
		select {
		case <-ended:
		case <-late.C:
			_ = c.Process.Kill()
			<-ended
		}
		if t.Failed() {
			t.Logf("%s wrote: %s", program, said)
		}
	})
}

// freePort is a port that nobody listens on just now.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// awaitPort waits until somebody listens on a port.
func awaitPort(t testing.TB, port int) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)) //nolint:noctx // on this machine
		if err == nil {
			_, _ = io.WriteString(c, "")
			_ = c.Close()
			return
		}
		select {
		case <-look.C:
		case <-late.C:
			t.Fatalf("nobody listens on port %d: %v", port, err)
		}
	}
}

var errNoKannel = errors.New("peers: Kannel is not installed; `make setup` installs it (Debian packages kannel and kannel-extras)")
