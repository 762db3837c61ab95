package main

import (
	"fmt"
	"strings"
	"time"

	smsgateway "senti/sms/gateway"
	"senti/sms/smpp"
	ussdgateway "senti/ussd/gateway"
)

// smppSettings is one entry of the list smpp. The documentation of each is in walletd.yaml.
type smppSettings struct {
	Name     string `yaml:"name"`
	Role     string `yaml:"role"`
	Address  string `yaml:"address"`
	TLS      bool   `yaml:"tls"`
	SystemID string `yaml:"system_id"`
	Password string `yaml:"password"`

	SystemType   string `yaml:"system_type"`
	AddressRange string `yaml:"address_range"`
	Bind         string `yaml:"bind"`
	Window       int    `yaml:"window"`
	Rate         int    `yaml:"rate"`
	Alphabet     string `yaml:"alphabet"`

	From     string `yaml:"from"`
	Long     string `yaml:"long"`
	Receipts string `yaml:"receipts"`

	Code     string        `yaml:"code"`
	Screen   int           `yaml:"screen"`
	Waits    time.Duration `yaml:"waits"`
	Answer   time.Duration `yaml:"answer"`
	Idle     time.Duration `yaml:"idle"`
	Coding   int           `yaml:"coding"`
	Session  string        `yaml:"session"`
	Continue int           `yaml:"continue"`
	Close    int           `yaml:"close"`
	Abort    int           `yaml:"abort"`
	Push     bool          `yaml:"push"`
	Phones   []string      `yaml:"phones"`
}

// smppList can also be given in the environment, as YAML in one line.
type smppList []smppSettings

// UnmarshalYAML reads the list in a file.
func (l *smppList) UnmarshalYAML(into func(any) error) error { return into((*[]smppSettings)(l)) }

// UnmarshalText reads the list in the environment.
func (l *smppList) UnmarshalText(text []byte) error { return parseList(text, (*[]smppSettings)(l)) }

// senders returns the names of the links that texts can be sent over.
func (l smppList) senders() (names []string) {
	for _, s := range l {
		if s.Role == roleSMS || s.Role == roleBoth {
			names = append(names, s.Name)
		}
	}
	return names
}

// What a link is for.
const (
	roleSMS  = "sms"
	roleUSSD = "ussd"
	roleBoth = "both"
)

// smppPlan is a link with its references resolved.
type smppPlan struct {
	link smpp.Settings
	sms  *smsgateway.SMPP  // nil: it carries no texts
	ussd *ussdgateway.SMPP // nil: it carries no USSD
}

// smppPlans resolves the list. Whoever puts the parts together completes them.
func (c *Config) smppPlans() ([]smppPlan, error) {
	var plans []smppPlan
	seen := map[string]bool{}
	for i, s := range c.SMPP {
		p, err := s.plan()
		if err != nil {
			return nil, fmt.Errorf("smpp %d (%s): %w", i+1, s.Name, err)
		}
		if seen[s.Name] {
			return nil, fmt.Errorf("smpp %d: there are two links called %s", i+1, s.Name)
		}
		seen[s.Name] = true
		plans = append(plans, p)
	}
	return plans, nil
}

func (s smppSettings) plan() (p smppPlan, err error) {
	p.link = smpp.Settings{Name: s.Name, Address: s.Address, TLS: s.TLS, SystemID: s.SystemID, SystemType: s.SystemType, Range: s.AddressRange,
		Pair: s.Bind == "pair", Window: s.Window, Rate: s.Rate}
	if s.Bind != "" && s.Bind != "transceiver" && s.Bind != "pair" {
		return p, fmt.Errorf("bind is %q: choose transceiver or pair", s.Bind)
	}
	if p.link.Password, err = secret("password", s.Password); err != nil {
		return p, err
	}
	if s.Role == roleSMS || s.Role == roleBoth {
		p.sms = &smsgateway.SMPP{From: s.From, Alphabet: smpp.Alphabet(s.Alphabet), Long: smpp.Long(s.Long)}
		if p.sms.Silent = s.Receipts == "none"; !p.sms.Silent {
			p.sms.Names = smpp.Names(s.Receipts)
		}
	}
	if s.Role == roleUSSD || s.Role == roleBoth {
		p.ussd = &ussdgateway.SMPP{Code: s.Code, Limit: s.Screen, Waits: s.Waits, Answer: s.Answer, Idle: s.Idle, Alphabet: smpp.Alphabet(s.Alphabet), Session: ussdgateway.SMPPSession(s.Session),
			Pushes: s.Push, Phones: s.Phones}
		for _, o := range []struct {
			name  string
			value int
			into  *byte
		}{{"coding", s.Coding, &p.ussd.Coding}, {"continue", s.Continue, &p.ussd.Continue}, {"close", s.Close, &p.ussd.Close}, {"abort", s.Abort, &p.ussd.Abort}} {
			if o.value < 0 || o.value > 255 {
				return p, fmt.Errorf("%s is %d: it is one octet, 0 to 255", o.name, o.value)
			}
			*o.into = byte(o.value)
		}
	}
	if p.sms == nil && p.ussd == nil {
		return p, fmt.Errorf("role is %q: choose %s", s.Role, strings.Join([]string{roleSMS, roleUSSD, roleBoth}, ", "))
	}
	return p, nil
}
