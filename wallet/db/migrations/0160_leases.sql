-- Who of several processes may do what must be done by one at a time: a row for each name, won by compare-and-set.
CREATE TABLE leases (
    name   {{.Ascii 40}} NOT NULL PRIMARY KEY,
    holder {{.ID}}       NOT NULL,
    fence  {{.Int}}      NOT NULL,
    until  {{.Int}}      NOT NULL
) {{.Clustered}}
