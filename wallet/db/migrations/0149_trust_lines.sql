-- What the banks' statements say, line by line. id follows from bank, reference, date and amount, so a line is there once.
CREATE TABLE trust_lines (
    id          {{.ID}}       NOT NULL PRIMARY KEY,
    bank        {{.Int}}      NOT NULL,
    day         {{.Int}}      NOT NULL,
    reference   {{.Text 140}} NOT NULL,
    detail      {{.Text 300}} NOT NULL,
    amount      {{.Int}}      NOT NULL,
    used        {{.Int}}      NOT NULL,
    settled     {{.Small}}    NOT NULL,
    imported_at {{.Int}}      NOT NULL,
    CHECK (used >= 0),
    CHECK (used <= amount OR used <= -amount)
) {{.Clustered}}
