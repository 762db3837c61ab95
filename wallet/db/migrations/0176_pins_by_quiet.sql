-- Whose turn is it to be told? Those at one stage, longest first.
CREATE INDEX pins_by_quiet ON pins (quiet, quiet_since)
