-- What the jobs did: one row for each tick, so that no two processes run the same one.
CREATE TABLE job_runs (
    job        {{.Ascii 40}}  NOT NULL,
    tick       {{.Ascii 30}}  NOT NULL,
    cause      {{.Small}}     NOT NULL,
    state      {{.Small}}     NOT NULL,
    due_at     {{.Int}}       NOT NULL,
    fence      {{.Int}}       NOT NULL,
    tries      {{.Int}}       NOT NULL,
    started_at {{.Int}}       NOT NULL,
    ended_at   {{.Int}}       NOT NULL,
    result     {{.Text 1000}} NOT NULL,
    error      {{.Text 300}}  NOT NULL,
    PRIMARY KEY (job, tick)
) {{.Clustered}}
