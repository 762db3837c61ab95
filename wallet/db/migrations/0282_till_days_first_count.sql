-- The count that a day's cash is reckoned from, 0 for none: it stays, however often the day is ended.
ALTER TABLE till_days ADD COLUMN first_count {{.Int}} NOT NULL DEFAULT 0
