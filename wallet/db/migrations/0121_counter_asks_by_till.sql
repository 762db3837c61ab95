-- The requests an operator waits for.
CREATE INDEX counter_asks_by_till ON counter_asks (till, asked_at)
