-- What the books moved into and out of trust, and which line of the bank's statement says the same; line is NULL until one does.
CREATE TABLE trust_entries (
    id      {{.ID}}       NOT NULL PRIMARY KEY,
    bank    {{.Int}}      NOT NULL,
    amount  {{.Int}}      NOT NULL,
    at      {{.Int}}      NOT NULL,
    posting {{.ID}}       NOT NULL,
    receipt {{.Ascii 10}} NOT NULL,
    payee   {{.Int}}      NOT NULL,
    line    {{.ID}}       NULL
) {{.Clustered}}
