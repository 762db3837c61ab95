package dialogue

// float is what an operator can do with the till's e-money, and see of what it earns.
var float = flow{ID: "float", Steps: []step{
	{ID: "top", Choose: "Float", Options: []option{
		// 1 Float now
		// 2 Sell float
		// 3 Ask for float
		// 4 Swap for cash
		{Key: "5", Text: "Earnings", Start: "earnings"},
	}},
}}
