-- An agent's tills, for its tree and its float.
CREATE INDEX tills_by_agent ON tills (agent)
