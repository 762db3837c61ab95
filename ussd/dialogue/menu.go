package dialogue

// mainMenu is what a customer sees on dialling. Its numbers are fixed for good, because people learn them by heart and dial
// them in advance; a number whose service is not built is not shown.
var mainMenu = flow{ID: "menu", Steps: []step{
	{ID: "top", Choose: "Senti", With: ownMenu, Options: []option{
		{Key: "1", Text: "Send money", Start: "send"},
		{Key: "2", Text: "Withdraw or deposit", Start: "cash"},
		// 3 Pay shop or bill
		// 4 Airtime
		{Key: "5", Text: "My account", Start: "account"},
		// 6 Wrong send / Help
		{Key: "7", Text: "{language}", Start: "language"}, // "Lugha": who cannot read this menu must find it
	}},
}}

// account is what a customer can see and change of his own.
var account = flow{ID: "account", Steps: []step{
	{ID: "top", Choose: "My account", With: sayLanguage, Options: []option{
		{Key: "1", Text: "Balance", Start: "balance"},
		{Key: "2", Text: "Last payments", Start: "statement"},
		{Key: "3", Text: "Change PIN", Start: "changepin"},
		{Key: "4", Text: "{language}", Start: "language"},
		{Key: "5", Text: "Fees", Start: "fees"},
		{Key: "6", Text: "Limits", Start: "limits"},
		{Key: "7", Text: "I forgot my PIN", Start: "forgot"},
		{Key: "8", Text: "Is an SMS true?", Start: "check"},
		{Key: "9", Text: "Pay by SMS code", If: hasReplyCodes, Start: "replycode"},
	}},
}}
