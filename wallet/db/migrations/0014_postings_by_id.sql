-- A posting ID is spent once, whatever the code above believes.
CREATE UNIQUE INDEX postings_by_id ON postings (id)
