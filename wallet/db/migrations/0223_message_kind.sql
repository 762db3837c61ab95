-- What a message is for, which decides for how long it is worth sending; 0 is a receipt.
ALTER TABLE messages ADD COLUMN kind {{.Small}} NOT NULL DEFAULT 0
