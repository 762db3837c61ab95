-- An agent's people, for its tree.
CREATE INDEX operators_by_agent ON operators (agent)
