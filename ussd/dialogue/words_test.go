package dialogue

import (
	"strings"
	"testing"

	"senti/wallet/fault"
	"senti/wallet/i18n"
)

// elsewhere are the conversations that have nothing to do with a counter: their faults are said in the general words.
var elsewhere = []string{
	"first", "menu", "send", "account", "balance", "statement", "changepin", "language", "fees", "limits", "forgot", "locked", "opening",
	"asleep", "takeup", "redial", "details", "simchanged", "check", "texted", "replycode",
}

// Whoever is at a counter hears of what he was doing there, and not that nothing was sent; a customer is not told to look where only
// operators can.
func TestFaultsSpeakOfWhatThePersonDid(t *testing.T) {
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	general := map[string]bool{}
	for _, id := range elsewhere {
		general[id] = true
	}
	for _, f := range flows {
		if general[f.ID] != (f.Says == fault.General) {
			t.Errorf("%s says faults in the words %q", f.ID, f.Says)
		}
		if general[f.ID] {
			continue
		}
		asked := map[fault.Code]bool{}
		for _, s := range f.Steps {
			for _, code := range s.Take.Faults {
				asked[code] = true
			}
		}
		for _, code := range fault.Codes() {
			text := texts.Say("en", code.KeyIn(f.Says))
			if asked[code] && strings.Contains(text, "sent") && !strings.HasPrefix(string(f.Says), "voucher") {
				t.Errorf("%s: somebody who sends nothing hears of %s: %s", f.ID, code, text)
			}
			if operator := strings.HasPrefix(string(f.Says), "counter"); !operator && strings.Contains(text, "Recent") {
				t.Errorf("%s: a customer hears of %s: %s", f.ID, code, text)
			}
		}
	}
}

// Every text of a fault in some words is heard in a conversation, and says first that nothing has happened, or that it is not known.
func TestWordsOfFaultsAreHeard(t *testing.T) {
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range texts.Keys("en") {
		parts := strings.SplitN(key, ".", 3)
		if parts[0] != "fault" || len(parts) < 3 {
			continue
		}
		heard := false
		for _, f := range flows {
			heard = heard || strings.HasPrefix(string(f.Says)+".", parts[2]+".")
		}
		if !heard {
			t.Errorf("%s is said in no conversation", key)
		}
		begins := false
		for _, first := range []string{"No ", "Nothing ", "Not enough money. Nothing", "Not sent.", "This was not done", "We cannot see", "Pay no cash: nothing"} {
			begins = begins || strings.HasPrefix(texts.Say("en", key), first)
		}
		if !begins {
			t.Errorf("%s does not say first that nothing has happened: %s", key, texts.Say("en", key))
		}
	}
}
