-- Which way the message left.
ALTER TABLE messages ADD COLUMN route {{.Ascii 40}} NOT NULL DEFAULT ''
