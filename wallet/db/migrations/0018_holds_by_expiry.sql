-- The sweep looks for open holds whose time has come.
CREATE INDEX holds_by_expiry ON holds (state, expires_at)
