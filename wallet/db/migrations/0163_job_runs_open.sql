-- The leader asks every other second what was asked for, cut off or is to be tried again: a handful of rows among very many.
CREATE INDEX job_runs_open ON job_runs (state)
