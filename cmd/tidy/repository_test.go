package tidy

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"senti/wallet/fault"
	"senti/wallet/i18n"
)

const maxDependencies = 25

var (
	replaceLine = regexp.MustCompile(`(?m)^\s*replace\b`)
	requireLine = regexp.MustCompile(`(?m)^(?:require)?\s+\S+ v\S+$`) // without "// indirect"
)

func moduleRule(text string) (findings []string) {
	if replaceLine.MatchString(text) {
		findings = append(findings, "go.mod replaces a module: nobody else would build what we build")
	}
	if n := len(requireLine.FindAllString(text, -1)); n > maxDependencies {
		findings = append(findings, fmt.Sprintf("go.mod has %d direct dependencies, more than %d", n, maxDependencies))
	}
	return findings
}

func TestModule(t *testing.T) {
	text, err := fs.ReadFile(root, "go.mod")
	if err != nil {
		t.Fatal(err)
	}
	report(t, moduleRule(string(text)))
}

func TestModuleRuleCanFail(t *testing.T) {
	require := "require (\n" + strings.Repeat("\texample.com/a v1.0.0\n", maxDependencies) + "\texample.com/b v1.0.0 // indirect\n)\n"
	for text, want := range map[string]int{
		"module senti\n" + require:                                    0,
		"module senti\nreplace a => ../a\n":                           1,
		"module senti\nreplace (\n\ta => ../a\n)\n":                   1,
		"module senti\n" + require + "require example.com/c v1.0.0\n": 1,
	} {
		if findings := moduleRule(text); len(findings) != want {
			t.Errorf("says %q, want %d findings about\n%s", findings, want, text)
		}
	}
}

// privateWords must stand in no file: a stranger has no such folder. Written apart so that this file passes too.
var privateWords = []string{".." + "/shared"}

func wordRule(name string, text []byte) (findings []string) {
	for _, word := range privateWords {
		if i := bytes.Index(text, []byte(word)); i >= 0 {
			findings = append(findings, fmt.Sprintf("%s:%d: mentions %s", name, 1+bytes.Count(text[:i], []byte("\n")), word))
		}
	}
	return findings
}

func TestPrivateWords(t *testing.T) {
	for _, name := range everyFile(t) {
		if info, err := fs.Stat(root, name); err != nil || info.Size() > 1<<20 {
			continue // a program or a database, left behind by who tried them
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		report(t, wordRule(name, text))
	}
}

func TestPrivateWordRuleCanFail(t *testing.T) {
	if got := wordRule("a.md", []byte("one\nsee "+privateWords[0]+"/a.md")); len(got) != 1 || !strings.HasPrefix(got[0], "a.md:2:") {
		t.Errorf("says %q", got)
	}
	if got := wordRule("a.md", []byte("shared")); got != nil {
		t.Errorf("says %q", got)
	}
}

// catalogueRule holds the languages against the source language and the list of all faults. The other direction needs the
// dialogues' own English, so i18n's With sees to it whenever they are put together.
func catalogueRule(keys map[string][]string, source string, codes []fault.Code) (findings []string) {
	for _, code := range codes {
		if !slices.Contains(keys[source], code.Key()) {
			findings = append(findings, fmt.Sprintf("%s has no text for %s", source, code.Key()))
		}
	}
	for lang, has := range keys {
		for _, key := range keys[source] {
			if !slices.Contains(has, key) {
				findings = append(findings, fmt.Sprintf("%s has no text for %s", lang, key))
			}
		}
	}
	return findings
}

// Load itself compares the placeholders.
func TestCatalogues(t *testing.T) {
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string][]string{}
	for _, lang := range texts.Languages() {
		keys[lang] = texts.Keys(lang)
	}
	if len(keys) < 2 {
		t.Fatalf("only %d languages", len(keys))
	}
	report(t, catalogueRule(keys, "en", fault.Codes()))
}

func TestCatalogueRuleCanFail(t *testing.T) {
	codes := []fault.Code{fault.Busy}
	for _, c := range []struct {
		name string
		keys map[string][]string
		want int
	}{
		{"complete", map[string][]string{"en": {"fault.busy", "a"}, "sw": {"a", "fault.busy"}}, 0},
		{"a fault without a text", map[string][]string{"en": {"a"}, "sw": {"a"}}, 1},
		{"not translated", map[string][]string{"en": {"fault.busy", "a"}, "sw": {"fault.busy"}}, 1},
		{"a dialogue's text", map[string][]string{"en": {"fault.busy"}, "sw": {"fault.busy", "send.to"}}, 0},
	} {
		if findings := catalogueRule(c.keys, "en", codes); len(findings) != c.want {
			t.Errorf("%s: says %q, want %d findings", c.name, findings, c.want)
		}
	}
}

// A folder called for what it is made of, and not for what it does, collects everything.
func TestFolderNames(t *testing.T) {
	for _, name := range everyFile(t) {
		for _, part := range strings.Split(path.Dir(name), "/") {
			if slices.Contains([]string{"internal", "pkg", "util", "utils", "common", "models", "helpers", "misc"}, part) {
				t.Errorf("%s: a folder is named for what it does", name)
			}
		}
	}
}
