-- How many SMS a message took, counted when it left.
ALTER TABLE messages ADD COLUMN segments {{.Small}} NOT NULL DEFAULT 0
