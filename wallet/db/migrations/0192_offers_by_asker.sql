-- What a till has asked of others.
CREATE INDEX offers_by_asker ON offers (asker, asked_at)
