-- Requests whose time is over, and of which nobody has told the operator yet.
CREATE INDEX asks_due ON asks (state, expires_at)
