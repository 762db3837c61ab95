package command

import (
	"testing"

	"senti/wallet/money"
)

// What people in Senegal write: francs without cents, numbers without a 0 in front, and French.
func TestParseFrench(t *testing.T) {
	g := Grammar{Region: "SN", Style: money.Style{Symbol: "F", After: true, Group: " ", Decimal: ",", Digits: 0, Step: 1},
		Languages: map[string]string{"fr": "fr", "francais": "fr", "en": "en", "anglais": "en"}}
	send := Send{5_000, "+221771000002"}
	for text, want := range map[string]Command{
		"Solde": Balance{}, "SOLDE SVP": Balance{}, "relevé": Mini{}, "Historique": Mini{}, "UV": Float{}, "gains": Earnings{},
		"Arrêt": Stop{}, "aide": Help{}, "Aide envoyer": Help{"SEND"}, "dernier": Last{}, "encore": Last{},

		"envoyer 5000 771000002":                  send,
		"Envoyez 5 000 F au 77 100 00 02":         send,
		"envoie 5.000F à 77-100-00-02 svp":        send,
		"ENVOYER 5,000F 771000002":                send,
		"transfert 771000002 5 000 fcfa":          send,
		"envoyer 5\u202f000 francs +221771000002": send,
		"envoyé 5000 771000002":                   send,

		"retrait 2000 110089":         Withdraw{2_000, "110089"},
		"Retirez 2 000 F chez 110089": Withdraw{2_000, "110089"},
		"dépôt 500 771000002":         Deposit{Amount: 500, To: "+221771000002"},
		"frais 5.000":                 Fees{5_000},
		"langue anglais":              Language{"en"},
		"LANGUE Français":             Language{"fr"},
		"vérifier PMF79GCDW2 4821":    Check{"PMF79GCDW2", "4821"},
		"mon code secret 4826":        Secret{},
		"mot de passe 4826":           Secret{},
		"envoyer 5,5 771000002":       Incomplete{"SEND"},
	} {
		if got := g.Parse(text); got != want {
			t.Errorf("%q is %#v, want %#v", text, got, want)
		}
	}
}

// No word is of two commands, and each is in the letters that texts are read in.
func TestKeywordsAreOfOneCommand(t *testing.T) {
	of := map[string]string{}
	for key, words := range keywords {
		for _, w := range words {
			if of[w] != "" || plain(w) != w || fillers[w] {
				t.Errorf("%q is of %s and of %s", w, key, of[w])
			}
			of[w] = key
		}
	}
}
