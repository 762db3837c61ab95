-- What has been ordered and not been seen on a statement yet.
CREATE INDEX trust_payouts_by_state ON trust_payouts (state, bank, no)
