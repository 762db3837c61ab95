package market

// These are the parts of a pack that are about agents, as they are written. Numbers and durations too stay text until they are
// read, so that one that is missing is not taken for zero.

type packPay struct {
	From     string                    `yaml:"from"`
	Split    []packShare               `yaml:"split"`
	Services map[string]packPayService `yaml:"services"`
}

type packShare struct {
	To   string `yaml:"to"`
	Part string `yaml:"part"`
}

// packPayService is either a price list or one sum for each time.
type packPayService struct {
	Each  string        `yaml:"each"`
	Least string        `yaml:"least"`
	Bands []packPayBand `yaml:"bands"`
}

type packPayBand struct {
	UpTo string `yaml:"up_to"`
	Pay  string `yaml:"pay"`
}

type packAgents struct {
	From        string          `yaml:"from"`
	Classes     []packClass     `yaml:"classes"`
	Confirm     packConfirm     `yaml:"confirm"`
	Mend        packMend        `yaml:"mend"`
	IDAbove     string          `yaml:"id_above"`
	Lives       packLives       `yaml:"lives"`
	Day         packAgentDay    `yaml:"day"`
	Guard       packGuard       `yaml:"guard"`
	Survey      packSurvey      `yaml:"survey"`
	Release     string          `yaml:"release"`
	Withholding string          `yaml:"withholding"`
	Voucher     packVoucher     `yaml:"voucher"`
	Reservation packReservation `yaml:"reservation"`
	Forecast    packForecast    `yaml:"forecast"`
}

type packClass struct {
	Class int16             `yaml:"class"`
	Name  map[string]string `yaml:"name"`
	Min   string            `yaml:"min"`
	Max   string            `yaml:"max"`
	Low   string            `yaml:"low"`
	High  string            `yaml:"high"`
}

type packConfirm struct {
	Above  string `yaml:"above"`
	Sample string `yaml:"sample"`
	Wait   string `yaml:"wait"`
}

type packMend struct {
	Return  string `yaml:"return"`
	Claim   string `yaml:"claim"`
	Dispute string `yaml:"dispute"`
	Decide  string `yaml:"decide"`
}

type packLives struct {
	Deposit  string `yaml:"deposit"`
	Cash     string `yaml:"cash"`
	Ask      string `yaml:"ask"`
	Offer    string `yaml:"offer"`
	Reserve  string `yaml:"reserve"`
	Swap     string `yaml:"swap"`
	Float    string `yaml:"float"`
	Activate string `yaml:"activate"`
	Reset    string `yaml:"reset"`
}

type packAgentDay struct {
	OperatorIn  string `yaml:"operator_in"`
	OperatorOut string `yaml:"operator_out"`
	TillIn      string `yaml:"till_in"`
	TillOut     string `yaml:"till_out"`
	OwnWallet   string `yaml:"own_wallet"`
}

type packGuard struct {
	LoopsPaid   string `yaml:"loops_paid"`
	Refusals    string `yaml:"refusals"`
	RefusalsFor string `yaml:"refusals_for"`
	VainAsks    string `yaml:"vain_asks"`
	WrongCodes  string `yaml:"wrong_codes"`
	WrongFor    string `yaml:"wrong_for"`
	SplitWindow string `yaml:"split_window"`
	SplitGain   string `yaml:"split_gain"`
	SplitCase   string `yaml:"split_case"`
}

type packSurvey struct {
	Sample string `yaml:"sample"`
	After  string `yaml:"after"`
	Within string `yaml:"within"`
}

type packVoucher struct {
	On      *bool  `yaml:"on"`
	Life    string `yaml:"life"`
	FeeBack *bool  `yaml:"fee_back"`
}

type packReservation struct {
	Offers string `yaml:"offers"`
	Rated  string `yaml:"rated"`
}

type packForecast struct {
	Weeks string `yaml:"weeks"`
	Ahead string `yaml:"ahead"`
	Quiet string `yaml:"quiet"`
}

type packHoliday struct {
	Day  string `yaml:"day"`
	Name string `yaml:"name"`
}

type packDormancy struct {
	Warn  []string `yaml:"warn"`
	After string   `yaml:"after"`
}

type packRetention struct {
	Records  string `yaml:"records"`
	Quotes   string `yaml:"quotes"`
	Messages string `yaml:"messages"`
	Codes    string `yaml:"codes"`
	Runs     string `yaml:"runs"`
}

type packTrust struct {
	Transit  string `yaml:"transit"`
	Suspense string `yaml:"suspense"`
}

type packWard struct {
	Code string `yaml:"code"`
	Name string `yaml:"name"`
}
