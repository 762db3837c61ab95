-- The counters of the shops: the code on the wall, the float account, and whether it is open for the day.
CREATE TABLE tills (
    id            {{.Int}}      NOT NULL PRIMARY KEY,
    store         {{.Int}}      NOT NULL,
    agent         {{.Int}}      NOT NULL,
    code          {{.Ascii 12}} NOT NULL,
    float_account {{.Int}}      NOT NULL,
    created_at    {{.Int}}      NOT NULL,
    label         {{.Text 10}}  NOT NULL,
    status        {{.Ascii 10}} NOT NULL,
    is_open       {{.Small}}    NOT NULL,
    parts         {{.Int}}      NOT NULL CHECK (parts >= 0)
) {{.Engine}}
