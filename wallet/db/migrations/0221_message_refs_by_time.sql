-- After some hours nobody reports any more: the oldest names are gone through.
CREATE INDEX message_refs_by_time ON message_refs (made_at)
