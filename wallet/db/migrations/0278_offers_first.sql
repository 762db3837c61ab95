-- The intent that asked, when another shop was asked before this one; empty when this was the first, which is kept under its ID.
ALTER TABLE offers ADD COLUMN first_id {{.ID}} NULL
