-- What somebody must decide by a time. Most rows have none and lie together at one end, where a new one costs little.
CREATE INDEX deals_due ON deals (due_at)
