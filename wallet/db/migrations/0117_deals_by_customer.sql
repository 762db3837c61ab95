-- What waits for a customer's answer, and several deposits of one customer in a short time.
CREATE INDEX deals_by_customer ON deals (customer, asked_at)
