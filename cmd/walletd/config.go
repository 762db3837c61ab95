package main

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/goccy/go-yaml"

	smsgateway "senti/sms/gateway"
	"senti/wallet/key"
	"senti/wallet/market"
)

// Config is everything that can be set: in one YAML file, walletd.yaml, and by environment variables SENTI_…, which win.
// Secrets are references ("file:/run/secrets/pin"), never values. The documentation of each setting is in walletd.yaml,
// which `walletd config` prints and a test holds against this struct.
type Config struct {
	DB         string   `yaml:"db"          env:"DB"`
	Listen     string   `yaml:"listen"      env:"LISTEN"`
	Operations string   `yaml:"operations"  env:"OPERATIONS"`
	Proxies    []string `yaml:"proxies"     env:"PROXIES"`
	Market     string   `yaml:"market"      env:"MARKET"`

	KeyPIN      string `yaml:"key_pin"      env:"KEY_PIN"`
	KeyReceipt  string `yaml:"key_receipt"  env:"KEY_RECEIPT"`
	KeySession  string `yaml:"key_session"  env:"KEY_SESSION"`
	KeyIDNumber string `yaml:"key_idnumber" env:"KEY_IDNUMBER"`
	KeyBlind    string `yaml:"key_blind"    env:"KEY_BLIND"`
	KeyCheck    string `yaml:"key_check"    env:"KEY_CHECK"`

	AfricasTalkingSecret string   `yaml:"africastalking_secret" env:"AFRICASTALKING_SECRET"`
	AfricasTalkingAllow  []string `yaml:"africastalking_allow"  env:"AFRICASTALKING_ALLOW"`
	SentiToken           string   `yaml:"senti_token"           env:"SENTI_TOKEN"`

	USSD  gatewayList `yaml:"ussd"  env:"USSD"`
	Texts textList    `yaml:"texts" env:"TEXTS"`
	SMPP  smppList    `yaml:"smpp"  env:"SMPP"`

	Numbers numberList `yaml:"numbers" env:"NUMBERS"`

	SMS                    string `yaml:"sms"                      env:"SMS"`
	AfricasTalkingURL      string `yaml:"africastalking_url"       env:"AFRICASTALKING_URL"`
	AfricasTalkingUsername string `yaml:"africastalking_username"  env:"AFRICASTALKING_USERNAME"`
	AfricasTalkingAPIKey   string `yaml:"africastalking_api_key"   env:"AFRICASTALKING_API_KEY"`

	Routes routeList `yaml:"routes" env:"ROUTES"`

	LogLevel        string        `yaml:"log_level"        env:"LOG_LEVEL"`
	BatchSize       int           `yaml:"batch_size"       env:"BATCH_SIZE"`
	SessionCount    int           `yaml:"session_count"    env:"SESSION_COUNT"`
	RequestTimeout  time.Duration `yaml:"request_timeout"  env:"REQUEST_TIMEOUT"`
	ShutdownTimeout time.Duration `yaml:"shutdown_timeout" env:"SHUTDOWN_TIMEOUT"`
}

// configFile is the documented file, with every setting at its default.
//
//go:embed walletd.yaml
var configFile []byte

// loadConfig reads defaults, then the file if there is one, then the environment.
func loadConfig(path string) (*Config, error) {
	c := &Config{}
	if err := yaml.UnmarshalWithOptions(configFile, c, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("the built-in configuration: %w", err)
	}
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("configuration: %w", err)
		}
		if err := parseConfig(text, c); err != nil {
			return nil, fmt.Errorf("configuration %s: %w", path, err)
		}
	}
	if err := env.ParseWithOptions(c, env.Options{Prefix: "SENTI_"}); err != nil {
		return nil, fmt.Errorf("configuration from the environment: %w", err)
	}
	return c, nil
}

// parseConfig lays a file's settings over c. Unknown settings are refused with their line: a typing error in the name of a
// limit must not leave the default in force.
func parseConfig(text []byte, c *Config) error {
	return yaml.UnmarshalWithOptions(text, c, yaml.Strict())
}

// parseList reads a list of settings from the environment: YAML in one line. Unknown settings are refused as in a file.
func parseList[T any](text []byte, into *[]T) error {
	var list []T
	if err := yaml.UnmarshalWithOptions(text, &list, yaml.Strict()); err != nil {
		return err
	}
	*into = list
	return nil
}

