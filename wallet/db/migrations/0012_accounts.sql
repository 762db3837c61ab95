-- The present state of each account; what it is made of stands in legs. Turnover is kept here so that a limit costs no read.
CREATE TABLE accounts (
    id        {{.Int}}      NOT NULL PRIMARY KEY,
    type      {{.Small}}    NOT NULL,
    currency  {{.Ascii 12}} NOT NULL,
    class     {{.Small}}    NOT NULL,
    flags     {{.Small}}    NOT NULL,
    balance   {{.Int}}      NOT NULL,
    held      {{.Int}}      NOT NULL,
    day       {{.Int}}      NOT NULL,
    month     {{.Int}}      NOT NULL,
    out_day   {{.Int}}      NOT NULL,
    in_day    {{.Int}}      NOT NULL,
    out_month {{.Int}}      NOT NULL,
    in_month  {{.Int}}      NOT NULL,
    seq       {{.Int}}      NOT NULL,
    opened_at {{.Int}}      NOT NULL
) {{.Engine}}
