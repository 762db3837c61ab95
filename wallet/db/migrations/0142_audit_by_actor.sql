-- What one person did, newest first.
CREATE INDEX audit_by_actor ON audit (actor, n)
