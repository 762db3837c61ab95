package fault

import "net/http"

// Code names a fault. It is snake_case, part of the API, and never renamed once released.
type Code string

// The list of all codes. Each has a row in specs and a text in every catalogue.
const (
	Internal       Code = "internal"        // a bug or a broken part; the reference in the log tells more
	Busy           Code = "busy"            // too much at once; nothing was done
	OutcomeUnknown Code = "outcome_unknown" // it may or may not have happened; ask again with the same ID
	LookAgain      Code = "look_again"      // what happened before cannot be seen now; nothing new was done
	Conflict       Code = "conflict"        // the posting ID was used for another request
	Unauthorised   Code = "unauthorised"    // the caller did not prove who it is
	BadRequest     Code = "bad_request"     // a malformed request; args: field
	Stopped        Code = "stopped"         // staff have stopped it for now; args: line

	BadNumber      Code = "bad_number"       // not a mobile number of a market served
	OwnNumber      Code = "own_number"       // sending to oneself
	NotRegistered  Code = "not_registered"   // the number has no wallet
	AlreadyOpen    Code = "already_open"     // the number has a wallet already
	BadAmount      Code = "bad_amount"       // not an amount as the market keys it
	AmountTooSmall Code = "amount_too_small" // below the tariff's least; args: min
	AmountTooBig   Code = "amount_too_big"   // above the tariff's most; args: max
	BadChoice      Code = "bad_choice"       // the menu has no such number
	BadName        Code = "bad_name"         // not a name
	BadIDNumber    Code = "bad_id_number"    // not an ID number as the market writes it
	IDNumberUsed   Code = "id_number_used"   // too many wallets name this ID

	BadPIN      Code = "bad_pin"      // not four digits
	WeakPIN     Code = "weak_pin"     // too easy to guess
	PINMismatch Code = "pin_mismatch" // the second typing differs from the first
	WrongPIN    Code = "wrong_pin"    // args: left
	PINLocked   Code = "pin_locked"   // too many wrong PINs
	PINInDial   Code = "pin_in_dial"  // a PIN stood in a dialled string
	NoPIN       Code = "no_pin"       // the wallet has no PIN yet

	WrongIDNumber  Code = "wrong_id_number"  // not the number the wallet was opened with; args: left
	WrongIDEnd     Code = "wrong_id_end"     // not its last characters; args: left
	BadIDEnd       Code = "bad_id_end"       // not four characters
	BadSMSCode     Code = "bad_sms_code"     // not six digits
	WrongSMSCode   Code = "wrong_sms_code"   // args: left
	SMSCodeExpired Code = "sms_code_expired" // no code is to be typed, or no longer
	SMSCodesSpent  Code = "sms_codes_spent"  // too many codes were sent in a day
	ProofLocked    Code = "proof_locked"     // too many wrong answers: none is heard for a day
	NoDocument     Code = "no_document"      // the wallet was opened without an ID number
	IDMismatch     Code = "id_mismatch"      // the document at the counter is not the one the wallet was opened with
	WalletDormant  Code = "wallet_dormant"   // not used for so long that nothing may leave it
	WalletPending  Code = "wallet_pending"   // opened at a counter, and not yet by its owner
	SIMChanged     Code = "sim_changed"      // another SIM has the number: nothing may leave until the owner's ID was checked
	NumberKept     Code = "number_kept"      // the wallet has its number: there is nothing to be claimed
	SIMKnown       Code = "sim_known"        // no other SIM has the number: there is nothing to be checked

	// What operators hear of a customer. They are told what to do, and not what the matter is.
	CounterCodesSpent  Code = "counter_codes_spent"  // too many codes were sent from counters in a day
	CounterProofLocked Code = "counter_proof_locked" // too many documents that are not the customer's
	CustomerToOffice   Code = "customer_to_office"   // only an office can help
	CustomerPending    Code = "customer_pending"     // the customer has not opened the wallet yet
	CustomerOpen       Code = "customer_open"        // the number has a wallet whose ID was checked
	CustomerIDUsed     Code = "customer_id_used"     // no further wallet on that document
	CustomerSIM        Code = "customer_sim"         // another SIM has the customer's number: the ID is to be checked first

	SenderBlocked   Code = "sender_blocked"   // the wallet may not pay out
	CannotReceive   Code = "cannot_receive"   // the other side cannot receive this now; says no more on purpose
	WalletFull      Code = "wallet_full"      // the own wallet cannot receive this now
	Insufficient    Code = "insufficient"     // args: available, needed
	LimitSingle     Code = "limit_single"     // more than one transaction may carry; args: max
	LimitDay        Code = "limit_day"        // args: max, left
	LimitMonth      Code = "limit_month"      // args: max, left
	LimitBalance    Code = "limit_balance"    // the receiver's balance would pass its ceiling; args: max
	IntentClosed    Code = "intent_closed"    // the act was already done or refused
	IntentExpired   Code = "intent_expired"   // the quote is too old
	HoldNotFound    Code = "hold_not_found"   // there is no such hold
	HoldClosed      Code = "hold_closed"      // captured, released or expired already
	HoldExpired     Code = "hold_expired"     // captured at or after its expiry
	HoldExceeded    Code = "hold_exceeded"    // captured more than is left; args: left
	HoldNotExpired  Code = "hold_not_expired" // swept before its expiry
	AccountNotFound Code = "account_not_found"
	AccountExists   Code = "account_exists"
	AccountNotEmpty Code = "account_not_empty" // money is still on it; args: left
	CurrencyMixed   Code = "currency_mixed"    // a leg's account has another currency

	TillLimit      Code = "till_limit"       // more than a till may take in or pay out in a day; args: max, left
	FloatFull      Code = "float_full"       // the till's float would pass its ceiling; args: max
	DealNotFound   Code = "deal_not_found"   // there is no such deal
	DealClosed     Code = "deal_closed"      // something else became of the deal before; args: state
	CounterChanged Code = "counter_changed"  // the customer was at another counter meanwhile
	OwnWalletLimit Code = "own_wallet_limit" // too much over the own counter in a day; args: max, left
	AskPending     Code = "ask_pending"      // the customer has another request to answer
	AskedOften     Code = "asked_often"      // too many requests to that customer came to nothing today; args: max
	CodesBarred    Code = "codes_barred"     // too many wrong deposit codes of an operator: none is heard for a while
	AskGone        Code = "ask_gone"         // the request was answered, has expired, or gave way to another
	DepositByCode  Code = "deposit_by_code"  // the customer read out a code: the number cannot be wrong
	CaseNotFound   Code = "case_not_found"   // there is no such case
	CaseClosed     Code = "case_closed"      // the case is there already, or was decided

	BadReference Code = "bad_reference" // not a reference to a photo as its column keeps it; args: max
	BadWord      Code = "bad_word"      // no secret word, or too long a one; args: max

	BadCode     Code = "bad_code"     // not the digits of a code
	WrongCode   Code = "wrong_code"   // args: left
	CodeUnknown Code = "code_unknown" // no such code is waiting to be used
	CodeGone    Code = "code_gone"    // the code was used, cancelled or is too old
	CodeLocked  Code = "code_locked"  // too many wrong tries
	CodePending Code = "code_pending" // there is a code already that can still be used
	CodeLive    Code = "code_live"    // the code's time is not over
	TillShort   Code = "till_short"   // the till has too little e-money; args: available
	ShopClosed  Code = "shop_closed"  // the shop does not serve customers now
	TooLate     Code = "too_late"     // the time for this is over

	FloatMin       Code = "float_min"       // the till would keep less float than its class must; args: min
	OpeningShort   Code = "opening_short"   // the till has less float than one of its class opens with; args: min
	OfferPending   Code = "offer_pending"   // who asks waits for an answer already
	OfferGone      Code = "offer_gone"      // the offer was answered, taken back or is too old; args: state
	OfferChanged   Code = "offer_changed"   // the other side did something just now
	OfferLive      Code = "offer_live"      // the offer's time is not over
	WarnedAlready  Code = "warned_already"  // the till was told so a while ago
	OwnShop        Code = "own_shop"        // asking one's own till
	NoShops        Code = "no_shops"        // no shop there can do it now
	ShopFull       Code = "shop_full"       // the till may not pay out more, or hold more
	CannotWithdraw Code = "cannot_withdraw" // the customer may not, or has not enough; says no more on purpose

	BadShopCode         Code = "bad_shop_code"      // not a shop code: its check digit is wrong
	ShopNotFound        Code = "shop_not_found"     // no till has this shop code
	NotOperator         Code = "not_operator"       // the number works at no till
	OperatorTaken       Code = "operator_taken"     // the number works at a till already
	OperatorSuspended   Code = "operator_suspended" // the operator may not work now
	OperatorLimit       Code = "operator_limit"     // the operator's day is full; args: max, left
	OperatorBarred      Code = "operator_barred"    // customers refused what this operator asked too often
	AgentNotFound       Code = "agent_not_found"
	StoreNotFound       Code = "store_not_found"
	TillNotFound        Code = "till_not_found"
	ShopCodeTaken       Code = "shop_code_taken" // another till has this code
	OtherAgent          Code = "other_agent"     // the till or store belongs to another agent
	PlaceClosed         Code = "place_closed"    // closed for good
	PlaceNotEmpty       Code = "place_not_empty" // not all under it is closed; args: left
	CasesOpen           Code = "cases_open"      // nobody has decided them; args: left
	DealsFresh          Code = "deals_fresh"     // a customer may still dispute one; args: until
	BadStoreName        Code = "bad_store_name"
	BadWard             Code = "bad_ward"              // not a ward code
	OperatorPINLocked   Code = "operator_pin_locked"   // too many wrong PINs of an operator
	OperatorProofLocked Code = "operator_proof_locked" // too many wrong answers of an operator: none is heard for a day
	OperatorCodesSpent  Code = "operator_codes_spent"  // too many codes were sent to an operator in a day
	NotManager          Code = "not_manager"           // only a manager of the agent may do it
	NotColleague        Code = "not_colleague"         // the number works at no till of the agent, or is the caller's own

	StaffWrong     Code = "staff_wrong"     // name, password or one-time code; says no more on purpose
	StaffLocked    Code = "staff_locked"    // too many wrong tries of a person of the staff
	StaffInvited   Code = "staff_invited"   // the person has not set a password yet
	StaffActive    Code = "staff_active"    // the person has set a password already
	StaffSuspended Code = "staff_suspended" // the person may do nothing
	StaffExists    Code = "staff_exists"    // the name is taken
	StaffNeeded    Code = "staff_needed"    // without the person nobody could ask and another approve
	StaffNotFound  Code = "staff_not_found" // nobody has that name
	CodeUsed       Code = "code_used"       // a one-time code typed a second time
	WeakPassword   Code = "weak_password"   // args: least, in letters
	InvitationOver Code = "invitation_over" // it was not used in time
	NotAllowed     Code = "not_allowed"     // the person has not the role; args: role

	RequestNotFound Code = "request_not_found" // there is no request with that number
	RequestClosed   Code = "request_closed"    // approved, rejected or withdrawn before
	RequestExpired  Code = "request_expired"   // it waited too long for its checker
	SamePerson      Code = "same_person"       // who asks for something cannot approve it

	BankNotFound   Code = "bank_not_found"   // no such trust bank
	BankExists     Code = "bank_exists"      // that trust account has a bank already
	NotNominated   Code = "not_nominated"    // money leaves trust to a nominated account only
	LineNotFound   Code = "line_not_found"   // no such line in that bank's statement
	LineUsed       Code = "line_used"        // e-money was issued against this line before
	LineExceeded   Code = "line_exceeded"    // args: left
	LineMismatch   Code = "line_mismatch"    // the line and the posting are not about the same money
	PayoutNotFound Code = "payout_not_found" // no such payment was ordered
	PayoutClosed   Code = "payout_closed"    // it was paid or called off; args: state
	IssuingStopped Code = "issuing_stopped"  // trust falls short of what is owed; args: needed
	CannotIssue    Code = "cannot_issue"     // e-money is not made on such an account

	BadReceipt     Code = "bad_receipt"     // not a receipt and its check code
	ReceiptUnknown Code = "receipt_unknown" // no such receipt, or not its check code; says no more on purpose
	ChecksSpent    Code = "checks_spent"    // too many receipts checked, or too many of them wrong

	NothingToResend Code = "nothing_to_resend" // no receipt that could be sent again
	ReceiptWaits    Code = "receipt_waits"     // the receipt has not left yet
	ResentJustNow   Code = "resent_just_now"   // it was sent again a moment ago
	ResentBefore    Code = "resent_before"     // staff have sent it again
	ResendsSpent    Code = "resends_spent"     // it was sent again often enough today

	CommissionFundShort Code = "commission_fund_short" // commission is paid to all or to nobody; args: available, needed
)

