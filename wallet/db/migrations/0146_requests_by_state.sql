-- What waits for a checker.
CREATE INDEX requests_by_state ON requests (state, no)
