package market

// pack is the YAML file as it is written. Scalars that need care (amounts, dates, rates) stay text here and are read in
// build.go, so that every mistake is reported in the same words and with its line.
type pack struct {
	Code        string         `yaml:"code"`
	Name        string         `yaml:"name"`
	Region      string         `yaml:"region"`
	Zone        string         `yaml:"zone"`
	ServiceCode string         `yaml:"service_code"`
	SenderID    string         `yaml:"sender_id"`
	ReplyTo     string         `yaml:"reply_to"`
	Money       packMoney      `yaml:"money"`
	Date        string         `yaml:"date"`
	Day         string         `yaml:"day"`
	Languages   []packNative   `yaml:"languages"`
	NationalID  packDocument   `yaml:"national_id"`
	OtherIDs    []packDocument `yaml:"other_ids"`
	Terms       []packTerms    `yaml:"terms"`
	Taxes       []packTax      `yaml:"taxes"`
	Tariffs     []packTariff   `yaml:"tariffs"`
	Limits      []packLimits   `yaml:"limits"`
	Pay         []packPay      `yaml:"pay"`
	Agents      []packAgents   `yaml:"agents"`

	Holidays  []packHoliday `yaml:"holidays"`
	Dormancy  packDormancy  `yaml:"dormancy"`
	Retention packRetention `yaml:"retention"`
	Trust     packTrust     `yaml:"trust"`
	Wards     []packWard    `yaml:"wards"`
}

type packMoney struct {
	Currency string `yaml:"currency"`
	Symbol   string `yaml:"symbol"`
	After    bool   `yaml:"symbol_after"`
	Group    string `yaml:"group"`
	Decimal  string `yaml:"decimal"`
	Keyed    string `yaml:"keyed"`
}

type packNative struct {
	Code string `yaml:"code"`
	Name string `yaml:"name"`
}

type packDocument struct {
	Type  string            `yaml:"type"` // not of the national ID
	Name  map[string]string `yaml:"name"`
	Short map[string]string `yaml:"short"`
	Form  string            `yaml:"form"`
}

type packTerms struct {
	From string `yaml:"from"`
}

type packTax struct {
	From     string `yaml:"from"`
	Rate     string `yaml:"rate"`
	Included *bool  `yaml:"included"`
	Halves   string `yaml:"halves"`
}

type packTariff struct {
	From     string                `yaml:"from"`
	Services map[string]packPrices `yaml:"services"`
}

type packPrices struct {
	Least string     `yaml:"least"`
	Bands []packBand `yaml:"bands"`
}

type packBand struct {
	UpTo string `yaml:"up_to"`
	Fee  string `yaml:"fee"`
}

type packLimits struct {
	From  string     `yaml:"from"`
	Tiers []packTier `yaml:"tiers"`
	Small packSmall  `yaml:"small_day"`

	Pinless *packPinless `yaml:"pinless"` // left out: nothing is paid without a PIN
}

type packPinless struct {
	Single string `yaml:"single"`
	Day    string `yaml:"day"`
}

type packSmall struct {
	Single string `yaml:"single"`
	DayOut string `yaml:"day_out"`
	Lasts  string `yaml:"lasts"`
}

type packTier struct {
	Tier     int16             `yaml:"tier"`
	Name     map[string]string `yaml:"name"`
	Single   string            `yaml:"single"`
	DayOut   string            `yaml:"day_out"`
	DayIn    string            `yaml:"day_in"`
	MonthOut string            `yaml:"month_out"`
	MonthIn  string            `yaml:"month_in"`
	Balance  string            `yaml:"balance"`
}
