-- How often the owner of a PIN was told that it was not used for long: 0 while it is in use.
ALTER TABLE pins ADD COLUMN quiet {{.Small}} NOT NULL DEFAULT 0
