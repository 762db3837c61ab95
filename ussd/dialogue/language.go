package dialogue

// language changes the language of the menus and messages; the menu that follows is the proof.
var language = flow{ID: "language", Steps: []step{
	{ID: "choose", Choose: "Lugha / Language", With: languageNames, Options: []option{
		{Key: "1", Text: "{first}", Do: changeLanguage(0), Start: "menu"},
		{Key: "2", Text: "{second}", Do: changeLanguage(1), Start: "menu"},
	}},
}}

func changeLanguage(n int) func(*turn) error {
	return func(t *turn) error {
		languages := t.Env.market.Languages
		lang := languages[n%len(languages)]
		if err := t.Env.wallet.ChangeLanguage(t.Ctx, t.Env.caller.Phone, lang); err != nil {
			return err
		}
		t.Speak(lang)
		return nil
	}
}
