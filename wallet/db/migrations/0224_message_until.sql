-- When a message is no longer worth sending, where that is not told by its kind: its code is over then.
ALTER TABLE messages ADD COLUMN until_at {{.Int}} NULL
