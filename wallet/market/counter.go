package market

import (
	"slices"
	"time"
)

// Pay is what agents earn, by service. Which services there are is PayServices.
type Pay struct {
	Version  Version
	From     time.Time
	Split    []Share              // the agent's first; the parts add up to 100 %
	Services map[string][]PayBand // by service: "deposit"
}

// PayServices are what an agent can earn with: cash taken in, cash paid out, a voucher paid out, a customer registered.
var PayServices = []string{"deposit", "withdraw", "redeem", "register"}

// Share is one role's part of what was earned.
type Share struct {
	Role string // "agent" or "super"
	Part Rate
}

// PayBand is what a service earns for all amounts from From up to and including UpTo. All of it is minor units. Bands ascend,
// and each begins one minor unit above the end of the one before.
type PayBand struct{ From, UpTo, Pay int64 }

// AgentRules are the rules of the counter: how much a shop may hold and move, how long things wait there, and what guards
// customers and agents against each other. Amounts are minor units.
type AgentRules struct {
	Version Version
	From    time.Time
	Classes []AgentClass // ascending by number

	ConfirmAbove  int64         // a cash-in by number above it always waits for the customer
	ConfirmSample Rate          // of those up to it, how many do so all the same
	WaitFor       time.Duration // how long a cash-in waits for the customer
	ReturnWithin  time.Duration // how long an operator can return a cash-out
	ClaimWithin   time.Duration // how long a wrong deposit can be claimed
	DisputeWithin time.Duration // how long a customer can say that the cash was not paid
	DecideWithin  time.Duration // how long a case may stay open before it is overdue
	IDAbove       int64         // amounts above it are paid out only with the ID seen; 0 = always with it

	Lives CodeLives

	// In is cash taken in, money to customers; out is cash paid out. All are for a day of the market.
	OperatorDayIn, OperatorDayOut int64 // unless an operator has own ones
	TillDayIn, TillDayOut         int64
	OwnWalletDay                  int64 // in or out of an operator's own wallet at the own agent's tills

	LoopsPaid   int           // how many deposits followed by a withdrawal a customer's day may earn commission for
	Refusals    int           // so many requests refused by customers stop an operator from asking
	RefusalsFor time.Duration // for so long
	VainAsks    int           // so many requests to one customer that come to nothing are all an operator has a day
	WrongCodes  int           // so many wrong deposit codes stop an operator from typing any
	WrongFor    time.Duration // for so long
	SplitWindow time.Duration // deposits of a customer so near to each other are looked at together
	SplitGain   int64         // what they must have earned more apart than in one for a warning, minor units
	SplitCase   int           // so many of them at a till in 30 days are a case for staff

	SurveySample Rate          // of cash transactions, how many customers are asked what the agent took
	SurveyAfter  time.Duration // no sooner than that after it
	SurveyWithin time.Duration // and no later

	Release     Release
	Withholding Rate // tax held back from released commission
	Voucher     VoucherRules
	Reservation Reservation
	Forecast    Forecast
}

// AgentClass says how much float a till may hold. All amounts are minor units.
type AgentClass struct {
	Number    int16
	Name      map[string]string // by language
	FloatMin  int64             // what a till of the class is opened with
	FloatMax  int64             // the most it may hold
	FloatLow  int64             // below it e-money runs short
	FloatHigh int64             // above it e-money is long and the drawer is empty
}

// Class returns the class with that number, or false.
func (r *AgentRules) Class(number int16) (AgentClass, bool) {
	for _, c := range r.Classes {
		if c.Number == number {
			return c, true
		}
	}
	return AgentClass{}, false
}

// CodeLives are how long codes and requests stay good.
type CodeLives struct {
	Deposit  time.Duration // a customer's code for one cash-in
	Cash     time.Duration // a customer's code for one cash-out, and the hold behind it
	Ask      time.Duration // an operator's request for a cash-out
	Offer    time.Duration // cash asked of an agent who has not answered
	Reserve  time.Duration // cash an agent has promised, and the hold behind it
	Swap     time.Duration // float in escrow until both typed the other's code
	Float    time.Duration // float asked of another till that has not answered
	Activate time.Duration // the code of a wallet registered at a counter
	Reset    time.Duration // the code of a forgotten PIN
}

// Release says when commission becomes e-money.
type Release string

// The times of release.
const (
	Daily   Release = "daily"
	Weekly  Release = "weekly"  // on Mondays
	Monthly Release = "monthly" // on the first
)

// VoucherRules are those of money sent to a number without a wallet.
type VoucherRules struct {
	On      bool
	Life    time.Duration
	FeeBack bool // a voucher that comes back brings its fee along
}

// Reservation is how cash is reserved at an agent.
type Reservation struct {
	Offers int // how many agents a customer is shown
	Rated  int // an agent's accepted rate is that of so many last reservations
}

// Forecast is how a till's float is foreseen.
type Forecast struct {
	Weeks int           // the same hours of as many earlier weeks
	Ahead time.Duration // how far it looks
	Quiet time.Duration // a till is not warned again for so long
}

// WithVouchers returns the market with sending to numbers without a wallet switched on, whatever its pack says: for the demo and
// for tests. The market itself stays as it is.
func (m *Market) WithVouchers() *Market {
	out := *m
	out.Agents = slices.Clone(m.Agents)
	for i := range out.Agents {
		out.Agents[i].Voucher.On = true
	}
	return &out
}
