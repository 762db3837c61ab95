-- A till's newest day is where its next one begins.
CREATE UNIQUE INDEX till_days_by_till ON till_days (till, no)
