-- The people at the tills. A closed operator keeps the row, so that old deals have a name; most_in and most_out of 0: the market's.
CREATE TABLE operators (
    id         {{.Int}}      NOT NULL PRIMARY KEY,
    agent      {{.Int}}      NOT NULL,
    phone      {{.Ascii 16}} NOT NULL,
    created_at {{.Int}}      NOT NULL,
    till       {{.Int}}      NOT NULL,
    name       {{.Text 40}}  NOT NULL,
    language   {{.Ascii 8}}  NOT NULL,
    role       {{.Ascii 10}} NOT NULL,
    status     {{.Ascii 10}} NOT NULL,
    most_in    {{.Int}}      NOT NULL,
    most_out   {{.Int}}      NOT NULL
) {{.Engine}}
