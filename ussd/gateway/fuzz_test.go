package gateway

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"senti/ussd"
	"senti/wallet/msisdn"
)

func FuzzSenti(f *testing.F)          { fuzz(f, sentiWire()) }
func FuzzAfricasTalking(f *testing.F) { fuzz(f, africasTalkingWire()) }
func FuzzHubtel(f *testing.F)         { fuzz(f, hubtelWire()) }
func FuzzArkesel(f *testing.F)        { fuzz(f, arkeselWire()) }
func FuzzNalo(f *testing.F)           { fuzz(f, naloWire()) }
func FuzzInfobip(f *testing.F)        { fuzz(f, infobipWire()) }
func FuzzBeem(f *testing.F)           { fuzz(f, beemWire()) }
func FuzzMADAPI(f *testing.F)         { fuzz(f, madapiWire()) }
func FuzzSafaricom(f *testing.F)      { fuzz(f, safaricomWire()) }
func FuzzComvivaGET(f *testing.F)     { fuzz(f, comvivaGETWire()) }
func FuzzComvivaXML(f *testing.F)     { fuzz(f, comvivaXMLWire()) }
func FuzzEconet(f *testing.F)         { fuzz(f, econetWire()) }
func FuzzTruRoute(f *testing.F)       { fuzz(f, truRouteWire()) }
func FuzzRestComm(f *testing.F)       { fuzz(f, restCommWire()) }
func FuzzJunebug(f *testing.F)        { fuzz(f, junebugWire()) }
func FuzzAdvanta(f *testing.F)        { fuzz(f, advantaWire()) }
func FuzzHollatags(f *testing.F)      { fuzz(f, hollatagsWire()) }
func FuzzMoolre(f *testing.F)         { fuzz(f, moolreWire()) }
func FuzzDmark(f *testing.F)          { fuzz(f, dmarkWire()) }
func FuzzCellulant(f *testing.F)      { fuzz(f, cellulantWire()) }

// fuzz feeds any bytes to every door of an adapter: what they let through must be what the service is promised.
func fuzz(f *testing.F, w wire) {
	seeds := []req{w.write(usual())}
	if w.notice != nil {
		seeds = append(seeds, w.notice(usual()))
	}
	for _, c := range w.turns {
		seeds = append(seeds, c.req)
	}
	for _, c := range slices.Concat(w.bad, w.badEnds) {
		seeds = append(seeds, c.req)
	}
	for _, r := range seeds {
		f.Add([]byte(r.body + r.query))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, d := range w.adapter.doors {
			h, wrong := d.hear(call{body: body, session: "S1", region: "KE", code: "*384#"})
			switch {
			case wrong != nil && (h != heard{} || len(wrong.Field)+len(wrong.Problem) > 200):
				t.Errorf("refused with %+v and still %+v", wrong, h)
			case wrong == nil && h.means == aTurn:
				checkTurn(t, h.turn)
				w.adapter.reply(h, ussd.Reply{Text: "Bye", End: true})
			case wrong == nil && h.means == anEnd:
				checkPromises(t, h.end.Session, h.end.Caller, w)
				if n := h.end; len(n.Reason) > 120 || strings.ContainsAny(n.Reason, "0123456789\n") {
					t.Errorf("reason %q", n.Reason)
				}
			}
			if wrong == nil && h.means == aTurn {
				checkPromises(t, h.turn.Session, h.turn.Caller, w)
			}
		}
	})
}

func checkTurn(t *testing.T, r ussd.Request) {
	t.Helper()
	for _, text := range []string{r.Text, r.Opening} {
		if len(text) > maxText || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			t.Errorf("text %q", text)
		}
	}
	if r.History && (r.Turn > 0 || r.Later || r.Opening != "") || r.New && r.Later || strings.Trim(r.ServiceCode, "0123456789*#") != "" ||
		strings.Trim(r.IMSI, "0123456789") != "" || len(r.Network) > maxNetwork {
		t.Errorf("request %+v", r)
	}
}

func checkPromises(t *testing.T, session string, caller msisdn.Number, w wire) {
	t.Helper()
	if len(session) > maxSession || strings.ContainsAny(session, " \n\x00") || session == "" && !strings.Contains(w.lacks, "session") {
		t.Errorf("session %q", session)
	}
	if caller == "" && w.adapter.silentEnds {
		return
	}
	if again, err := msisdn.Parse(string(caller), "KE"); err != nil || again != caller {
		t.Errorf("caller %q: %q, %v", caller, again, err)
	}
}
