package route

import (
	"context"
	"strings"
	"testing"

	"senti/sms"
	"senti/wallet/msisdn"
)

// mute is a sender that nobody asks to send.
type mute struct{}

func (mute) Name() string                                     { return "mute" }
func (mute) Send(context.Context, []sms.Message) []sms.Result { panic("asked to send") }

func newTable(t *testing.T, routes ...Route) *Table {
	t.Helper()
	for i := range routes {
		routes[i].Sender = mute{}
	}
	table, err := New(routes)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func names(w *Way) string {
	var all []string
	for _, g := range w.Gates {
		all = append(all, g.Name)
	}
	return strings.Join(all, " ")
}

const (
	safaricom msisdn.Number = "+254712000001" // by the number plan
	airtel    msisdn.Number = "+254733000001"
	uganda    msisdn.Number = "+256772000001"
)

// Who serves whom, and who is asked first.
func TestFor(t *testing.T) {
	table := newTable(t,
		Route{Name: "aggregator", Cost: 800, Priority: 1},
		Route{Name: "dear", Cost: 900, Priority: 1},
		Route{Name: "direct", Cost: 2000, Networks: []string{"63902", "Safaricom"}},
		Route{Name: "airtel", Cost: 300, Networks: []string{"Airtel", "63903"}},
		Route{Name: "prefixes", Cost: 100, Priority: 1, Networks: []string{"+25473", "+25671"}},
	)
	for _, c := range []struct {
		to      msisdn.Number
		network string
		want    string
	}{
		{safaricom, "", "direct aggregator dear"},
		{airtel, "", "airtel prefixes aggregator dear"},
		{uganda, "", "aggregator dear"},
		{safaricom, "63902", "direct aggregator dear"},
		{safaricom, "63903", "airtel aggregator dear"}, // the number was taken along
		{safaricom, "AIRTEL", "airtel aggregator dear"},
		{airtel, "safaricom", "direct prefixes aggregator dear"}, // a route that knows prefixes only goes by them
		{airtel, "63999", "airtel prefixes aggregator dear"},     // nobody lists it: the number plan says what it thinks
	} {
		if got := names(table.For(c.to, c.network)); got != c.want {
			t.Errorf("%s on %q goes by %s, want %s", c.to, c.network, got, c.want)
		}
	}
	if table.For(safaricom, "") != table.For(safaricom, "63902") {
		t.Error("the same routes are two ways")
	}
	if !table.Asks() || newTable(t, Route{Name: "a"}, Route{Name: "b", Networks: []string{"+2547"}}).Asks() {
		t.Error("when does the network matter?")
	}
	none := newTable(t, Route{Name: "a", Networks: []string{"+25471"}})
	if w := none.For(uganda, ""); len(w.Gates) != 0 {
		t.Errorf("nobody serves it, and it goes by %s", names(w))
	}
}

// Lanes are the same after a restart, whatever else is there, and have a place in a SMALLINT twice.
func TestLanesStay(t *testing.T) {
	one := newTable(t, Route{Name: "a"}, Route{Name: "b", Networks: []string{"+25473"}})
	two := newTable(t, Route{Name: "c", Networks: []string{"+256"}}, Route{Name: "a"}, Route{Name: "b", Networks: []string{"+25473"}})
	for _, to := range []msisdn.Number{safaricom, airtel} {
		if x, y := one.For(to, "").Lane, two.For(to, "").Lane; x != y || x < 1 || x*2+1 > 32767 {
			t.Errorf("lanes of %s: %d and %d", to, x, y)
		}
	}
	if one.For(safaricom, "").Lane == one.For(airtel, "").Lane {
		t.Error("two ways share a lane")
	}
}

func TestMistakes(t *testing.T) {
	for want, routes := range map[string][]Route{
		"there is none":             nil,
		`is called ""`:              {{}},
		`is called ".a"`:            {{Name: ".a"}},
		`is called "a b"`:           {{Name: "a b"}},
		"two routes are called a":   {{Name: "a"}, {Name: "a"}},
		"cannot be below 0":         {{Name: "a", Rate: -1}},
		`"639021234" is no network`: {{Name: "a", Networks: []string{"639021234"}}},
		`"+" is no network`:         {{Name: "a", Networks: []string{"+"}}},
		`"" is no network`:          {{Name: "a", Networks: []string{""}}},
	} {
		if _, err := New(routes); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	only := Only(mute{})
	if names(only.For(safaricom, "")) != "mute" || only.Named("mute") == nil || only.Named("other") != nil || only.Asks() {
		t.Error("a table of one")
	}
}
