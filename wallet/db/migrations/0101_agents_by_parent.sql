-- Who is under a super-agent is asked by its tree and by the split of commission.
CREATE INDEX agents_by_parent ON agents (parent)
