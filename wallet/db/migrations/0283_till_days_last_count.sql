-- The last count that belongs to a day or one before it, 0 for none: the next day has those after it.
ALTER TABLE till_days ADD COLUMN last_count {{.Int}} NOT NULL DEFAULT 0
