package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"senti/wallet/key"
	"senti/wallet/ledger"
)

// This file runs walletd as a process of its own, which tests may kill at any moment.

// sabotageVariable turns this test binary into a walletd that breaks a promise. The real program has no such switch.
const sabotageVariable = "SENTI_TEST_SABOTAGE"

func TestMain(m *testing.M) {
	if s := os.Getenv(sabotageVariable); s != "" {
		if err := sabotagedServe(ledger.Sabotage(s), os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, "sabotaged walletd:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	_ = os.RemoveAll(built)
	os.Exit(code)
}

// sabotagedServe is serveCmd.Run with the promise broken.
func sabotagedServe(s ledger.Sabotage, config string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	c, err := storeFlags{Config: config}.config()
	if err != nil {
		return err
	}
	if err := startLog(c.LogLevel); err != nil {
		return err
	}
	p, err := servePlan(c)
	if err != nil {
		return err
	}
	p.sabotage = s
	return serve(ctx, p)
}

// built is where the real program is, if a test has needed it.
var built string

// walletd builds the real program, once, and returns its path.
var walletd = sync.OnceValues(func() (path string, err error) {
	if built, err = os.MkdirTemp("", "senti-walletd-"); err != nil {
		return "", err
	}
	path = filepath.Join(built, "walletd")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return path, fmt.Errorf("build walletd: %w\n%s", err, out)
	}
	return path, nil
})

// runWalletd runs a command of walletd to its end.
func runWalletd(t *testing.T, environment []string, args ...string) (output string, err error) {
	t.Helper()
	path, err := walletd()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// site is what the processes of one installation share: database, keys, and secrets, in files as an operator has them.
type site struct {
	dir   string
	dsn   string
	nodes int
}

const (
	pathSecret  = "crash-test-path-secret-0001"
	bearerToken = "crash-test-bearer-token-0001"
)

func newSite(t *testing.T, dsn string) *site {
	t.Helper()
	s := &site{dir: t.TempDir(), dsn: dsn}
	for _, name := range []string{key.PIN, key.Receipt, key.Session, key.IDNumber, key.Blind, key.Check} {
		s.write(t, name, fmt.Sprintf("%x\n", key.Random(32)))
	}
	s.write(t, "path", pathSecret+"\n")
	s.write(t, "bearer", bearerToken+"\n")
	return s
}

func (s *site) file(name string) string { return filepath.Join(s.dir, name) }

func (s *site) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(s.file(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// settings are those of a safe walletd on a loopback address; more are added, or take the place of one.
func (s *site) settings(address string, more ...string) string {
	lines := []string{"listen: " + address, `operations: ""`,
		"africastalking_secret: file:" + s.file("path"), "senti_token: file:" + s.file("bearer")}
	for _, name := range []string{key.PIN, key.Receipt, key.Session, key.IDNumber, key.Blind, key.Check} {
		lines = append(lines, "key_"+name+": file:"+s.file(name))
	}
	for _, m := range more {
		name, _, _ := strings.Cut(m, ":")
		lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, name+":") })
		lines = append(lines, m)
	}
	return strings.Join(lines, "\n") + "\n"
}

// node is one walletd process after another, at the same address.
type node struct {
	site     *site
	name     string
	address  string
	log      string
	sabotage ledger.Sabotage

	cmd   *exec.Cmd
	ended chan struct{} // closed when the process is gone
	exit  error         // how it ended, then
}

// node describes a walletd of the site; start starts it.
func (s *site) node(t *testing.T, more ...string) *node {
	t.Helper()
	s.nodes++
	n := &node{site: s, name: fmt.Sprintf("node%d", s.nodes), address: freeAddress(t, s.nodes)}
	n.log = s.file(n.name + ".log")
	s.write(t, n.name+".yaml", s.settings(n.address, more...))
	t.Cleanup(func() { _ = n.kill() }) // it may be gone already
	return n
}

// freeAddress finds a port below those that the kernel gives to outgoing connections: a phone that calls while walletd is down
// must not be given walletd's own port to call from.
func freeAddress(t *testing.T, nth int) string {
	t.Helper()
	for i := range 500 {
		address := fmt.Sprintf("127.0.0.1:%d", 12_000+(os.Getpid()*37+nth*501+i)%20_000)
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal("no free port between 12000 and 32000")
	return ""
}

// start starts the process and returns when it is ready to serve.
func (n *node) start() error {
	path, err := walletd()
	if n.sabotage != "" {
		path, err = os.Executable()
	}
	if err != nil {
		return err
	}
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the child has its own handle
	n.cmd = exec.Command(path, "serve", "--config", n.site.file(n.name+".yaml"))
	n.cmd.Env = append(os.Environ(), "SENTI_DB="+n.site.dsn)
	if n.sabotage != "" {
		n.cmd.Env = append(n.cmd.Env, sabotageVariable+"="+string(n.sabotage))
	}
	n.cmd.Stdout, n.cmd.Stderr = log, log
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it does not outlive a test that is killed
	if err := n.cmd.Start(); err != nil {
		return err
	}
	cmd, ended := n.cmd, make(chan struct{})
	n.ended = ended
	go func() {
		defer close(ended)
		n.exit = cmd.Wait()
	}()
	return n.await(30 * time.Second)
}

// await asks /readyz until it says yes.
func (n *node) await(limit time.Duration) error {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if r, err := http.Get(n.url("/readyz")); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-n.ended:
			n.cmd = nil
			return fmt.Errorf("%s ended by itself: %w\n%s", n.name, n.exit, n.lastLog())
		case <-timeout.C:
			return fmt.Errorf("%s is not ready after %s\n%s", n.name, limit, n.lastLog())
		case <-tick.C:
		}
	}
}

func (n *node) url(path string) string { return "http://" + n.address + path }

// kill ends the process as kill -9 does, and returns when it is gone. That it was gone before is an error.
func (n *node) kill() error {
	if n.cmd == nil {
		return errors.New(n.name + " is not running")
	}
	err := n.cmd.Process.Kill()
	<-n.ended
	n.cmd = nil
	return err
}

// stop asks the process to stop and returns how it ended: nil for exit code 0.
func (n *node) stop(limit time.Duration) error {
	if n.cmd == nil {
		return errors.New(n.name + " is not running")
	}
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	select {
	case <-n.ended:
		n.cmd = nil
		if n.exit != nil {
			return fmt.Errorf("%s: %w\n%s", n.name, n.exit, n.lastLog())
		}
		return nil
	case <-timeout.C:
		return fmt.Errorf("%s has not stopped after %s\n%s", n.name, limit, n.lastLog())
	}
}

func (n *node) lastLog() string {
	text, _ := os.ReadFile(n.log)
	return string(text[max(0, len(text)-3000):])
}
