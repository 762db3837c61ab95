package dbtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Shared returns the one private server of this machine and user, starting it if it does not run. It is left running for
// the next tests, because starting takes seconds; `make clean` stops it and removes its data.
func Shared() (*Server, error) {
	s := &Server{dir: sharedDir()}
	if s.running() && s.answers(context.Background()) {
		return s, nil
	}
	unlock, err := lock(s.dir + ".lock")
	if err != nil {
		return nil, err
	}
	defer unlock()
	if s.running() {
		if s.await() == nil { // somebody else was first
			return s, nil
		}
		if err := s.killByPID(); err != nil { // it lives but its socket is gone, as cleaners of /tmp do
			return nil, err
		}
	}
	if err := s.initialise(); err != nil {
		return nil, err
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	go s.reap(s.cmd.Process)
	s.cmd = nil // from now on nobody's in particular
	return s, nil
}

// StopShared stops the machine's server and removes its data.
func StopShared() error {
	s := &Server{dir: sharedDir()}
	unlock, err := lock(s.dir + ".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if s.running() {
		if err := s.killByPID(); err != nil { // its data go too
			return err
		}
	}
	return os.RemoveAll(s.dir)
}

func (s *Server) killByPID() error {
	pid := s.PID()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("dbtest: stop mariadbd: %w", err)
	}
	tick := time.NewTicker(startPoll)
	defer tick.Stop()
	for !exited(pid) {
		<-tick.C
	}
	return nil
}

// reap waits for the server, should it end before the process that started it, so that it does not linger as a zombie.
func (*Server) reap(p *os.Process) { _, _ = p.Wait() }

// sharedDir depends on the settings: changed ones mean another server. It is short for the socket's sake.
func sharedDir() string {
	sum := sha256.Sum256(config)
	return filepath.Join(os.TempDir(), fmt.Sprintf("senti-mariadb-%d-%x", os.Getuid(), sum[:3]))
}

// running reports whether the process in the pid file is our server and not one that was given its number since.
func (s *Server) running() bool {
	pid := s.PID()
	if pid == 0 || exited(pid) {
		return false
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && strings.Contains(string(command), "--datadir="+s.file("data")+"\x00")
}

// lock holds a file lock between processes until unlock; the system frees it if this process dies.
func lock(path string) (unlock func(), err error) { return flock(path, syscall.LOCK_EX) }

// tryLock is lock that does not wait: with nil for unlock somebody else has it.
func tryLock(path string) (unlock func(), err error) {
	unlock, err = flock(path, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil //nolint:nilnil // no lock is no error here
	}
	return unlock, err
}

func flock(path string, how int) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("dbtest: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), how); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("dbtest: lock %s: %w", path, err)
	}
	return func() { _ = file.Close() }, nil // closing unlocks
}
