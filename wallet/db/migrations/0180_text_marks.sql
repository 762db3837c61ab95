-- What of inbound SMS must not be done again before a time: a text is taken in once, a phone is answered seldom. No text is kept.
CREATE TABLE text_marks (
    id    {{.ID}}    NOT NULL PRIMARY KEY,
    until {{.Int}}   NOT NULL,
    done  {{.Small}} NOT NULL
) {{.Clustered}}
