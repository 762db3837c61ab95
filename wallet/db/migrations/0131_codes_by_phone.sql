-- The vouchers that wait for a phone number.
CREATE INDEX codes_by_phone ON codes (phone, made_at)
