-- Offers that are over are deleted when records are kept no longer, the oldest first.
CREATE INDEX offers_ended ON offers (ended_at)
