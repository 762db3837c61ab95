-- Offers whose time is over and whose money must go back.
CREATE INDEX offers_due ON offers (due_at)
