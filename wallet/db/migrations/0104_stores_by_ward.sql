-- "Find an agent" begins with a ward.
CREATE INDEX stores_by_ward ON stores (ward)
