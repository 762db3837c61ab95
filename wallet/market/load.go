package market

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"sort"
	"strings"
	_ "time/tzdata" // a static binary in an empty container must know the zones too

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

//go:embed packs/*.yaml
var packs embed.FS

// packBytesMax bounds what is read; a pack with every service and ten years of history stays far below.
const packBytesMax = 1 << 20

// Mistake is one thing wrong with a pack.
type Mistake struct {
	File string
	Line int    // from 1; 0 when the file as a whole is meant
	What string // "day_out is -5"
	Mend string // "write a number of shillings, zero or above"
}

// Error is "packs/ke.yaml:41: day_out is -5: write a number of shillings, zero or above".
func (m *Mistake) Error() string {
	if m.Line == 0 {
		return fmt.Sprintf("%s: %s: %s", m.File, m.What, m.Mend)
	}
	return fmt.Sprintf("%s:%d: %s: %s", m.File, m.Line, m.What, m.Mend)
}

// Load returns the built-in market with that code. The error joins every Mistake found, in the order of lines.
func Load(code string) (*Market, error) {
	file := "packs/" + code + ".yaml"
	text, err := packs.ReadFile(file)
	if err != nil || path.Base(file) != code+".yaml" {
		return nil, fmt.Errorf("market %q is not built in: use one of %s, or name a pack's file", code, strings.Join(Codes(), ", "))
	}
	return parse(file, text)
}

// Codes lists the built-in markets.
func Codes() []string {
	entries, err := packs.ReadDir("packs")
	if err != nil {
		panic("market: the embedded packs cannot be listed: " + err.Error())
	}
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return out
}

// LoadFile returns the market of a pack on disk.
func LoadFile(file string) (*Market, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return parse(file, text)
}

func parse(file string, text []byte) (*Market, error) {
	if len(text) > packBytesMax {
		return nil, &Mistake{File: file, What: "the pack is larger than 1 MiB", Mend: "name the right file"}
	}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, syntaxMistake(file, err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, &Mistake{File: file, What: "the file does not hold one pack", Mend: "write one YAML document, without --- lines"}
	}
	var p pack
	if err := unmarshal(text, &p); err != nil {
		return nil, syntaxMistake(file, err)
	}
	b := &builder{file: file, tree: tree}
	m := b.market(&p)
	if len(b.mistakes) > 0 {
		return nil, b.joined()
	}
	return m, nil
}

// unmarshal turns a panic of the YAML library into an error: a value with a tag ("languages: ! 0") in the place of a list makes
// it panic.
func unmarshal(text []byte, p *pack) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML cannot be read: %v", r)
		}
	}()
	return yaml.UnmarshalWithOptions(text, p, yaml.Strict())
}

// syntaxMistake turns the YAML library's error, which is a picture of the source, into a line and a sentence.
func syntaxMistake(file string, err error) *Mistake {
	m := &Mistake{File: file, What: err.Error(), Mend: "correct the YAML; packs/ke.yaml shows every key"}
	var located yaml.Error
	if !errors.As(err, &located) {
		return m
	}
	m.What = located.GetMessage()
	if t := located.GetToken(); t != nil && t.Position != nil {
		m.Line = t.Position.Line
	}
	return m
}

// builder turns a pack into a Market and collects every mistake on the way, so that a pack is mended in one go.
type builder struct {
	file     string
	tree     *ast.File
	mistakes []*Mistake
}

// fail notes a mistake at a place such as "limits[0].tiers[1].day_out"; the last word of the place names the value.
func (b *builder) fail(place, isWhat, mend string) {
	name := place[strings.LastIndexByte(place, '.')+1:]
	b.mistakes = append(b.mistakes, &Mistake{File: b.file, Line: b.line(place), What: name + " " + isWhat, Mend: mend})
}

// line finds the place's line, or that of the nearest thing around it when the value itself is missing.
func (b *builder) line(place string) int {
	for place != "" {
		if where, err := yaml.PathString("$." + place); err == nil {
			if node, err := where.FilterFile(b.tree); err == nil && node != nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		place = place[:max(0, strings.LastIndexAny(place, ".["))]
	}
	return 1
}

func (b *builder) joined() error {
	sort.SliceStable(b.mistakes, func(i, j int) bool { return b.mistakes[i].Line < b.mistakes[j].Line })
	var all []error
	for _, m := range b.mistakes {
		all = append(all, m)
	}
	return errors.Join(all...)
}
