package dialogue

import (
	"slices"
	"strings"
)

// language changes the language of the menus and messages; the menu that follows is the proof.
var language = flow{ID: "language", Texts: map[string]string{"word": "Language"}, Steps: []step{
	{ID: "choose", Choose: "{languages}", With: languageNames, Options: []option{
		{Key: "1", Text: "{first}", Do: changeLanguage(0), Start: "menu"},
		{Key: "2", Text: "{second}", If: offers(1), Do: changeLanguage(1), Start: "menu"},
		{Key: "3", Text: "{third}", If: offers(2), Do: changeLanguage(2), Start: "menu"},
	}},
}}

// greet welcomes in every language of the market, as nobody knows yet which of them the caller reads: "Karibu Senti / Welcome".
func greet(t *turn) error {
	all := t.Env.market.Languages
	hello := []string{t.Env.texts.Say(all[0], "first.greet")}
	t.Say("welcome", strings.Join(append(hello, t.Env.inEach(all[1:], "first.welcome")...), " / "))
	return languageNames(t)
}

// sayLanguage says the word for language in the market's other languages, for who cannot read this one.
func sayLanguage(t *turn) error {
	others := slices.DeleteFunc(slices.Clone(t.Env.market.Languages), func(lang string) bool { return lang == t.Lang() })
	if len(others) == 0 {
		others = t.Env.market.Languages
	}
	t.Say("language", strings.Join(t.Env.inEach(others, "language.word"), "/"))
	return nil
}

// inEach is a text in each of those languages.
func (d *Dialogues) inEach(langs []string, key string) (out []string) {
	for _, lang := range langs {
		out = append(out, d.texts.Say(lang, key))
	}
	return out
}

// languageNames says the languages of the market in their own words, in the order the market offers them.
func languageNames(t *turn) error {
	t.Say("languages", strings.Join(t.Env.inEach(t.Env.market.Languages, "language.word"), " / "))
	for i, name := range []string{"first", "second", "third"} {
		if offers(i)(t) {
			t.Say(name, t.Env.market.NativeName(t.Env.market.Languages[i]))
		}
	}
	return nil
}

// offers reports whether the market has an n-th language, counted from 0.
func offers(n int) func(*turn) bool {
	return func(t *turn) bool { return n < len(t.Env.market.Languages) }
}

// speak goes on in the n-th language, for somebody who is not a customer yet.
func speak(n int) func(*turn) error {
	return func(t *turn) error {
		t.Speak(t.Env.market.Languages[n])
		return nil
	}
}

// changeLanguage goes on in the n-th language, now and whenever Senti writes to this customer.
func changeLanguage(n int) func(*turn) error {
	return func(t *turn) error {
		lang := t.Env.market.Languages[n]
		if err := t.Env.wallet.ChangeLanguage(t.Ctx, t.Env.caller.Phone, lang); err != nil {
			return err
		}
		t.Speak(lang)
		return nil
	}
}