var specs = map[Code]Spec{
	Internal:       {HTTP: http.StatusInternalServerError, Retryable: true},
	Busy:           later,
	OutcomeUnknown: {HTTP: http.StatusGatewayTimeout, Retryable: true},
	LookAgain:      later,
	Conflict:       conflict,
	Unauthorised:   {HTTP: http.StatusUnauthorized},
	BadRequest:     {HTTP: http.StatusBadRequest},
	Stopped:        {HTTP: http.StatusServiceUnavailable},

	BadNumber:      ask,
	OwnNumber:      ask,
	NotRegistered:  notFound,
	AlreadyOpen:    conflict,
	BadAmount:      ask,
	AmountTooSmall: ask,
	AmountTooBig:   ask,
	BadChoice:      ask,
	BadName:        ask,
	BadIDNumber:    ask,
	IDNumberUsed:   end,

	BadPIN:      ask,
	WeakPIN:     ask,
	PINMismatch: ask,
	WrongPIN:    ask,
	PINLocked:   end,
	PINInDial:   ask,
	NoPIN:       end,

	WrongIDNumber:  ask,
	WrongIDEnd:     ask,
	BadIDEnd:       ask,
	BadSMSCode:     ask,
	WrongSMSCode:   ask,
	SMSCodeExpired: end,
	SMSCodesSpent:  end,
	ProofLocked:    end,
	NoDocument:     end,
	IDMismatch:     end,
	WalletDormant:  end,
	WalletPending:  end,
	SIMChanged:     end,
	NumberKept:     end,
	SIMKnown:       end,

	CounterCodesSpent:  end,
	CounterProofLocked: end,
	CustomerToOffice:   end,
	CustomerPending:    end,
	CustomerOpen:       conflict,
	CustomerIDUsed:     end,
	CustomerSIM:        end,

	SenderBlocked:   end,
	CannotReceive:   end,
	WalletFull:      end,
	Insufficient:    ask,
	LimitSingle:     ask,
	LimitDay:        ask,
	LimitMonth:      ask,
	LimitBalance:    end,
	IntentClosed:    conflict,
	IntentExpired:   end,
	HoldNotFound:    notFound,
	HoldClosed:      conflict,
	HoldExpired:     conflict,
	HoldExceeded:    end,
	HoldNotExpired:  conflict,
	AccountNotFound: notFound,
	AccountExists:   conflict,
	AccountNotEmpty: end,
	CurrencyMixed:   end,

	TillLimit:      ask,
	FloatFull:      end,
	DealNotFound:   notFound,
	DealClosed:     conflict,
	CounterChanged: conflict,
	OwnWalletLimit: end,
	AskPending:     end,
	AskedOften:     end,
	CodesBarred:    ask,
	AskGone:        conflict,
	DepositByCode:  end,
	CaseNotFound:   notFound,
	CaseClosed:     conflict,

	BadReference: ask,
	BadWord:      ask,

	BadCode:     ask,
	WrongCode:   ask,
	CodeUnknown: ask,
	CodeGone:    {HTTP: http.StatusConflict, ReAsk: true},
	CodeLocked:  end,
	CodePending: conflict,
	CodeLive:    conflict,
	TillShort:   ask,
	ShopClosed:  end,
	TooLate:     end,

	FloatMin:       ask,
	OpeningShort:   end,
	OfferPending:   conflict,
	OfferGone:      conflict,
	OfferChanged:   conflict,
	OfferLive:      conflict,
	WarnedAlready:  conflict,
	OwnShop:        ask,
	NoShops:        ask,
	ShopFull:       end,
	CannotWithdraw: end,

	BadShopCode:         ask,
	ShopNotFound:        notFound,
	NotOperator:         notFound,
	OperatorTaken:       conflict,
	OperatorSuspended:   end,
	OperatorLimit:       ask,
	OperatorBarred:      end,
	AgentNotFound:       notFound,
	StoreNotFound:       notFound,
	TillNotFound:        notFound,
	ShopCodeTaken:       conflict,
	OtherAgent:          end,
	PlaceClosed:         end,
	PlaceNotEmpty:       end,
	CasesOpen:           end,
	DealsFresh:          end,
	BadStoreName:        ask,
	BadWard:             ask,
	OperatorPINLocked:   end,
	OperatorProofLocked: end,
	OperatorCodesSpent:  end,
	NotManager:          end,
	NotColleague:        ask,

	StaffWrong:     {HTTP: http.StatusUnauthorized},
	StaffLocked:    {HTTP: http.StatusUnauthorized},
	StaffInvited:   {HTTP: http.StatusForbidden},
	StaffActive:    conflict,
	StaffSuspended: {HTTP: http.StatusForbidden},
	StaffExists:    conflict,
	StaffNeeded:    {HTTP: http.StatusForbidden},
	StaffNotFound:  {HTTP: http.StatusNotFound},
	CodeUsed:       {HTTP: http.StatusUnauthorized},
	WeakPassword:   end,
	InvitationOver: {HTTP: http.StatusUnauthorized},
	NotAllowed:     {HTTP: http.StatusForbidden},

	RequestNotFound: {HTTP: http.StatusNotFound},
	RequestClosed:   conflict,
	RequestExpired:  end,
	SamePerson:      {HTTP: http.StatusForbidden},

	BankNotFound:   {HTTP: http.StatusNotFound},
	BankExists:     conflict,
	NotNominated:   end,
	LineNotFound:   {HTTP: http.StatusNotFound},
	LineUsed:       conflict,
	LineExceeded:   end,
	LineMismatch:   end,
	PayoutNotFound: {HTTP: http.StatusNotFound},
	PayoutClosed:   conflict,
	IssuingStopped: end,
	CannotIssue:    end,

	BadReceipt:     ask,
	ReceiptUnknown: end,
	ChecksSpent:    end,

	NothingToResend: end,
	ReceiptWaits:    end,
	ResentJustNow:   end,
	ResentBefore:    conflict,
	ResendsSpent:    end,

	CommissionFundShort: end,
}
