-- A store's tills, and by ward through its stores.
CREATE INDEX tills_by_store ON tills (store)
