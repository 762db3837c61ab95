-- What a blocked customer was before staff blocked the wallet, so that unblocking makes nobody more than that; '' for none.
ALTER TABLE customers ADD COLUMN was {{.Ascii 10}} NOT NULL DEFAULT ''
