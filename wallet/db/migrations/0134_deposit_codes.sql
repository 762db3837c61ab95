-- Whose a deposit code is, for a few minutes: one row for each code there can be. The code is no secret: it can only be given money.
CREATE TABLE deposit_codes (
    code       {{.Ascii 6}}  NOT NULL PRIMARY KEY,
    digits     {{.Small}}    NOT NULL,
    customer   {{.Int}}      NOT NULL,
    phone      {{.Ascii 16}} NOT NULL,
    made_at    {{.Int}}      NOT NULL,
    expires_at {{.Int}}      NOT NULL,
    used_at    {{.Int}},
    used_by    {{.ID}},
    live_until {{.Int}}      NOT NULL
) {{.Clustered}}
