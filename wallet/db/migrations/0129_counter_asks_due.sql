-- Requests whose time is over, and of which nobody has told the operator yet.
CREATE INDEX counter_asks_due ON counter_asks (state, expires_at)
