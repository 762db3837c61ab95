-- What became of an intent: one row, written in the commit of its posting. A table of its own, so that closing adds a row at
-- the end instead of making a full page's row longer.
CREATE TABLE intent_closings (
    intent    {{.ID}}       NOT NULL PRIMARY KEY,
    state     {{.Small}}    NOT NULL,
    code      {{.Ascii 40}} NOT NULL,
    receipt   {{.Ascii 10}} NOT NULL,
    end_text  {{.Text 400}} NOT NULL,
    closed_at {{.Int}}      NOT NULL
) {{.Clustered}}
