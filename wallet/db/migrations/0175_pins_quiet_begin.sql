-- Of PINs older than this we know when they were set, and no later use.
UPDATE pins SET quiet_since = set_at WHERE quiet_since = 0
