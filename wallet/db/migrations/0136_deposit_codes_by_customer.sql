-- The code a customer has already, to be shown again.
CREATE INDEX deposit_codes_by_customer ON deposit_codes (customer, live_until)
