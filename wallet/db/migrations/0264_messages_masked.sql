-- The text of a message without the codes in it: it takes the text's place when the message is over. NULL where there is no code.
ALTER TABLE messages ADD COLUMN masked {{.Text 500}} NULL
