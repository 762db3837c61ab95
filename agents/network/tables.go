package network

import (
	"time"

	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// The columns of each table, in the order in which fields and values name them.
var (
	agentColumns    = []string{"id", "parent", "kind", "payable", "created_at", "name", "class", "nominated", "status", "parts"}
	storeColumns    = []string{"id", "agent", "created_at", "name", "ward", "landmark", "sought", "status", "parts"}
	tillColumns     = []string{"id", "store", "agent", "code", "float_account", "created_at", "label", "status", "is_open", "parts"}
	operatorColumns = []string{"id", "agent", "phone", "created_at", "till", "name", "language", "role", "status", "most_in", "most_out",
		"sim", "sim_changed"}
	dutyColumns  = []string{"operator", "day", "in_day", "out_day", "refusals", "barred_until"}
	guessColumns = []string{"operator", "wrong", "until_at"}
	phoneColumns = []string{"phone", "operator"}
	codeColumns  = []string{"code", "till"}
)

func newAgents() *table[Agent] {
	return &table[Agent]{
		name: "agents", key: "id", columns: agentColumns, fixed: 5, arg: numberOf,
		keyOf:  func(a *Agent) id.ID { return numbered(a.ID) },
		fields: agentFields,
		values: func(a *Agent) []any {
			return []any{a.ID, a.Parent, string(a.Kind), a.Payable, micros(a.CreatedAt), a.Name, int64(a.Class), a.Nominated,
				string(a.Status), a.Parts}
		},
	}
}

func agentFields(a *Agent) []any {
	return []any{&a.ID, &a.Parent, &a.Kind, &a.Payable, moment{&a.CreatedAt}, &a.Name, &a.Class, &a.Nominated, &a.Status, &a.Parts}
}

func newStores() *table[Store] {
	return &table[Store]{
		name: "stores", key: "id", columns: storeColumns, fixed: 3, arg: numberOf,
		keyOf:  func(s *Store) id.ID { return numbered(s.ID) },
		fields: storeFields,
		values: func(s *Store) []any {
			return []any{s.ID, s.Agent, micros(s.CreatedAt), s.Name, s.Ward, s.Landmark, sought(s.Name + " " + s.Landmark),
				string(s.Status), s.Parts}
		},
	}
}

func storeFields(s *Store) []any {
	return []any{&s.ID, &s.Agent, moment{&s.CreatedAt}, &s.Name, &s.Ward, &s.Landmark, ignored{}, &s.Status, &s.Parts}
}

// ignored takes a column that is only searched.
type ignored struct{}

// Scan is for database/sql.
func (ignored) Scan(any) error { return nil }

func newTills() *table[Till] {
	return &table[Till]{
		name: "tills", key: "id", columns: tillColumns, fixed: 6, arg: numberOf,
		keyOf:  func(t *Till) id.ID { return numbered(t.ID) },
		fields: tillFields,
		values: func(t *Till) []any {
			return []any{t.ID, t.Store, t.Agent, string(t.Code), t.Float, micros(t.CreatedAt), t.Label, string(t.Status), t.Open, t.Parts}
		},
	}
}

func tillFields(t *Till) []any {
	return []any{&t.ID, &t.Store, &t.Agent, &t.Code, &t.Float, moment{&t.CreatedAt}, &t.Label, &t.Status, &t.Open, &t.Parts}
}

// newOperators are who the operators are; what they did today is a narrow row of its own, as it changes with every deal.
func newOperators() *table[Operator] {
	return &table[Operator]{
		name: "operators", key: "id", columns: operatorColumns, fixed: 4, arg: numberOf,
		keyOf:  func(o *Operator) id.ID { return numbered(o.ID) },
		fields: operatorFields,
		values: func(o *Operator) []any {
			return []any{o.ID, o.Agent, string(o.Phone), micros(o.CreatedAt), o.Till, o.Name, o.Language, string(o.Role),
				string(o.Status), o.DayIn, o.DayOut, sim{&o.SIM}.value(), micros(o.SIMChanged)}
		},
	}
}

func operatorFields(o *Operator) []any {
	return []any{&o.ID, &o.Agent, &o.Phone, moment{&o.CreatedAt}, &o.Till, &o.Name, &o.Language, &o.Role, &o.Status, &o.DayIn, &o.DayOut,
		sim{&o.SIM}, moment{&o.SIMChanged}}
}

// duty is what an operator did on the last day of work, and whether customers must be spared.
type duty struct {
	operator    int64
	day         Day
	refusals    int64
	barredUntil int64 // UTC microseconds
}

func newDuties() *table[duty] {
	return &table[duty]{
		name: "operator_duties", key: "operator", columns: dutyColumns, fixed: 1, arg: numberOf,
		keyOf: func(d *duty) id.ID { return numbered(d.operator) },
		fields: func(d *duty) []any {
			return []any{&d.operator, &d.day.Date, &d.day.In, &d.day.Out, &d.refusals, &d.barredUntil}
		},
		values: func(d *duty) []any {
			return []any{d.operator, int64(d.day.Date), d.day.In, d.day.Out, d.refusals, d.barredUntil}
		},
	}
}

// guess is how many wrong deposit codes an operator has typed, and until when none is heard.
type guess struct {
	operator int64
	wrong    int64
	until    time.Time // zero: never was stopped
}

func newGuesses() *table[guess] {
	return &table[guess]{
		name: "operator_guesses", key: "operator", columns: guessColumns, fixed: 1, arg: numberOf,
		keyOf:  func(g *guess) id.ID { return numbered(g.operator) },
		fields: func(g *guess) []any { return []any{&g.operator, &g.wrong, moment{&g.until}} },
		values: func(g *guess) []any { return []any{g.operator, g.wrong, micros(g.until)} },
	}
}

// claim says whose a phone or a shop code is: two who want it at once meet in this row. Nobody's is kept, as 0.
type claim struct {
	text  string
	owner int64
}

func claims(name string, columns []string, arg func(id.ID) any, keyOf func(*claim) id.ID) *table[claim] {
	return &table[claim]{
		name: name, key: columns[0], columns: columns, fixed: 1, arg: arg, keyOf: keyOf,
		fields: func(c *claim) []any { return []any{&c.text, &c.owner} },
		values: func(c *claim) []any { return []any{c.text, c.owner} },
	}
}

func newPhones() *table[claim] {
	return claims("operator_phones", phoneColumns,
		func(key id.ID) any { phone, _ := msisdn.FromBytes16(key); return string(phone) },
		func(c *claim) id.ID { return msisdn.Number(c.text).Bytes16() })
}

func newCodes() *table[claim] {
	return claims("shop_codes", codeColumns,
		func(key id.ID) any { return text16(key) },
		func(c *claim) id.ID { return ShopCode(c.text).bytes16() })
}

func text16(key id.ID) string {
	n := 0
	for n < len(key) && key[n] != 0 {
		n++
	}
	return string(key[:n])
}
