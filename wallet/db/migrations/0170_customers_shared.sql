-- Whether the ID document was checked for other wallets too: then the limits hold across them, and payments carry that.
ALTER TABLE customers ADD COLUMN shared {{.Small}} NOT NULL DEFAULT 0
