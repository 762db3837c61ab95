package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"senti/wallet/market"
	"senti/wallet/msisdn"
)

// demoCast is who plays in the demo of a market.
type demoCast struct {
	customers []demoCustomer
	stranger  msisdn.Number // a phone that is not registered
	bank      string        // the super-agent
	head      string        // an agent under it
	shops     []demoShop    // the counter of the bank, and two stores of the agent in different wards
}

// demoCustomer is somebody who has a wallet.
type demoCustomer struct {
	phone    msisdn.Number
	pin      string
	name     string
	language string
	float    int64  // whole units of the market's currency
	id       string // ID number, for who forgot the PIN
}

// demoShop is a store with one till and its operator.
type demoShop struct {
	super    bool // of the bank itself
	store    string
	ward     int // by its place in the market's list
	landmark string
	phone    msisdn.Number
	pin      string
	id       string // number of the ID document
	name     string
	language string
	float    int64 // whole units
}

const demoStranger msisdn.Number = "+254712000099"

var demoCasts = map[string]demoCast{
	"ke": {
		customers: []demoCustomer{
			{"+254712000001", "4826", "JOHN KAMAU", "en", 5000, "28445190"},
			{"+254712000002", "9173", "JANE WANJIKU", "en", 1200, "30117263"},
			{"+254712000003", "7351", "AMINA HASSAN", "sw", 0, "27960418"},
		},
		stranger: demoStranger,
		bank:     "SIMBA BANK",
		head:     "NJERI TRADERS",
		shops: []demoShop{
			{true, "SIMBA BANK", 0, "GPO", "+254712000010", "7406", "25530188", "ESTHER CHEBET", "en", 1_000_000},
			{false, "MAMA NJERI", 1, "STAGE", "+254712000011", "6284", "30117745", "NJERI WAIRIMU", "en", 50_000},
			{false, "OTIENO KIOSK", 0, "MARKET GATE", "+254712000012", "3957", "27664018", "PAUL OTIENO", "sw", 800},
		},
	},
	"sn": {
		customers: []demoCustomer{
			{"+221771000001", "4826", "MOUSSA DIOP", "fr", 25_000, "1751199400123"},
			{"+221771000002", "9173", "AWA NDIAYE", "fr", 6_000, "2751199200314"},
			{"+221771000003", "7351", "FATOU SOW", "en", 0, "2751200100577"},
		},
		stranger: "+221771000099",
		bank:     "BANQUE DU FLEUVE",
		head:     "GUEYE ET FILS",
		shops: []demoShop{
			{true, "BANQUE DU FLEUVE", 0, "PLACE", "+221771000010", "7406", "1751198800202", "MARIAMA SARR", "fr", 5_000_000},
			{false, "BOUTIQUE MODOU", 1, "TILENE", "+221771000011", "6284", "1751199100845", "MODOU GUEYE", "fr", 250_000},
			{false, "KIOSQUE AMINATA", 0, "SANDAGA", "+221771000012", "3957", "2751199600611", "AMINATA BA", "fr", 4_000},
		},
	},
}

// demoCastOf finds who plays in a market's demo.
func demoCastOf(m *market.Market) (demoCast, error) {
	c, ok := demoCasts[m.Code]
	if !ok {
		return c, fmt.Errorf("the demo has no people in market %s: use --market with one of %s, or walletd serve",
			m.Code, strings.Join(slices.Sorted(maps.Keys(demoCasts)), ", "))
	}
	return c, nil
}

// demoDatabase is where the demo of a market is, unless it is told otherwise: each market's in a file of its own.
func demoDatabase(code string) string {
	if code == "ke" {
		return "sqlite:senti-demo.db"
	}
	return "sqlite:senti-demo-" + code + ".db"
}

// desk is how the phones lie: a customer beside an operator, as they stand at a counter.
func (c demoCast) desk() []msisdn.Number {
	return []msisdn.Number{
		c.customers[0].phone, c.shops[1].phone, c.customers[1].phone, c.customers[2].phone, c.stranger, c.shops[2].phone, c.shops[0].phone,
	}
}
