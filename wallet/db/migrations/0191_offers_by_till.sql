-- What a till has to answer, and how often it kept its word.
CREATE INDEX offers_by_till ON offers (till, asked_at)
