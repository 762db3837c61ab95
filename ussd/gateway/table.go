package gateway

import (
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"senti/ussd"
	"senti/wallet/webhook"
)

// Table is a gateway whose format is told by names and templates alone. tables.yaml says what each part of it means.
type Table struct {
	Name   string        `yaml:"name"`
	Title  string        `yaml:"title"`
	Method string        `yaml:"method"`
	Format string        `yaml:"format"`
	Root   string        `yaml:"root"`
	Screen int           `yaml:"screen"`
	Waits  time.Duration `yaml:"waits"`

	Session string `yaml:"session"`
	Phone   string `yaml:"phone"`
	Code    string `yaml:"code"`
	Network string `yaml:"network"`
	IMSI    string `yaml:"imsi"`
	Turn    string `yaml:"turn"`
	ID      string `yaml:"id"`
	Input   string `yaml:"input"`

	History bool       `yaml:"history"`
	Dialled bool       `yaml:"dialled"`
	New     tableNew   `yaml:"new"`
	Ended   tableEnded `yaml:"ended"`
	Reply   tableReply `yaml:"reply"`
}

type tableNew struct {
	Field string   `yaml:"field"`
	Is    []string `yaml:"is"`
}

type tableEnded struct {
	Field string            `yaml:"field"`
	Words map[string]string `yaml:"words"`
	Path  string            `yaml:"path"`
}

// How the words of a table say that a session is over.
const (
	endedLost  = "lost"  // the person may have missed the last screen
	endedShown = "shown" // the last screen was seen
)

//go:embed tables.yaml
var tablesFile []byte

// tables are the gateways of tables.yaml. They are part of the program, and a test reads them all.
var tables = sync.OnceValue(func() []adapter {
	var list []Table
	if err := yaml.UnmarshalWithOptions(tablesFile, &list, yaml.Strict()); err != nil {
		panic("ussd gateway: tables.yaml: " + err.Error())
	}
	var out []adapter
	for _, t := range list {
		a, err := t.adapter()
		if err != nil {
			panic("ussd gateway: tables.yaml: " + t.Name + ": " + err.Error())
		}
		out = append(out, a)
	}
	return out
})

// ownTable reads a table of a configuration.
func ownTable(text []byte) (adapter, error) {
	var t Table
	if len(text) == 0 {
		return adapter{}, errors.New("a gateway of type http needs a table")
	}
	if err := yaml.UnmarshalWithOptions(text, &t, yaml.Strict()); err != nil {
		return adapter{}, fmt.Errorf("its table: %w", err)
	}
	a, err := t.adapter()
	if err != nil {
		return adapter{}, fmt.Errorf("its table: %w", err)
	}
	return a, nil
}

// adapter checks a table and makes an adapter of it.
func (t Table) adapter() (adapter, error) {
	medias, err := t.medias()
	if err != nil {
		return adapter{}, err
	}
	goesOn, ends, err := t.templates()
	if err != nil {
		return adapter{}, err
	}
	switch {
	case t.Phone == "" || t.Input == "":
		return adapter{}, errors.New("phone and input must be named")
	case t.Session == "" && (t.New.Field == "" || t.New.Field == t.Input):
		return adapter{}, errors.New("without a session a field other than input must tell what is new")
	case t.Turn != "" && t.History, t.Dialled && !t.History:
		return adapter{}, errors.New("turn goes with the latest input, dialled with a history")
	}
	for word, how := range t.Ended.Words {
		if how != endedLost && how != endedShown {
			return adapter{}, fmt.Errorf("ended: %s is %q: write lost or shown", word, how)
		}
	}
	a := adapter{name: t.Name, title: t.Title, input: t.input(), tells: t.tells(), limit: t.Screen, waits: t.Waits,
		login: webhook.BasicLogin, doors: []door{{t.Method, "", medias, t.hear}}}
	if t.Ended.Path != "" {
		a.doors = append(a.doors, door{t.Method, t.Ended.Path, medias, t.hearEnd})
	}
	a.refuse = refuseText
	if goesOn.quote == quoteJSON {
		a.refuse = refuseJSON
	}
	a.reply = func(h heard, r ussd.Reply) webhook.Answer {
		if r.End {
			return ends.answer(h.wire.(webhook.Flat), r.Text)
		}
		return goesOn.answer(h.wire.(webhook.Flat), r.Text)
	}
	return a, nil
}

