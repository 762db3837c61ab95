package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// settingsOf lists the names in Config's order, as the file and the environment spell them.
func settingsOf() (names, variables []string) {
	c := reflect.TypeFor[Config]()
	for i := range c.NumField() {
		names = append(names, c.Field(i).Tag.Get("yaml"))
		variables = append(variables, c.Field(i).Tag.Get("env"))
	}
	return names, variables
}

// The file that `walletd config` prints is the documentation: every setting once, in the order of Config, each after a comment
// of its own or in a group that has one.
func TestConfigurationFileDocumentsEverySetting(t *testing.T) {
	names, variables := settingsOf()
	if len(names) > 30 {
		t.Errorf("%d settings; 30 is what an operator can be asked to know", len(names))
	}
	for i, name := range names {
		if variables[i] != strings.ToUpper(name) {
			t.Errorf("%s is %s in the environment, want %s", name, variables[i], strings.ToUpper(name))
		}
	}
	var written []string
	commented := false
	setting := regexp.MustCompile(`^([a-z_]+): \S`)
	for line := range strings.Lines(string(configFile)) {
		switch m := setting.FindStringSubmatch(line); {
		case m != nil && !commented:
			t.Errorf("%s has no comment before it", m[1])
		case m != nil:
			written = append(written, m[1])
		case strings.HasPrefix(line, "# "):
			commented = true
		case strings.TrimSpace(line) == "":
			commented = false
		default:
			t.Errorf("neither setting nor comment: %q", line)
		}
	}
	if !reflect.DeepEqual(written, names) {
		t.Errorf("the file has\n%v\nConfig has\n%v", written, names)
	}
}

func TestConfigurationDefaults(t *testing.T) {
	got, err := loadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{Listen: "127.0.0.1:8080", Operations: "127.0.0.1:8081", Proxies: []string{}, Market: "ke",
		AfricasTalkingAllow: []string{}, USSD: gatewayList{}, Texts: textList{}, SMPP: smppList{}, Numbers: numberList{}, SMS: "log", AfricasTalkingURL: "https://api.africastalking.com", Routes: routeList{}, LogLevel: "info",
		BatchSize: 500, SessionCount: 100_000, RequestTimeout: 10 * time.Second, ShutdownTimeout: 15 * time.Second}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if out, err := runWalletd(t, nil, "config"); err != nil || out != string(configFile) {
		t.Errorf("walletd config printed %q, %v", out, err)
	}
}

// The built-in defaults are overridden by the file, and both by the environment.
func TestConfigurationPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	text := "listen: 127.0.0.1:1\nbatch_size: 7\nproxies: [10.0.0.0/8]\nrequest_timeout: 4s\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"LISTEN": "127.0.0.1:2", "AFRICASTALKING_ALLOW": "192.0.2.1,192.0.2.2",
		"SESSION_COUNT": "300", "SHUTDOWN_TIMEOUT": "1m", "DB": "sqlite:x"} {
		t.Setenv("SENTI_"+name, value)
	}
	c, err := loadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct {
		what      string
		got, want any
	}{
		{"environment over file", c.Listen, "127.0.0.1:2"},
		{"file over default", c.BatchSize, 7},
		{"a list in the file", c.Proxies, []string{"10.0.0.0/8"}},
		{"a list in the environment", c.AfricasTalkingAllow, []string{"192.0.2.1", "192.0.2.2"}},
		{"a duration in the file", c.RequestTimeout, 4 * time.Second},
		{"a duration in the environment", c.ShutdownTimeout, time.Minute},
		{"a number in the environment", c.SessionCount, 300},
		{"only in the environment", c.DB, "sqlite:x"},
		{"left out everywhere", c.Market, "ke"},
	} {
		if !reflect.DeepEqual(f.got, f.want) {
			t.Errorf("%s: %v, want %v", f.what, f.got, f.want)
		}
	}
}

// Every setting can be given in the environment.
func TestEnvironmentReachesEverySetting(t *testing.T) {
	_, variables := settingsOf()
	for i, name := range variables {
		t.Run(name, func(t *testing.T) {
			before, err := loadConfig("")
			if err != nil {
				t.Fatal(err)
			}
			value := "x"
			switch reflect.ValueOf(*before).Field(i).Interface().(type) {
			case int:
				value = "77"
			case time.Duration:
				value = "77s"
			case gatewayList:
				value = "[{type: hubtel}]"
			case textList:
				value = "[{type: kannel}]"
			case smppList, numberList:
				value = "[{name: telco}]"
			case routeList:
				value = "[{name: a, sender: log}]"
			}
			t.Setenv("SENTI_"+name, value)
			after, err := loadConfig("")
			if err != nil {
				t.Fatal(err)
			}
			for j := range variables {
				same := reflect.DeepEqual(reflect.ValueOf(*before).Field(j).Interface(), reflect.ValueOf(*after).Field(j).Interface())
				if same == (i == j) {
					t.Errorf("SENTI_%s changed %s: %v", name, variables[j], !same)
				}
			}
		})
	}
}

func TestConfigurationMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"misspelt", "listen: 127.0.0.1:1\n\nbatchsize: 7\n", `[3:1] unknown field "batchsize"`},
		{"twice", "batch_size: 7\nbatch_size: 8\n", "[2:"},
		{"not a number", "batch_size: many\n", "[1:13]"},
		{"not a duration", "market: ke\nrequest_timeout: soon\n", `invalid duration "soon"`},
		{"not a list of settings", "- a\n- b\n", "[1:"},
		{"not YAML", "listen: [\n", "[1:"},
		{"misspelt in a link", "smpp:\n  - name: telco\n    adress: x\n", `[3:5] unknown field "adress"`},
		{"misspelt in a gateway", "ussd:\n  - type: hubtel\n    sercet: file:x\n", `[3:5] unknown field "sercet"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := parseConfig([]byte(c.text), &Config{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	t.Setenv("SENTI_BATCH_SIZE", "many")
	if _, err := loadConfig(""); err == nil || !strings.Contains(err.Error(), "BatchSize") {
		t.Errorf("a wrong number in the environment: %v", err)
	}
}

// Whatever the file holds, it is taken or refused, and what is taken can be judged.
func FuzzConfig(f *testing.F) {
	f.Add(configFile)
	for _, text := range []string{"", "listen: 127.0.0.1:1", "proxies: [a, b]", "request_timeout: 5s", "batch_size: -1",
		"a: &a [*a]", "db: {x: 1}", "{", "\x00", "listen: !!binary x", "proxies: [[[[]]]]", "? [a]\n: b"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := &Config{}
		if err := parseConfig(text, c); err != nil {
			return
		}
		if c.checkServe() == nil && (c.DB == "" || c.KeyPIN == "" || c.KeyPIN == "demo" || c.BatchSize < 1 || c.RequestTimeout < 3*time.Second) {
			t.Errorf("taken as safe: %+v", c)
		}
		_, _ = prefixes("proxies", c.Proxies) // these must not panic
		for _, r := range c.routing() {
			_ = checkURL("url", r.URL)
		}
	})
}
