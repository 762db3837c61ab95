-- Where a message waits that no route can take: 0 is the queue that all enter by.
ALTER TABLE messages ADD COLUMN lane {{.Small}} NOT NULL DEFAULT 0
