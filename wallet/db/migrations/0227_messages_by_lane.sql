-- What is to be sent now in each lane, oldest first.
CREATE INDEX messages_by_lane ON messages (lane, due_at)
