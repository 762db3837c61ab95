-- Every time that the cash in a till's drawer was counted, against what should have been there by the count before.
CREATE TABLE till_counts (
    id         {{.ID}}    NOT NULL PRIMARY KEY,
    till       {{.Int}}   NOT NULL,
    no         {{.Int}}   NOT NULL,
    why        {{.Small}} NOT NULL,
    operator   {{.Int}}   NOT NULL,
    place      {{.Int}}   NOT NULL,
    counted_at {{.Int}}   NOT NULL,
    was        {{.Int}},
    cash_in    {{.Int}}   NOT NULL,
    cash_out   {{.Int}}   NOT NULL,
    brought    {{.Int}}   NOT NULL,
    removed    {{.Int}}   NOT NULL,
    counted    {{.Int}}   NOT NULL
) {{.Clustered}}
