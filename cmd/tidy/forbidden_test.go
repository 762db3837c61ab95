package tidy

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// noCalls are functions that nobody may call but the packages named, with what to do instead.
var noCalls = []struct {
	pkg, name string
	except    []string
	instead   string
}{
	{"time", "Now", []string{"wallet/clock"}, "take a clock.Clock"},
	{"time", "Since", []string{"wallet/clock"}, "take a clock.Clock"},
	{"time", "Until", []string{"wallet/clock"}, "take a clock.Clock"},
	{"time", "Sleep", nil, "wait for what you wait for, or for a timer and a context"},
	{"time", "Tick", nil, "use a time.Ticker and stop it"},
}

// noImports are packages that nobody may import; those marked so are allowed in tests.
var noImports = []struct {
	prefix  string
	inTests bool
	instead string
}{
	{"math/rand", true, "IDs come from wallet/id, secrets from wallet/key, the rest from crypto/rand"},
	{"github.com/stretchr/testify", false, "plain testing reads as well"},
	{"github.com/golang/mock", false, "write a struct of functions"},
	{"go.uber.org/mock", false, "write a struct of functions"},
	{"io/ioutil", false, "io and os have it"},
}

func callRule(sources []source) (findings []string) {
	for _, s := range sources {
		imports := s.imports()
		benchmarks := benchmarksOf(s)
		ast.Inspect(s.ast, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			name, ok := selector.X.(*ast.Ident)
			if !ok {
				return true
			}
			for _, no := range noCalls {
				if imports[name.Name] != no.pkg || selector.Sel.Name != no.name || slices.Contains(no.except, s.dir()) {
					continue
				}
				if !slices.ContainsFunc(benchmarks, func(f *ast.FuncDecl) bool { return f.Pos() <= n.Pos() && n.Pos() < f.End() }) {
					findings = append(findings, s.complain(n.Pos(), "%s.%s: %s", no.pkg, no.name, no.instead))
				}
			}
			return true
		})
	}
	return findings
}

// benchmarksOf returns the functions of a test file that may look at the time, because measuring it is their work.
func benchmarksOf(s source) (benchmarks []*ast.FuncDecl) {
	for _, d := range s.ast.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && s.test() && strings.HasPrefix(f.Name.Name, "Benchmark") {
			benchmarks = append(benchmarks, f)
		}
	}
	return benchmarks
}

func importRule(sources []source) (findings []string) {
	for _, s := range sources {
		for _, i := range s.ast.Imports {
			name := strings.Trim(i.Path.Value, `"`)
			for _, no := range noImports {
				if no.inTests && s.test() {
					continue
				}
				if name == no.prefix || strings.HasPrefix(name, no.prefix+"/") {
					findings = append(findings, s.complain(i.Pos(), "%s: %s", name, no.instead))
				}
			}
		}
	}
	return findings
}

func initRule(sources []source) (findings []string) {
	for _, s := range sources {
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				findings = append(findings, s.complain(f.Pos(), "init runs behind the reader's back: call it from main, or make it a value"))
			}
		}
	}
	return findings
}

// A test that is skipped tells nothing, and tells it in green.
func skipRule(sources []source) (findings []string) {
	for _, s := range sources {
		if !s.test() {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			selector, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			name, ok := selector.X.(*ast.Ident)
			skips := slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, selector.Sel.Name) && ok && slices.Contains([]string{"t", "b", "f", "tb"}, name.Name)
			short := selector.Sel.Name == "Short" && ok && name.Name == "testing"
			if skips || short {
				findings = append(findings, s.complain(n.Pos(), "%s.%s: a test runs or fails", name.Name, selector.Sel.Name))
			}
			return true
		})
	}
	return findings
}

// floatsAllowed are the files of wallet/ that may name a float, with the reason.
var floatsAllowed = map[string]string{
	"wallet/db/prepare.go": "refuses one as an argument",
}

// Money is counted in whole minor units, and a rate is a fraction of two integers.
func floatRule(sources []source) (findings []string) {
	for _, s := range sources {
		if s.test() || !strings.HasPrefix(s.path, "wallet/") || floatsAllowed[s.path] != "" {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if name, ok := n.(*ast.Ident); ok && (name.Name == "float64" || name.Name == "float32") {
				findings = append(findings, s.complain(n.Pos(), "%s near money: use integers", name.Name))
			}
			return true
		})
	}
	return findings
}

func TestForbiddenCalls(t *testing.T)   { report(t, callRule(repository(t))) }
func TestForbiddenImports(t *testing.T) { report(t, importRule(repository(t))) }
func TestNoInit(t *testing.T)           { report(t, initRule(repository(t))) }
func TestNothingIsSkipped(t *testing.T) { report(t, skipRule(repository(t))) }
func TestNoFloats(t *testing.T)         { report(t, floatRule(repository(t))) }

func TestForbiddenRulesCanFail(t *testing.T) {
	prove(t, callRule, []example{
		{"the clock's own", "wallet/clock/clock.go", `package clock; import "time"; var T = time.Now()`, ""},
		{"time.Now", "wallet/send.go", `package wallet; import "time"; var T = time.Now()`, "take a clock"},
		{"time.Now by another name", "wallet/send.go", `package wallet; import x "time"; var T = x.Now()`, "take a clock"},
		{"time.Now as a value", "wallet/send.go", `package wallet; import "time"; var F = time.Now`, "take a clock"},
		{"in a test", "wallet/a_test.go", `package wallet; import "time"; var T = time.Now()`, "take a clock"},
		{"in a benchmark", "wallet/a_test.go", `package wallet; import "time"; func BenchmarkX() { time.Now() }`, ""},
		{"a benchmark outside tests", "wallet/a.go", `package wallet; import "time"; func BenchmarkX() { time.Now() }`, "take a clock"},
		{"sleep", "wallet/a_test.go", `package wallet; import "time"; func f() { time.Sleep(1) }`, "wait for what"},
		{"another Now", "wallet/a.go", `package wallet; func f(time interface{ Now() }) { time.Now() }`, ""},
	})
	prove(t, importRule, []example{
		{"math/rand/v2", "wallet/a.go", `package wallet; import _ "math/rand/v2"`, "secrets from wallet/key"},
		{"math/rand in a test", "wallet/a_test.go", `package wallet; import _ "math/rand"`, ""},
		{"testify in a test", "wallet/a_test.go", `package wallet; import _ "github.com/stretchr/testify/require"`, "plain testing"},
		{"a package with a like name", "wallet/a.go", `package wallet; import _ "math/randomness"`, ""},
	})
	prove(t, initRule, []example{
		{"init", "a/a.go", `package a; func init() {}`, "behind the reader's back"},
		{"a method", "a/a.go", `package a; type t int; func (t) init() {}`, ""},
	})
	prove(t, skipRule, []example{
		{"skip", "a/a_test.go", `package a; func f(t interface{ Skip() }) { t.Skip() }`, "runs or fails"},
		{"short", "a/a_test.go", `package a; import "testing"; var X = testing.Short()`, "runs or fails"},
		{"another thing's Skip", "a/a_test.go", `package a; func f(r interface{ Skip() }) { r.Skip() }`, ""},
	})
	prove(t, floatRule, []example{
		{"near money", "wallet/money/a.go", `package money; var X float64`, "use integers"},
		{"elsewhere", "cmd/walletd/bench.go", `package main; var X float64`, ""},
	})
}
