package msisdn

import "testing"

func TestNetwork(t *testing.T) {
	for n, want := range map[Number]string{
		"+254712000001": "Safaricom",
		"+254733000001": "Airtel",
		"+256772000001": "MTN",
		"+254202222222": "",
		"+999":          "",
		"":              "",
		"20880":         "",
	} {
		if got := n.Network(); got != want {
			t.Errorf("%s is of %q, want %q", n, got, want)
		}
	}
}
