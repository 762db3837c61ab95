-- Codes whose time is over and whose money must go back.
CREATE INDEX codes_due ON codes (due_at)
