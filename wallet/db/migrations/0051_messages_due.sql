-- What is to be sent now, oldest first; a message that is done has no due time.
CREATE INDEX messages_due ON messages (due_at)
