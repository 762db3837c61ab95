-- Since when they are counted.
ALTER TABLE proofs ADD COLUMN shown_since {{.Int}} NOT NULL DEFAULT 0
