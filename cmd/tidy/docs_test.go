package tidy

import (
	"go/ast"
	"go/token"
	"regexp"
	"testing"
)

// tellsWhatNot finds the half of a package doc that is mostly forgotten.
var tellsWhatNot = regexp.MustCompile(`\b(not|no|never|nothing|nobody|neither)\b`)

func packageDocRule(sources []source) (findings []string) {
	docs, first := map[string]string{}, map[string]source{}
	var order []string
	for _, s := range sources {
		if s.test() {
			continue
		}
		if _, ok := first[s.dir()]; !ok {
			first[s.dir()] = s
			order = append(order, s.dir())
		}
		docs[s.dir()] += s.ast.Doc.Text()
	}
	for _, dir := range order {
		s := first[dir]
		switch doc := docs[dir]; {
		case doc == "":
			findings = append(findings, s.complain(s.ast.Name.Pos(), "package %s has no doc comment", dir))
		case !tellsWhatNot.MatchString(doc):
			findings = append(findings, s.complain(s.ast.Name.Pos(), "the doc of package %s does not say what it is not or does not do", dir))
		}
	}
	return findings
}

func TestPackageDocs(t *testing.T) { report(t, packageDocRule(repository(t))) }

func TestPackageDocRuleCanFail(t *testing.T) {
	prove(t, packageDocRule, []example{
		{"good", "a/a.go", "// Package a counts. It does not sort.\npackage a", ""},
		{"none", "a/a.go", "package a", "no doc comment"},
		{"half", "a/a.go", "// Package a counts.\npackage a", "does not say what it is not"},
		{"detached", "a/a.go", "// Package a counts. It does not sort.\n\npackage a", "no doc comment"},
	})
}

func exportedDocRule(sources []source) (findings []string) {
	for _, s := range sources {
		if s.test() || s.ast.Name.Name == "main" {
			continue
		}
		for _, d := range s.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && exportedReceiver(d) && d.Doc == nil {
					findings = append(findings, s.complain(d.Pos(), "%s has no doc comment", d.Name.Name))
				}
			case *ast.GenDecl:
				for _, name := range undocumented(d) {
					findings = append(findings, s.complain(name.Pos(), "%s has no doc comment", name.Name))
				}
			}
		}
	}
	return findings
}

// exportedReceiver reports whether d is a function, or a method that users of the package can see.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	kind := d.Recv.List[0].Type
	if star, ok := kind.(*ast.StarExpr); ok {
		kind = star.X
	}
	if generic, ok := kind.(*ast.IndexExpr); ok {
		kind = generic.X
	}
	name, ok := kind.(*ast.Ident)
	return ok && name.IsExported()
}

// undocumented returns the exported names of a declaration that neither it, nor their group, nor their line explains.
func undocumented(d *ast.GenDecl) (names []*ast.Ident) {
	group := d.Doc != nil
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			alone := d.Lparen == token.NoPos && group
			if spec.Name.IsExported() && !alone && spec.Doc == nil && spec.Comment == nil {
				names = append(names, spec.Name)
			}
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				if name.IsExported() && !group && spec.Doc == nil && spec.Comment == nil {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

func TestExportedNamesAreDocumented(t *testing.T) { report(t, exportedDocRule(repository(t))) }

func TestExportedDocRuleCanFail(t *testing.T) {
	prove(t, exportedDocRule, []example{
		{"function", "a/a.go", "package a\n// F does.\nfunc F() {}", ""},
		{"function without", "a/a.go", "package a\nfunc F() {}", "F has no doc"},
		{"method of a hidden type", "a/a.go", "package a\ntype t struct{}\nfunc (t) M() {}", ""},
		{"method without", "a/a.go", "package a\n// T is.\ntype T struct{}\nfunc (*T) M() {}", "M has no doc"},
		{"type without", "a/a.go", "package a\ntype T struct{}", "T has no doc"},
		{"a documented group of constants", "a/a.go", "package a\n// Colours.\nconst (\nRed = 1\nBlue = 2\n)", ""},
		{"constant explained on its line", "a/a.go", "package a\nconst (\nRed = 1 // stop\n)", ""},
		{"constant without", "a/a.go", "package a\nconst Red = 1", "Red has no doc"},
		{"a type in a group needs its own", "a/a.go", "package a\n// Things.\ntype (\nT struct{}\n)", "T has no doc"},
		{"the main package has no users", "cmd/x/main.go", "package main\nfunc F() {}", ""},
	})
}
