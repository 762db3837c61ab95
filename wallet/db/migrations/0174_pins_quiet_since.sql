-- Since when that is so: the last use, to a week, or the last time its owner was told.
ALTER TABLE pins ADD COLUMN quiet_since {{.Int}} NOT NULL DEFAULT 0
