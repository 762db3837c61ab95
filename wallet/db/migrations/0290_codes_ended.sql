-- Codes that are over are deleted some time later, the oldest first.
CREATE INDEX codes_ended ON codes (ended_at)
