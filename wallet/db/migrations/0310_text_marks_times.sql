-- How often what is marked has happened in its time: a phone that writes too much is not heard, one that is not understood seldom answered.
ALTER TABLE text_marks ADD COLUMN times {{.Int}} NOT NULL DEFAULT 0
