-- Whose day of small limits is over? Only those who have one are in the index.
CREATE INDEX proofs_by_small ON proofs (small_until)
