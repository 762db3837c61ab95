-- Which questions are over and can be forgotten.
CREATE INDEX text_questions_by_time ON text_questions (until)
