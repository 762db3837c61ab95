package peers

import (
	"encoding/json"
	"strings"
	"testing"
)

// What package.json asks for is what a script gets.
func TestEveryPackageLoads(t *testing.T) {
	var asked struct{ Dependencies map[string]string }
	if err := json.Unmarshal(packageJSON, &asked); err != nil {
		t.Fatal(err)
	}
	if len(asked.Dependencies) == 0 {
		t.Fatal("package.json asks for nothing")
	}
	p := Node(t, "versions.js")
	for name, version := range asked.Dependencies {
		var got struct{ Name, Version, Problem string }
		p.Ask(name, &got)
		if got.Name != name || got.Version != version || got.Problem != "" {
			t.Errorf("%s %s: got %+v", name, version, got)
		}
	}
	var got struct{ Problem string }
	if p.Ask("not-a-package", &got); got.Problem == "" {
		t.Error("a package that is not there was loaded")
	}
}

// The lock file names no registry, so that everybody's own one serves, and every package by its hash.
func TestTheLockNamesNoRegistry(t *testing.T) {
	var lock struct {
		Packages map[string]struct{ Resolved, Integrity string }
	}
	if err := json.Unmarshal(lockJSON, &lock); err != nil {
		t.Fatal(err)
	}
	for name, p := range lock.Packages {
		if p.Resolved != "" {
			t.Errorf("%s is fetched from %s", name, p.Resolved)
		}
		if name != "" && p.Integrity == "" {
			t.Errorf("%s has no hash", name)
		}
	}
}

// A machine on which nothing can be installed fails, and says why.
func TestABrokenInstallationFails(t *testing.T) {
	t.Setenv("npm_config_registry", "http://127.0.0.1:1/")
	t.Setenv("npm_config_fetch_retries", "0")
	t.Setenv("HOME", "")
	if modules, err := installInto(t.TempDir()); err == nil || !strings.Contains(err.Error(), "npm ci") {
		t.Errorf("installed %q, %v", modules, err)
	}
}
