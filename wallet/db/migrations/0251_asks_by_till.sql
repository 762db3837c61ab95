-- The requests an operator waits for.
CREATE INDEX asks_by_till ON asks (till, asked_at)
