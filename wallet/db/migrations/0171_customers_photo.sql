-- Where the photo of a document that was checked over a counter is kept: a reference, never the photo.
ALTER TABLE customers ADD COLUMN photo {{.Ascii 80}} NOT NULL DEFAULT ''
