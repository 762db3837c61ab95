package command

import "senti/wallet/msisdn"

// Command is what a text asks for: one of the types below. Amounts are minor units.
type Command interface{ command() }

// Balance asks what is there.
type Balance struct{}

// Mini asks what happened of late.
type Mini struct{}

// Send asks to send money to a number.
type Send struct {
	Amount int64
	To     msisdn.Number
}

// Pay asks to pay a shop's till.
type Pay struct {
	Till   string // digits, as written
	Amount int64
}

// Bill asks to pay a business, for an account with it.
type Bill struct {
	Business, Account string // digits, and letters and digits in capitals, as written
	Amount            int64
}

// Airtime asks for airtime, for the own phone or another.
type Airtime struct {
	Amount int64
	For    msisdn.Number // "" for the own
}

// Withdraw asks for cash at a shop.
type Withdraw struct {
	Amount int64
	Shop   string // digits, as written
}

// Request asks somebody else for money.
type Request struct {
	Amount int64
	From   msisdn.Number
	Note   string // what for; may be empty
}

// Cash asks which shops can pay that amount.
type Cash struct {
	Amount int64
	Where  string // a ward or a landmark, in capitals; "" for where the person was last
}

// Deposit is an operator's: a customer pays in, named by number or by the code that the customer reads out.
type Deposit struct {
	Amount int64
	To     msisdn.Number // or
	Code   string
}

// Float is an operator's: what is on the till.
type Float struct{}

// Earnings is an operator's: what the till has earned.
type Earnings struct{}

// Last asks for the last receipt again.
type Last struct{}

// Check asks whether a receipt is true.
type Check struct{ Receipt, Code string } // in capitals, as written; the code may be empty

// Fees asks what it costs.
type Fees struct{ Amount int64 } // 0 for the price list

// Language asks for texts in another language.
type Language struct{ Code string } // "en"; "" when it was not said or is not known

// Help asks what can be written.
type Help struct{ About string } // a keyword, or ""

// Stop asks for no more texts but those about money, Start for them again.
type Stop struct{}

// Start takes back a Stop.
type Start struct{}

// Confirm is the answer to a one-time code.
type Confirm struct{ Code string }

// Survey answers a question that was asked by SMS.
type Survey struct {
	Code string // of the question; "" when the person left it out
	Yes  bool
}

// Incomplete is a command that lacks something.
type Incomplete struct{ Keyword string } // in English: "SEND"

// Unclear is a command that can be read in more than one way.
type Unclear struct {
	Keyword string
	Ways    [2]Command
}

// Secret is a text with a PIN in it: it is refused whatever else it says.
type Secret struct{}

// Unknown is a text that asks for nothing we know.
type Unknown struct{}

func (Balance) command()    {}
func (Mini) command()       {}
func (Send) command()       {}
func (Pay) command()        {}
func (Bill) command()       {}
func (Airtime) command()    {}
func (Withdraw) command()   {}
func (Request) command()    {}
func (Cash) command()       {}
func (Deposit) command()    {}
func (Float) command()      {}
func (Earnings) command()   {}
func (Last) command()       {}
func (Check) command()      {}
func (Fees) command()       {}
func (Language) command()   {}
func (Help) command()       {}
func (Stop) command()       {}
func (Start) command()      {}
func (Confirm) command()    {}
func (Survey) command()     {}
func (Incomplete) command() {}
func (Unclear) command()    {}
func (Secret) command()     {}
func (Unknown) command()    {}
