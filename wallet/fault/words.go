package fault

// Words are whose words a fault is said in, and about what: "counter.deposit" is what an operator hears who takes a deposit. Its text
// stands in the catalogues under the code's key and these, "fault.bad_amount.counter.deposit"; a code that has none there is said
// in the words before the last dot, "counter", and one that has none there either in the general ones.
type Words string

// The words there are. Each fault that these people can meet speaks of what they were doing, and says first that no money moved.
const (
	General Words = "" // of who sends money, or looks at a wallet

	AtCounter   Words = "counter"                  // an operator, whatever he does
	Depositing  Words = "counter.deposit"          // takes cash for a wallet
	PayingOut   Words = "counter.withdraw"         // pays cash for what a customer approves, or for a code
	Promised    Words = "counter.withdraw.reserve" // pays what he has kept for a customer
	Redeeming   Words = "counter.withdraw.voucher" // pays a cash code
	Returning   Words = "counter.return"           // undoes a withdrawal
	Claiming    Words = "counter.claim"            // has paid in to a wrong number
	InFloat     Words = "counter.float"            // sells float, or asks for it
	Swapping    Words = "counter.float.swap"       // float for cash
	CountingDay Words = "counter.day"              // opens, closes and counts a till

	WithCash     Words = "cash"               // a customer, whatever he does with cash
	TakingCash   Words = "cash.out"           // at a shop
	SettingAside Words = "cash.aside"         // behind a code
	Reserving    Words = "cash.aside.reserve" // at a shop that keeps cash for him
	DrawingCode  Words = "cash.deposit"       // to put in cash
	Answering    Words = "cash.answer"        // what a shop says of his money
	GivingBack   Words = "cash.back"          // a deposit that was not his
	NotPaid      Words = "cash.notpaid"       // says that the cash was not there

	SendingVoucher Words = "voucher"      // a customer, to a number without a wallet
	VoucherBack    Words = "voucher.back" // takes such a voucher back
)

// KeyIn is the message key of the code in those words.
func (c Code) KeyIn(w Words) string {
	if w == General {
		return c.Key()
	}
	return c.Key() + "." + string(w)
}
