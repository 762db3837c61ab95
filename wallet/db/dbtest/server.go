package dbtest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"senti/wallet/db"
)

//go:embed senti.cnf
var config []byte

const (
	startTimeout = 90 * time.Second // a slow disk creating a 1 GiB log
	startPoll    = 50 * time.Millisecond
)

// errMissing names the mend, because it is the first thing a newcomer's machine may say.
var errMissing = errors.New("dbtest: MariaDB is not installed; `make setup` installs it (Debian package mariadb-server)")

// Server is a private MariaDB: its own data directory, its own socket, no network.
type Server struct {
	dir     string
	options []string
	cmd     *exec.Cmd // nil for a server that another process started
}

// small are the options of a server that shares the machine with others and must restart quickly.
var small = []string{"--innodb-buffer-pool-size=256M", "--innodb-log-file-size=128M"}

// StartMariaDB starts a private server on the data in dir, which it creates if need be. The caller may kill it at any
// moment and must Stop or Kill it in the end. The path of dir must be short (a socket's has at most 107 bytes), and when we
// are root the user mysql must be able to enter it.
func StartMariaDB(dir string) (*Server, error) {
	s := &Server{dir: dir, options: small}
	if err := s.initialise(); err != nil {
		return nil, err
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	return s, nil
}

// DSN returns how Open reaches the named database of this server.
func (s *Server) DSN(database string) string {
	return "mysql:root@unix(" + s.socket() + ")/" + database
}

// PID is the server's process.
func (s *Server) PID() int {
	text, err := os.ReadFile(s.file("mariadbd.pid"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return pid
}

// CreateDatabase makes an empty database if it does not exist.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	admin, err := db.Open(ctx, s.DSN("mysql"))
	if err != nil {
		return err
	}
	_, err = admin.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+name)
	return errors.Join(err, admin.Close())
}

// Kill ends the server as a power cut would, as far as a process can feel one, and returns when it is gone.
func (s *Server) Kill() error { return s.end(syscall.SIGKILL) }

// Stop lets the server shut down and returns when it has.
func (s *Server) Stop() error { return s.end(syscall.SIGTERM) }

// Restart starts the server again on the same data, after Kill or Stop.
func (s *Server) Restart() error { return s.start() }

func (s *Server) end(signal syscall.Signal) error {
	if s.cmd == nil {
		return nil
	}
	err := s.cmd.Process.Signal(signal)
	_ = s.cmd.Wait() // tells only how it ended, which is what was asked for
	s.cmd = nil
	return err
}

func (s *Server) file(name string) string { return filepath.Join(s.dir, name) }
func (s *Server) socket() string          { return s.file("sock") }

// initialise creates the data directory, wholly or not at all: a marker is written last.
func (s *Server) initialise() error {
	if _, err := os.Stat(s.file("initialised")); err == nil {
		return nil
	}
	if err := os.RemoveAll(s.file("data")); err != nil {
		return err
	}
	if err := os.MkdirAll(s.file("tmp"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(s.file("senti.cnf"), config, 0o600); err != nil {
		return err
	}
	if err := s.giveAway(s.dir, s.file("tmp"), s.file("senti.cnf")); err != nil {
		return err
	}
	install, err := find("mariadb-install-db")
	if err != nil {
		return err
	}
	// As root the installer changes the owner of what it writes to the user given.
	args := append(s.arguments(), "--auth-root-authentication-method=normal", "--skip-test-db")
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if out, err := exec.CommandContext(ctx, install, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("dbtest: mariadb-install-db: %w\n%s", err, out)
	}
	return os.WriteFile(s.file("initialised"), nil, 0o600)
}

// giveAway hands files to the user that the server runs as, when we are root and it must not be.
func (s *Server) giveAway(paths ...string) error {
	if os.Getuid() != 0 {
		return nil
	}
	account, err := user.Lookup("mysql")
	if err != nil {
		return fmt.Errorf("%w: %w", errMissing, err)
	}
	uid, _ := strconv.Atoi(account.Uid) // always numbers on the systems that MariaDB runs on
	gid, _ := strconv.Atoi(account.Gid)
	for _, path := range paths {
		if err := os.Chown(path, uid, gid); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) arguments() []string {
	args := []string{
		"--defaults-file=" + s.file("senti.cnf"), // must come first
		"--datadir=" + s.file("data"),
		"--tmpdir=" + s.file("tmp"), // not ours, which the server's user may not write
	}
	if os.Getuid() == 0 {
		args = append(args, "--user=mysql")
	}
	return args
}

// start runs mariadbd, in a session of its own so that a Ctrl-C meant for the tests does not reach it, and waits for it.
func (s *Server) start() error {
	mariadbd, err := find("mariadbd")
	if err != nil {
		return err
	}
	_ = os.Remove(s.socket())             // left behind by a server that was killed
	_ = os.Remove(s.file("mariadbd.pid")) // likewise
	args := append(s.arguments(), "--socket="+s.socket(), "--pid-file="+s.file("mariadbd.pid"), "--log-error="+s.file("log.err"))
	cmd := exec.Command(mariadbd, append(args, s.options...)...) //nolint:noctx // it outlives us
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("dbtest: start mariadbd: %w", err)
	}
	s.cmd = cmd
	if err := s.await(); err != nil {
		_ = s.Kill()
		return fmt.Errorf("%w\n%s", err, s.lastLog())
	}
	return nil
}

// await returns when the server answers, or an error when it does not in time or is no longer there.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	tick := time.NewTicker(startPoll)
	defer tick.Stop()
	for {
		if s.answers(ctx) {
			return nil
		}
		if s.cmd != nil && exited(s.cmd.Process.Pid) {
			return errors.New("dbtest: mariadbd ended at once")
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("dbtest: mariadbd does not answer on %s after %s", s.socket(), startTimeout)
		case <-tick.C:
		}
	}
}

func (s *Server) answers(ctx context.Context) bool {
	d, err := db.Open(ctx, s.DSN("mysql"))
	if err != nil {
		return false
	}
	_ = d.Close()
	return true
}

func (s *Server) lastLog() string {
	text, _ := os.ReadFile(s.file("log.err"))
	return string(text[max(0, len(text)-2000):])
}

// exited reports whether a child has ended; it stays as a zombie until it is waited for.
func exited(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(state, "Z")
}

// find looks where Debian keeps servers too, which is not on everybody's path.
func find(name string) (string, error) {
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/bin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path, nil
		}
	}
	return "", errMissing
}
