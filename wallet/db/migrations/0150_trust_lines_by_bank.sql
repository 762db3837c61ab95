-- What of a bank's statement nothing is known about yet.
CREATE INDEX trust_lines_by_bank ON trust_lines (bank, settled, day)
