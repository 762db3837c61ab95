-- The line's place among those that the statements of its bank have brought.
ALTER TABLE trust_lines ADD COLUMN seq {{.Int}} NOT NULL DEFAULT 0
