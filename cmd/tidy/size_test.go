package tidy

import (
	"go/ast"
	"path"
	"strings"
	"testing"
)

const (
	maxFunction = 70
	maxFile     = 500
	maxGateway  = 250 // one telco's wire format, with its samples and its status table
)

func sizeRule(sources []source) (findings []string) {
	for _, s := range sources {
		limit := maxFile
		if path.Base(s.dir()) == "gateway" && !s.test() {
			limit = maxGateway
		}
		if n := s.fset.File(s.ast.Pos()).LineCount(); n > limit {
			findings = append(findings, s.complain(s.ast.Pos(), "the file has %d lines, more than %d: it has more than one topic", n, limit))
		}
		for _, d := range s.ast.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.line(f.End()) - s.line(f.Pos()) + 1; n > maxFunction {
				findings = append(findings, s.complain(f.Pos(), "%s has %d lines, more than %d: a part of it has a name", f.Name.Name, n, maxFunction))
			}
		}
	}
	return findings
}

func TestSizes(t *testing.T) { report(t, sizeRule(repository(t))) }

func TestSizeRuleCanFail(t *testing.T) {
	body := func(lines int) string { return "package a\nfunc F() {" + strings.Repeat("\n", lines-1) + "}" }
	prove(t, sizeRule, []example{
		{"70 lines", "a/a.go", body(70), ""},
		{"71 lines", "a/a.go", body(71), "F has 71 lines"},
		{"a file of 500 lines", "a/a.go", "package a" + strings.Repeat("\n", 500), ""},
		{"a file of 501 lines", "a/a.go", "package a" + strings.Repeat("\n", 501), "501 lines"},
		{"a gateway of 251 lines", "sms/gateway/a.go", "package gateway" + strings.Repeat("\n", 251), "more than 250"},
	})
}
