-- What an agent may be spoken to about. There are few.
CREATE INDEX deal_splits_by_agent ON deal_splits (agent, at)
