-- The cash a customer has reserved, and how often the customer came.
CREATE INDEX offers_by_customer ON offers (customer, asked_at)
