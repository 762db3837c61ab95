-- A statement reads one account's legs, newest first.
CREATE INDEX legs_by_account ON legs (account, seq)
