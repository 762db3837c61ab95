-- Who did what, as a chain: each entry's hash covers the entry and the hash before it. Never updated, never deleted.
CREATE TABLE audit (
    n       {{.Int}}       NOT NULL PRIMARY KEY,
    at      {{.Int}}       NOT NULL,
    actor   {{.Ascii 60}}  NOT NULL,
    act     {{.Ascii 40}}  NOT NULL,
    object  {{.Ascii 80}}  NOT NULL,
    detail  {{.Text 2000}} NOT NULL,
    refusal {{.Ascii 40}}  NOT NULL,
    posting {{.ID}}        NULL,
    hash    {{.Hash}}      NOT NULL
) {{.Engine}}
