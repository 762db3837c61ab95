-- A phone number has one wallet; the ledger decides that in memory, and this is the net below it.
CREATE UNIQUE INDEX customers_by_phone ON customers (phone)
