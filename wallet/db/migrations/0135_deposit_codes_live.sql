-- How many codes of a length are live, so that longer ones are drawn in time.
CREATE INDEX deposit_codes_live ON deposit_codes (digits, live_until)
