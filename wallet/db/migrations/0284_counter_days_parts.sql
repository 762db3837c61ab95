-- The last deposits of a customer: what shows, in the commit of the next one, that a deposit is made in parts.
ALTER TABLE counter_days ADD COLUMN parts {{.Bytes 960}}
