-- When somebody whose message was lost was told on the phone what it would have said; NULL while nobody was.
ALTER TABLE messages ADD COLUMN told_at {{.Int}} NULL
