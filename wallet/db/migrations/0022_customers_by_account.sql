-- The holder of an account is asked for by everything that begins with a posting.
CREATE UNIQUE INDEX customers_by_account ON customers (account)
