-- What was done to one thing, newest first.
CREATE INDEX audit_by_object ON audit (object, n)
