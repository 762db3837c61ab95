-- Which marks are over and can be forgotten.
CREATE INDEX text_marks_by_time ON text_marks (until)
