package gateway

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"senti/wallet/webhook"
)

var update = flag.Bool("update", false, "write the table of gateways in README.md anew")

const (
	readme     = "../../README.md"
	tableBegin = "<!-- gateways: go test ./ussd/gateway -run README -update -->\n"
	tableEnd   = "<!-- /gateways -->\n"
)

// The table of USSD gateways in README.md is what the list of adapters says.
func TestREADMEListsEveryGateway(t *testing.T) {
	page, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := bytes.Cut(page, []byte(tableBegin))
	table, after, ends := bytes.Cut(rest, []byte(tableEnd))
	if !begins || !ends {
		t.Fatalf("the marks of the table are gone: %s and %s", tableBegin, tableEnd)
	}
	want := gatewayTable()
	if string(table) == want {
		return
	}
	if !*update {
		t.Fatalf("the table is not what the adapters say: run it with -update. It would be\n%s", want)
	}
	page = bytes.Join([][]byte{before, []byte(tableBegin), []byte(want), []byte(tableEnd), after}, nil)
	if err := os.WriteFile(readme, page, 0o644); err != nil {
		t.Fatal(err)
	}
}

func gatewayTable() string {
	var b strings.Builder
	b.WriteString("| type | gateway | calls | sends of what was typed | tells besides | pushes | screen | waits |\n|---|---|---|---|---|---|---|---|\n")
	for _, a := range known() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %d | %s |\n", a.name, a.title, calls(a), a.input, a.tells, pushes[a.push != nil], a.limit, a.waits)
	}
	fmt.Fprintf(&b, "| in the list `smpp` | A telco's own message centre, SMPP 3.4 (any country) | deliver_sm, takes the page by submit_sm | %s | end | %s | %d | %s |\n",
		latest, pushes[true], smppScreen, smppWait)
	return b.String()
}

// pushes says whether a session can begin with us.
var pushes = map[bool]string{true: "yes"}

// calls is how a gateway calls: "POST JSON".
func calls(a adapter) string {
	first := a.doors[0]
	out := first.method
	if len(first.medias) > 0 {
		out += " " + map[string]string{"application/json": "JSON", "text/xml": "XML", "application/xml": "XML",
			"application/x-www-form-urlencoded": "form"}[first.medias[0]]
	}
	if a.login == webhook.QueryLogin {
		out += ", login in the query"
	}
	if a.async {
		out += ", takes the reply by a call of ours"
	}
	return out
}
