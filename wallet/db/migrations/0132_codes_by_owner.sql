-- The vouchers that a customer has sent and may take back.
CREATE INDEX codes_by_owner ON codes (owner, made_at)
