-- What one person of the staff asks for and another approves. The database itself refuses the same person twice.
CREATE TABLE requests (
    no         {{.Int}}       NOT NULL PRIMARY KEY,
    kind       {{.Ascii 40}}  NOT NULL,
    args       {{.Text 1500}} NOT NULL,
    maker      {{.Ascii 30}}  NOT NULL,
    made_at    {{.Int}}       NOT NULL,
    expires_at {{.Int}}       NOT NULL,
    state      {{.Small}}     NOT NULL,
    checker    {{.Ascii 30}}  NULL,
    decided_at {{.Int}}       NOT NULL,
    attempts   {{.Small}}     NOT NULL,
    refusal    {{.Ascii 40}}  NOT NULL,
    note       {{.Text 200}}  NOT NULL,
    posting    {{.ID}}        NULL,
    CHECK (checker <> maker)
) {{.Engine}}
