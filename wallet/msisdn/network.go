package msisdn

import (
	"github.com/nyaruka/phonenumbers/v2"
	"github.com/nyaruka/phonenumbers/v2/carrier"
)

// Network returns the name of the network that the number plan gave the number to, "Safaricom", or "" when it does not say. Where people
// may take their number along to another network it is a hint and no more.
func (n Number) Network() string {
	parsed, err := phonenumbers.Parse(string(n), "")
	if err != nil {
		return ""
	}
	name, err := carrier.GetNameForNumber(parsed, "en")
	if err != nil {
		return ""
	}
	return name
}