// medias are the content types of its calls.
func (t Table) medias() ([]string, error) {
	switch {
	case t.Method == http.MethodGet && t.Format == "":
		return nil, nil
	case t.Method == http.MethodPost && t.Format == "form":
		return []string{"application/x-www-form-urlencoded"}, nil
	case t.Method == http.MethodPost && t.Format == "json":
		return []string{"application/json"}, nil
	case t.Method == http.MethodPost && t.Format == "xml" && t.Root != "":
		return []string{"text/xml", "application/xml"}, nil
	}
	return nil, errors.New("method must be GET, or POST with the format form, json or xml, and xml needs a root")
}

func (t Table) input() input {
	switch {
	case t.History:
		return history
	case t.Turn != "":
		return numbered
	}
	return latest
}

func (t Table) tells() string {
	var out []string
	for what, field := range map[string]string{"end": t.Ended.Field, "network": t.Network, "IMSI": t.IMSI} {
		if field != "" {
			out = append(out, what)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		return strings.Index("end network IMSI", a) - strings.Index("end network IMSI", b)
	})
	return strings.Join(out, ", ")
}

func (t Table) read(body []byte) (webhook.Flat, *webhook.Malformed) {
	switch t.Format {
	case "json":
		return webhook.FlatJSON(body)
	case "xml":
		return webhook.FlatXML(body, t.Root)
	}
	return webhook.FlatForm(body)
}

func (t Table) hear(c call) (heard, *webhook.Malformed) {
	f, wrong := t.read(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	take := taker{call: c}
	if how, ok := t.Ended.Words[f.Get(t.Ended.Field)]; ok && t.Ended.Path == "" {
		return t.end(&take, f, how)
	}
	r := ussd.Request{Caller: take.phone(t.Phone, f.Get(t.Phone)), ServiceCode: take.serviceCode(t.Code, f.Get(t.Code)),
		History: t.History, Reused: t.Session == "", ID: f.Get(t.ID), Network: network(f.Get(t.Network)), IMSI: imsi(f.Get(t.IMSI))}
	if t.Session != "" {
		r.Session = take.session(t.Session, f.Get(t.Session))
	}
	if t.Turn != "" {
		var err error
		if r.Turn, err = strconv.Atoi(f.Get(t.Turn)); err != nil || r.Turn < 0 {
			take.note("", webhook.Wrong(t.Turn, "not a number"))
		}
	}
	if t.New.Field != "" {
		r.New = slices.Contains(t.New.Is, f.Get(t.New.Field))
		r.Later = !r.New && t.New.Field != t.Input && !t.History
	}
	typed := f.Get(t.Input)
	switch {
	case t.Dialled:
		r.Text = afterCode(take.transcript(t.Input, typed), r.ServiceCode, c.code)
	case t.History:
		r.Text = take.transcript(t.Input, typed)
	case r.New:
		r.Text = take.dialled(t.Input, typed, r.ServiceCode)
	default:
		r.Text = take.typed(t.Input, typed)
	}
	if !t.History && t.New.Field == "" && t.Turn == "" {
		r.Opening = shortCut(r.Text, r.ServiceCode, c.code)
	}
	return take.turn(r, f)
}

// hearEnd reads a call that comes where only ends are told.
func (t Table) hearEnd(c call) (heard, *webhook.Malformed) {
	f, wrong := t.read(c.body)
	if wrong != nil {
		return heard{}, wrong
	}
	how, ok := t.Ended.Words[f.Get(t.Ended.Field)]
	if !ok {
		return heard{}, webhook.Wrong(t.Ended.Field, "unknown word "+webhook.Words(f.Get(t.Ended.Field)))
	}
	return t.end(&taker{call: c}, f, how)
}

func (t Table) end(take *taker, f webhook.Flat, how string) (heard, *webhook.Malformed) {
	n := ussd.EndNotice{Caller: take.phone(t.Phone, f.Get(t.Phone)), Failed: how == endedLost, Reason: webhook.Words(f.Get(t.Ended.Field))}
	if t.Session != "" {
		n.Session = take.session(t.Session, f.Get(t.Session))
	}
	return take.end(n, nil)
}
