// Package peers runs the parts that nobody here wrote, so that tests hold Senti against other people's reading of a wire format
// and not against our own: an SMSC, and what providers publish for those who call them.
//
// They are Node.js programs. What they need is named in package.json, pinned by package-lock.json and installed once per machine,
// from the registry that npm is set to; the scripts that drive them are in scripts/. Whatever cannot be installed or started fails
// the test that wanted it, it is never skipped. The package is not for production code and imports nothing of Senti.
package peers

import (
	"bufio"
	"embed"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

//go:embed scripts
var scripts embed.FS

// patience is how long a peer may take for any one line, and to end.
const patience = 60 * time.Second

// Peer is a script that runs. It is told things by Tell and answers by Hear, one JSON value per line each way. It is for one
// goroutine.
type Peer struct {
	t      testing.TB
	script string
	stdin  io.WriteCloser
	lines  chan []byte // closed when the script's output ends
	words  *words      // what it wrote to standard error
}

// Node starts a script of scripts/ by its name ("smsc.js") with arguments. It ends when the test does: its standard input is closed
// then, which a script must take as a wish to end.
func Node(t testing.TB, script string, args ...string) *Peer {
	t.Helper()
	modules, err := install()
	if err != nil {
		t.Fatal(err)
	}
	text, err := scripts.ReadFile("scripts/" + script)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), script)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("node", append([]string{path}, args...)...) //nolint:gosec,noctx // a script of ours; it ends with its input
	command.Env = append(os.Environ(), "NODE_PATH="+modules, "NO_UPDATE_NOTIFIER=1")
	p := &Peer{t: t, script: script, lines: make(chan []byte, 1024), words: &words{}}
	command.Stderr = p.words
	if p.stdin, err = command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.read(stdout)
		_ = command.Wait() // how it ended is told by what it wrote
	}()
	t.Cleanup(func() { p.end(command.Process, ended) })
	return p
}

// read passes the script's lines on until there are no more.
func (p *Peer) read(stdout io.Reader) {
	defer close(p.lines)
	in := bufio.NewScanner(stdout)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		p.lines <- append([]byte(nil), in.Bytes()...)
	}
}

// end lets the script end by itself, or makes it.
func (p *Peer) end(process *os.Process, ended <-chan struct{}) {
	_ = p.stdin.Close() // it may have ended already
	late := time.NewTimer(patience)
	defer late.Stop()
	lines := p.lines
	for {
		select {
		case _, more := <-lines: // nobody wants them any more, and the script must not wait for a reader
			if !more {
				lines = nil
			}
		case <-late.C:
			_ = process.Kill()
			p.t.Errorf("%s did not end by itself", p.script)
			<-ended
			return
		case <-ended:
			if said := p.words.String(); said != "" && p.t.Failed() {
				p.t.Logf("%s wrote: %s", p.script, said)
			}
			return
		}
	}
}

// Tell sends a value to the script.
func (p *Peer) Tell(value any) {
	p.t.Helper()
	line, err := json.Marshal(value)
	if err == nil {
		_, err = p.stdin.Write(append(line, '\n'))
	}
	if err != nil {
		p.t.Fatalf("%s: %v; it wrote: %s", p.script, err, p.words)
	}
}

// Hear reads the script's next value.
func (p *Peer) Hear(into any) {
	p.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case line, ok := <-p.lines:
		if !ok {
			p.t.Fatalf("%s ended; it wrote: %s", p.script, p.words)
		}
		if err := json.Unmarshal(line, into); err != nil {
			p.t.Fatalf("%s said %q: %v", p.script, line, err)
		}
	case <-late.C:
		p.t.Fatalf("%s says nothing; it wrote: %s", p.script, p.words)
	}
}

// Ask tells the script something and reads what it says next.
func (p *Peer) Ask(value, into any) {
	p.t.Helper()
	p.Tell(value)
	p.Hear(into)
}

// words keeps the end of what a process writes.
type words struct {
	mu   sync.Mutex
	text []byte
}

const mostWords = 8 << 10

// Write keeps it.
func (w *words) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, text...)
	w.text = w.text[max(0, len(w.text)-mostWords):]
	return len(text), nil
}

// String returns it.
func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.TrimSpace(string(w.text))
}

// errMissing names the mend, because it is the first thing a newcomer's machine may say.
var errMissing = errors.New("peers: node or npm is not installed; `make setup` installs them (Debian packages nodejs and npm)")
