package peers

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
)

var (
	//go:embed package.json
	packageJSON []byte
	//go:embed package-lock.json
	lockJSON []byte
)

// install returns the folder of the installed packages. The first test on a machine installs them; others wait for it.
var install = sync.OnceValues(func() (modules string, err error) {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", errMissing
		}
	}
	return installInto(cacheDir())
})

// cacheDir depends on the lock file: other packages are installed beside those that are there.
func cacheDir() string {
	sum := sha256.Sum256(append(packageJSON, lockJSON...))
	return filepath.Join(os.TempDir(), fmt.Sprintf("senti-peers-%d-%x", os.Getuid(), sum[:6]))
}

// installInto installs the packages under dir, unless they are there. They are made ready under another name and then moved, so
// that an installation which broke off is not taken for one.
func installInto(dir string) (modules string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("peers: %w", err)
	}
	unlock, err := lock(filepath.Join(dir, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	ready, making := filepath.Join(dir, "ready"), filepath.Join(dir, "making")
	modules = filepath.Join(ready, "node_modules")
	if _, err := os.Stat(modules); err == nil {
		return modules, nil
	}
	if err := os.RemoveAll(making); err != nil {
		return "", fmt.Errorf("peers: %w", err)
	}
	if err := npm(making, filepath.Join(dir, "npm")); err != nil {
		return "", err
	}
	if err := os.Rename(making, ready); err != nil {
		return "", fmt.Errorf("peers: %w", err)
	}
	return modules, nil
}

// npm installs exactly what the lock file says, and runs nothing of it.
func npm(dir, cache string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("peers: %w", err)
	}
	for name, text := range map[string][]byte{"package.json": packageJSON, "package-lock.json": lockJSON} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return fmt.Errorf("peers: %w", err)
		}
	}
	command := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error") //nolint:noctx // the test's own time limit is the limit
	command.Dir = dir
	command.Env = append(os.Environ(), "npm_config_cache="+cache, "npm_config_update_notifier=false")
	if os.Getenv("HOME") == "" {
		command.Env = append(command.Env, "HOME="+cache)
	}
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("peers: npm ci: %w\n%s", err, said)
	}
	return nil
}

// lock holds a file lock between processes until unlock; the system frees it if this process dies.
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("peers: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("peers: lock %s: %w", path, err)
	}
	return func() { _ = file.Close() }, nil // closing unlocks
}
