-- What a statement that overlaps with earlier ones is compared with.
CREATE INDEX trust_lines_by_seq ON trust_lines (bank, seq)
