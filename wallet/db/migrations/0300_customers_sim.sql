-- The SIM that a customer's phone was seen with, as a keyed hash that tells nothing of its number; NULL: none was told yet.
ALTER TABLE customers ADD COLUMN sim {{.Bytes 16}} NULL
