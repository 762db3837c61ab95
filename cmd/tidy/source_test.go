package tidy

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is one parsed Go file of the repository.
type source struct {
	path string // from the root, with slashes
	fset *token.FileSet
	ast  *ast.File
}

func (s source) dir() string          { return path.Dir(s.path) }
func (s source) test() bool           { return strings.HasSuffix(s.path, "_test.go") }
func (s source) line(p token.Pos) int { return s.fset.Position(p).Line }

// complain writes a finding as editors understand it.
func (s source) complain(p token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", s.path, s.line(p), fmt.Sprintf(format, args...))
}

// imports returns the file's imports by the name they have in it.
func (s source) imports() map[string]string {
	names := map[string]string{}
	for _, i := range s.ast.Imports {
		full, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue // it would not compile
		}
		name := path.Base(full)
		if name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
			name = path.Base(path.Dir(full)) // math/rand/v2 is called rand
		}
		if i.Name != nil {
			name = i.Name.Name
		}
		names[name] = full
	}
	return names
}

// root is the repository, seen from this package.
var root = os.DirFS("../..")

// repository parses every Go file there is.
func repository(t *testing.T) []source {
	t.Helper()
	var sources []source
	for _, name := range everyFile(t) {
		if path.Ext(name) != ".go" {
			continue
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, parse(t, name, string(text)))
	}
	if len(sources) < 10 {
		t.Fatalf("only %d files were found", len(sources))
	}
	return sources
}

func parse(t *testing.T, name, text string) source {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return source{name, fset, file}
}

// everyFile lists what is in the repository, without git's and the build's own folders.
func everyFile(t *testing.T) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && slices.Contains([]string{".git", ".bin", "keys", "screenshots"}, e.Name()) {
			return fs.SkipDir
		}
		if !e.IsDir() {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// report fails the test with each finding.
func report(t *testing.T, findings []string) {
	t.Helper()
	for _, f := range findings {
		t.Error(f)
	}
}

// example is a piece of source and what a rule must say to it; says is "" when it must say nothing.
type example struct {
	name, path, text, says string
}

// prove runs a rule on examples.
func prove(t *testing.T, rule func([]source) []string, examples []example) {
	t.Helper()
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			findings := rule([]source{parse(t, e.path, e.text)})
			switch {
			case e.says == "" && len(findings) > 0:
				t.Errorf("says %q, want nothing", findings)
			case e.says != "" && (len(findings) != 1 || !strings.Contains(findings[0], e.says)):
				t.Errorf("says %q, want one finding with %q", findings, e.says)
			}
		})
	}
}
