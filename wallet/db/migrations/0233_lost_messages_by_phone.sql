-- What a phone did not get.
CREATE INDEX lost_messages_by_phone ON lost_messages (phone)
