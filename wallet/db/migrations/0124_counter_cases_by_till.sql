-- What was ever said about a till.
CREATE INDEX counter_cases_by_till ON counter_cases (till, opened_at)
