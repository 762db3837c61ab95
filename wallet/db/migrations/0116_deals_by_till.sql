-- What an operator sees under Recent, and what a till did in a day.
CREATE INDEX deals_by_till ON deals (till, asked_at)
