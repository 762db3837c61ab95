-- What stands behind a till's record.
CREATE INDEX surveys_by_till ON surveys (till, asked_at)
