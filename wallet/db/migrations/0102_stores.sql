-- The shops. sought is name and landmark as a search compares them.
CREATE TABLE stores (
    id         {{.Int}}      NOT NULL PRIMARY KEY,
    agent      {{.Int}}      NOT NULL,
    created_at {{.Int}}      NOT NULL,
    name       {{.Text 24}}  NOT NULL,
    ward       {{.Ascii 4}}  NOT NULL,
    landmark   {{.Text 24}}  NOT NULL,
    sought     {{.Text 60}}  NOT NULL,
    status     {{.Ascii 10}} NOT NULL,
    parts      {{.Int}}      NOT NULL CHECK (parts >= 0)
) {{.Engine}}
