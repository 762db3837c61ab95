-- The vouchers of a sender that nobody has fetched, however old and however many ended ones there are.
CREATE INDEX codes_open ON codes (owner, due_at)
