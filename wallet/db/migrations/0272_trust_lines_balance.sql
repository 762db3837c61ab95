-- The bank account's balance after the line, which tells it apart from another of its day and amount.
ALTER TABLE trust_lines ADD COLUMN balance {{.Int}} NOT NULL DEFAULT 0
