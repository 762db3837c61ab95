-- The banks in which the money behind the e-money lies; each has a ledger account of its own, 10 to 19.
CREATE TABLE trust_banks (
    account  {{.Int}}      NOT NULL PRIMARY KEY,
    name     {{.Text 60}}  NOT NULL,
    number   {{.Ascii 34}} NOT NULL,
    added_at {{.Int}}      NOT NULL
) {{.Engine}}
