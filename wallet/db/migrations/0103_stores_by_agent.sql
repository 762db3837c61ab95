-- An agent's stores, for its tree.
CREATE INDEX stores_by_agent ON stores (agent)
