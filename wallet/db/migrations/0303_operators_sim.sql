-- The SIM that an operator's phone was seen with, as customers have it.
ALTER TABLE operators ADD COLUMN sim {{.Bytes 16}} NULL