// checkServe refuses what must not face real customers, naming every setting to mend at once.
func (c *Config) checkServe() error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if c.DB == "" {
		say("db is not set: write sqlite:/var/lib/senti/senti.db or mysql:user:password@tcp(host:3306)/senti, or set SENTI_DB")
	}
	sources := c.keySources()
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		switch sources[name] {
		case "":
			say("key_%s is not set: make a key with `openssl rand -hex 32 > FILE` and write file:FILE", name)
		case "demo":
			say("key_%s is the demo key, which everybody knows: write file:FILE", name)
		}
	}
	if c.AfricasTalkingSecret == "" && len(c.AfricasTalkingAllow) == 0 && c.SentiToken == "" && len(c.USSD) == 0 && len(c.SMPP) == 0 {
		say("no gateway may call: set africastalking_secret (or africastalking_allow), senti_token, ussd or smpp")
	}
	senders := slices.Concat(smsgateway.Names(), c.SMPP.senders())
	for _, r := range c.routing() {
		if !slices.Contains(senders, r.Sender) {
			say("%s is %q: choose one of %s", c.setting(r, "sender"), r.Sender, strings.Join(senders, ", "))
		}
	}
	if len(c.Routes) == 0 && c.SMS == "africastalking" && (c.AfricasTalkingUsername == "" || c.AfricasTalkingAPIKey == "") {
		say("sms is africastalking: set africastalking_username and africastalking_api_key")
	}
	if c.BatchSize < 1 || c.BatchSize > 2000 {
		say("batch_size is %d: choose 1 to 2000", c.BatchSize)
	}
	if c.SessionCount < 100 {
		say("session_count is %d: at least 100 are needed", c.SessionCount)
	}
	if c.RequestTimeout < 3*time.Second || c.ShutdownTimeout < time.Second {
		say("request_timeout must be at least 3s (a screen may take 2s) and shutdown_timeout at least 1s")
	}
	return errors.Join(wrong...)
}

func (c *Config) keySources() map[string]string {
	return map[string]string{key.PIN: c.KeyPIN, key.Receipt: c.KeyReceipt, key.Session: c.KeySession,
		key.IDNumber: c.KeyIDNumber, key.Blind: c.KeyBlind, key.Check: c.KeyCheck}
}

// loadMarket reads a built-in pack by its code, or a pack of one's own by its path.
func (c *Config) loadMarket() (*market.Market, error) {
	if strings.ContainsAny(c.Market, "/.") {
		return market.LoadFile(c.Market)
	}
	return market.Load(c.Market)
}

// secret resolves "file:PATH" or "env:NAME" to the text without surrounding space. Lines are kept apart by the caller.
func secret(setting, source string) (string, error) {
	kind, where, _ := strings.Cut(source, ":")
	var text string
	switch kind {
	case "":
		return "", nil
	case "file":
		content, err := os.ReadFile(where)
		if err != nil {
			return "", fmt.Errorf("%s: %w", setting, err)
		}
		text = string(content)
	case "env":
		text = os.Getenv(where)
	default:
		return "", fmt.Errorf("%s holds something else than a reference: write file:PATH or env:NAME, so that the secret is not in the configuration", setting)
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", fmt.Errorf("%s: %s is empty", setting, where)
	}
	return text, nil
}

// secrets resolves a reference to one secret per line; while one is replaced by another, both stand there.
func secrets(setting, source string) ([]string, error) {
	text, err := secret(setting, source)
	if err != nil || text == "" {
		return nil, err
	}
	return strings.Fields(text), nil
}

func prefixes(setting string, texts []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, t := range texts {
		if !strings.Contains(t, "/") {
			if a, err := netip.ParseAddr(t); err == nil {
				out = append(out, netip.PrefixFrom(a, a.BitLen()))
				continue
			}
		}
		p, err := netip.ParsePrefix(t)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is not an address or network: write 203.0.113.7 or 203.0.113.0/24", setting, t)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// checkURL is asked at start, so that a typing error does not show only when the first message is due.
func checkURL(setting, text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%s: %q is not a URL: write https://api.example.com", setting, text)
	}
	return nil
}

type configCmd struct{}

// Run prints the documented configuration file.
func (configCmd) Run() error {
	_, err := os.Stdout.Write(configFile)
	return err
}
