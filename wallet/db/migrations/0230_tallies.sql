-- How often something was asked for, or asked for wrongly: receipts checked, messages sent again. A count that is over is as good as none.
CREATE TABLE tallies (
    id      {{.ID}}    NOT NULL PRIMARY KEY,
    n       {{.Small}} NOT NULL,
    last_at {{.Int}}   NOT NULL,
    until   {{.Int}}   NOT NULL
) {{.Clustered}}
