-- How many codes were sent because a document was shown at a counter: they are counted apart from those that the customer asked for.
ALTER TABLE proofs ADD COLUMN shown_codes {{.Small}} NOT NULL DEFAULT 0
