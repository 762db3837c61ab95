-- Which counts are over and can be forgotten.
CREATE INDEX tallies_by_time ON tallies (until)
