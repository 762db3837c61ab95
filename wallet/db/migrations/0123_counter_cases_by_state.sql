-- What staff have to decide, the oldest first.
CREATE INDEX counter_cases_by_state ON counter_cases (state, opened_at)
