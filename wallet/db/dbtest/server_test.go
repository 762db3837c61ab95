package dbtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"senti/wallet/db"
)

func TestKilledServerComesBackWithItsData(t *testing.T) {
	ctx := context.Background()
	s := OwnMariaDB(t)
	if err := s.CreateDatabase(ctx, "kept"); err != nil {
		t.Fatal(err)
	}
	write := func(query string) {
		t.Helper()
		d, err := db.Open(ctx, s.DSN("kept"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		if _, err := d.Exec(ctx, query); err != nil {
			t.Fatal(err)
		}
	}
	write("CREATE TABLE n (a INT NOT NULL PRIMARY KEY) ENGINE=InnoDB")
	write("INSERT INTO n (a) VALUES (1)")
	first := s.PID()
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(ctx, s.DSN("kept")); err == nil {
		t.Fatal("the server answers after it was killed")
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if s.PID() == first || s.PID() == 0 {
		t.Errorf("process %d, then %d", first, s.PID())
	}
	write("INSERT INTO n (a) VALUES (2)")
	if _, err := db.Open(ctx, s.DSN("missing")); err == nil {
		t.Error("a database that does not exist was opened")
	}
}

// sharedInSubprocess tells this test binary, run again, to print which server Shared gives it.
const sharedInSubprocess = "SENTI_DBTEST_SHARED"

func TestMain(m *testing.M) {
	if os.Getenv(sharedInSubprocess) == "" {
		os.Exit(m.Run())
	}
	s, err := Shared()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.PID())
}

func TestSharedServerIsOneForAllProcesses(t *testing.T) {
	// Its own TMPDIR, so a server of its own beside the machine's.
	dir, err := os.MkdirTemp("", "senti-shared-") //nolint:usetesting // t.TempDir is too long for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	t.Cleanup(func() {
		if err := StopShared(); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	if err := os.Chmod(dir, 0o755); err != nil { // the server's user must be able to enter
		t.Fatal(err)
	}
	first := sharedFromProcesses(t, 3)
	if again := sharedFromProcesses(t, 1); again != first {
		t.Errorf("server %s, then %s", first, again)
	}

	s := &Server{dir: sharedDir()}
	if err := s.killByPID(); err != nil {
		t.Fatal(err)
	}
	second := sharedFromProcesses(t, 3)
	if second == first {
		t.Error("the killed server was given out")
	}

	if err := s.killByPID(); err != nil {
		t.Fatal(err)
	}
	own := fmt.Sprint(os.Getpid()) // the number went to another process, as after a restart of the machine
	if err := os.WriteFile(s.file("mariadbd.pid"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	if third := sharedFromProcesses(t, 1); third == own {
		t.Error("a process that is no server was given out")
	}
}

// sharedFromProcesses asks n processes at once and returns the server's process, which must be the same for all.
func sharedFromProcesses(t *testing.T, n int) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	answers := make([]string, n)
	var done sync.WaitGroup
	for i := range n {
		done.Go(func() {
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), sharedInSubprocess+"=1")
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
			answers[i] = strings.TrimSpace(string(out))
		})
	}
	done.Wait()
	for _, a := range answers {
		if a != answers[0] || a == "" || a == "0" {
			t.Fatalf("the processes have servers %v", answers)
		}
	}
	return answers[0]
}
