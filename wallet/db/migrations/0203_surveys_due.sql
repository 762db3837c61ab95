-- What is to be asked next. Whatever was asked or dropped has no due time.
CREATE INDEX surveys_due ON surveys (due_at)
