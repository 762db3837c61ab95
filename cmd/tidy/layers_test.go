package tidy

import (
	"slices"
	"strings"
	"testing"
)

const module = "senti/"

// layers numbers every package. A package imports only packages with a lower number. A new package needs a line here; so
// the place to argue about where it belongs is the review of this table.
var layers = map[string]int{
	"wallet/money":  0,
	"wallet/msisdn": 0,
	"wallet/fault":  0,
	"wallet/clock":  0,
	"wallet/id":     0,
	"wallet/sweep":  0,

	"wallet/key":     1,
	"wallet/market":  1,
	"wallet/i18n":    1,
	"wallet/db":      1,
	"wallet/webhook": 1,
	"sms":            1,

	"wallet/clock/clocktest": 1, // for tests

	"wallet/db/dbtest":  2,
	"wallet/keycheck":   2,
	"agents/commission": 2,
	"wallet/ledger":     2,
	"ussd/menu":         2,

	"ussd/simulator/driver": 2, // for tests
	"sms/peers":             2, // for tests
	"sms/smpp":              2,
	"sms/route":             2,
	"jobs/lease":            2,

	"wallet/db/dbtest/dsn": 3,
	"wallet/customer":      3,
	"wallet/pin":           3,
	"wallet/proof":         3,
	"wallet/reply":         3,
	"wallet/tariff":        3,
	"wallet/limit":         3,
	"wallet/voucher":       3,
	"wallet/merchant":      3,
	"wallet/intent":        3,
	"wallet/outbox":        3,
	"wallet/audit":         3,
	"wallet/staff":         3,
	"wallet/approval":      3,
	"wallet/trust":         3,
	"wallet/switches":      3,
	"wallet/tally":         3,
	"agents/network":       3,
	"agents/deal":          3,
	"agents/books":         3,
	"agents/survey":        3,
	"agents/offer":         3,
	"ussd/session":         3,
	"sms/gateway":          3,

	"wallet":     4,
	"sms/intake": 4,

	"agents": 5,

	"wallet/api":     6,
	"wallet/feed":    6,
	"wallet/console": 6,
	"ussd/dialogue":  6,
	"sms/command":    6,

	"ussd": 7,

	"ussd/gateway":   8,
	"ussd/simulator": 8,
	"jobs":           8,

	"cmd/walletd": 9,
	"cmd/tidy":    9,
}

// testHelpers may be imported by any test.
var testHelpers = []string{"wallet/db/dbtest", "wallet/clock", "wallet/id", "sms/peers"}

// soleImporters says which package alone may import a library, so that the rest does not depend on its types.
var soleImporters = map[string][]string{
	"github.com/go-sql-driver/mysql":             {"wallet/db"},
	"modernc.org/sqlite":                         {"wallet/db"},
	"github.com/nyaruka/phonenumbers":            {"wallet/msisdn"},
	"github.com/nyaruka/phonenumbers/v2":         {"wallet/msisdn"},
	"github.com/nyaruka/phonenumbers/v2/carrier": {"wallet/msisdn"},
	"github.com/robfig/cron/v3":                  {"jobs"},
	"github.com/google/uuid":                     {"wallet/id"},
	"github.com/linxGnu/gosmpp/pdu":              {"sms/smpp"},
	"github.com/pquerna/otp":                     {"wallet/staff"},
	"golang.org/x/crypto/argon2":                 {"wallet/staff"},
	"github.com/labstack/echo/v4":                {"cmd/walletd", "ussd", "ussd/gateway", "ussd/simulator", "sms", "sms/gateway", "wallet/api", "wallet/console"},
	"github.com/prometheus/client_golang":        {"cmd/walletd"},
	"database/sql/driver":                        {"wallet/db"},
}

func layerRule(sources []source) (findings []string) {
	seen := map[string]bool{}
	for _, s := range sources {
		own, ok := layers[s.dir()]
		if !ok && !seen[s.dir()] {
			seen[s.dir()] = true
			findings = append(findings, s.complain(s.ast.Name.Pos(),
				"package %s has no layer: give it a number in cmd/tidy/layers_test.go", s.dir()))
		}
		for _, i := range s.ast.Imports {
			full := strings.Trim(i.Path.Value, `"`)
			name, ours := strings.CutPrefix(full, module)
			if alone := soleImporters[full]; alone != nil && !slices.Contains(alone, s.dir()) {
				findings = append(findings, s.complain(i.Pos(), "%s may be imported by %s only", full, strings.Join(alone, ", ")))
			}
			if !ok || !ours || s.test() && (name == s.dir() || slices.Contains(testHelpers, name)) {
				continue
			}
			if layer, known := layers[name]; known && layer >= own {
				findings = append(findings, s.complain(i.Pos(), "%s (layer %d) imports %s (layer %d): only lower layers may be imported",
					s.dir(), own, name, layer))
			}
		}
	}
	return findings
}

func TestLayers(t *testing.T) { report(t, layerRule(repository(t))) }

func TestLayerRuleCanFail(t *testing.T) {
	prove(t, layerRule, []example{
		{"down", "wallet/send.go", `package wallet; import _ "senti/wallet/ledger"`, ""},
		{"up", "wallet/ledger/plan.go", `package ledger; import _ "senti/wallet"`, "only lower layers"},
		{"sideways", "wallet/pin/pin.go", `package pin; import _ "senti/wallet/intent"`, "only lower layers"},
		{"no number", "wallet/utils/u.go", `package utils`, "has no layer"},
		{"a test's helper", "wallet/key/key_test.go", `package key; import _ "senti/wallet/db/dbtest"`, ""},
		{"not a test's helper", "wallet/key/key.go", `package key; import _ "senti/wallet/db/dbtest"`, "only lower layers"},
		{"a test of a package itself", "wallet/pin/pin_test.go", `package pin_test; import _ "senti/wallet/pin"`, ""},
		{"a driver", "wallet/ledger/rows.go", `package ledger; import _ "modernc.org/sqlite"`, "wallet/db only"},
		{"a driver at home", "wallet/db/sqlite.go", `package db; import _ "modernc.org/sqlite"`, ""},
	})
}

// The top level is agreed once; a new folder there is a decision, not a habit.
func TestTopLevel(t *testing.T) {
	allowed := []string{"agents", "cmd", "jobs", "sms", "ussd", "wallet", ".ci"}
	seen := map[string]bool{}
	for _, name := range everyFile(t) {
		top, _, folder := strings.Cut(name, "/")
		if folder && !seen[top] && !slices.Contains(allowed, top) {
			seen[top] = true
			t.Errorf("%s/ stands at the top level, where only %v may", top, allowed)
		}
	}
}
